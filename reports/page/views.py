"""What the page shows, as values: of each model the verdict, the grid, its laws and their witnesses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from turncheck.reports.escape import printable, visible
from turncheck.reports.modes import MODES
from turncheck.reports.page.changes import Changes, before_of, changes
from turncheck.reports.page.heat import Heat, heats, level_of
from turncheck.reports.page.witness import Shown, show
from turncheck.reports.records import SWEEP, Failure, LawResult, LawVerdict, ModelResult, Report, Witness
from turncheck.reports.sweeps import Row, Smallest, SweepResult, percent
from turncheck.reports.table import notes

MOST_WITNESSES = 60
"""Witnesses that a page shows. The others are counted and named."""

ABOUT_MODES: Mapping[str, str] = {mode.mode: (mode.__doc__ or "").split("\n")[0] for mode in MODES}
"""What each failure mode is, in a sentence."""

STATES = {"PASS": "held", "FAIL": "broken", "KNOWN": "known"}
"""What a law is called by its verdict; any other says nothing."""

Way = tuple[str, str]


@attrs.frozen
class Breach:
    """One way in which a law was broken.

    Attributes:
        id: its fragment.
        mode: the failure mode.
        about: what that is.
        count: in how many cases; None where they were not counted by mode.
        level: how many of the law's cases that is, as a shade, 1..LEVELS.
        known: whether the baseline has it.
        notes: what there is to say of the count and of the witness.
        shown: the witness; None where the page shows no more of them.
    """

    id: str
    mode: str
    about: str
    count: int | None
    level: int
    known: bool
    notes: list[str]
    shown: Shown | None


@attrs.frozen
class LawView:
    """A law of a model.

    Attributes:
        id: its fragment.
        name, kind, sentence: of the law.
        rules: those that it follows from.
        verdict: PASS, FAIL, KNOWN and so on.
        state: held, broken, known or open.
        applied: cases.
        diverged: of those, the broken ones.
        rate: how often the sweep broke it; empty without one.
        below: the upper end of that.
        breaches: the ways.
        why: of one that neither held nor was broken.
        again: the command that repeats it.
        kept: where its smallest case is kept.
    """

    id: str
    name: str
    kind: str
    sentence: str
    rules: str
    verdict: str
    state: str
    applied: int
    diverged: int
    rate: str
    below: str
    breaches: list[Breach]
    why: str
    again: str
    kept: str

    @property
    def modes(self) -> str:
        """The modes in which it was broken, between spaces."""
        return " ".join(breach.mode for breach in self.breaches)

    def breach(self, mode: str) -> Breach | None:
        """The way of that mode."""
        return next((breach for breach in self.breaches if breach.mode == mode), None)


@attrs.frozen
class ModelView:
    """A model of the page.

    Attributes:
        id: its fragment.
        name: what it is called.
        facts: how it is run, its size, its hash and what it was held against, each with what it is.
        passed: whether it passed.
        badge: the verdict in a word.
        sentence: the verdict in a sentence.
        held, held_of: the laws that held, of those that say anything about it.
        rate, interval, gate: of its sweep; empty without one.
        changes: since another run.
        modes: those that occur, each with what it is.
        laws: in their order, the broken ones by how often first.
        heats: where its answers are wrong.
        at_work: the rules, each with in how many cases it was at work.
        notes: what there is to note.
        noun: what a case is called.
        unshown: witnesses that are not shown.
        fragments: where each way of breaking a law is shown.
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

    def of_state(self, *states: str) -> list[LawView]:
        """The laws in those states."""
        return [law for law in self.laws if law.state in states]


def model_views(report: Report, before: Report | None) -> list[ModelView]:
    """The models of a report, as the page shows them; `before` is a report of an earlier run."""
    most = max(MOST_WITNESSES // max(len(report.models), 1), 1)
    return [
        _model(report, f"m{number}", model, before_of(model, report, before), most)
        for number, model in enumerate(report.models, 1)
    ]


def _model(report: Report, id_: str, model: ModelResult, before: ModelResult | None, most: int) -> ModelView:
    results = [*map(_Result.of, model.laws)] or _of_sweep(model)
    chosen = _chosen(results, most)
    rates = {} if model.sweep is None else {row.name: row for row in model.sweep.laws}
    laws = [_law(id_, each, model, rates.get(each.law.id), chosen) for each in results]
    laws.sort(key=lambda law: -(law.diverged / law.applied if law.applied else 0) if law.breaches else 1)
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
    )


SHOWN_ELSEWHERE = (
    "again: ", "its smallest case", "MENDED ", "FIXED ", "STILL FAILS ", "FAILS AGAIN ", "every rule ", "rules at work"
)  # fmt: skip
"""How the notes begin that the page shows in another way."""


# --- the verdict -----------------------------------------------------------------------------------------------------


def _badge(model: ModelResult) -> str:
    if not model.failed:
        return "PASS"
    sweep = model.sweep
    is_broken = any(law.verdict == "FAIL" and not law.known for law in model.laws) or model.refuted
    return "FAIL" if is_broken or (sweep is not None and sweep.verdict == "FAIL") else "INCONCLUSIVE"


def _sentence(model: ModelResult, laws: Sequence[LawView]) -> str:
    """The verdict in one sentence or two."""
    asked = [law for law in laws if law.verdict != "NOT_APPLICABLE"]
    broken, known, undecided = ([law for law in asked if law.state == state] for state in ("broken", "known", "open"))
    ways = sum(len(law.breaches) for law in broken)
    parts = []
    if not asked:
        parts.append("No law says anything about this model.")
    elif broken:
        parts.append(f"It breaks {len(broken)} of {_counted(asked, 'law')}, in {ways} way{'s' * (ways != 1)}.")
    elif not known and not undecided:
        parts.append(f"All {_counted(asked, 'law')} held.")
    else:
        parts.append(f"No law of {len(asked)} is broken in a new way.")
    if known:
        parts.append(f"{_counted(known, 'law')} broke only in ways that the baseline knows.")
    if undecided:
        parts.append(f"Of {_counted(undecided, 'law')} nobody can say whether it holds.")
    if model.missing:
        parts.append(f"{len(model.missing)} of what was to run has no result.")
    if model.refuted:
        parts.append("Its verify accepts what it does not write.")
    return " ".join(parts)


def _counted(things: Sequence[object], noun: str) -> str:
    return f"{len(things)} {noun}{'s' * (len(things) != 1)}"


def _swept(sweep: SweepResult | None) -> tuple[str, str, str]:
    """The rate of divergence, its interval, and the verdict of the gate."""
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


# --- laws ------------------------------------------------------------------------------------------------------------


@attrs.frozen
class _Result:
    """How a law fared, and whether its cases were counted by mode: a sweep counts them together."""

    law: LawResult
    by_mode: bool
    diverged: int

    @classmethod
    def of(cls, law: LawResult) -> _Result:
        return cls(law, True, law.diverged)


def _of_sweep(model: ModelResult) -> list[_Result]:
    """The laws of a sweep that stands alone, as far as it knows them."""
    sweep = model.sweep
    if sweep is None:
        return []
    small: dict[str, list[Smallest]] = {}
    for each in sweep.smallest:
        small.setdefault(each.law, []).append(each)
    rows = [_of_row(row, small.get(row.name, []), sweep) for row in sweep.laws]
    silent = [_Result.of(LawResult(law, "", "", "NOT_APPLICABLE", 0, why=why)) for law, why in sweep.silent.items()]
    return rows + silent


def _of_row(row: Row, small: Sequence[Smallest], sweep: SweepResult) -> _Result:
    verdict: LawVerdict = "FAIL" if row.broke else "PASS" if row.applied else "INCONCLUSIVE"
    why = "" if row.applied else f"it applied to no {sweep.noun} of the sweep"
    failures = tuple(
        Failure(each.mode, 0, Witness(each.case, each.turn, each.expected, each.got, short=each.short),
                said=each.said, left=each.left)
        for each in small
    )  # fmt: skip
    sentence = sweep.sentences.get(row.name, "")
    return _Result(
        LawResult(row.name, row.rule, "", verdict, row.applied, failures, why=why, sentence=sentence), False, row.broke
    )


def _chosen(results: Sequence[_Result], most: int) -> set[Way]:
    """The ways whose witnesses are shown: of each law the most frequent, then of each the next, and so on."""
    ranked = [
        (place, -failure.count, law, each.law.id, failure.mode)
        for law, each in enumerate(results)
        for place, failure in enumerate(each.law.failures)
    ]
    return {(name, mode) for *_, name, mode in sorted(ranked)[:most]}


def _law(model_id: str, result: _Result, model: ModelResult, row: Row | None, chosen: Collection[Way]) -> LawView:
    law, id_ = result.law, f"{model_id}-{_slug(result.law.id)}"
    verdict = "KNOWN" if law.known else law.verdict
    return LawView(
        id_,
        visible(law.id),
        visible(law.kind),
        visible(law.sentence),
        "all rules" if law.rule == "all" else visible(law.rule),
        verdict,
        STATES.get(verdict, "open"),
        law.applied,
        result.diverged,
        "" if row is None else _rate_of(row),
        "" if row is None or not row.applied else percent(row.high),
        [_breach(id_, law, failure, model, result.by_mode, chosen) for failure in law.failures],
        visible(law.why),
        printable(law.again),
        visible(law.kept),
    )


def _rate_of(row: Row) -> str:
    return f"{percent(row.rate)}, {row.interval}" if row.rate is not None else ""


def _breach(
    law_id: str, law: LawResult, failure: Failure, model: ModelResult, by_mode: bool, chosen: Collection[Way]
) -> Breach:
    is_shown = (law.id, failure.mode) in chosen
    return Breach(
        f"{law_id}--{_slug(failure.mode)}",
        failure.mode,
        ABOUT_MODES.get(failure.mode, ""),
        failure.count if by_mode else None,
        level_of(failure.count, law.applied) if by_mode else 1,
        failure.known,
        list(_notes_of(failure, by_mode)),
        show(failure.witness, model, failure.said) if is_shown and failure.witness.turn else None,
    )


def _notes_of(failure: Failure, by_mode: bool) -> Iterator[str]:
    if by_mode and not failure.count:
        yield "Found in a kept witness alone"
    if failure.off_by_one and failure.count > 1:
        yield f"{failure.off_by_one} of {failure.count} are off by one"
    if failure.ambiguous:
        yield f"{failure.ambiguous} fit a second mode as well"
    if failure.left:
        yield f"Need not be minimal: {visible(failure.left)}"


def _slug(text: str) -> str:
    """A text as part of a fragment."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)[:120]
