"""The small scope of a domain, whole: for checks that leave nothing of it to chance.

Where the prompt has at most `MOST` cases it is all of them. Else it is every case in which all fields are at their
simplest but for a few, each of those at one of its boundaries: as few as keep it below the bound. What goes wrong at
all mostly goes wrong in such a case already (the small scope hypothesis: Jackson, Software Abstractions, 2006).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from math import prod
from typing import Any

import attrs

from turncheck.engine.domain import AnyCase, Domain

MOST = 100_000
"""Cases of a small scope, at most, before the checks are looked at."""


@attrs.frozen
class Scope:
    """What a small scope holds.

    Attributes:
        whole: whether it is every case of the domain.
        unlike: else, how many fields are at a boundary, at most.
        bound: cases before the checks are looked at.
    """

    whole: bool
    unlike: int
    bound: int


def scope_of(domain: Domain, most: int = MOST) -> Scope:
    """What the small scope of the domain holds."""
    fields = list(domain.prompt.fields.values())
    counts = [field.count() for field in fields]
    if all(count is not None for count in counts):
        total = prod(count for count in counts if count is not None)
        if total <= most:
            return Scope(True, len(fields), total)
    others = [len(_others(field)) for field in fields]
    unlike, bound = 0, 1
    while unlike < len(fields):
        more = bound + sum(prod(chosen) for chosen in combinations(others, unlike + 1)) if unlike < 3 else most + 1
        if more > most and unlike > 0:
            break
        unlike, bound = unlike + 1, more
    return Scope(False, unlike, bound)


def small(domain: Domain, most: int = MOST) -> Iterator[AnyCase]:
    """Every valid case of the small scope, in a fixed order."""
    for values in _all(domain, scope_of(domain, most)):
        if domain.is_case(domain.prompt.write_values(values)):
            yield domain.codec.case(values)


def _all(domain: Domain, scope: Scope) -> Iterator[tuple[Any, ...]]:
    fields = list(domain.prompt.fields.values())
    if scope.whole:
        yield from product(*(field.values() for field in fields))
        return
    simplest = domain.prompt.neutral.values_
    for unlike in range(scope.unlike + 1):
        for places in combinations(range(len(fields)), unlike):
            for chosen in product(*(_others(fields[place]) for place in places)):
                changed = dict(zip(places, chosen, strict=True))
                yield tuple(changed.get(place, value) for place, value in enumerate(simplest))


def _others(field: Any) -> Sequence[Any]:
    """The boundaries of a field, without its simplest value."""
    return [edge for edge in field.edges() if edge != field.simplest]
