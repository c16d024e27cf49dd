"""The laws of a model as the page shows them, each with the ways in which a run or a sweep broke it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from turncheck.reports.escape import printable, visible
from turncheck.reports.modes import MODES
from turncheck.reports.page.heat import level_of
from turncheck.reports.page.witness import Shown, show
from turncheck.reports.records import Failure, LawResult, LawVerdict, ModelResult, Witness
from turncheck.reports.sweeps import Row, Smallest, SweepResult, percent

ABOUT_MODES: Mapping[str, str] = {mode.mode: (mode.__doc__ or "").split("\n")[0] for mode in MODES}
"""One sentence about each failure mode."""

STATES = {"PASS": "held", "FAIL": "broken", "KNOWN": "known"}
"""The state of a law by its verdict; with any other verdict it is `open`."""

Way = tuple[str, str]


@attrs.frozen
class Breach:
    """One way in which a law was broken.

    Attributes:
        id: its fragment in links.
        mode: the failure mode.
        about: one sentence about the mode.
        count: the number of cases; None if they were not counted by mode.
        level: the share of the law's cases, as a shade, 1..LEVELS.
        known: whether the baseline lists it.
        notes: notes about the count and the witness.
        shown: the witness; None if the page does not show it.
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
        id: its fragment in links.
        name, kind, sentence: the law's id, kind and sentence.
        rules: the rules that it follows from.
        verdict: PASS, FAIL, KNOWN and so on.
        state: held, broken, known or open.
        applied: the number of cases on which it was checked.
        diverged: the number of these cases that broke it.
        rate: how often the sweep broke it; empty without a sweep.
        below: the upper end of that rate's interval.
        breaches: the ways in which it was broken.
        why: why it neither held nor was broken, if so.
        again: the command that repeats its failure.
        kept: the path of the file with its smallest case.
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
        """The modes in which the law was broken, separated by spaces."""
        return " ".join(breach.mode for breach in self.breaches)

    def breach(self, mode: str) -> Breach | None:
        """Return the breach of that mode; None if there is none."""
        return next((breach for breach in self.breaches if breach.mode == mode), None)


# --- how a law fared -------------------------------------------------------------------------------------------------


@attrs.frozen
class Fared:
    """The result of a law, and whether its cases were counted by mode. A sweep counts all modes together."""

    law: LawResult
    by_mode: bool
    diverged: int

    @classmethod
    def of(cls, law: LawResult) -> Fared:
        """Make it of a law's result in a run."""
        return cls(law, True, law.diverged)


def of_sweep(model: ModelResult) -> list[Fared]:
    """Return the laws of a sweep without a run, as far as the sweep records them."""
    sweep = model.sweep
    if sweep is None:
        return []
    small: dict[str, list[Smallest]] = {}
    for each in sweep.smallest:
        small.setdefault(each.law, []).append(each)
    rows = [_of_row(row, small.get(row.name, []), sweep) for row in sweep.laws]
    silent = [Fared.of(LawResult(law, "", "", "NOT_APPLICABLE", 0, why=why)) for law, why in sweep.silent.items()]
    return rows + silent


def _of_row(row: Row, small: Sequence[Smallest], sweep: SweepResult) -> Fared:
    verdict: LawVerdict = "FAIL" if row.broke else "PASS" if row.applied else "INCONCLUSIVE"
    why = "" if row.applied else f"it applied to no {sweep.noun} of the sweep"
    failures = tuple(
        Failure(each.mode, 0, Witness(each.case, each.turn, each.expected, each.got, short=each.short),
                said=each.said, left=each.left)
        for each in small
    )  # fmt: skip
    sentence = sweep.sentences.get(row.name, "")
    return Fared(
        LawResult(row.name, row.rule, "", verdict, row.applied, failures, why=why, sentence=sentence), False, row.broke
    )


def chosen_ways(results: Sequence[Fared], most: int) -> set[Way]:
    """Choose the ways whose witnesses are shown: the most frequent of each law, then the next of each, and so on."""
    ranked = [
        (place, -failure.count, law, each.law.id, failure.mode)
        for law, each in enumerate(results)
        for place, failure in enumerate(each.law.failures)
    ]
    return {(name, mode) for *_, name, mode in sorted(ranked)[:most]}


def law_view(model_id: str, result: Fared, model: ModelResult, row: Row | None, chosen: Collection[Way]) -> LawView:
    """Return a law as the page shows it.

    Args:
        model_id: the fragment of the model.
        result: the result of the law.
        model: the model.
        row: the law's rate in a sweep; None without one.
        chosen: the ways whose witnesses are shown.
    """
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
        yield "Found only in a kept witness"
    if failure.off_by_one and failure.count > 1:
        yield f"{failure.off_by_one} of {failure.count} are off by one"
    if failure.ambiguous:
        yield f"{failure.ambiguous} fit a second mode as well"
    if failure.left:
        yield f"Need not be minimal: {visible(failure.left)}"


def _slug(text: str) -> str:
    """Convert a text to a part of a fragment."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)[:120]
