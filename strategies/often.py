"""Tables in which some values stand many times: what is drawn by an index then comes as often as it should.

All of them go by rank, so that an index shrinks as its value would. A value stands an odd number of times, most of them
once: so a step of two is one to the next number on the same side of the simplest, where the ranks of both alternate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any

import attrs

from turncheck.engine.fields import Int

EDGES, SIMPLEST = 0.30, 0.05
"""How often a boundary is drawn, and how often the simplest besides; else it is any value."""

BY_DIGITS = 0.15
"""Of numbers how often one is drawn by its number of digits, so that low ones come up among many."""

AT_LEAST = 20
"""Entries of a table besides those for the boundaries, where few values would leave these no shares."""


@attrs.frozen
class Table:
    """Values of a field, some of them often; worked out where it is looked at, since there may be very many.

    Attributes:
        value: the value of each rank, from 0.
        steps: the ranks at which another width begins; the first is 0, and the last is how many values there are.
        widths: how many entries each value has from that step to the next one.
    """

    value: Callable[[int], Any]
    steps: tuple[int, ...]
    widths: tuple[int, ...]
    starts: tuple[int, ...] = attrs.field(init=False)

    @starts.default
    def _starts(self) -> tuple[int, ...]:
        spans = zip(pairwise(self.steps), self.widths, strict=True)
        return tuple(accumulate(((above - below) * width for (below, above), width in spans), initial=0))

    @property
    def size(self) -> int:
        """How many entries it has."""
        return self.starts[-1]

    def __getitem__(self, index: int) -> Any:
        step = bisect_right(self.starts, index) - 1
        return self.value(self.steps[step] + (index - self.starts[step]) // self.widths[step])


def table_of_values(values: Sequence[Any], edges: Collection[Any]) -> Table:
    """The values, which stand in order of rank, the edges among them often."""
    return _table(values.__getitem__, len(values), {rank for rank, value in enumerate(values) if value in edges}, ())


def table_of_numbers(field: Int) -> Table:
    """The numbers of a field, its edges often, low ones more often than others."""
    edges = {_rank(field, edge) for edge in field.edges()}
    return _table(_number_of_rank(field), field.count(), edges, tuple(_powers_of_ten(field.count())))


def _table(value: Callable[[int], Any], count: int, edges: Collection[int], tens: Sequence[int]) -> Table:
    least = -(-AT_LEAST // count) if len(edges) == count else 1
    usual = count * least
    each = usual / (1 - EDGES - SIMPLEST) * EDGES / max(len(edges), 1)
    marks = {0, 1, count, *tens, *edges, *(edge + 1 for edge in edges)}
    steps = tuple(sorted(mark for mark in marks if mark <= count))

    def width(low: int) -> int:
        if low in edges or low == 0:
            more = (each if low in edges else 0) + (usual / (1 - EDGES - SIMPLEST) * SIMPLEST if low == 0 else 0)
            return least + _even(more)
        ten = max((ten for ten in tens if ten <= low), default=0)
        return least + (_even(usual * BY_DIGITS / len(tens) / min(9 * ten, count - ten)) if ten else 0)

    return Table(value, steps, tuple(width(low) for low in steps[:-1]))


def _even(number: float) -> int:
    return 2 * round(number / 2)


def _powers_of_ten(count: int) -> Iterator[int]:
    power = 1
    while power < count:
        yield power
        power *= 10


def _number_of_rank(field: Int) -> Callable[[int], int]:
    """The number of a rank, where ranks have no gaps: the simplest, the ones beside it, and so on."""
    both = min(field.high - field.simplest, field.simplest - field.low)
    side = 1 if field.high - field.simplest > both else -1

    def number(rank: int) -> int:
        if rank <= 2 * both:
            distance = -(-rank // 2)
            return field.simplest + (distance if rank % 2 else -distance)
        return field.simplest + side * (rank - both)

    return number


def _rank(field: Int, value: int) -> int:
    """The rank of a number, without gaps."""
    both = min(field.high - field.simplest, field.simplest - field.low)
    distance = abs(value - field.simplest)
    return both + distance if distance > both else 2 * distance - (value > field.simplest)
