"""Tables in which some values stand many times: what is drawn by an index then comes as often as it should.

All of them go by rank, so that an index shrinks as its value would. Where ranks alternate between two sides, as those
of -128..127 do, each value stands an odd number of times, most of them once: so a step of two, which shrinkers try, is
one to the next number of the same side.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
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
        value: the value of each place, from 0.
        steps: the places at which another width begins; the first is 0, and the last is how many values there are.
        widths: how many entries each value has from that step to the next one.
        starts: the entries at which these begin, and how many there are.
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
    def count(self) -> int:
        """How many values there are."""
        return self.steps[-1]

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self.starts[-1]

    def __getitem__(self, index: int) -> Any:
        step = bisect_right(self.starts, index) - 1
        return self.value(self.steps[step] + (index - self.starts[step]) // self.widths[step])


def table_of_values(values: Sequence[Any], edges: Collection[Any]) -> Table:
    """The values, which stand in order of rank, the edges among them often."""
    return _table(values.__getitem__, len(values), {place for place, value in enumerate(values) if value in edges}, ())


def table_of_numbers(field: Int) -> Table:
    """The numbers of a field by rank, its edges often, low ones more often than others."""
    both = min(field.high - field.simplest, field.simplest - field.low)
    side = 1 if field.high - field.simplest > both else -1

    def number(place: int) -> int:
        if place <= 2 * both:
            distance = -(-place // 2)
            return field.simplest + (distance if place % 2 else -distance)
        return field.simplest + side * (place - both)

    def place(number: int) -> int:
        distance = abs(number - field.simplest)
        return both + distance if distance > both else 2 * distance - (number > field.simplest)

    count = field.count()
    return _table(number, count, {place(edge) for edge in field.edges()}, _decades(count), alternating=both > 0)


def _decades(count: int) -> list[tuple[int, int]]:
    """The places 1 to 9, 10 to 99 and so on: the first of each, and the first that is no more."""
    powers = [1]
    while powers[-1] < count:
        powers.append(powers[-1] * 10)
    return [(low, min(high, count)) for low, high in pairwise(powers)]


def _table(
    value: Callable[[int], Any],
    count: int,
    edges: Collection[int],
    decades: Sequence[tuple[int, int]],
    *,
    alternating: bool = False,
) -> Table:
    least = 1 if alternating else -(-AT_LEAST // count)
    usual = count * least
    whole = usual / (1 - EDGES - SIMPLEST)
    marks = {0, 1, count, *(low for low, _ in decades), *edges, *(edge + 1 for edge in edges)}
    steps = tuple(sorted(mark for mark in marks if mark <= count))

    def width(place: int) -> int:
        more = 0.0
        if place in edges or place == 0:
            more = whole * (EDGES / len(edges) * (place in edges) + SIMPLEST * (place == 0))
        elif span := next((high - low for low, high in decades if low <= place < high), 0):
            more = usual * BY_DIGITS / len(decades) / span
        return least + (2 * round(more / 2) if alternating else round(more))

    return Table(value, steps, tuple(map(width, steps[:-1])))
