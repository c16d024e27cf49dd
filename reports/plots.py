"""The brittleness map as a picture: a heat map of shares, as SVG and PNG, by matplotlib, the extra `plots`.

The same map gives the same bytes with the same version of matplotlib: the ids of the SVG have a fixed salt, and
neither file has a date. Text stays text in the SVG.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from turncheck.reports.brittleness import FATES, CellResult, MappedModel, by_family, modes_of
from turncheck.reports.escape import visible
from turncheck.reports.map_text import TRAINED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HOW_TO_GET = "pictures need matplotlib, which is not installed: pip install 'turncheck[plots]'"

RIGHT, MODE, FATE = "Greens", "Oranges", "Blues"
"""The colour maps of right answers, failure modes, and what the model does instead of rejecting."""

EMPTY = "#f3f3f3"
"""The colour of a rectangle with nothing to show."""

LONGEST_NAME = 40

CELL_WIDTH, CELL_HEIGHT = 0.36, 0.17
"""Inches."""

DOTS = 110
"""Dots per inch of the PNG."""

STYLE: Any = {
    "svg.hashsalt": "turncheck",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.linewidth": 0.0,
}


class NoPlotsError(RuntimeError):
    """The plotting library is not installed."""

    def __str__(self) -> str:
        return HOW_TO_GET


@attrs.frozen
class Column:
    """A column of the picture.

    Attributes:
        title: its title.
        name: the part that it shows: `right`, a failure mode, a fate.
        colours: its colour map.
        strength: the strength that it shows; None for all strengths together.
    """

    title: str
    name: str
    colours: str
    strength: int | None = None


@attrs.frozen
class Line:
    """A row of the picture: an operator, or the title of a family.

    Attributes:
        label: its label.
        cells: for each model the operator's cells, one for each strength; none for a title.
    """

    label: str
    cells: tuple[tuple[CellResult, ...], ...] = ()


def pictures(models: Sequence[MappedModel]) -> dict[str, bytes]:
    """Return the picture of some maps as files: `map.svg` and `map.png`.

    Raises:
        NoPlotsError: matplotlib is not installed.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
    except ModuleNotFoundError as error:
        raise NoPlotsError from error
    with matplotlib.rc_context(STYLE):
        figure = _figure(models)
        FigureCanvasAgg(figure)
        files = {}
        for form in ("svg", "png"):
            files[f"map.{form}"] = saved(figure, form)
    return files


def saved(figure: Figure, form: str, dots: int = DOTS) -> bytes:
    """Return a figure as a file, `svg` or `png`, without the date and the version that made it."""
    metadata = {"Date": None, "Creator": "Turncheck"} if form == "svg" else {"Software": None}
    content = io.BytesIO()
    figure.savefig(content, format=form, metadata=metadata, dpi=dots)
    return content.getvalue()


def _figure(models: Sequence[MappedModel]) -> Figure:
    from matplotlib.figure import Figure

    lines, columns = list(_lines(models)), _columns(models)
    label = 0.2 + 0.062 * max(len(line.label) for line in lines)
    width = label + len(models) * len(columns) * CELL_WIDTH + 0.25 * len(models)
    height = len(lines) * CELL_HEIGHT + 1.6
    figure = Figure(figsize=(width, height))
    panel = len(columns) * CELL_WIDTH
    for number, model in enumerate(models):
        left = label + number * (panel + 0.25)
        axes = figure.add_axes((left / width, 0.35 / height, panel / width, len(lines) * CELL_HEIGHT / height))
        _draw(axes, lines, columns, number, model)
    figure.text(0.1 / width, 0.12 / height, _legend(models), fontsize=7, va="bottom")
    return figure


def _legend(models: Sequence[MappedModel]) -> str:
    first = models[0].map
    said = f"share of the texts in %, {first.turns:,} {first.noun}s of {first.sampler} (seed {first.seed}) in each row"
    return f"{said}; {TRAINED} trained on" if any(model.map.operators for model in models) else said


def _lines(models: Sequence[MappedModel]) -> Iterator[Line]:
    """Yield the rows: the undamaged cases, then a title and the operators of each family."""
    every = {cell.operator: cell for model in models for cell in model.map.cells}
    for family, group in by_family(list(every.values())):
        if family:
            yield Line(visible(family))
        for one in group:
            cells = tuple(tuple(each for each in model.map.cells if each.operator == one.operator) for model in models)
            mark = f" {TRAINED}" if any(cell.trained for found in cells for cell in found) else ""
            yield Line(visible(one.operator)[:LONGEST_NAME] + mark, cells)


def _columns(models: Sequence[MappedModel]) -> list[Column]:
    cells = [cell for model in models for cell in model.map.cells]
    strengths = sorted({max(cell.strength, 1) for cell in cells})
    right = [Column(f"right, by {strength}", "right", RIGHT, strength) for strength in strengths]
    modes = [Column(name, name, MODE) for name in modes_of([model.map for model in models])]
    return [*right, *modes, *(Column(name, name, FATE) for name in FATES if any(cell.fates for cell in cells))]


def _draw(axes: Axes, lines: Sequence[Line], columns: Sequence[Column], number: int, model: MappedModel) -> None:
    """Draw the panel of a model."""
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(lines), 0)
    for y, line in enumerate(lines):
        for x, column in enumerate(columns if line.cells else ()):
            _draw_cell(axes, x, y, column, line.cells[number])
    axes.set_xticks([x + 0.5 for x in range(len(columns))], [column.title for column in columns])
    axes.xaxis.tick_top()
    axes.tick_params(length=0, pad=2)
    for tick in axes.get_xticklabels():
        tick.set(rotation=40, ha="left", rotation_mode="anchor")
    axes.set_yticks([y + 0.5 for y in range(len(lines))], ["" if number else line.label for line in lines])
    for tick, line in zip(axes.get_yticklabels(), lines, strict=True):
        tick.set_fontweight("normal" if line.cells else "bold")
    axes.set_title(visible(model.name)[:LONGEST_NAME], fontsize=9, fontweight="bold", loc="left", pad=62)


def _draw_cell(axes: Axes, x: int, y: int, column: Column, cells: Sequence[CellResult]) -> None:
    """Draw a share as a number in its rectangle."""
    import matplotlib
    from matplotlib.patches import Rectangle

    found = _share(cells, column)
    share = found or 0.0
    colour = EMPTY if found is None else matplotlib.colormaps[column.colours](0.8 * share)
    axes.add_patch(Rectangle((x + 0.02, y + 0.03), 0.96, 0.94, facecolor=colour, edgecolor="none"))
    if found or (found is not None and column.name == "right"):
        text = "<1" if 0 < share < 0.01 else ">99" if 0.99 < share < 1 else f"{100 * share:.0f}"
        light = "white" if share > 0.7 else "black"
        axes.text(x + 0.5, y + 0.53, text, ha="center", va="center", color=light, fontsize=6.5)


def _share(cells: Sequence[CellResult], column: Column) -> float | None:
    """Return the share that a column shows, 0..1; None if there is nothing to show."""
    of_column = [cell for cell in cells if cell.asked and column.strength in (None, max(cell.strength, 1))]
    if column.name == "right":
        parts = [cell.right for cell in of_column if cell.has_right]
    elif column.colours == FATE:
        parts = [part for cell in of_column if (part := cell.share(column.name)) is not None]
    else:
        counts = [(cell.share(column.name), cell.asked) for cell in of_column]
        whole = sum(asked for _, asked in counts)
        return sum(part.count for part, _ in counts if part is not None) / whole if whole else None
    whole = sum(part.of for part in parts)
    return sum(part.count for part in parts) / whole if whole else None
