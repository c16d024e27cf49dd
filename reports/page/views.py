"""What the page shows, as values: for each model the verdict, the grid, its laws and their witnesses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from turncheck.reports.escape import visible
from turncheck.reports.page.brittle import MapView, map_view
from turncheck.reports.page.changes import Changes, before_of, changes
from turncheck.reports.page.heat import Heat, heats
from turncheck.reports.page.laws import ABOUT_MODES, Fared, LawView, Way, chosen_ways, law_view, of_sweep
from turncheck.reports.records import SWEEP, ModelResult, Report
from turncheck.reports.sweeps import SweepResult, percent
from turncheck.reports.table import notes

MOST_WITNESSES = 60
"""Most witnesses that a page shows. The others are counted and named."""


@attrs.frozen
class ModelView:
    """A model of the page.

    Attributes:
        id: its fragment in links.
        name: its name.
        facts: its kind, size, domain, rules, template and hash, each with its label.
        passed: whether it passed.
        badge: the verdict in a word.
        sentence: the verdict in a sentence.
        held, held_of: the number of laws that held, and the number of laws that apply to the model.
        rate, interval, gate: the results of its sweep; empty without a sweep.
        changes: what changed since another run; None if there is nothing to compare with.
        modes: the failure modes that occur, each with a sentence about it.
        laws: the laws: the broken ones first, the most often broken of them at the top, then the others in order.
        heats: where its answers are wrong.
        at_work: the rules, each with the number of cases in which it was at work.
        notes: the notes of the run that the page shows nowhere else.
        noun: the word for a case.
        unshown: the number of witnesses that are not shown.
        fragments: the fragment of each way in which a law was broken.
        map: its brittleness map; None without one.
    """

    id: str
    name: str
    facts: list[tuple[str, str]]
    passed: bool
    badge: str
    sentence: str
    held: int
    held_of: int
    rate: str
    interval: str
    gate: str
    changes: Changes | None
    modes: list[tuple[str, str]]
    laws: list[LawView]
    heats: list[Heat]
    at_work: list[tuple[str, int]]
    notes: list[str]
    noun: str
    unshown: int
    fragments: dict[Way, str]
    map: MapView | None

    def of_state(self, *states: str) -> list[LawView]:
        """Return the laws in those states."""
        return [law for law in self.laws if law.state in states]


def model_views(report: Report, before: Report | None) -> list[ModelView]:
    """Return the models of a report as the page shows them; `before` is a report of an earlier run."""
    most = max(MOST_WITNESSES // max(len(report.models), 1), 1)
    return [
        _model(report, f"m{number}", model, before_of(model, report, before), most)
        for number, model in enumerate(report.models, 1)
    ]


def _model(report: Report, id_: str, model: ModelResult, before: ModelResult | None, most: int) -> ModelView:
    results = [*map(Fared.of, model.laws)] or of_sweep(model)
    chosen = chosen_ways(results, most)
    rates = {} if model.sweep is None else {row.name: row for row in model.sweep.laws}
    laws = [law_view(id_, each, model, rates.get(each.law.id), chosen) for each in results]
    laws.sort(key=_most_broken_first)
    held = sum(law.state == "held" for law in laws)
    occurring = {breach.mode for law in laws for breach in law.breaches}
    ways = [(each.law.id, failure.mode) for each in results for failure in each.law.failures]
    return ModelView(
        id_,
        visible(model.name),
        list(_facts(model)),
        not model.failed,
        _badge(model),
        _sentence(model, laws),
        held,
        sum(law.verdict != "NOT_APPLICABLE" for law in laws) + sum(name != SWEEP for name in model.missing),
        *_swept(model.sweep),
        changes(report, model, before),
        [(mode, about) for mode, about in ABOUT_MODES.items() if mode in occurring],
        laws,
        heats(model),
        list(_at_work(model)),
        [note for note in notes(model, report.min_cases) if not note.startswith(SHOWN_ELSEWHERE)],
        model.noun,
        len(ways) - len(chosen),
        {(law.name, breach.mode): breach.id for law in laws for breach in law.breaches},
        None if model.map is None else map_view(model.map),
    )


SHOWN_ELSEWHERE = (
    "again: ", "its smallest case", "MENDED ", "FIXED ", "STILL FAILS ", "FAILS AGAIN ", "every rule ", "rules at work"
)  # fmt: skip
"""The beginnings of notes that the page already shows in another way."""


def _most_broken_first(law: LawView) -> tuple[int, float]:
    """Sort key of laws: broken laws first, by their rate, then the others in their order."""
    is_broken = law.state in ("broken", "known")
    return (0, -law.diverged / law.applied if law.applied else 0.0) if is_broken else (1, 0.0)


# --- the verdict -----------------------------------------------------------------------------------------------------


def _badge(model: ModelResult) -> str:
    if model.is_swept_alone and model.sweep is not None and model.sweep.verdict is None:
        return "SWEPT"
    if model.is_mapped_alone:
        return "MAPPED"
    if not model.failed:
        return "PASS"
    sweep = model.sweep
    is_broken = any(law.verdict == "FAIL" and not law.known for law in model.laws) or model.refuted
    return "FAIL" if is_broken or (sweep is not None and sweep.verdict == "FAIL") else "INCONCLUSIVE"


def _sentence(model: ModelResult, laws: Sequence[LawView]) -> str:
    """Return the verdict in one or a few sentences."""
    if model.is_mapped_alone:
        return "Its brittleness was mapped; no law was checked."
    asked = [law for law in laws if law.verdict != "NOT_APPLICABLE"]
    broken, known, undecided = ([law for law in asked if law.state == state] for state in ("broken", "known", "open"))
    ways = sum(len(law.breaches) for law in broken)
    parts = []
    if not asked:
        parts.append("No law applies to this model.")
    elif broken:
        in_ways = f", in {_counted(range(ways), 'way')}" if all(law.breaches for law in broken) else ""
        parts.append(f"It breaks {len(broken)} of {_counted(asked, 'law')}{in_ways}.")
    elif not known and not undecided:
        parts.append(f"All {_counted(asked, 'law')} held.")
    else:
        parts.append(f"No law of {len(asked)} is broken in a new way.")
    if known:
        parts.append(f"{_counted(known, 'law')} broke only in ways that the baseline knows.")
    if undecided:
        parts.append(f"{_counted(undecided, 'law')} {'have' if len(undecided) > 1 else 'has'} no verdict.")
    if model.missing:
        results = _counted(list(model.missing), "result")
        parts.append(f"{results} {'are' if len(model.missing) > 1 else 'is'} missing.")
    if model.refuted:
        parts.append("Its verify accepts answers that it does not write.")
    return " ".join(parts)


def _counted(things: Sequence[object], noun: str) -> str:
    return f"{len(things)} {noun}{'s' * (len(things) != 1)}"


def _swept(sweep: SweepResult | None) -> tuple[str, str, str]:
    """Return the divergence rate, its interval, and the verdict of the gate; empty texts without a sweep."""
    if sweep is None or not sweep.done:
        return "", "", ""
    gate = "" if sweep.gate is None else f"gate {sweep.gate * 100:.6g}%: {sweep.verdict or 'no verdict'}"
    rate = sweep.diverged / sweep.done
    partial = "" if sweep.whole else f"; a part of {sweep.turns:,}, no verdict"
    cases = f"{sweep.done:,} {sweep.noun}s of {sweep.sampler}{partial}"
    interval = f"{percent(sweep.low)} to {percent(sweep.high)} (95 %), {cases}"
    return f"{rate:.2%}" if not rate or rate >= 1e-4 else percent(rate), visible(interval), gate


def _facts(model: ModelResult) -> Iterator[tuple[str, str]]:
    yield "kind", visible(model.kind)
    if model.bytes is not None:
        yield "size", f"{model.bytes:,} bytes"
    yield "domain", visible(model.domain)
    if model.rules != model.domain:
        yield "rules", visible(model.rules)
    if model.template != model.domain:
        yield "template", visible(model.template)
    if model.sha256 is not None:
        yield "sha256", visible(model.sha256)


def _at_work(model: ModelResult) -> Iterator[tuple[str, int]]:
    counts: dict[str, int] = {}
    for law in model.laws:
        for rule, count in law.at_work.items():
            counts[rule] = counts.get(rule, 0) + count
    for rule in dict.fromkeys([*model.rules_order, *counts]):
        if rule in counts:
            yield visible(rule), counts[rule]
