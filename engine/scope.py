"""The small scope of a domain, whole: for checks that leave nothing of it to chance.

Where the prompt has at most `MOST` cases it is all of them. Else it is every case in which all fields are at their
simplest but for one, two or three, each of those at one of its boundaries: as many as keep it below the bound. What
goes wrong at all mostly goes wrong in such a case already (the small scope hypothesis: Jackson, Software Abstractions,
2006).
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

MOST_CHANGED = 3
"""Fields at a boundary, at most, where a small scope is not all cases."""


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
    unlike, bound = 0, 1
    for changed, more in enumerate(_with_changed([len(_others(field)) for field in fields]), start=1):
        if bound + more > most and unlike > 0:
            break
        unlike, bound = changed, bound + more
    return Scope(False, unlike, bound)


def _with_changed(others: Sequence[int]) -> list[int]:
    """In how many cases one field is at a boundary, in how many two are, in how many three, if there are as many."""
    counts = [1] + [0] * min(MOST_CHANGED, len(others))
    for other in others:
        for changed in range(len(counts) - 1, 0, -1):
            counts[changed] += counts[changed - 1] * other
    return counts[1:]


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
