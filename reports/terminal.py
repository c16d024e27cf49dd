"""The divergence table for a terminal: it fits the width, and shows failed laws first, by default only those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from turncheck.reports.columns import GAP, Column, laid_out
from turncheck.reports.escape import visible
from turncheck.reports.records import LawResult, ModelResult, Report
from turncheck.reports.screen import Screen, Style, cells
from turncheck.reports.table import compared_headers, law_rows, rates_of, side_by_side, some

COLUMNS = (
    Column("law", least=24),
    Column("rule", least=6, most=18, leaves=4),
    Column("verdict", least=14),
    Column("diverged", least=20, right=True),
    Column("rate", least=8, right=True, leaves=3),
    Column("failure", least=20, most=40),
    Column("as if", least=20, most=40, leaves=1),
    Column("smallest witness", least=24, most=60, leaves=2),
)
"""If there is no room, cells wrap. If that is not enough, the explanation is left out, then the smallest witness, the
rate and the rule. A rate comes from a sweep.
"""

OUTCOMES: dict[str, tuple[Style, ...]] = {
    "PASS": ("green",),
    "FAIL": ("red", "bold"),
    "TIMED_OUT": ("red", "bold"),
    "INCONCLUSIVE": ("yellow", "bold"),
    "KNOWN": ("yellow",),
    "NOT_APPLICABLE": ("faint",),
}
"""The style of each verdict."""

IN_ORDER = ("FAIL", "TIMED_OUT", "INCONCLUSIVE", "KNOWN", "NOT_APPLICABLE", "PASS")
"""The order of verdicts in a table."""

ALONE = ("FAIL", "TIMED_OUT", "INCONCLUSIVE")
"""The verdicts of laws that always have a row."""

LEAST_OF_A_MODEL, LEAST_OF_A_LAW = 14, 24
"""Least widths of columns if models are side by side."""


def divergence_table(
    model: ModelResult, screen: Screen | None = None, every_law: bool = False, option: str = ""
) -> str:
    """Return the table of one model for a terminal, with a line below it for each verdict whose laws have no rows.

    Args:
        model: the results of the model.
        screen: the terminal; None for 80 columns without colour.
        every_law: whether laws that did not fail have rows too.
        option: the name of the option that shows all laws.
    """
    screen = screen or Screen()
    laws = sorted(model.laws, key=lambda law: IN_ORDER.index(outcome(law)))
    shown = [law for law in laws if every_law or _has_a_row(law)]
    rates = rates_of(model)
    rows = [row for law in shown for row in _rows(law, rates.get(law.id, ""))]
    used = [place for place in range(len(COLUMNS)) if any(row[place] for row in rows)]
    columns, filled = [COLUMNS[place] for place in used], [[row[place] for place in used] for row in rows]
    table = list(laid_out(columns, filled, screen.width, lambda header, text: _painted(header, text, screen)))
    lines = [*(table if rows else []), *([""] if rows and not every_law else [])]
    return "\n".join([*lines, *([] if every_law else _without_rows(model, screen, option))]).rstrip("\n")


def outcome(law: LawResult) -> str:
    """Return the verdict as tables show it."""
    return "KNOWN" if law.known else law.verdict


def _rows(law: LawResult, rate: str) -> Iterator[list[str]]:
    """Yield the rows of a law, with the diverged and the checked cases in one cell."""
    for name, rule, verdict, _, diverged, *rest in law_rows(law, rate):
        yield [name, rule, verdict, f"{diverged} of {law.applied}", *rest]


def _has_a_row(law: LawResult) -> bool:
    """Return whether a law always has a row: it failed or is inconclusive, and not only because it was not reached."""
    return outcome(law) in ALONE and not law.unreached


def _painted(header: str, text: str, screen: Screen) -> str:
    if header == "verdict":
        return screen.paint(text, *OUTCOMES.get(text, ()))
    return text


def _without_rows(model: ModelResult, screen: Screen, option: str) -> Iterator[str]:
    """Yield lines about the laws without rows: the number of laws that held, and the names of others with reasons."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for law in model.laws:
        if law.verdict != "PASS" and not _has_a_row(law):
            by_reason.setdefault((outcome(law), law.why), []).append(law.id)
    for (verdict, why), laws in sorted(by_reason.items(), key=lambda each: IN_ORDER.index(each[0][0])):
        reason = "the baseline has all their failure modes" if verdict == "KNOWN" else visible(why)
        first, *more = screen.wrapped(f"{verdict}, {_laws(len(laws))} ({reason}): {some(laws)}", "  ")
        yield screen.paint(verdict, *OUTCOMES[verdict]) + first[len(verdict) :]
        yield from more
    if held := sum(law.verdict == "PASS" for law in model.laws):
        told = f"{_laws(held)} held"
        yield screen.paint(told, "green") + (f" ({option} shows all)" if option else "")


def _laws(count: int) -> str:
    return f"{count} law{'s' * (count != 1)}"


# --- several models --------------------------------------------------------------------------------------------------


def comparison(report: Report, screen: Screen | None = None) -> str:
    """Return a table of several models side by side, with a row for each law that failed, is inconclusive or is known
    to fail for any of them. Models that do not fit the width follow in further tables below.
    """
    screen = screen or Screen()
    headers, rows = compared_headers(report), side_by_side(report)
    broken = {law.id for model in report.models for law in model.laws if _has_a_row(law) or law.known}
    laws, last = [row for row in rows[:-1] if row[0] in broken], rows[-1]
    laws.sort(key=lambda row: min(IN_ORDER.index(cell.split(" ")[0]) for cell in row[1:] if cell))
    blocks = []
    for places in _blocks([*laws, last], screen.width):
        columns = [Column(headers[0], LEAST_OF_A_LAW), *(Column(headers[at], LEAST_OF_A_MODEL, 30) for at in places)]
        cells_of = [[row[0], *(row[at] for at in places)] for row in [*laws, last]]
        lines = laid_out(columns, cells_of, screen.width, lambda header, text: _outcome_painted(header, text, screen))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _blocks(rows: Sequence[Sequence[str]], width: int) -> Iterator[list[int]]:
    """Yield groups of columns, one group for each table: as many models as fit, at least one."""
    law = min(max(cells(row[0]) for row in rows), LEAST_OF_A_LAW)
    count = max((width - law) // (LEAST_OF_A_MODEL + len(GAP)), 1)
    places = list(range(1, len(rows[0])))
    for start in range(0, len(places), count):
        yield places[start : start + count]


def _outcome_painted(header: str, text: str, screen: Screen) -> str:
    verdict, parted, more = text.partition(" ")
    if header == "law" or verdict not in OUTCOMES:
        return text
    return screen.paint(verdict, *OUTCOMES[verdict]) + parted + more
