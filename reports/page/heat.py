"""Heat maps: how often each field is wrong in each failure mode, and in which cases. Drawn as SVG, with the numbers.

Rectangles and numbers are all that is needed, so the template draws them: a plotting library would be larger than
Turncheck, and would draw text as curves, which nobody can search, copy or read aloud.
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
"""Shades of a heat map, besides that of nothing."""

MOST_ROWS = 24
"""Rows of a heat map, at most: the worst."""

MOST_COLUMNS = 14

CHARACTER, HEIGHT, LEAST_WIDTH = 7.4, 24, 54
"""Of a character the width, of a row the height, of a column the least width, in pixels."""

HEAD = 44
"""Pixels above the rows, for two lines of labels."""

CHANGED, UNCHANGED = " changed", " unchanged"


@attrs.frozen
class Box:
    """A number in its rectangle.

    Attributes:
        x, y, width: where it stands.
        text: the number.
        level: how much it is, 0..LEVELS.
        about: the same in words.
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
        title: what it is of.
        about: how it is read.
        width, height: of the whole, in pixels.
        boxes: the numbers.
        rows: the labels of rows, each with its y.
        columns: the labels of columns, each with the x of its middle.
        spans: labels above several columns, likewise.
        label: the x at which labels of rows end.
        beyond: rows that are left out.
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
"""The text of a box, how much it is, and the same in words."""


def _drawn(
    title: str,
    about: str,
    rows: Sequence[str],
    columns: Sequence[tuple[str, str]],
    cells: Mapping[tuple[str, tuple[str, str]], Cell],
) -> Heat:
    """Draws a heat map.

    Args:
        title: what it is of.
        about: how it is read.
        rows: their labels.
        columns: of each the label above several of them, and its own.
        cells: by row and column.
    """
    shown = list(rows)[:MOST_ROWS]
    most = max((amount for _, amount, _ in cells.values()), default=0) or 1
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
    """The shade of a number, 0..LEVELS: by its root, so that small ones can be told apart."""
    return min(LEVELS, 1 + int(sqrt(amount / most) * LEVELS)) if amount and most else 0


# --- which ones ------------------------------------------------------------------------------------------------------


def heats(model: ModelResult) -> list[Heat]:
    """The heat maps of a model: where its answers are wrong, in the laws' cases and in the sweep."""
    found = [_fields_by_mode(model), _strata(model)]
    if model.sweep is not None:
        found += [_swept_fields(model.sweep), _swept_strata(model.sweep)]
    return [heat for heat in found if heat is not None]


def _fields_by_mode(model: ModelResult) -> Heat | None:
    """Field by failure mode, of the laws' cases: those that the reference changes and those that it leaves apart."""
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
        "In how many of the cases that broke a law each field was wrong: where the reference changes it, and where it "
        "leaves it as it was. A case that breaks several laws counts in each."
    )
    return _drawn("Wrong fields, by failure mode", about, _most_first(counts), columns, cells)


def _strata(model: ModelResult) -> Heat | None:
    counts: Counter[str] = Counter()
    for law in model.laws:
        for failure in law.failures:
            counts.update(failure.strata)
    cells = {name: (f"{count:,}", float(count), f"{name}: {count:,} broke a law") for name, count in counts.items()}
    about = "In how many of the cases that broke a law what was done. Laws choose their cases: this is no rate."
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
    about = f"How often each field is wrong, of all {sweep.noun}s of the sweep in which the reference does that."
    return _drawn("Wrong fields, in the sweep", about, _most_first(order), columns, rates) if rates else None


def _swept_strata(sweep: SweepResult) -> Heat | None:
    cells = {row.name: _rate(row) for row in sweep.strata if row.applied}
    if not any(row.broke for row in sweep.strata):
        return None
    title = f"Divergence rate by {visible(sweep.strata_title)}, in the sweep"
    return _matrix(title, f"How many of the {sweep.noun}s diverge, of those with each choice.", cells)


def _rate(row: Row) -> Cell:
    rate = row.rate or 0.0
    return (
        f"{rate:.1%}" if rate >= 1e-3 else percent(rate) if row.broke else "0",
        rate,
        f"{row.name}: {row.broke:,} of {row.applied:,}",
    )


def _parted(written: str) -> tuple[str, str]:
    """A field, and whether the reference changes it."""
    if written.endswith(UNCHANGED):
        return written.removesuffix(UNCHANGED), "left as it was"
    if written.endswith(CHANGED):
        return written.removesuffix(CHANGED), "changed"
    return written, ""


def _most_first(counts: Mapping[tuple[str, tuple[str, str]], float]) -> list[str]:
    """The rows, those with the highest sums first."""
    sums: Counter[str] = Counter()
    for (row, _), count in counts.items():
        sums[row] += count  # type: ignore[assignment]  # a rate is counted as well as a number
    return sorted(sums, key=lambda row: (-sums[row], row))


def _matrix(title: str, about: str, cells: Mapping[str, Cell]) -> Heat | None:
    """Choice by choice where cases are told apart by two choices, `hero heal, foe attack`; else a row for each."""
    if not cells:
        return None
    parted = {name: [part.rpartition(" ")[::2] for part in name.split(", ")] for name in cells}
    pairs = {tuple(label for label, _ in parts) for parts in parted.values()}
    if len(pairs) == 1 and len(next(iter(pairs))) == 2:
        rows = _by_amount(((_joined(parts[0]), cells[name][1]) for name, parts in parted.items()))
        columns = sorted({parts[1] for parts in parted.values()})
        if len(columns) <= MOST_COLUMNS:
            by_place = {(_joined(parts[0]), parts[1]): cells[name] for name, parts in parted.items()}
            return _drawn(title, about, rows, columns, by_place)
    column = ("", "wrong")
    rows = _by_amount((name, cell[1]) for name, cell in cells.items() if cell[1])
    return _drawn(title, about, rows, [column], {(name, column): cell for name, cell in cells.items()})


def _joined(part: tuple[str, str]) -> str:
    return " ".join(part).strip()


def _by_amount(pairs: Iterable[tuple[str, float]]) -> list[str]:
    sums: dict[str, float] = {}
    for row, amount in pairs:
        sums[row] = sums.get(row, 0.0) + amount
    return sorted(sums, key=lambda row: (-sums[row], row))
