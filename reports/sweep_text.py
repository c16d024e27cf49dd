"""Show the result of a sweep: as a section of a Markdown page, and its parts and its verdict in one line each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tabulate import tabulate

from turncheck.reports.escape import folded, for_markdown, visible
from turncheck.reports.sweeps import Row, SweepResult, cells_of, percent, worst

MOST = 12
"""Most rows of fields, and of strata, that are shown: the worst."""


EXPERTS = "which expert was wrong"


def sweep_markdown(result: SweepResult) -> str:
    """Return the result of a sweep as a section of a Markdown page."""
    parts = [f"### Sweep: {for_markdown(swept_in_short(result))}\n", _items([*facts(result), *ending(result)])]
    broken, held = [row for row in result.laws if row.broke], [row for row in result.laws if not row.broke]
    tables = [_pipes(*cells_of("law", broken, with_rule=True))] if broken else []
    tables += [_pipes(*cells_of(title, rows)) for title, rows in _parts(result)]
    if result.smallest:
        tables.append(_pipes(_smallest_headers(result), _smallest_cells(result), None))
    parts += [f"{table}\n" for table in tables]
    if held:
        summary = f"{len(held)} of {len(result.laws)} laws were never broken"
        parts.append(folded(summary, _pipes(*cells_of("law", held, with_rule=True))))
    if result.silent:
        parts.append(_items(silent_laws(result)))
    return "\n".join(parts)


def swept_in_short(result: SweepResult) -> str:
    """Return how much was swept of which sample, in one line."""
    return f"{result.done:,} of {result.turns:,} {result.noun}s of {result.sampler}, seed {result.seed}"


def facts(result: SweepResult) -> list[str]:
    """Return where the cases come from, and on which cases the laws were checked."""
    first, last = result.training_seeds
    noun = result.noun
    stream = "enumerated in their order" if result.stream is None else f"of random stream {result.stream}"
    seeds = f"{noun}s {stream}; the seed is an evaluation seed, training uses seeds {first:,} to {last:,}"
    more = f"laws that ask a second prompt, made from the {noun}: each about one per {result.more} {noun}s"
    parts = {"malformed texts": result.damaged, "plays": result.played, "asking again": result.again}
    return [seeds, "; ".join([more, ", ".join(f"{name} 1 in {every:,}" for name, every in parts.items() if every)])]


def gate_in_short(result: SweepResult) -> str:
    """Return the gate, its verdict and the divergence rate in one line; empty for a sweep without a verdict."""
    if result.gate is None or result.verdict is None:
        return ""
    rate = f"{result.diverged:,} of {result.done:,} {result.noun}s of {result.sampler} diverge"
    sure = f"{percent(result.diverged / result.done)}, 95 % interval {percent(result.low)} to {percent(result.high)}"
    may_narrow = result.verdict == "INCONCLUSIVE" and result.stream is not None  # an enumeration cannot be extended
    way_out = f"; more {result.noun}s narrow it" if may_narrow else ""
    return f"gate {result.gate * 100:.6g}%: {result.verdict}, {rate}: {sure}{way_out}"


def held_in_short(laws: Sequence[Row]) -> list[str]:
    """Return a line about the laws that were not broken: their number, and the lowest and highest bound of a rate."""
    held = sorted((row for row in laws if row.applied and not row.broke), key=lambda row: row.high)
    never = [row.name for row in laws if not row.applied]
    lines = []
    if held:
        ends = " to ".join(_bound_in_short(row) for row in dict.fromkeys((held[0], held[-1])))
        lines.append(f"{len(held)} of {len(laws)} laws were never broken, which puts their rates below {ends}")
    if never:
        lines.append(f"{len(never)} applied to no case: {', '.join(never)}")
    return lines


def _bound_in_short(row: Row) -> str:
    """Return the one-sided bound of a law that was not broken, with its number of cases."""
    return f"{percent(row.high)} ({row.name}, {row.applied:,} case{'s' if row.applied > 1 else ''})"


def _parts(result: SweepResult) -> Iterator[tuple[str, Sequence[Row]]]:
    """Yield the tables other than that of the laws. A table of the worst rows is left out if nothing was wrong."""
    yield "own answer", result.modes
    for title, rows in parts_of(result):
        if found := worst(rows, MOST):
            yield f"{title} (the worst {MOST})", found


def parts_of(result: SweepResult) -> Iterator[tuple[str, Sequence[Row]]]:
    """Yield the rows of the fields, of the strata and of a composition's experts, with their titles."""
    yield result.fields_title, result.fields
    yield result.strata_title, result.strata
    if result.experts:
        yield EXPERTS, result.experts


def _smallest_cells(result: SweepResult) -> list[tuple[str, ...]]:
    return [
        (each.law, each.mode, f"{each.short} ({each.left})" if each.left else each.short) for each in result.smallest
    ]


def _smallest_headers(result: SweepResult) -> tuple[str, ...]:
    noun = result.noun
    shrunk = f"a minimal {noun}: no single simplification breaks it in this mode"
    met = f"the simplest {noun} that was found, not shrunk"
    return f"law about {noun}s", "mode", shrunk if result.shrunk else met


def silent_laws(result: SweepResult) -> list[str]:
    """Return a line for each law that says nothing about the model, with the reason."""
    return [f"NOT_APPLICABLE {law}: {visible(why)}" for law, why in result.silent.items()]


def ending(result: SweepResult) -> list[str]:
    """Return the last lines: unreadable answers, whether the sweep is partial, and the gate's verdict."""
    lines = []
    if result.unreadable:
        lines.append(f"answers that could not be read and count for no field: {result.unreadable:,}")
    if not result.whole:
        lines.append("PARTIAL: no verdict")
    if said := gate_in_short(result):
        lines.append(said)
    return lines


def _pipes(headers: Sequence[str], cells: Sequence[Sequence[str]], aligned: Sequence[str] | None) -> str:
    """Return a Markdown table."""
    escaped = [[for_markdown(cell) for cell in row] for row in cells]
    return tabulate(escaped, headers, tablefmt="pipe", disable_numparse=True, colalign=aligned if cells else None)


def _items(lines: Iterable[str]) -> str:
    return "".join(f"- {for_markdown(line)}\n" for line in lines)
