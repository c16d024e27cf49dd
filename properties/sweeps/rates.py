"""The results of a sweep: rates with intervals, by law, failure mode, field and stratum; counterexamples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from turncheck.engine.domain import Domain
from turncheck.engine.learned import Listed
from turncheck.engine.stages import Composed
from turncheck.properties.checking.asking import UNLIMITED, Limit, LimitReachedError
from turncheck.properties.checking.check import LEAST_SHRINKING
from turncheck.properties.checking.counterexamples import Counterexample, counterexample
from turncheck.properties.checking.law import Law
from turncheck.properties.checking.shrink import shrink_until
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.text_edits import damage
from turncheck.properties.explaining.experts import count_experts
from turncheck.properties.sweeps.counts import Counts
from turncheck.properties.sweeps.faults import UntrustedError
from turncheck.properties.sweeps.kept import FOUND
from turncheck.properties.sweeps.lines import read_lines
from turncheck.properties.sweeps.statistics import Rate
from turncheck.properties.sweeps.sweep import Sweep
from turncheck.reports.cases import describe
from turncheck.reports.modes import diverge
from turncheck.reports.sweeps import Row, Smallest

BLAMED = 1000
"""Most prompts that a composition is asked again, to find which expert was wrong."""


def law_rows(sweep: Sweep) -> list[Row]:
    """Return how often each law was broken, in order, without the laws that do not apply to the subject."""
    counts = sweep.counts
    return [_row(law.id, law.rule, counts.broke[law.id], counts.applied[law.id]) for law in sweep.laws]


def mode_rows(counts: Counts) -> list[Row]:
    """Return how many cases' own answers diverged, and in which mode."""
    every = [("any", counts.diverged), *counts.modes.most_common()]
    return [_row(name, "", broke, counts.done) for name, broke in every]


def field_rows(counts: Counts) -> list[Row]:
    """Return how often each field of an answer was wrong; for a field of the prompt, changed and unchanged apart."""
    return [_row(name, "", wrong, cases) for name, (cases, wrong) in counts.fields.items()]


def stratum_rows(counts: Counts) -> list[Row]:
    """Return how many cases diverged, by stratum."""
    return [_row(name, "", wrong, cases) for name, (cases, wrong) in sorted(counts.strata.items())]


def expert_rows(sweep: Sweep) -> list[Row]:
    """Return how often each expert of a composition was wrong, the most frequent first, among the first `BLAMED`
    different prompts with wrong answers that the sweep kept. No rows if the model is no composition or all was right.

    Raises:
        NoVerdictError: the saved lines do not match the counts.
    """
    subject = sweep.subject
    if not isinstance(subject.engine, Composed):
        return []
    kept = dict.fromkeys(line["prompt"] for line in read_lines(sweep.folder, sweep.state))
    counts = count_experts(subject.domain, subject.engine, islice(kept, BLAMED), subject.limit)
    return [_row(name, "", wrong, counts.total()) for name, wrong in counts.most_common()]


def _row(name: str, rule: str, broke: int, applied: int) -> Row:
    return Rate(broke, applied).row(name, rule)


def smallest(sweep: Sweep, limit: Limit | None = None) -> Iterator[Smallest]:
    """Return a small counterexample for each law about single cases and each mode in which it was broken.

    It is minimal unless it says why not. The search starts from the simplest failing case that the sweep met. For a
    listed engine it ends there too, because no smaller case can be asked.

    Args:
        sweep: the sweep.
        limit: the limit for shrinking one case; None for half a minute of the model's time, and for all cases together
            a minute, or as long as the sweep took. With a limit of 0 the model is not asked.

    Raises:
        NoVerdictError: the saved lines do not match the counts.
    """
    subject, met = sweep.subject, _simplest_met(sweep)
    is_shrunk = not isinstance(subject.engine, Listed) and not (limit is not None and limit.is_nothing)
    each = Limit(seconds=LEAST_SHRINKING) if limit is None else limit
    whole = Limit(seconds=max(2 * LEAST_SHRINKING, subject.meter.seconds)) if limit is None else UNLIMITED
    with subject.meter.within(whole):
        for law in sweep.laws:
            for (name, mode), line in met.items():
                if name == law.id and law.form == "case":
                    found, left = _shrunk(law, subject, line["case"], each) if is_shrunk else (None, "")
                    yield _smallest(law, mode, line, found, left, subject.domain)


def _smallest(
    law: Law, mode: str, met: Mapping[str, Any], found: Counterexample | None, left: str, domain: Domain
) -> Smallest:
    """Return a small case: shrunk, or as the sweep met it."""
    if found is None:
        case, turn, expected, got = (met[name] for name in ("case", "prompt", "expected", "got"))
        divergence = diverge(domain, turn, expected, got)
        said = "" if divergence is None or divergence.mode != mode else divergence.said
        return Smallest(law.id, mode, case, describe(domain, case, law.kind), left, turn, expected, got, said)
    shown, case = found.divergence, found.text
    answers = (shown.prompt, shown.expected, shown.got, shown.said)
    return Smallest(law.id, mode, case, describe(domain, case, law.kind), left, *answers)


def _shrunk(law: Law, subject: Subject, text: str, limit: Limit) -> tuple[Counterexample | None, str]:
    """Return a small failure of the law in the mode of that case, if one could be searched, and why it may not be
    minimal.
    """
    try:
        start = counterexample(law, subject, subject.domain.read(text))
        if start is None:
            return None, "asked again, it holds: see the laws about asking again"
        with subject.meter.within(limit):
            found, stop = shrink_until(law, subject, start)
    except LimitReachedError as reached:
        return None, f"not shrunk: {reached.limit} were spent"
    if isinstance(stop, KeyboardInterrupt):
        raise stop
    return found, "" if stop is None else f"shrinking stopped at {stop.limit}"


def _simplest_met(sweep: Sweep) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the line of the simplest case that the sweep met, by law and failure mode.

    Raises:
        UntrustedError: a text is not a case.
    """
    domain, about_texts = sweep.subject.domain, {law.id for law in sweep.laws if law.form == "text"}

    def size(line: dict[str, Any]) -> Any:
        return damage(line["case"], domain) if line["law"] in about_texts else domain.simplicity(line["case"])

    met: dict[tuple[str, str], dict[str, Any]] = {}
    for found in read_lines(sweep.folder, sweep.state):
        if found["law"]:
            key = found["law"], found["mode"]
            met[key] = min(met.get(key, found), found, key=size)
    about_cases = {law.id for law in sweep.laws if law.form == "case"}
    for (name, _), line in met.items():
        if name in about_cases and not domain.is_case(line["case"]):
            raise UntrustedError(sweep.folder, f"a case of {name} in its {FOUND} is none of {domain.name}")
    return met
