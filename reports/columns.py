r"""A table that fits a screen: columns are broken where they may be, and left out in a stated order where that is not
enough.

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
        header: what stands above it.
        least: how narrow it may be made; its cells are broken then.
        most: how wide it may be.
        leaves: which of those that are left out it is where there is no room, from 1; 0 for never.
        right: whether its cells stand at its right side.
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
    """The lines of a table of at most that width, as far as its columns allow it.

    Args:
        columns: all.
        rows: a cell for each of them, of printable text.
        width: in columns of the screen.
        painted: a part of a cell, under that header, in colour.
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
    """The places of the columns for which there is room."""
    kept = list(range(len(columns)))
    for _, place in sorted((column.leaves, place) for place, column in enumerate(columns) if column.leaves):
        if sum(_least(columns[at], [row[at] for row in rows]) + len(GAP) for at in kept) - len(GAP) <= width:
            break
        kept.remove(place)
    return kept


def _natural(column: Column, texts: Sequence[str]) -> int:
    """How wide the column is where there is room."""
    return min(max(map(cells, [column.header, *texts])), max(column.most, column.least))


def _least(column: Column, texts: Sequence[str]) -> int:
    return min(column.least, _natural(column, texts))


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """How wide each column is: as wide as it would be, the first ones before the others."""
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
    """The lines of a row: as many as its longest cell has."""
    wrapped = [wrap(cell, size, HANGING) for cell, size in zip(row, widths, strict=True)]
    for parts in zip_longest(*wrapped, fillvalue=""):
        line, length = "", 0  # without what colours take
        for number, (column, part, size) in enumerate(zip(columns, parts, widths, strict=True)):
            start = sum(widths[:number]) + len(GAP) * number + (size - cells(part) if column.right else 0)
            if part:
                line += " " * (start - length) + painted(column.header, part)
                length = start + cells(part)
        yield line
