"""The brittleness map on the page: a heat map for each family of operators, the sums, and what to fix next."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from turncheck.reports.brittleness import FATES, CellResult, MapResult, Portion, by_family, modes_of
from turncheck.reports.escape import visible
from turncheck.reports.map_text import NOTHING, advised, facts, mapped_in_short, marked
from turncheck.reports.page.heat import Cell as Shown
from turncheck.reports.page.heat import Heat, drawn
from turncheck.reports.records import ModelResult


@attrs.frozen
class MapView:
    """A map as the page shows it.

    Attributes:
        about: what was asked, and how to read it.
        heats: a heat map of the sums, then one for each family.
        advice: the kinds of advice, each with its lines.
        nothing: a line in the place of advice, if there is none.
    """

    about: list[str]
    heats: list[Heat]
    advice: list[tuple[str, list[str]]]
    nothing: str


def map_view(result: MapResult) -> MapView:
    """Return a map as the page shows it."""
    modes = modes_of([result])
    groups = [("All operators together", [*result.cells[:1], *result.sums])]
    groups += [(visible(family), cells) for family, cells in by_family(result.cells[1:])]
    heats = [_heat(title, cells, modes) for title, cells in groups]
    nothing = NOTHING if result.whole else "the map is not finished"
    return MapView([mapped_in_short(result), *facts(result)], heats, list(advised(result)), nothing)


def maps_side_by_side(models: Sequence[ModelResult]) -> Heat | None:
    """Return a heat map of wrong answers with a column for each model that was mapped; None for fewer than two."""
    mapped = [(f"{number}", model.map) for number, model in enumerate(models, 1) if model.map is not None]
    if len(mapped) < 2:
        return None
    columns = [("model", number) for number, _ in mapped]
    shown, rows = {}, dict[str, None]()
    for (number, result), column in zip(mapped, columns, strict=True):
        for cell in (*result.cells[:1], *result.sums, *result.cells[1:]):
            label = f"{visible(cell.operator)} {cell.strength or ''}".strip()
            rows[label] = None
            if (part := _part(cell, "wrong")) is not None:
                shown[label, column] = _shown(f"model {number}, {label}", part)
    names = ", ".join(f"{number}: {visible(models[int(number) - 1].name)}" for number, _ in mapped)
    about = f"Share of wrong answers. {names}."
    return drawn("Wrong answers by operator and strength", about, list(rows), columns, shown, len(rows), 1.0)


def _heat(title: str, cells: Sequence[CellResult], modes: Sequence[str]) -> Heat:
    """Lay out some cells: the darker, the worse, so that wrong answers are shown and not right ones."""
    rows = {_label(cell): cell for cell in cells}
    columns = [("", "wrong"), *(("fails as", name) for name in modes), *(("instead", name) for name in FATES)]
    shown = {
        (label, (span, name)): _shown(label, part)
        for label, cell in rows.items()
        for span, name in columns
        if (part := _part(cell, name)) is not None and (part.count or name == "wrong")
    }
    kept = [column for column in columns if any(place == column for _, place in shown)]
    return drawn(title, "", list(rows), kept, shown, most_rows=len(rows), most=1.0)


def _shown(label: str, part: Portion) -> Shown:
    """Return the text of a rectangle, its amount, and the same in words. The square makes the shades linear."""
    return part.percent, part.rate**2, f"{label}, {part.name}: {part.count:,} of {part.of:,}, {part.interval}"


def _part(cell: CellResult, name: str) -> Portion | None:
    """Return the part of a cell for a column; None if there is none."""
    if name != "wrong":
        return cell.share(name)
    right = cell.right
    if not cell.asked or not cell.has_right:
        return None
    return Portion(name, right.of - right.count, right.of, 1 - right.high, 1 - right.low)


def _label(cell: CellResult) -> str:
    return f"{marked(cell)} {cell.strength}" if cell.strength else marked(cell)
