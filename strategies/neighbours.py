"""A case near a case: a few fields have other values, mostly ones close to their own."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from turncheck.engine.case import Case
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Int
from turncheck.strategies.comparisons import compared

TRIED = 40
"""Most changes that are tried until one leaves a case."""

CHANGED = (1, 1, 1, 2, 2, 3)
"""Numbers of fields that are changed, all equally likely."""

STEPS = (1, 1, 1, 2, 2, 3, 4, 6, 8)
"""Distances by which a number is moved, all equally likely; a quarter of the moves are ten times as far, or a hundred
times, and so on.
"""


def neighbour(domain: Domain, text: str, random: Random) -> str:
    """Return the text of a case near a case; the same text if no change that was tried leaves a case.

    >>> from turncheck.duel import DOMAIN
    >>> from turncheck.engine.duel import Turn, write
    >>> text = write(Turn())
    >>> near = neighbour(DOMAIN, text, Random(7))
    >>> [line for line in near.splitlines() if line not in text.splitlines()]
    ['do hero guard']

    Raises:
        DomainError: a check of the domain raised.
    """
    values = domain.fields_of(domain.read(text))
    for _ in range(TRIED):
        made = domain.prompt.write_values(values.changed(_changes(domain, values, random)).values_)
        if made != text and domain.is_case(made):
            return made
    return text


def _changes(domain: Domain, values: Case, random: Random) -> dict[str, Any]:
    kinds: Mapping[str, Any] = domain.prompt.fields
    pairs = compared(domain)
    if pairs and random.random() < 0.25:  # what was close to the boundary of the comparison stays so
        pair, distance = random.choice(pairs), random.choice((-1, 1)) * random.choice(STEPS)
        return {name: max(kinds[name].low, min(values[name] + distance, kinds[name].high)) for name in pair}
    names = random.sample(domain.prompt.names, min(random.choice(CHANGED), len(domain.prompt.names)))
    return {name: _changed(kinds[name], values[name], random) for name in names}


def _changed(field: Any, value: Any, random: Random) -> Any:
    """Move a number, mostly; else draw any value."""
    if not isinstance(field, Int) or random.random() < 0.3:
        return field.sample(random)
    distance = random.choice(STEPS)
    while random.random() < 0.25:
        distance *= 10
    return max(field.low, min(value + random.choice((-1, 1)) * distance, field.high))
