"""Numbers of the state as they are drawn: low ones first, boundaries often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from hypothesis import strategies as st

from turncheck.engine.duel.tables import Field
from turncheck.strategies.drawn_values import Coded, of_entries

Numbers: TypeAlias = "Coded | st.SearchStrategy[int]"
"""How a number is drawn: from bytes that it shares with others, or by a strategy of its own."""


def usual(row: Field) -> Numbers:
    """Any number of the field's range, shrinking towards its lowest.

    The lowest is drawn very often: a stun or a slot that is above 0 hides what else would have happened.
    """
    numbers = range(row.low, row.high + 1)
    shares = {number: share for number, share in _shares(row).items() if number in numbers}
    return often(numbers, shares)


def _shares(row: Field) -> dict[int, float]:
    if row.kind == "counter":
        return {row.low: 0.10, row.high: 0.10, row.high - 1: 0.05}
    if row.kind == "shield":
        return {0: 0.40, **dict.fromkeys(range(1, 9), 0.03), row.high - 1: 0.03, row.high: 0.08}
    if row.kind == "slot":
        return {0: 0.55, 1: 0.05, row.high: 0.08}
    return {0: 0.70 if row.name == "stun" else 0.45, 1: 0.05, row.high: 0.10}


def often(numbers: range, shares: Mapping[int, float]) -> Coded:
    """All of the numbers, with a share of the draws for some, which may lie outside. Shrinks towards the first number.

    They stand in a table that holds some numbers many times. Those stand side by side, so that an index shrinks as its
    number would, with no lower number left behind a higher one; numbers that lie outside come last.
    """
    size = max(len(numbers) / (1 - sum(shares.values())), 20)
    times = dict.fromkeys(numbers, 1)
    for number, share in shares.items():
        times[number] = times.get(number, 0) + round(share * size)
    return of_entries([number for number, count in times.items() for _ in range(count)])
