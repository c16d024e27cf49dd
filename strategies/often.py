"""Weighted tables: a value that should be drawn often has several entries, and a uniform index draws one entry.

Entries are sorted by rank, so the index shrinks as its value would. If ranks alternate between two sides, as those of
-128..127 do, each value has an odd number of entries, mostly one. A step of two entries, which shrinkers try, then
leads to the next number on the same side.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from itertools import accumulate, pairwise
from typing import Any

import attrs

from turncheck.engine.fields import Int

EDGES, SIMPLEST = 0.30, 0.05
"""Shares of the draws that are a boundary, and that are the simplest value; the others are any value."""

BY_DIGITS = 0.15
"""Share of the draws of a number in which all lengths in digits are equally likely, so that low numbers occur."""

AT_LEAST = 20
"""Least number of entries besides those for the boundaries; with fewer, the shares could not be kept."""


@attrs.frozen
class Table:
    """A field's values, some with several entries. Entries are computed on access, since there may be very many.

    Attributes:
        value: returns the value of a place, from 0.
        steps: the places at which the width changes. The first is 0, the last is the number of values.
        widths: the number of entries of each value, from each step to the next.
        starts: the index of the first entry of each step, then the number of entries.
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
        """Number of values."""
        return self.steps[-1]

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.starts[-1]

    def __getitem__(self, index: int) -> Any:
        step = bisect_right(self.starts, index) - 1
        return self.value(self.steps[step] + (index - self.starts[step]) // self.widths[step])


def table_of_values(values: Sequence[Any], edges: Collection[Any]) -> Table:
    """Return a table of values that are given in order of rank, with more entries for the edges."""
    return _table(values.__getitem__, len(values), {place for place, value in enumerate(values) if value in edges}, ())


def table_of_numbers(field: Int) -> Table:
    """Return a table of a field's numbers by rank, with more entries for the edges and for low numbers."""
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
    """Return the ranges of places 1 to 9, 10 to 99 and so on: the first place, and one past the last."""
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
