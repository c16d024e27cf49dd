"""The brittleness map in words: lines about what was asked, what to fix next, and the map as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tabulate import tabulate

from turncheck.reports.brittleness import ABOUT_FATES, CellResult, MappedModel, MapResult, Portion, by_family
from turncheck.reports.escape import folded, for_markdown, visible

TRAINED = "•"
"""The mark of an operator that the model was trained on."""

NOTHING = "nothing that these figures show: no rule, region, word or operator stands out"

TITLES = {
    "rule": "rules that it leaves out",
    "region": "states on which it fails",
    "wording": "wordings",
    "label": "words that the format makes hard",
    "acceptance": "malformed texts that pass",
}
"""The titles of the kinds of advice, in order."""


def mapped_in_short(result: MapResult) -> str:
    """Return what was asked, in one line."""
    cells = f"{result.turns:,} {result.noun}s of {result.sampler}, seed {result.seed}, for each operator"
    partial = "" if result.whole else f"; PARTIAL: {result.done:,} of {result.planned:,} are done"
    return f"{cells}{partial}"


def facts(result: MapResult) -> list[str]:
    """Return lines about how to read the map."""
    lines = ["95 % intervals by Clopper and Pearson"]
    if result.operators is not None:
        trained = f"operators marked {TRAINED} are those that it was trained on"
        none = "it was trained on no operator"
        lines.append(trained if result.operators else none)
    meanings = ", ".join(f"{name}: {about}" for name, about in ABOUT_FATES.items())
    lines.append(f"malformed texts that it does not reject rightly: {meanings}")
    return [*lines, *map(visible, result.notes)]


def parts_in_short(parts: Sequence[Portion], with_intervals: bool = False) -> str:
    """Return the parts that are not empty, the largest first."""
    shown = sorted((part for part in parts if part.count), key=lambda part: -part.count)
    return ", ".join(
        f"{part.name} {part.percent}" + (f" ({part.interval})" if with_intervals else "") for part in shown
    )


def marked(cell: CellResult) -> str:
    """Return the operator's name, marked if the model was trained on it."""
    return f"{visible(cell.operator)} {TRAINED}" if cell.trained and cell.strength else visible(cell.operator)


def right_in_short(cell: CellResult) -> tuple[str, str]:
    """Return the share of right answers and its interval; a dash if the texts have no right answer."""
    if not cell.asked:
        return "", ""
    return (cell.right.percent, cell.right.interval) if cell.has_right else ("-", "no right answer")


def advised(result: MapResult) -> Iterator[tuple[str, list[str]]]:
    """Yield the titles of the advice, each with its lines."""
    for kind, title in TITLES.items():
        if lines := [visible(each.text) for each in result.advice if each.kind == kind]:
            yield title, lines


# --- Markdown --------------------------------------------------------------------------------------------------------

HEADERS = ("operator", "strength", "texts", "right", "95 % interval", "fails as", "instead of rejecting")
ALIGNED = ("left", "right", "right", "right", "left", "left", "left")


def map_markdown(result: MapResult) -> str:
    """Return the map of a model as a section of a Markdown page."""
    parts = [f"### Brittleness map: {for_markdown(mapped_in_short(result))}\n"]
    parts.append("".join(f"- {for_markdown(line)}\n" for line in facts(result)))
    parts.append(f"{_table(result.cells[:1] + result.sums)}\n")
    for family, cells in by_family(result.cells[1:]):
        parts.append(folded(for_markdown(visible(family)), _table(cells)))
    parts.append("#### What to fix next\n")
    advice = list(advised(result))
    for title, lines in advice:
        parts.append(f"{title[0].upper()}{title[1:]}:\n\n" + "".join(f"- {for_markdown(line)}\n" for line in lines))
    if not advice:
        parts.append(f"{NOTHING[0].upper()}{NOTHING[1:]}.\n" if result.whole else "The map is not finished.\n")
    return "\n".join(parts)


def maps_markdown(models: Sequence[MappedModel]) -> str:
    """Return the maps of some models as a Markdown page."""
    parts = ["# Brittleness map\n"]
    for model in models:
        parts += [f"## {for_markdown(visible(model.name))} ({for_markdown(model.kind)})\n", map_markdown(model.map)]
    if len(models) > 1:
        headers = ["operator", "strength", *(for_markdown(visible(model.name)) for model in models)]
        rows = [[for_markdown(cell) for cell in row] for row in side_by_side(models)]
        aligned = ["left", *["right"] * (len(models) + 1)]
        table = tabulate(rows, headers, tablefmt="pipe", disable_numparse=True, colalign=aligned)
        parts.append(f"## Side by side\n\nRight answers.\n\n{table}\n")
    return "\n".join(parts)


def side_by_side(models: Sequence[MappedModel]) -> list[list[str]]:
    """Return a row for each operator and strength: its name, the strength, and the share of right answers of each
    model.
    """
    rows: dict[tuple[str, int], list[str]] = {}
    for place, model in enumerate(models):
        for cell in model.map.cells:
            row = rows.setdefault((cell.operator, cell.strength), [""] * len(models))
            row[place] = right_in_short(cell)[0]
    return [[visible(name), str(strength or ""), *shares] for (name, strength), shares in rows.items()]


def _table(cells: Sequence[CellResult]) -> str:
    rows = [[for_markdown(text) for text in _row(cell)] for cell in cells]
    return tabulate(rows, HEADERS, tablefmt="pipe", disable_numparse=True, colalign=ALIGNED if rows else None)


def _row(cell: CellResult) -> list[str]:
    modes, fates = parts_in_short(cell.modes, True), parts_in_short(cell.fates, True)
    return [marked(cell), str(cell.strength or ""), f"{cell.asked:,}", *right_in_short(cell), modes, fates]
