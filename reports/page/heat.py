"""Heat maps: how often each field is wrong in each failure mode, and in which cases, as SVG with the numbers.

The maps need only rectangles and numbers, so the template draws them. A plotting library would be larger than Turncheck
and would draw text as curves, which cannot be searched, copied or read aloud.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt

import attrs

from turncheck.reports.escape import visible
from turncheck.reports.modes import MODES
from turncheck.reports.records import ModelResult
from turncheck.reports.sweeps import Row, SweepResult, percent

LEVELS = 5
"""Number of shades of a heat map, without the one for 0."""

MOST_ROWS = 24
"""Most rows of a heat map; the worst are shown."""

MOST_COLUMNS = 14

CHARACTER, HEIGHT, LEAST_WIDTH = 7.4, 24, 54
"""Width of a character, height of a row and least width of a column, in pixels."""

HEAD = 44
"""Space above the rows for two lines of labels, in pixels."""

CHANGED, UNCHANGED = " changed", " unchanged"


@attrs.frozen
class Box:
    """A number in its rectangle.

    Attributes:
        x, y, width: its position and width, in pixels.
        text: the number.
        level: its shade, 0..LEVELS.
        about: the number in words.
    """

    x: float
    y: float
    width: float
    text: str
    level: int
    about: str


@attrs.frozen
class Heat:
    """A heat map.

    Attributes:
        title: what the map shows.
        about: how to read it.
        width, height: the size of the whole map, in pixels.
        boxes: the numbers.
        rows: the labels of rows, each with its y.
        columns: the labels of columns, each with the x of its middle.
        spans: the labels above several columns, each with the x of its middle.
        label: the x at which the labels of rows end.
        beyond: the number of rows that are left out.
    """

    title: str
    about: str
    width: float
    height: float
    boxes: list[Box]
    rows: list[tuple[str, float]]
    columns: list[tuple[str, float]]
    spans: list[tuple[str, float]]
    label: float
    beyond: int


Cell = tuple[str, float, str]
"""The text of a box, its amount, and the same in words."""


def drawn(
    title: str,
    about: str,
    rows: Sequence[str],
    columns: Sequence[tuple[str, str]],
    cells: Mapping[tuple[str, tuple[str, str]], Cell],
    most_rows: int = MOST_ROWS,
    most: float = 0.0,
) -> Heat:
    """Lay out a heat map.

    Args:
        title: what the map shows.
        about: how to read it.
        rows: the labels of the rows.
        columns: for each column the label that it shares with others, and its own.
        cells: the cells by row and column.
        most_rows: most rows that are shown.
        most: the amount with the darkest shade; 0 for the largest amount.
    """
    shown = list(rows)[:most_rows]
    most = most or max((amount for _, amount, _ in cells.values()), default=0) or 1
    label = max(map(len, map(visible, shown)), default=0) * CHARACTER + 10
    left, boxes, middles, spans = label, [], [], dict[str, list[float]]()
    for column in columns:
        span, name = column
        widest = max([len(name), *(len(cells[row, column][0]) for row in shown if (row, column) in cells)])
        width = max(LEAST_WIDTH, widest * CHARACTER + 12)
        middles.append((name, left + width / 2))
        spans.setdefault(span, []).append(left + width / 2)
        for number, row in enumerate(shown):
            text, amount, words = cells.get((row, column), ("", 0.0, f"{row}: none"))
            boxes.append(Box(left, HEAD + number * HEIGHT, width - 2, text, level_of(amount, most), words))
        left += width
    labels = [(visible(row), float(HEAD + number * HEIGHT)) for number, row in enumerate(shown)]
    above = [(span, sum(xs) / len(xs)) for span, xs in spans.items() if span]
    height = HEAD + len(shown) * HEIGHT + 2
    return Heat(title, about, left, height, boxes, labels, middles, above, label, len(rows) - len(shown))


def level_of(amount: float, most: float) -> int:
    """Return the shade of a number, 0..LEVELS, by its square root, so that small numbers can be distinguished."""
    return min(LEVELS, 1 + int(sqrt(amount / most) * LEVELS)) if amount and most else 0


# --- which ones ------------------------------------------------------------------------------------------------------


def heats(model: ModelResult) -> list[Heat]:
    """Return the heat maps of a model: where its answers are wrong, in the laws' cases and in the sweep."""
    found = [_fields_by_mode(model), _strata(model)]
    if model.sweep is not None:
        found += [_swept_fields(model.sweep), _swept_strata(model.sweep)]
    return [heat for heat in found if heat is not None]


def _fields_by_mode(model: ModelResult) -> Heat | None:
    """Count wrong fields by failure mode in the laws' cases, changed and unchanged fields separately."""
    counts: Counter[tuple[str, tuple[str, str]]] = Counter()
    for law in model.laws:
        for failure in law.failures:
            for written, count in failure.fields.items():
                field, span = _parted(written)
                counts[field, (span, failure.mode)] += count
    if not counts:
        return None
    order = {mode.mode: place for place, mode in enumerate(MODES)}
    spans = ("changed", "left as it was", "")
    columns = sorted({column for _, column in counts}, key=lambda each: (spans.index(each[0]), order.get(each[1], 99)))
    cells = {
        (field, column): (f"{count:,}", float(count), f"{field}, {' '.join(column)}: {count:,} wrong")
        for (field, column), count in counts.items()
    }
    about = (
        "Number of cases that broke a law in which each field is wrong, split by whether the reference changes the "
        "field. A case that breaks several laws counts for each of them."
    )
    return drawn("Wrong fields, by failure mode", about, _most_first(counts), columns, cells)


def _strata(model: ModelResult) -> Heat | None:
    counts: Counter[str] = Counter()
    for law in model.laws:
        for failure in law.failures:
            counts.update(failure.strata)
    cells = {name: (f"{count:,}", float(count), f"{name}: {count:,} broke a law") for name, count in counts.items()}
    about = "Number of cases that broke a law, by what was done. Laws choose their cases, so this is not a rate."
    return _matrix("Broken cases, by what was done", about, cells)


def _swept_fields(sweep: SweepResult) -> Heat | None:
    rates: dict[tuple[str, tuple[str, str]], Cell] = {}
    wrong = [row for row in sweep.fields if row.broke]
    for row in wrong:
        field, span = _parted(row.name)
        rates[field, ("", span or "wrong")] = _rate(row)
    spans = ("changed", "left as it was", "wrong")
    columns = sorted({column for _, column in rates}, key=lambda each: spans.index(each[1]))
    order = Counter({key: value[1] for key, value in rates.items()})
    about = (
        f"Share of the sweep's {sweep.noun}s in which a field is wrong: of those in which the reference changes the "
        "field, and of those in which it does not."
    )
    return drawn("Wrong fields, in the sweep", about, _most_first(order), columns, rates) if rates else None


def _swept_strata(sweep: SweepResult) -> Heat | None:
    cells = {row.name: _rate(row) for row in sweep.strata if row.applied}
    if not any(row.broke for row in sweep.strata):
        return None
    title = f"Divergence rate by {visible(sweep.strata_title)}, in the sweep"
    return _matrix(title, f"Share of the {sweep.noun}s with each choice that diverge.", cells)


def _rate(row: Row) -> Cell:
    rate = row.rate or 0.0
    return (
        f"{rate:.1%}" if rate >= 1e-3 else percent(rate) if row.broke else "0",
        rate,
        f"{row.name}: {row.broke:,} of {row.applied:,}",
    )


def _parted(written: str) -> tuple[str, str]:
    """Split a name into the field, and whether the reference changes it."""
    if written.endswith(UNCHANGED):
        return written.removesuffix(UNCHANGED), "left as it was"
    if written.endswith(CHANGED):
        return written.removesuffix(CHANGED), "changed"
    return written, ""


def _most_first(counts: Mapping[tuple[str, tuple[str, str]], float]) -> list[str]:
    """Return the rows, those with the highest sums first."""
    sums: Counter[str] = Counter()
    for (row, _), count in counts.items():
        sums[row] += count  # type: ignore[assignment]  # rates are summed too, not only counts
    return sorted(sums, key=lambda row: (-sums[row], row))


def _matrix(title: str, about: str, cells: Mapping[str, Cell]) -> Heat | None:
    """Lay out strata of two choices, `hero heal, foe attack`, as rows and columns; any others as one row each."""
    if not cells:
        return None
    parted = {name: [part.rpartition(" ")[::2] for part in name.split(", ")] for name in cells}
    pairs = {tuple(label for label, _ in parts) for parts in parted.values()}
    if len(pairs) == 1 and len(next(iter(pairs))) == 2:
        rows = _by_amount(((_joined(parts[0]), cells[name][1]) for name, parts in parted.items()))
        columns = sorted({parts[1] for parts in parted.values()})
        if len(columns) <= MOST_COLUMNS:
            by_place = {(_joined(parts[0]), parts[1]): cells[name] for name, parts in parted.items()}
            return drawn(title, about, rows, columns, by_place)
    column = ("", "wrong")
    rows = _by_amount((name, cell[1]) for name, cell in cells.items() if cell[1])
    return drawn(title, about, rows, [column], {(name, column): cell for name, cell in cells.items()})


def _joined(part: tuple[str, str]) -> str:
    return " ".join(part).strip()


def _by_amount(pairs: Iterable[tuple[str, float]]) -> list[str]:
    sums: dict[str, float] = {}
    for row, amount in pairs:
        sums[row] = sums.get(row, 0.0) + amount
    return sorted(sums, key=lambda row: (-sums[row], row))
