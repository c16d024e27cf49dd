"""The divergence table: one row for each law and failure mode, on the terminal, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tabulate import tabulate

from turncheck.engine import MalformedTextError, Turn, read, write
from turncheck.reports.escape import for_markdown, visible
from turncheck.reports.records import LawResult, ModelResult, Report

HEADERS = ("law", "rule", "verdict", "checked", "diverged", "failure", "smallest witness")
ALIGNED = ("left", "left", "left", "right", "right", "left", "left")
WIDTHS = (None, None, None, None, None, 34, 40)


def divergence_table(model: ModelResult) -> str:
    """The table of one model, for a terminal."""
    return tabulate(
        _rows(model), HEADERS, tablefmt="simple", disable_numparse=True, colalign=ALIGNED, maxcolwidths=WIDTHS
    )


def plain_table(rows: Sequence[Sequence[object]], headers: Sequence[str], style: str = "simple") -> str:
    """Rows under headers, for a terminal; `style` is one of tabulate's formats."""
    return tabulate(rows, headers, tablefmt=style)


def summary(model: ModelResult) -> str:
    """One line: what was checked, and how many laws held."""
    holding = [law for law in model.laws if law.verdict == "PASS"]
    size = "" if model.bytes is None else f", {model.bytes:,} bytes"
    digest = "" if model.sha256 is None else f", sha256 {model.sha256[:12]}"
    held = f"{len(holding)} of {len(model.laws)} laws held"
    return f"{visible(model.name)} ({model.kind}{size}{digest}): {held}"


def to_markdown(report: Report) -> str:
    """The tables of all models of a report."""
    parts = [f"# Divergence\n\nseed {report.seed}\n"]
    for model in report.models:
        rows = [[for_markdown(cell) for cell in row] for row in _rows(model)]
        table = tabulate(rows, HEADERS, tablefmt="pipe", disable_numparse=True, colalign=ALIGNED)
        parts.append(f"## {for_markdown(summary(model))}\n\n{table}\n")
    return "\n".join(parts)


def write_report(report: Report, folder: Path) -> None:
    """Writes `divergence.md` and `divergence.json` into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps(report.to_json(), indent=1) + "\n"
    (folder / "divergence.json").write_text(content, encoding="utf-8", newline="\n")
    (folder / "divergence.md").write_text(to_markdown(report), encoding="utf-8", newline="\n")


def _rows(model: ModelResult) -> list[list[str]]:
    return [row for law in model.laws for row in _law_rows(law)]


def _law_rows(law: LawResult) -> list[list[str]]:
    head = [law.id, law.rule, law.verdict, str(law.applied)]
    if not law.failures:
        return [[*head, "0", "", ""]]
    rows = []
    for failure in law.failures:
        rows.append([*head, str(failure.count), str(failure.divergence), in_short(failure.witness.case)])
        head = ["", "", "", ""]
    return rows


def in_short(prompt: str) -> str:
    """A turn in a few words: what of it is not as in the smallest turn; a malformed one by the line that is wrong.

    >>> from turncheck.engine import Battle, Order, Turn, Unit, write
    >>> in_short(write(Turn(Battle(hero=Unit(5, 9, poison=2)), Order("hero", "heal"), Order("foe", "wait"))))
    'hero hp 05/09 poison 2; hero heal'
    """
    try:
        turn = read(prompt)
    except MalformedTextError as error:
        return _malformed_in_short(prompt, error)
    lines = zip(write(turn).splitlines(), write(Turn()).splitlines(), strict=True)
    parts = [_unlike(line.split(" "), neutral.split(" ")) for line, neutral in list(lines)[:3]]
    orders = [f"{order.unit} {order.action}" for order in turn.orders if order.action != "wait"]
    order = " then ".join(orders)
    if turn.first.unit == "foe" and len(orders) != 1:
        order = order or "foe first"
    return "; ".join(part for part in (*parts, order) if part) or "the neutral turn"


def _unlike(line: list[str], neutral: list[str]) -> str:
    words: list[str] = []
    for index, (piece, usual) in enumerate(zip(line, neutral, strict=True)):
        if piece != usual:
            slot = "cd" in line and index > line.index("cd")
            words += [f"cd {line[index - 1]}" if slot else line[index - 1], piece]
    return " ".join([line[0], *words] if words and line[0] != "turn" else words)


def _malformed_in_short(prompt: str, error: MalformedTextError) -> str:
    """The pieces around the first fault; all that is unusual in a line whose fault is the line as a whole."""
    lines = prompt.split("\n")
    line = visible(lines[error.line - 1]) if error.line <= len(lines) else ""
    pieces = line.split(" ")
    if error.reason == "fallen_with_status":
        return f"line {error.line}: {_unlike(pieces, write(Turn()).splitlines()[error.line - 1].split(' '))}"
    start = max(error.piece - 3, 0)
    near = " ".join(pieces[start : error.piece + 1])[:60]
    before, after = "... " if start else "", " ..." if error.piece + 1 < len(pieces) else ""
    end = " (no newline)" if error.line == len(lines) and near else ""
    return f"line {error.line}: {before}{near or 'nothing'}{after}{end}"
