"""The divergence table: one row for each law and failure mode, as Markdown and as JSON, with notes under it.

`turncheck.reports.terminal` has the table for a terminal.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs
from tabulate import tabulate

from turncheck.reports.escape import folded, for_markdown, visible
from turncheck.reports.map_text import map_markdown
from turncheck.reports.records import SWEEP, Failure, LawResult, ModelResult, Report
from turncheck.reports.sweep_text import sweep_markdown
from turncheck.reports.sweeps import percent

HEADERS = ("law", "rule", "verdict", "checked", "diverged", "rate", "failure", "as if", "smallest witness")
ALIGNED = ("left", "left", "left", "right", "right", "right", "left", "left", "left")
OFTEN_EMPTY = ("rate", "as if")
"""Columns that a table has only if one of its cells is not empty: a rate comes from a sweep."""

PAGE = "report.html"
"""The file name of a report's page, beside `divergence.json`."""

MOST_NAMED = 8
"""Most laws to name in a list; more laws are only counted."""


def plain_table(rows: Sequence[Sequence[object]], headers: Sequence[str], style: str = "simple") -> str:
    """Format rows under headers for a terminal; `style` is one of tabulate's formats."""
    return tabulate(rows, headers, tablefmt=style)


def summary(model: ModelResult) -> str:
    """Return a line about the model: what was checked, and how many laws held, failed only in known modes, were not
    applicable, or have no result. If not all laws ran, the line says how many did.
    """
    known = sum(law.known for law in model.laws)
    aside = sum(law.verdict == "NOT_APPLICABLE" for law in model.laws)
    size = "" if model.bytes is None else f", {model.bytes:,} bytes"
    digest = "" if model.sha256 is None else f", sha256 {model.sha256[:12]}"
    words = "" if model.template == model.domain else f", template {visible(model.template)}"
    rules = "" if model.rules == model.domain else f", rules {visible(model.rules)}"
    held = f"{_held(model)} laws held"
    if model.is_swept_alone or model.is_mapped_alone:
        held = "swept" if model.is_swept_alone else "mapped"
    held += f", {known} failed as known" if known else ""
    held += f", {aside} not applicable" if aside else ""
    missing = _missing_laws(model)
    held += f", {len(missing)} without a result" if missing else ""
    ran, were_to = len(model.laws), len(model.laws) + len(missing)
    held += f" ({ran} of {model.in_all} laws ran)" if were_to and ran < model.in_all else ""
    return f"{visible(model.name)} ({visible(model.kind)}{size}{digest}{words}{rules}): {held}"


def by_domain(report: Report) -> list[Report]:
    """Split a report by domain, in the order in which the models were named."""
    domains = dict.fromkeys(model.domain for model in report.models)
    return [
        attrs.evolve(report, models=tuple(model for model in report.models if model.domain == domain))
        for domain in domains
    ]


def compared_headers(report: Report) -> list[str]:
    """Return the headers of a table of models side by side."""
    return ["law", *(visible(model.name) for model in report.models)]


def side_by_side(report: Report) -> list[list[str]]:
    """Return a row for each law that did not pass for any of the models, and a last row with how many held."""
    by_law: dict[str, list[str]] = {}
    for place, model in enumerate(report.models):
        for law in model.laws:
            by_law.setdefault(law.id, [""] * len(report.models))[place] = _outcome(law)
    rows = [[law, *outcomes] for law, outcomes in by_law.items() if set(outcomes) - {"PASS", ""}]
    return [*rows, ["laws held", *map(_held, report.models)]]


def _held(model: ModelResult) -> str:
    """Return how many laws held, of those that apply to the model or have no result."""
    applying = [law for law in model.laws if law.verdict != "NOT_APPLICABLE"]
    return f"{sum(law.verdict == 'PASS' for law in applying)} of {len(applying) + len(_missing_laws(model))}"


def _missing_laws(model: ModelResult) -> list[str]:
    return [name for name in model.missing if name != SWEEP]


def _outcome(law: LawResult) -> str:
    if law.verdict != "FAIL":
        return law.verdict
    return f"{'KNOWN' if law.known else 'FAIL'} {law.diverged} of {law.applied}"


def to_markdown(report: Report) -> str:
    """Return the tables of all models of a report in Markdown, with the notes under each."""
    drawn = (
        f", {report.examples} examples and at least {report.min_cases} cases for each law" if report.examples else ""
    )
    parts = [f"# Divergence\n\nseed {report.seed}{drawn}\n"]
    for model in report.models:
        parts.append(f"## {for_markdown(summary(model))}\n")
        parts += _law_tables(model)
        if found := [*_unreached(model), *notes(model, report.min_cases), *way_back(model)]:
            parts.append("".join(f"- {_noted(note)}\n" for note in found))
        if model.sweep is not None:
            parts.append(sweep_markdown(model.sweep))
        if model.map is not None:
            parts.append(map_markdown(model.map))
    for group in by_domain(report):
        if len(group.models) > 1 and any(model.laws for model in group.models):
            rows = [[for_markdown(cell) for cell in row] for row in side_by_side(group)]
            headers = [for_markdown(header) for header in compared_headers(group)]
            parts.append(f"## Side by side\n\n{tabulate(rows, headers, tablefmt='pipe', disable_numparse=True)}\n")
    return "\n".join(parts)


def _law_tables(model: ModelResult) -> Iterator[str]:
    """Yield the table of the laws that did not hold, then that of the others, folded."""
    held = [law for law in model.laws if law.verdict in QUIET]
    loud = [law for law in model.laws if law.verdict not in QUIET and not law.unreached]
    if loud:
        yield f"{law_table(loud, model)}\n"
    if held:
        yield folded(_quiet_in_short(held), law_table(held, model))


QUIET = ("PASS", "NOT_APPLICABLE")
"""The verdicts of laws that need no attention."""


def _quiet_in_short(laws: Sequence[LawResult]) -> str:
    held = sum(law.verdict == "PASS" for law in laws)
    aside = len(laws) - held
    parts = [f"{held} law{'s' * (held != 1)} held"] if held else []
    return ", ".join(parts + ([f"{aside} not applicable"] if aside else []))


def law_table(laws: Sequence[LawResult], model: ModelResult) -> str:
    """Return a table of a model's laws in Markdown."""
    rates = rates_of(model)
    rows = [row for law in laws for row in law_rows(law, rates.get(law.id, ""))]
    places = [
        place for place, header in enumerate(HEADERS) if header not in OFTEN_EMPTY or any(row[place] for row in rows)
    ]
    return tabulate(
        [[for_markdown(row[place]) for place in places] for row in rows],
        [HEADERS[place] for place in places],
        tablefmt="pipe",
        disable_numparse=True,
        colalign=[ALIGNED[place] for place in places],
    )


def _noted(note: str) -> str:
    """Return a note in Markdown; a command stays as it is, so that it can be copied."""
    word, parted, command = note.partition("again: ")
    return f"again: `{command}`" if parted and not word and "`" not in command else for_markdown(note)


def write_report(report: Report, folder: Path) -> None:
    """Write `divergence.json`, `divergence.md` and `report.html` into the folder, which is created if missing."""
    from turncheck.reports.page import report_page  # jinja2, which a run without a report does not need

    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps(report.to_json(), indent=1) + "\n"
    (folder / "divergence.json").write_text(content, encoding="utf-8", newline="\n")
    (folder / "divergence.md").write_text(to_markdown(report), encoding="utf-8", newline="\n")
    (folder / PAGE).write_text(report_page(report), encoding="utf-8", newline="\n")


# --- rows ------------------------------------------------------------------------------------------------------------


def rates_of(model: ModelResult) -> dict[str, str]:
    """Return how often the model's sweep broke each law; nothing without a sweep."""
    rows = () if model.sweep is None else model.sweep.laws
    return {row.name: percent(row.rate) for row in rows if row.rate is not None}


def law_rows(law: LawResult, rate: str = "") -> list[list[str]]:
    """Return the rows of a law: one for each failure mode, or if there is none, a row with the reason.

    `rate` is the rate of the law in a sweep.
    """
    head = [law.id, law.rule, "KNOWN" if law.known else law.verdict, str(law.applied)]
    if not law.failures:
        return [[*head, "0", rate, visible(law.why), "", ""]]
    rows = []
    for failure in law.failures:
        found = [_failure_in_short(law, failure), _as_if_in_short(failure), _witness_in_short(failure)]
        rows.append([*head, str(failure.count), rate, *found])
        head, rate = ["", "", "", ""], ""
    return rows


def _as_if_in_short(failure: Failure) -> str:
    """Return the first explanation of the witness, for a column with the header `as if`."""
    as_if = failure.witness.as_if
    return "" if as_if is None else visible(as_if.line(1).removeprefix("as if "))


def _failure_in_short(law: LawResult, failure: Failure) -> str:
    parts = [str(failure.divergence)]
    if failure.off_by_one and failure.count > 1:
        parts.append(f"{failure.off_by_one} of {failure.count} off by one")
    if not failure.count:
        parts.append("a kept witness alone")
    if failure.known and not law.known:
        parts.append("known")
    return "; ".join(parts)


def _witness_in_short(failure: Failure) -> str:
    witness = failure.witness
    step = f"; diverges at turn {witness.step} of {witness.steps}" if witness.step and witness.steps > 1 else ""
    return witness.short + step


# --- what is noted under a table -------------------------------------------------------------------------------------


def notes(model: ModelResult, min_cases: int) -> list[str]:
    """Return the notes under the table: laws without a result, a wrong `verify`, troubles, kept witnesses, mended
    modes, rules that were hardly at work, answers with two readings, and witnesses that need not be minimal.

    Args:
        model: the results of the model.
        min_cases: the least number of the run's cases in which each rule should have been at work.
    """
    return [
        *_without_results(model),
        *_refuted(model),
        *troubles_in_short(model.troubles),
        *_replayed(model),
        *_mended(model),
        *_at_work(model, min_cases),
        *_ambiguous(model),
        *_audited(model),
        *_unshrunk(model),
    ]


def _without_results(model: ModelResult) -> Iterator[str]:
    if model.missing:
        by_reason: dict[str, list[str]] = {}
        for law, why in model.missing.items():
            by_reason.setdefault(why, []).append(law)
        named = "; ".join(f"{some(laws)} ({visible(why)})" for why, laws in by_reason.items())
        yield f"NO RESULT for {len(model.missing)} of what was to run, and did not pass: {named}"
    elif model.says_nothing:
        yield "INCONCLUSIVE: no law applies to this model, so it passed nothing"


def _unreached(model: ModelResult) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for law in model.laws:
        if law.unreached:
            by_reason.setdefault(law.why, []).append(law.id)
    for why, laws in by_reason.items():
        yield f"INCONCLUSIVE, {len(laws)} laws {visible(why)}: {', '.join(laws)}"


def _unshrunk(model: ModelResult) -> Iterator[str]:
    left = Counter(failure.left for law in model.laws for failure in law.failures if failure.left)
    for why, count in left.items():
        yield f"smallest witnesses that need not be minimal: {count} ({visible(why)})"


def some(laws: Sequence[str]) -> str:
    """Return the names of the first laws, and the number of further ones."""
    beyond = len(laws) - MOST_NAMED
    return ", ".join(laws[:MOST_NAMED]) + (f" and {beyond} more" if beyond > 0 else "")


def troubles_in_short(troubles: Mapping[str, int]) -> list[str]:
    """Return a line about what went wrong although each prompt has an answer; no line if nothing did."""
    told = ", ".join(f"{visible(name)}: {count:,}" for name, count in troubles.items())
    return [f"TROUBLE on the way to the answers: {told}"] if told else []


def way_back(model: ModelResult) -> Iterator[str]:
    """Yield the command that repeats the smallest failure, and where its case is kept, if there is one."""
    if model.again:
        # Escaped only if it is not printable: an escaped command could not be pasted into a shell.
        yield f"again: {model.again if model.again.isprintable() else visible(model.again)}"
    if model.witness:
        yield f"its smallest case is kept in {visible(model.witness)}"


def _refuted(model: ModelResult) -> Iterator[str]:
    if model.refuted:
        found = f"{model.refuted} of {model.audited} drafts that it accepted are not what the model writes"
        yield f"VERIFY IS WRONG: {found}; verify was no longer used, and the run fails (see turncheck conform)"


def _audited(model: ModelResult) -> Iterator[str]:
    if model.audited and not model.refuted:
        yield f"accepted drafts that the model also wrote without a draft: {model.audited}, all identical"


def _replayed(model: ModelResult) -> Iterator[str]:
    holding = 0
    for law in model.laws:
        for replay in law.replayed:
            holding += replay.outcome == "HOLDS"
            if replay.outcome != "HOLDS":
                yield f"{replay.outcome} {law.id} {replay.mode}: {replay.short}"
    if holding:
        yield f"{holding} kept witness{'es hold' if holding > 1 else ' holds'}"


def _mended(model: ModelResult) -> Iterator[str]:
    for law in model.laws:
        for mode in law.mended:
            yield f"MENDED {law.id} {mode}: no longer in this run; write the baseline anew to drop it"


def _at_work(model: ModelResult, min_cases: int) -> Iterator[str]:
    counts: Counter[str] = Counter()
    for law in model.laws:
        counts.update(law.at_work)
    if not counts:
        return
    order = dict.fromkeys([*model.rules_order, *counts])
    rare = [f"{rule} ({counts[rule]})" for rule in order if rule in counts and counts[rule] < min_cases]
    found = f"rules at work in fewer than {min_cases} of the run's cases: {', '.join(rare)}"
    exempt = ", ".join(model.exempt)
    aside = f" (left aside, since leaving them out changes nothing: {exempt})" if exempt else ""
    yield (found if rare else f"every rule was at work in at least {min_cases} cases") + aside


def _ambiguous(model: ModelResult) -> Iterator[str]:
    failures = [failure for law in model.laws for failure in law.failures]
    if total := sum(failure.count for failure in failures):
        yield f"divergences that fit a second mode as well: {sum(each.ambiguous for each in failures)} of {total}"
