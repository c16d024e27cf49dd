"""Two lines, one under the other, with marks under the pieces that differ.

The lines are wrapped together, so the marks are under what they mark at any width.

>>> for row in compared("hp 07/09 stun 0 burn 2", "hp 06/09 stun 0 burn 3", 14):
...     print(row.kind, row.text)
- hp 07/09 stun
+ hp 06/09 stun
^    ^^^^^
-     0 burn 2
+     0 burn 3
^            ^
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Literal, NamedTuple

from turncheck.reports.screen import broken, cells

HANGING = "    "
"""The indent of a row that continues the row above."""

Kind = Literal[" ", "-", "+", "^"]


class Row(NamedTuple):
    """A row of a comparison. Kinds: ` ` the same in both lines, `-` the first line, `+` the second, `^` the marks."""

    kind: Kind
    text: str


class _Pair(NamedTuple):
    """The pieces in the same place of both lines; None if a line has ended.

    Attributes:
        first: the piece of the first line.
        second: the piece of the second line.
        is_marked: whether the pieces differ and get a mark.
        goes_on: whether they continue the piece before, which was too long for a row.
    """

    first: str | None
    second: str | None
    is_marked: bool
    goes_on: bool


def compared(first: str, second: str, width: int | None = None) -> list[Row]:
    """Compare two lines piece by piece and return the rows. Equal lines have rows of one kind.

    An empty or missing piece gets one mark, in the place where it would be.

    Args:
        first: a line of printable text.
        second: another line of printable text.
        width: the greatest width of a row, without its kind; None for any.
    """
    pairs = list(_pairs(first.split(" "), second.split(" "), width))
    rows: list[Row] = []
    for number, row in enumerate(_parted(pairs, width)):
        rows += _shown(row, HANGING if number else "")
    return rows


def _pairs(first: Sequence[str], second: Sequence[str], width: int | None) -> Iterator[_Pair]:
    for place, (one, other) in enumerate(zip_longest(first, second)):
        is_marked = one != other and place <= len(second)  # only the first missing piece is marked
        if width is None:
            yield _Pair(one, other, is_marked, False)
            continue
        parts = [[None] if piece is None else list(broken(piece, width - len(HANGING))) for piece in (one, other)]
        for part, (some, others) in enumerate(zip_longest(*parts)):
            yield _Pair(some, others, is_marked, part > 0)


def _parted(pairs: Sequence[_Pair], width: int | None) -> Iterator[list[_Pair]]:
    """Yield the pairs of each row."""
    row: list[_Pair] = []
    lengths = [0, 0]
    for pair in pairs:
        gap = 0 if pair.goes_on or not row else 1
        mark = 1 if pair.is_marked else 0  # an empty piece has a mark too
        needed = [length + gap + max(cells(piece or ""), mark) for length, piece in zip(lengths, pair[:2], strict=True)]
        if row and width is not None and max(needed) > width:
            yield row
            row, lengths, gap = [], [len(HANGING)] * 2, 0
        row.append(pair)
        for place, piece in enumerate(pair[:2]):
            lengths[place] += 0 if piece is None else gap + cells(piece)
    yield row


def _shown(row: Sequence[_Pair], indent: str) -> list[Row]:
    first, second, marks = indent, indent, ""
    for number, pair in enumerate(row):
        gap = " " if number and not pair.goes_on else ""
        first += "" if pair.first is None else f"{gap}{pair.first}"
        start = cells(second) + len(gap)
        second += "" if pair.second is None else f"{gap}{pair.second}"
        if pair.is_marked and not (pair.goes_on and pair.second is None):
            marks += " " * (start - len(marks)) + "^" * max(cells(pair.second or ""), 1)
    if not any(pair.first != pair.second for pair in row):
        return [Row(" ", second)]
    rows = [Row("-", first)] if any(pair.first is not None for pair in row) else []
    rows += [Row("+", second)] if marks or any(pair.second is not None for pair in row) else []
    return [*rows, Row("^", marks)] if marks else rows
