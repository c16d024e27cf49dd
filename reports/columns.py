r"""A table that fits a screen: cells are wrapped, and if that is not enough, columns are dropped in a stated order.

>>> columns = [Column("law", least=8), Column("cases", least=5, right=True), Column("found", least=11, leaves=1)]
>>> print("\n".join(laid_out(columns, [["hp_never_rises", "34", "wrong_value hp 3"]], 35)))
law             cases  found
--------------  -----  ------------
hp_never_rises     34  wrong_value
                         hp 3
>>> print("\n".join(laid_out(columns, [["hp_never_rises", "34", "wrong_value hp 3"]], 22)))
law             cases
--------------  -----
hp_never_rises     34
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

import attrs

from turncheck.reports.screen import cells, wrap

GAP = "  "
HANGING = "  "


@attrs.frozen
class Column:
    """A column of a table.

    Attributes:
        header: the text above it.
        least: its least width, to which its cells are wrapped.
        most: its greatest width.
        leaves: its place in the order in which columns are dropped, from 1; 0 if it is never dropped.
        right: whether its cells are aligned to the right.
    """

    header: str
    least: int
    most: int = 1_000
    leaves: int = 0
    right: bool = False


def laid_out(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    width: int,
    painted: Callable[[str, str], str] = lambda header, text: text,
) -> Iterator[str]:
    """Yield the lines of a table of at most that width, as far as its columns allow.

    Args:
        columns: all columns.
        rows: the rows, each with a cell of printable text for each column.
        width: the width of the screen, in characters.
        painted: colours a part of a cell; called with the header of the column and the part.
    """
    kept = _kept(columns, rows, width)
    shown = [columns[place] for place in kept]
    table = [[row[place] for place in kept] for row in rows]
    widths = _widths(shown, table, width)
    yield from _row(shown, [column.header for column in shown], widths, lambda header, text: text)
    yield GAP.join("-" * each for each in widths)
    for row in table:
        yield from _row(shown, row, widths, painted)


def _kept(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the places of the columns for which there is room."""
    kept = list(range(len(columns)))
    for _, place in sorted((column.leaves, place) for place, column in enumerate(columns) if column.leaves):
        if sum(_least(columns[at], [row[at] for row in rows]) + len(GAP) for at in kept) - len(GAP) <= width:
            break
        kept.remove(place)
    return kept


def _natural(column: Column, texts: Sequence[str]) -> int:
    """Return the width of the column if there is enough room."""
    return min(max(map(cells, [column.header, *texts])), max(column.most, column.least))


def _least(column: Column, texts: Sequence[str]) -> int:
    return min(column.least, _natural(column, texts))


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the width of each column: the least, plus the spare room, which earlier columns get first."""
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    widths = [_least(column, texts) for column, texts in zip(columns, by_column, strict=True)]
    spare = max(width - sum(widths) - len(GAP) * (len(columns) - 1), 0)
    for place, (column, texts) in enumerate(zip(columns, by_column, strict=True)):
        more = min(_natural(column, texts) - widths[place], spare)
        widths[place] += more
        spare -= more
    return widths


def _row(
    columns: Sequence[Column], row: Sequence[str], widths: Sequence[int], painted: Callable[[str, str], str]
) -> Iterator[str]:
    """Yield the lines of a row, as many as its longest cell has."""
    wrapped = [wrap(cell, size, HANGING) for cell, size in zip(row, widths, strict=True)]
    for parts in zip_longest(*wrapped, fillvalue=""):
        line, length = "", 0  # the length without colour codes
        for number, (column, part, size) in enumerate(zip(columns, parts, widths, strict=True)):
            start = sum(widths[:number]) + len(GAP) * number + (size - cells(part) if column.right else 0)
            if part:
                line += " " * (start - length) + painted(column.header, part)
                length = start + cells(part)
        yield line
