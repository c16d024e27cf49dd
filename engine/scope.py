"""The small scope of a domain, enumerated completely: for checks that leave nothing to chance.

If the prompt has at most `MOST` cases, the small scope is all of them. Otherwise it holds every case in which all
fields have their simplest value, except for one, two or three fields at a boundary: the largest of these numbers that
keeps the number of cases below the limit. Most bugs already show in such a case (the small scope hypothesis: Jackson,
Software Abstractions, 2006).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from math import prod
from typing import Any

import attrs

from turncheck.engine.domain import AnyCase, Domain

MOST = 100_000
"""Most cases of a small scope, before the checks are applied."""

MOST_CHANGED = 3
"""Most fields at a boundary in a small scope that is not all cases."""


@attrs.frozen
class Scope:
    """The extent of a small scope.

    Attributes:
        whole: whether it holds every case of the domain.
        unlike: if not, the largest number of fields at a boundary.
        bound: the number of cases before the checks are applied.
    """

    whole: bool
    unlike: int
    bound: int


def scope_of(domain: Domain, most: int = MOST) -> Scope:
    """Return the extent of the domain's small scope."""
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
    """Return the number of cases with one, two and three fields at a boundary, if there are that many fields."""
    counts = [1] + [0] * min(MOST_CHANGED, len(others))
    for other in others:
        for changed in range(len(counts) - 1, 0, -1):
            counts[changed] += counts[changed - 1] * other
    return counts[1:]


def small(domain: Domain, most: int = MOST) -> Iterator[AnyCase]:
    """Yield every valid case of the small scope, in a fixed order."""
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
    """Return the boundaries of a field without its simplest value."""
    return [edge for edge in field.edges() if edge != field.simplest]
