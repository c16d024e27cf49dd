"""Models by size on a terminal, and as CSV: a table of the models, and one of the smallest for each number of nines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from turncheck.reports.columns import GAP, Column, laid_out
from turncheck.reports.escape import visible
from turncheck.reports.screen import Screen
from turncheck.reports.size_up import MOST_NINES, SizedModel, SizeUp
from turncheck.reports.sweeps import Row, percent

NONE, MARK = "-", "*"
"""What is not known, and what marks a model on the front."""


def size_up_text(result: SizeUp, screen: Screen) -> str:
    """Return the tables, with what they are of and what went wrong."""
    lines = [*screen.wrapped(_about(result)), "", *_models_table(result, screen), ""]
    lines += [line for note in _notes(result) for line in screen.wrapped(note, "  ")]
    if any(model.bytes is not None for model in result.measured):
        lines += ["", *_nines_table(result, screen), *screen.wrapped(_not_shown(result), "  ")]
    return "\n".join(lines).rstrip("\n")


def _about(result: SizeUp) -> str:
    turns = ", ".join(f"{count:,} {result.noun}s of {name}" for name, count in result.turns.items())
    laws = f", {result.examples:,} cases for each law" if result.examples else ""
    malformed = f", {result.malformed:,} malformed texts" if result.malformed else ""
    return f"{visible(result.rules)}, seed {result.seed}: {turns}{malformed}{laws}"


# --- the models ------------------------------------------------------------------------------------------------------


def _models_table(result: SizeUp, screen: Screen) -> list[str]:
    """Return the lines of a table of the models, the smallest first; without room, first the training is left out."""
    on_front = result.front
    columns = [
        *([Column("", least=1)] if on_front else []),
        Column("model", least=16),
        Column("bytes", least=9, right=True),
        *(column for name in result.turns for column in _columns_of(name)),
        *([Column("laws held", least=8, leaves=5)] if result.examples else []),
        *([Column("right rejects", least=8, leaves=4, right=True)] if result.malformed else []),
        Column("turns/s by 1", least=7, leaves=3, right=True),
        Column(f"turns/s by {result.together}", least=7, leaves=2, right=True),
        Column("trained on", least=10, leaves=1, right=True),
        Column("core-hours", least=10, leaves=1, right=True),
    ]
    rows = [_row(model, on_front, result) for model in (*result.measured, *_failed(result))]

    def painted(header: str, text: str) -> str:
        return screen.paint(text, "green", "bold") if not header else text

    lines = list(laid_out(columns, rows, screen.width, painted))
    left_out = len(columns) - len(_under_the_headers(lines).split(GAP))
    what = "1 column is" if left_out == 1 else f"{left_out} columns are"
    more = f"{what} left out: a wider terminal, --csv or --json has more"
    return [*lines, *screen.wrapped(more, "  ")] if left_out else lines


def _under_the_headers(lines: Sequence[str]) -> str:
    """Return the line between the headers and the rows of a table: dashes for each column."""
    return next(line for line in lines if not line.strip(" -"))


def _columns_of(sampler: str) -> tuple[Column, Column]:
    """Return the columns of a sampler: the number of wrong answers, and the upper bound on their rate."""
    return Column(f"{sampler} wrong", least=7, right=True), Column("below", least=8, right=True)


def _row(model: SizedModel, on_front: Sequence[SizedModel], result: SizeUp) -> list[str]:
    by_name = {row.name: row for row in model.samples}
    return [
        *([MARK if model in on_front else ""] if on_front else []),
        visible(model.name),
        _number(model.bytes),
        *(cell for name in result.turns for cell in _wrong(by_name.get(name))),
        *([_held(model)] if result.examples else []),
        *([_right(model.rejected)] if result.malformed else []),
        _rate(model.speed.alone),
        _rate(model.speed.together),
        _number(model.training),
        NONE if model.core_hours is None else f"{model.core_hours:.2g}",
    ]


def _number(number: int | None) -> str:
    return NONE if number is None else f"{number:,}"


def _wrong(row: Row | None) -> tuple[str, str]:
    return (NONE, NONE) if row is None else (f"{row.broke:,}", percent(row.high))


def _held(model: SizedModel) -> str:
    return NONE if model.laws is None or model.fault else f"{model.held} of {model.laws}"


def _right(row: Row | None) -> str:
    """Return the share of right rejects, rounded down: 100 % means all of them."""
    if row is None or not row.applied:
        return NONE
    return f"{(row.applied - row.broke) * 1000 // row.applied / 10:.1f}%"


def _rate(rate: float | None) -> str:
    """Write a number of cases a second with two or three digits.

    >>> _rate(12345.6), _rate(123.4), _rate(1.234), _rate(0.0123), _rate(None)
    ('12,300', '123', '1.2', '0.012', '-')
    """
    if rate is None:
        return NONE
    if rate >= 100:
        return f"{float(f'{rate:.3g}'):,.0f}"
    return f"{rate:.2g}"


def _failed(result: SizeUp) -> list[SizedModel]:
    return [model for model in result.models if model.fault]


def _notes(result: SizeUp) -> Iterator[str]:
    """Yield what the table means, and what went wrong with each model."""
    if result.front:
        yield f"{MARK} on the Pareto front: no smaller model is as good, by its worst sample's bound"
    if unknown := [visible(model.name) for model in result.measured if model.bytes is None]:
        yield f"of unknown size, so not compared by it: {', '.join(unknown)}"
    if speeds := [model.speed.reference for model in result.measured if model.speed.reference is not None]:
        low, high = _rate(min(speeds)), _rate(max(speeds))
        between = low if low == high else f"{low} to {high}"
        yield f"the reference engine, measured beside each model: {between} turns/s"
    for model in result.measured:
        yield from (f"{visible(model.name)}: {note}" for note in model.notes)
    for model in _failed(result):
        yield f"{visible(model.name)} was not measured: {model.fault}"


# --- the nines -------------------------------------------------------------------------------------------------------


def _nines_table(result: SizeUp, screen: Screen) -> list[str]:
    """Return the lines of a table of the smallest model for each number of nines that can be shown."""
    samplers: list[str | None] = [*result.turns] if len(result.turns) > 1 else []
    columns = [
        Column("nines", least=5, right=True),
        Column("wrong, below", least=9, right=True),
        Column("the smallest model" + (" on all" if samplers else ""), least=20),
        *(Column(f"on {name}", least=16, leaves=1) for name in samplers),
    ]
    rows = [
        [str(count), percent(10.0**-count), *(_named(result.smallest(count, name)) for name in (None, *samplers))]
        for count in range(1, MOST_NINES + 1)
        if any(result.needs[count - 1] <= turns for turns in result.turns.values())
    ]
    return list(laid_out(columns, rows, screen.width)) if rows else []


def _named(model: SizedModel | None) -> str:
    return NONE if model is None else f"{visible(model.name)}, {_number(model.bytes)} bytes"


def _not_shown(result: SizeUp) -> str:
    """Return what so few cases cannot show; nothing if they can show every number of nines."""
    shown = result.most_nines
    if shown == MOST_NINES:
        return ""
    turns, need = min(result.turns.values()), result.needs[shown]
    more = f"{shown + 1}" if shown + 1 == MOST_NINES else f"{shown + 1} to {MOST_NINES}"
    why = f"none wrong of {turns:,} only shows a rate below {percent(result.least_bound)}"
    return f"{more} nines cannot be shown: {why}; {shown + 1} need {need:,} {result.noun}s"


# --- CSV -------------------------------------------------------------------------------------------------------------


def size_up_csv(result: SizeUp) -> str:
    """Return the models as CSV, one a line, the smallest first; what is not known is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    samplers = list(result.turns)
    writer.writerow(
        [
            *("model", "kind", "bytes", "sha256"),
            *(f"{name}_{part}" for name in samplers for part in ("turns", "wrong", "upper_bound")),
            *("bound", "nines", "front", "laws", "laws_held", "malformed", "rejected_rightly"),
            *("turns_per_second_1", f"turns_per_second_{result.together}", "reference_turns_per_second"),
            *("training_turns", "training_core_hours", "fault"),
        ]
    )
    on_front = result.front
    for model in (*result.measured, *_failed(result)):
        writer.writerow(["" if cell is None else cell for cell in _csv_row(model, model in on_front, samplers)])
    return out.getvalue()


def _csv_row(model: SizedModel, is_on_front: bool, samplers: Sequence[str]) -> list[object]:
    by_name = {row.name: row for row in model.samples}
    cells: list[object] = [visible(model.name), model.kind, model.bytes, model.sha256]
    for name in samplers:
        row = by_name.get(name)
        cells += [None, None, None] if row is None else [row.applied, row.broke, row.high]
    rejected, speed = model.rejected, model.speed
    counts = [None, None] if rejected is None else [rejected.applied, rejected.applied - rejected.broke]
    cells += [model.bound, None if model.fault else model.nines, None if model.fault else int(is_on_front)]
    return [
        *cells,
        *(model.laws, model.held, *counts),
        *(speed.alone, speed.together, speed.reference, model.training, model.core_hours, model.fault),
    ]
