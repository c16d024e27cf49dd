"""Check a law on a subject: draw cases, ask them in batches, check the law, and shrink the counterexamples.

Hypothesis only draws the cases. A failure does not end its generate phase, so the counts cover all cases:

1. Draw the law's cases without asking the subject. Each distinct case counts once.
2. Ask the subject all their prompts in batches, with the reference's answers as drafts.
3. Check the law on every case. Count the counterexamples by failure mode.
4. For each mode, shrink one counterexample in batches (`turncheck.properties.checking.shrink`): the smallest drawn one,
   or a smaller case that the model answered wrongly for any law. A play is shortened, and its turns are shrunk as cases
   (`turncheck.properties.checking.plays`).

If a limit is reached or the user interrupts the check, the result holds what was found so far and says why it is
incomplete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice

import attrs
from hypothesis.errors import HypothesisException, Unsatisfiable

from turncheck.engine.learned import Listed
from turncheck.engine.stages import Composed
from turncheck.properties.checking.asking import Limit, LimitReachedError, Stop
from turncheck.properties.checking.counterexamples import (
    Counterexample,
    FalseLawError,
    ask_all,
    counterexamples,
    is_asked,
)
from turncheck.properties.checking.coverage import rules_at_work
from turncheck.properties.checking.draw import Budget, drawn_cases
from turncheck.properties.checking.failing import failure_of, law_result
from turncheck.properties.checking.law import (
    MALFORMED,
    OF_EXPERTS,
    ROLLOUT,
    STABILITY,
    AnyForm,
    Law,
    LawKind,
    text_of,
)
from turncheck.properties.checking.plays import shrink_play
from turncheck.properties.checking.shrink import KNOWN, shrink_until
from turncheck.properties.checking.subject import Subject, described
from turncheck.properties.checking.truth import first_broken, holds_of_reference
from turncheck.properties.explaining.witnesses import with_as_if, with_experts
from turncheck.reports.cases import describe
from turncheck.reports.modes import MODES, Divergence
from turncheck.reports.records import Failure, LawResult, LawVerdict

LEAST_SHRINKING = 30.0
"""Most seconds of the model's time for shrinking one counterexample, unless asking the law's cases took longer."""

INTERRUPTED = "shrinking was interrupted"

NO_CASE = "no case can be drawn for it under these rules"


class NotApplicableError(Exception):
    """The law does not apply to the subject. The message says why."""


class InterruptedLawError(KeyboardInterrupt):
    """The user interrupted the check of a law.

    Attributes:
        result: the result so far.
    """

    def __init__(self, result: LawResult) -> None:
        super().__init__()
        self.result = result


def check_law(law: Law, subject: Subject, budget: Budget, kept: Sequence[AnyForm] = ()) -> LawResult:
    """Check the law on the subject, with drawn cases and with the cases kept from earlier runs.

    A kept case that breaks the law makes it fail, but counts neither as applied nor as diverged.

    A law is NOT_APPLICABLE if the subject cannot be tested with it: a law about rejecting, if the subject was not
    trained to reject; or under a variant of the rules, a law that the variant's own reference breaks.

    If a limit of the subject's meter is reached, only the cases asked so far count.

    Raises:
        FalseLawError: the law is wrong.
        InterruptedLawError: the user interrupts the check. It holds the result so far.
    """
    try:
        cases = applicable(law, subject, budget)
    except NotApplicableError as error:
        return law_result(law, "NOT_APPLICABLE", why=str(error))
    asked = _ask(law, subject, budget, cases, kept)
    found, again = counterexamples(law, subject, asked.cases), counterexamples(law, subject, asked.kept)
    failures, stop = _failures(law, subject, found, again, asked, budget)
    why = _why(law, asked, len(cases), budget)
    verdict: LawVerdict = "FAIL" if failures else "INCONCLUSIVE" if why else "PASS"
    at_work = rules_at_work(law, asked.cases, subject.domain, enough=budget.min_cases)
    why = why if verdict == "INCONCLUSIVE" else ""
    result = law_result(law, verdict, len(asked.cases), tuple(failures), at_work, why)
    if isinstance(stop, KeyboardInterrupt):
        raise InterruptedLawError(result) from stop
    return result


@attrs.frozen
class _Asked:
    """The cases of a law that the subject was asked.

    Attributes:
        cases: the drawn cases that were asked.
        kept: the cases kept from earlier runs that were asked.
        seconds: the model's time that this took.
        stop: what stopped the asking; None if all cases were asked.
    """

    cases: list[AnyForm]
    kept: list[AnyForm]
    seconds: float
    stop: Stop | None = None


def _ask(law: Law, subject: Subject, budget: Budget, cases: list[AnyForm], kept: Sequence[AnyForm]) -> _Asked:
    """Ask the subject all cases; kept cases first, because they broke the law before."""
    before = subject.meter.seconds
    try:
        for part in _parts(subject, budget, [*kept, *cases]):
            ask_all(law, subject, part)
    except (LimitReachedError, KeyboardInterrupt) as stop:
        done, again = ([case for case in given if is_asked(law, subject, case)] for given in (cases, kept))
        return _Asked(done, again, subject.meter.seconds - before, stop)
    return _Asked(cases, list(kept), subject.meter.seconds - before)


def _parts(subject: Subject, budget: Budget, cases: list[AnyForm]) -> list[list[AnyForm]]:
    """Return all cases at once; under a limit in parts, because plays that are only begun show nothing."""
    if not subject.meter.is_limited:
        return [cases]
    size = budget.min_cases
    return [cases[start : start + size] for start in range(0, len(cases), size)]


def _why(law: Law, asked: _Asked, drawn: int, budget: Budget) -> str:
    """Return why the law is INCONCLUSIVE if no case breaks it; empty if it is conclusive."""
    count, least = len(asked.cases), budget.min_cases
    if isinstance(asked.stop, KeyboardInterrupt):
        return f"it was interrupted after {count} of its {drawn} cases"
    if isinstance(asked.stop, LimitReachedError) and count < least:
        return f"{asked.stop.limit} was spent after {count} of its {drawn} cases, fewer than {least}"
    if not drawn:
        return "no case was drawn to which it applies: look at its cases, its also= and what narrows them"
    if count < least:
        return f"it applied to {count} different cases of {budget.of(law)} drawn, fewer than {least}"
    return ""


def applicable(law: Law, subject: Subject, budget: Budget) -> list[AnyForm]:
    """Return the cases of a run; none if the law's strategy cannot be satisfied.

    Raises:
        NotApplicableError: the law does not apply to the subject.
    """
    check_says_something(law, subject)
    if subject.domain.base is None:
        with suppress(Unsatisfiable):  # its cases are narrowed to none
            return draw(law, subject, budget)
        return []
    try:
        cases = draw(law, subject, budget)
    except (HypothesisException, ValueError) as error:  # a variant may have no case that fits the law
        raise NotApplicableError(f"{NO_CASE}: {described(error)}") from error
    for case in cases:
        if not holds_of_reference(law, case, subject.domain):
            raise NotApplicableError(_false_on(law, case, subject))
    return cases


UNLISTED: Mapping[LawKind, str] = {
    ROLLOUT: "a rollout asks prompts that follow from earlier answers",
    STABILITY: "no prompt can be asked a second time",
}
"""Kinds of laws that cannot be checked on recorded answers, and why."""


def check_says_something(law: Law, subject: Subject) -> None:
    """Check that the law applies to the subject, as far as sampled cases show.

    Raises:
        NotApplicableError: the law does not apply.
        FalseLawError: the reference breaks the law.
    """
    if law.kind == MALFORMED and not subject.rejects:
        raise NotApplicableError("the model was not trained to reject (rejects = false)")
    if law.again == OF_EXPERTS and not isinstance(subject.engine, Composed):
        raise NotApplicableError("the model is no composition of experts")
    if law.kind in UNLISTED and isinstance(subject.engine, Listed):
        raise NotApplicableError(f"its answers were made elsewhere: {UNLISTED[law.kind]}")
    domain = subject.domain
    if domain.held and not any(written.name == law.id for written in domain.attached):
        return
    try:
        false = first_broken(law, domain)
    except ValueError as error:
        if domain.base is None:
            raise
        raise NotApplicableError(f"{NO_CASE}: {described(error)}") from error
    if false is None:
        return
    if domain.base is None:
        raise FalseLawError(law, text_of(false, domain), law.asks(false, domain))
    raise NotApplicableError(_false_on(law, false, subject))


def _false_on(law: Law, case: AnyForm, subject: Subject) -> str:
    shown = describe(subject.domain, text_of(case, subject.domain), law.kind)
    return f"not true of these rules' own reference: {shown}"


def draw(law: Law, subject: Subject, budget: Budget) -> list[AnyForm]:
    """Return the cases of a run: the distinct cases drawn by Hypothesis with the seed to which the law applies."""
    different = {text_of(case, subject.domain): case for case in drawn_cases(law, subject.domain, budget)}
    return [case for case in different.values() if law.applies(case, subject.domain)][: budget.cases]


def _by_frequency(found: Sequence[Counterexample], again: Sequence[Counterexample]) -> list[type[Divergence]]:
    """Return the modes that occur, the most frequent among the drawn cases first."""
    counts = {mode: sum(each.mode is mode for each in found) for mode in MODES}
    occurring = {each.mode for each in [*found, *again]}
    return sorted(occurring, key=lambda mode: (-counts[mode], MODES.index(mode)))


def _failures(
    law: Law, subject: Subject, found: list[Counterexample], again: list[Counterexample], asked: _Asked, budget: Budget
) -> tuple[list[Failure], Stop | None]:
    """Return a failure for each mode, and what stopped the check. After an interrupt nothing more is shrunk."""
    limit = Limit(seconds=max(LEAST_SHRINKING, asked.seconds)) if budget.shrink is None else budget.shrink
    failures, stop = [], asked.stop
    numbers = {id(case): number for number, case in enumerate(asked.cases)}
    for mode in _by_frequency(found, again):
        drawn, kept = ([each for each in given if each.mode is mode] for given in (found, again))
        shown, left = min([*drawn, *kept], key=lambda each: each.simplicity), ""
        if drawn and isinstance(stop, KeyboardInterrupt):
            left = INTERRUPTED
        elif drawn and limit.is_nothing:
            left = "not shrunk"
        elif drawn:
            with subject.meter.within(limit):
                simplest, spent = shrunk(law, subject, shown)
            shown, left = min(shown, simplest, key=lambda each: each.simplicity), _left(spent)
            stop = spent if isinstance(spent, KeyboardInterrupt) else stop
        failures.append(failure_of(law, drawn, shown, left, numbers))
    if isinstance(stop, KeyboardInterrupt):
        return failures, stop
    explained = with_as_if(failures, subject.domain)
    return list(with_experts(explained, subject.domain, subject.engine, subject.limit)), stop


def _left(stop: Stop | None) -> str:
    """Return why shrinking stopped early; empty if it finished."""
    if stop is None:
        return ""
    return f"shrinking stopped at {stop.limit}" if isinstance(stop, LimitReachedError) else INTERRUPTED


def shrunk(law: Law, subject: Subject, found: Counterexample) -> tuple[Counterexample, Stop | None]:
    """Shrink a counterexample. Return the smallest in the same failure mode, and what stopped the search early."""
    if law.form == "play":
        return shrink_play(law, subject, found)
    return shrink_until(law, subject, _simplest_known(law, subject, found) if law.form == "case" else found)


def _simplest_known(law: Law, subject: Subject, found: Counterexample) -> Counterexample:
    """Return the simplest counterexample in the same mode among all cases that the subject answered wrongly before, for
    any law; `found` if none is simpler.
    """
    domain = subject.domain
    smaller = (case for size, case in subject.answered_wrongly() if size < found.simplicity)
    cases = list(islice((case for case in smaller if law.applies(case, domain)), KNOWN))
    try:
        ask_all(law, subject, cases)
    except LimitReachedError:
        return found
    known = (each for each in counterexamples(law, subject, cases) if each.mode is found.mode)
    return min([found, *known], key=lambda each: each.simplicity)
