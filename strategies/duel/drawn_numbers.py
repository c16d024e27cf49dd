"""How the numbers of a state are drawn: shrinking towards low ones, with boundaries often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from hypothesis import strategies as st

from turncheck.engine.duel.tables import Field
from turncheck.strategies.drawn_values import Coded, of_entries

Numbers: TypeAlias = "Coded | st.SearchStrategy[int]"
"""How a number is drawn: from bytes that it shares with other numbers, or by its own strategy."""


def usual(row: Field) -> Numbers:
    """Draw any number of the field's range. Shrinks towards the lowest.

    The lowest is drawn very often, because a stun or a slot above 0 hides what else would have happened.
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
    """Draw all of the numbers, some with a stated share of the draws. Shrinks towards the first number.

    The numbers form a table, in which the entries of one number are adjacent. An index then shrinks as its number
    would, and no lower number comes after a higher one. Numbers in `shares` that are outside `numbers` come last.
    """
    size = max(len(numbers) / (1 - sum(shares.values())), 20)
    times = dict.fromkeys(numbers, 1)
    for number, share in shares.items():
        times[number] = times.get(number, 0) + round(share * size)
    return of_entries([number for number, count in times.items() for _ in range(count)])
