"""Regions of states: conditions on one field of the prompt, and those in which a model fails far more often.

A number has the conditions `is 0`, `is above 0`, `is below 0` and `is N, its most`; a choice one for each word; any
other field whether it has its simplest value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import log
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.sampling import samplers_of
from turncheck.engine.table import arrays_of
from turncheck.properties.sweeps.statistics import Rate

Mask = npt.NDArray[np.bool_]

CHANCE = 20
"""The likelihood ratio of a region that is named is at least so many times the number of conditions."""

DRAWN = 1_000
"""Cases of each sampler that are drawn to see how often it draws a region."""

FACTOR = 2.0
"""The odds of a wrong answer in a region that is named are at least so many times those elsewhere."""

MOST = 5
"""Most regions that are named."""

LARGEST = 0.75
"""Largest share of the cases that is a region: beyond it, what is told apart is the rest."""

FEWEST = 20
"""Least number of cases of a region that is named."""


@attrs.frozen
class Condition:
    """A condition on one field of the prompt.

    Attributes:
        name: the field and the condition in words: `hero.thorns above 0`.
        place: the field's index among the values of a case.
        holds: whether it holds for a value.
    """

    name: str
    place: int
    holds: Callable[[Any], bool] = attrs.field(eq=False, repr=False)


@attrs.frozen
class Region:
    """A condition, and how often a model is wrong where it holds and elsewhere.

    Attributes:
        condition: the condition.
        inside: wrong answers, of the cases in which it holds.
        outside: wrong answers, of all others.
    """

    condition: Condition
    inside: Rate
    outside: Rate


@lru_cache(maxsize=8)
def conditions_of(domain: Domain) -> tuple[Condition, ...]:
    """Return the conditions on the fields of a domain's prompt."""
    fields = enumerate(domain.prompt.fields.items())
    return tuple(
        Condition(f"{name} {words}", place, holds)
        for place, (name, field) in fields
        for words, holds in _conditions(field)
    )


def _conditions(field: Field) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    if isinstance(field, Int):
        most = field.high
        if field.low <= 0 <= most:
            yield "is 0", lambda value: value == 0
        if field.low < 0:
            yield "is below 0", lambda value: value < 0
        if field.low <= 0 < most:
            yield "is above 0", lambda value: value > 0
        if field.low < most:
            yield f"is {most}, its most", lambda value: value == most
    elif isinstance(field, Choice):
        yield from ((f"is {word}", _equal_to(word)) for word in field.words)
    else:
        simplest = field.simplest
        yield "has its simplest value", lambda value: value == simplest
        yield "has another value than its simplest", lambda value: value != simplest


def _equal_to(word: str) -> Callable[[Any], bool]:
    return lambda value: bool(value == word)


def met(domain: Domain, cases: Sequence[tuple[Any, ...]]) -> Mask:
    """(conditions, len(cases)) bool: return where each condition holds; a case is given by its values of the prompt."""
    columns = list(zip(*cases, strict=True)) if cases else [() for _ in domain.prompt.names]
    return np.array(
        [[each.holds(value) for value in columns[each.place]] for each in conditions_of(domain)], bool
    ).reshape(len(conditions_of(domain)), len(cases))


def worst_regions(domain: Domain, cases: Sequence[tuple[Any, ...]], wrong: Sequence[bool]) -> list[Region]:
    """Return the regions in which a model is wrong far more often than elsewhere, the most telling first.

    A region is far worse if the odds of a wrong answer are `FACTOR` times those elsewhere or more, the 95 % intervals
    are apart, and the likelihood ratio of two rates against one is above `CHANCE` for each condition that was looked
    at: of so many conditions some stand out by chance. The most telling region has the highest ratio. Its cases are
    left out before the next one is looked for, so that one cause is not named by every field that goes with it.
    """
    masks, failed = met(domain, cases), np.array(wrong, bool)
    left, found = np.ones(len(cases), bool), list[Region]()
    while len(found) < MOST and left.any():
        regions = _regions(domain, masks, failed, left)
        if not regions:
            break
        place, region = max(regions, key=lambda each: _telling(each[1]))
        found.append(region)
        left &= ~masks[place]
    return found


def _regions(domain: Domain, masks: Mask, failed: Mask, left: Mask) -> list[tuple[int, Region]]:
    """Return the regions that are far worse than the rest of the cases that are left."""
    every = Rate(int((failed & left).sum()), int(left.sum()))
    regions = []
    for place, condition in enumerate(conditions_of(domain)):
        here = masks[place] & left
        inside = Rate(int((failed & here).sum()), int(here.sum()))
        outside = Rate(every.broke - inside.broke, every.applied - inside.applied)
        if inside.applied < FEWEST or inside.applied > LARGEST * every.applied:
            continue
        is_far = _has_odds(inside, outside) and inside.interval[0] > outside.interval[1]
        region = Region(condition, inside, outside)
        if is_far and _telling(region) > log(CHANCE * len(conditions_of(domain))):
            regions.append((place, region))
    return regions


def _has_odds(inside: Rate, outside: Rate) -> bool:
    """Return whether the odds of a wrong answer inside are far higher."""
    held = inside.applied - inside.broke, outside.applied - outside.broke
    return inside.broke * held[1] >= FACTOR * outside.broke * held[0]


def _telling(region: Region) -> float:
    """Return the logarithm of the likelihood ratio of two rates against one."""
    inside, outside = region.inside, region.outside
    whole = Rate(inside.broke + outside.broke, inside.applied + outside.applied)
    return _likelihood(inside) + _likelihood(outside) - _likelihood(whole)


def _likelihood(rate: Rate) -> float:
    held = rate.applied - rate.broke
    parts = ((rate.broke, rate.value), (held, 1 - rate.value))
    return sum(count * log(share) for count, share in parts if count)


def draw_share(domain: Domain, condition: Condition, samplers: Sequence[str]) -> float | None:
    """Return the share of the region in the cases that these samplers draw in equal parts; None if the domain has none
    of them.
    """
    shares = [_share(domain, condition, name) for name in samplers]
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None


def _share(domain: Domain, condition: Condition, sampler: str) -> float | None:
    values = _drawn(domain, sampler)
    return None if values is None else sum(map(condition.holds, values[condition.place])) / DRAWN


@lru_cache(maxsize=16)
def _drawn(domain: Domain, sampler: str) -> tuple[tuple[Any, ...], ...] | None:
    """Return the values of each field in cases of a sampler; None if the domain has no such sampler."""
    if sampler not in samplers_of(domain):
        return None
    table = arrays_of(domain, sampler).sample(sampler, 0, DRAWN)
    rows = [domain.codec.case_values(table.case(index)) for index in range(DRAWN)]
    return tuple(zip(*rows, strict=True))
