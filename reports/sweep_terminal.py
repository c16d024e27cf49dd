"""The result of a sweep on a terminal, which it fits: what went wrong has rows, and all else a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from turncheck.reports.escape import visible
from turncheck.reports.screen import Screen
from turncheck.reports.sweep_tables import rates_table, smallest_table
from turncheck.reports.sweep_text import MOST, ending, facts, held_in_short, parts_of, silent_laws, swept_in_short
from turncheck.reports.sweeps import Row, SweepResult, worst
from turncheck.reports.terminal import OUTCOMES


def sweep_text(
    model: str,
    result: SweepResult,
    screen: Screen | None = None,
    every_row: bool = False,
    option: str = "",
    notes: Sequence[str] = (),
) -> str:
    """Return the result of a sweep as text for a terminal.

    Args:
        model: the model's name and kind, for the first line.
        result: the result of the sweep.
        screen: the terminal; None for 80 columns without colour.
        every_row: whether what never went wrong has rows too; if not, one line of each table counts it.
        option: the name of the option that shows all rows.
        notes: lines before the verdict.
    """
    screen = screen or Screen()
    laws = [row for row in result.laws if every_row or row.broke]
    parts = [
        _wrapped([f"{visible(model)}: {swept_in_short(result)}", *facts(result)], screen),
        rates_table("law", laws, screen, with_rule=True) if laws else [],
        _wrapped([*([] if every_row else _held(result.laws, option)), *silent_laws(result)], screen),
        *(
            [*rates_table(title, rows, screen), *_wrapped(said, screen)]
            for title, rows, said in _tables(result, every_row)
        ),
        smallest_table(result, screen) if result.smallest else [],
        _wrapped([*notes, *ending(result)], screen, result.verdict),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _wrapped(lines: Iterable[str], screen: Screen, verdict: str | None = None) -> list[str]:
    """Return the lines in parts that fit, with the verdict of a gate in colour."""
    wrapped = [part for line in lines for part in screen.wrapped(line, "  ")]
    if verdict is None:
        return wrapped
    painted = f": {screen.paint(verdict, *OUTCOMES[verdict])},"
    return [line.replace(f": {verdict},", painted, 1) if line.startswith("gate ") else line for line in wrapped]


def _held(laws: Sequence[Row], option: str) -> list[str]:
    """Return the laws that were not broken, in short, and what shows them."""
    lines = held_in_short(laws)
    return [*lines, f"{option} shows all rows"] if lines and option else lines


def _tables(result: SweepResult, every_row: bool) -> Iterator[tuple[str, Sequence[Row], list[str]]]:
    """Yield the tables of a terminal other than that of the laws: title, rows, and a line about the rows left out."""
    yield "own answer", result.modes, []
    for title, rows in parts_of(result):
        broken = worst(rows, len(rows))
        if every_row and rows:
            yield title, [*broken, *(row for row in rows if not row.broke)], []
        elif broken:
            found = broken[:MOST]
            named = title if len(found) == len(broken) else f"{title} (the worst {MOST})"
            yield named, found, _left_out(rows, len(broken) - len(found))


def _left_out(rows: Sequence[Row], more: int) -> list[str]:
    """Return a line that counts the rows that are not shown: those less often wrong, and those never wrong."""
    asked = [row for row in rows if row.applied]
    never = sum(not row.broke for row in asked)
    parts = [f"{more} more were wrong less often"] * bool(more) + [f"{never} of {len(asked)} were never wrong"] * bool(
        never
    )
    return ["; ".join(parts)] if parts else []
