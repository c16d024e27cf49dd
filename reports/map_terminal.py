"""The brittleness map on a terminal, which it fits: a table for each model, the models side by side, the advice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from turncheck.reports.brittleness import CellResult, MappedModel, by_family, short_percent
from turncheck.reports.columns import Column, laid_out
from turncheck.reports.escape import visible
from turncheck.reports.map_text import (
    NOTHING,
    advised,
    facts,
    mapped_in_short,
    marked,
    parts_in_short,
    right_in_short,
    side_by_side,
)
from turncheck.reports.screen import Screen

WIDE = 150
"""From this width on, each failure mode is shown with its interval."""

COLUMNS = (
    Column("operator", least=16),
    Column("by", least=2, right=True),
    Column("texts", least=6, right=True, leaves=2),
    Column("right", least=5, right=True),
    Column("95 % interval", least=15, leaves=3),
    Column("fails as", least=23),
    Column("instead", least=16, leaves=1),
)
"""The columns. Where there is no room, what it does instead of rejecting is left out first, then the texts. Of texts
without a right answer, what it does stands in the place of failure modes.
"""


def maps_text(
    models: Sequence[MappedModel], screen: Screen | None = None, every_row: bool = True, option: str = ""
) -> str:
    """Return the maps of some models as text for a terminal.

    Args:
        models: the models with their maps.
        screen: the terminal; None for 80 columns without colour.
        every_row: whether operators whose texts were all answered rightly have rows too; if not, a line counts them.
        option: the name of the option that shows all rows.
    """
    screen = screen or Screen()
    parts = ["\n\n".join(_model(model, screen, every_row, option)) for model in models]
    if len(models) > 1:
        parts.append("\n".join(_side_by_side(models, screen)))
    parts += ["\n".join(_advice(model, screen, len(models) > 1)) for model in models if model.map.whole]
    return "\n\n".join(parts)


def _model(model: MappedModel, screen: Screen, every_row: bool, option: str) -> Iterator[str]:
    """Yield the parts of a model: what was asked, the sums, and a table for each family."""
    result = model.map
    head = f"{visible(model.name)} ({visible(model.kind)}): {mapped_in_short(result)}"
    yield "\n".join(line for text in (head, *facts(result)) for line in screen.wrapped(text, "  "))
    yield "\n".join(_table(result.cells[:1] + result.sums, screen))
    shown = [cell for cell in result.cells[1:] if every_row or not _is_all_right(cell)]
    for family, cells in by_family(shown):
        yield "\n".join([screen.paint(visible(family), "bold"), *_table(cells, screen)])
    if held := [cell for cell in result.cells[1:] if cell not in shown]:
        highest = max(1 - cell.right.low for cell in held)
        rows = f"{len(held)} more row{'s' * (len(held) > 1)}"
        line = f"{rows}: every answer right, each share of wrong answers below {short_percent(highest)}"
        yield "\n".join(screen.wrapped(line + (f"; {option} shows them" if option else ""), "  "))


def _is_all_right(cell: CellResult) -> bool:
    return cell.has_right and cell.asked > 0 and cell.right.count == cell.asked


def _table(cells: Sequence[CellResult], screen: Screen) -> list[str]:
    with_intervals = screen.width >= WIDE
    rows = [
        (
            marked(cell),
            str(cell.strength or ""),
            f"{cell.asked:,}",
            *right_in_short(cell),
            parts_in_short(cell.modes if cell.has_right else cell.fates, with_intervals),
            parts_in_short(cell.fates) if cell.has_right else "",
        )
        for cell in cells
    ]
    kept = [place for place in range(len(COLUMNS)) if place not in (1, 6) or any(row[place] for row in rows)]
    columns, shown = [COLUMNS[place] for place in kept], [tuple(row[place] for place in kept) for row in rows]
    return list(laid_out(columns, shown, screen.width, lambda header, text: _painted(header, text, screen)))


def _painted(header: str, text: str, screen: Screen) -> str:
    if header != "right" or not text.endswith("%"):
        return text
    share = float(text.strip("<>%"))
    return screen.paint(text, "green" if share >= 95 else "yellow" if share >= 50 else "red")


def _side_by_side(models: Sequence[MappedModel], screen: Screen) -> Iterator[str]:
    yield screen.paint("right answers, side by side", "bold")
    named = [Column(visible(model.name), least=8, right=True) for model in models]
    columns = [Column("operator", least=16), Column("by", least=2, right=True), *named]
    yield from laid_out(columns, side_by_side(models), screen.width, lambda _, text: _painted("right", text, screen))


def _advice(model: MappedModel, screen: Screen, is_named: bool) -> Iterator[str]:
    yield screen.paint("what to fix next" + (f": {visible(model.name)}" if is_named else ""), "bold")
    advice = list(advised(model.map))
    for title, lines in advice:
        yield title
        for line in lines:
            yield from screen.wrapped(f"- {line}", "  ")
    if not advice:
        yield from screen.wrapped(NOTHING, "  ")
