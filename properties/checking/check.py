"""Holding a subject against a law: draw cases, ask them in batches, check, and shrink what breaks.

Hypothesis draws; the counts come from a generate phase that nothing cuts short:

1. The law's cases are drawn, without asking anything. Each different one counts once.
2. All their prompts go to the subject in batches, with the reference's answers as drafts.
3. The law is checked on every case. What breaks is counted by failure mode.
4. For each mode one counterexample is shrunk, in batches (`turncheck.properties.checking.shrink`): the smallest of
   those that were drawn, or a smaller case that the model answered wrongly to another law. A play is shortened, and its
   turns are shrunk as cases (`turncheck.properties.checking.plays`).

A limit that is reached and an interrupt leave what was found by then, and say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice

import attrs
from hypothesis.errors import HypothesisException, Unsatisfiable

from turncheck.engine.learned import Listed
from turncheck.properties.checking.asking import Limit, SpentError, Stop
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
from turncheck.properties.checking.law import MALFORMED, ROLLOUT, STABILITY, AnyForm, Law, LawKind, text_of
from turncheck.properties.checking.plays import shrink_play
from turncheck.properties.checking.shrink import shrink_until
from turncheck.properties.checking.subject import Subject, described
from turncheck.properties.checking.truth import first_broken, holds_of_reference
from turncheck.reports.cases import describe
from turncheck.reports.modes import MODES, Divergence
from turncheck.reports.records import Failure, LawResult, LawVerdict

LEAST_SHRINKING = 30.0
"""Seconds of the model's time that shrinking a counterexample may take, unless asking the law's cases took longer."""

INTERRUPTED = "shrinking was interrupted"

KNOWN = 64
"""Cases with wrong answers, the simplest first, among which a smaller counterexample is looked for."""


class NotApplicableError(Exception):
    """A law that says nothing about a subject. The message says why."""


class InterruptedLawError(KeyboardInterrupt):
    """The interrupt that ended the check of a law.

    Attributes:
        result: how the law fared until then.
    """

    def __init__(self, result: LawResult) -> None:
        super().__init__()
        self.result = result


def check_law(law: Law, subject: Subject, budget: Budget, kept: Sequence[AnyForm] = ()) -> LawResult:
    """How the law fares with the subject, on the cases that are drawn and on those that were kept of earlier runs.

    A kept case that breaks it makes the law fail, and counts neither as applied nor as diverged.

    A law of which nothing can be asked of this subject is NOT_APPLICABLE: those about rejecting where it was trained
    to reject nothing, and under a variant of the rules those that are not true of the variant's own reference.

    Where a limit of the subject's meter is reached, the cases that were asked by then count.

    Raises:
        FalseLawError: the law is wrong.
        InterruptedLawError: the user interrupts it. It holds how the law fared until then.
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
        cases: of those that were drawn.
        kept: of those that earlier runs kept.
        seconds: of the model's time that it took.
        stop: why these are not all; None where they are.
    """

    cases: list[AnyForm]
    kept: list[AnyForm]
    seconds: float
    stop: Stop | None = None


def _ask(law: Law, subject: Subject, budget: Budget, cases: list[AnyForm], kept: Sequence[AnyForm]) -> _Asked:
    """Asks the subject all the cases; kept ones first, since those broke the law before."""
    before = subject.meter.seconds
    try:
        for part in _parts(subject, budget, [*kept, *cases]):
            ask_all(law, subject, part)
    except (SpentError, KeyboardInterrupt) as stop:
        done, again = ([case for case in given if is_asked(law, subject, case)] for given in (cases, kept))
        return _Asked(done, again, subject.meter.seconds - before, stop)
    return _Asked(cases, list(kept), subject.meter.seconds - before)


def _parts(subject: Subject, budget: Budget, cases: list[AnyForm]) -> list[list[AnyForm]]:
    """All cases at once; in parts where a limit may be reached, since plays that are only begun show nothing."""
    if not subject.meter.is_limited:
        return [cases]
    size = budget.min_cases
    return [cases[start : start + size] for start in range(0, len(cases), size)]


def _why(law: Law, asked: _Asked, drawn: int, budget: Budget) -> str:
    """Why the law is INCONCLUSIVE unless it is broken; empty where it is not."""
    count, least = len(asked.cases), budget.min_cases
    if isinstance(asked.stop, KeyboardInterrupt):
        return f"it was interrupted after {count} of its {drawn} cases"
    if isinstance(asked.stop, SpentError) and count < least:
        return f"{asked.stop.limit} was spent after {count} of its {drawn} cases, fewer than {least}"
    if not drawn:
        return "no case was drawn to which it applies: look at its cases, its also= and what narrows them"
    if count < least:
        return f"it applied to {count} different cases of {budget.of(law)} drawn, fewer than {least}"
    return ""


def applicable(law: Law, subject: Subject, budget: Budget) -> list[AnyForm]:
    """The cases of a run; none of a law that says nothing about the subject.

    Raises:
        NotApplicableError: it says nothing.
    """
    check_says_something(law, subject)
    if subject.domain.base is None:
        with suppress(Unsatisfiable):  # its cases are narrowed to none: it applies to nothing
            return draw(law, subject, budget)
        return []
    try:
        cases = draw(law, subject, budget)
    except (HypothesisException, ValueError) as error:  # a variant may leave no case of which the law speaks
        raise NotApplicableError(f"no case of it can be made under these rules: {described(error)}") from error
    for case in cases:
        if not holds_of_reference(law, case, subject.domain):
            raise NotApplicableError(_false_on(law, case, subject))
    return cases


UNLISTED: Mapping[LawKind, str] = {
    ROLLOUT: "a play is asked turn after turn, and what its own answers lead to was not asked",
    STABILITY: "nothing can be asked a second time",
}
"""What cannot be asked of a listed engine, and why."""


def check_says_something(law: Law, subject: Subject) -> None:
    """Looks at whether the law says anything about the subject, as far as sampled turns show.

    Raises:
        NotApplicableError: it says nothing.
        FalseLawError: the reference breaks it.
    """
    if law.kind == MALFORMED and not subject.rejects:
        raise NotApplicableError("the model was not trained to reject (rejects = false)")
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
        raise NotApplicableError(f"no case of it can be made under these rules: {described(error)}") from error
    if false is None:
        return
    if domain.base is None:
        raise FalseLawError(law, text_of(false, domain), law.asks(false, domain))
    raise NotApplicableError(_false_on(law, false, subject))


def _false_on(law: Law, case: AnyForm, subject: Subject) -> str:
    shown = describe(subject.domain, text_of(case, subject.domain), law.kind)
    return f"not true of these rules' own reference: {shown}"


def draw(law: Law, subject: Subject, budget: Budget) -> list[AnyForm]:
    """Return the cases of a run: what Hypothesis draws for the law by the seed, where the law applies, each once."""
    different = {text_of(case, subject.domain): case for case in drawn_cases(law, subject.domain, budget)}
    return [case for case in different.values() if law.applies(case, subject.domain)][: budget.cases]


def _by_frequency(found: Sequence[Counterexample], again: Sequence[Counterexample]) -> list[type[Divergence]]:
    """The modes that occur, the most frequent among what was drawn first."""
    counts = {mode: sum(each.mode is mode for each in found) for mode in MODES}
    occurring = {each.mode for each in [*found, *again]}
    return sorted(occurring, key=lambda mode: (-counts[mode], MODES.index(mode)))


def _failures(
    law: Law, subject: Subject, found: list[Counterexample], again: list[Counterexample], asked: _Asked, budget: Budget
) -> tuple[list[Failure], Stop | None]:
    """A row for each mode, and what stopped the check of the law; from an interrupt on nothing more is shrunk."""
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
    return failures, stop


def _left(stop: Stop | None) -> str:
    """Why shrinking was left before its end; empty where it was not."""
    if stop is None:
        return ""
    return f"shrinking stopped at {stop.limit}" if isinstance(stop, SpentError) else INTERRUPTED


def shrunk(law: Law, subject: Subject, found: Counterexample) -> tuple[Counterexample, Stop | None]:
    """Shrink a counterexample. Return the smallest in the same failure mode, and what stopped the search early."""
    if law.form == "play":
        return shrink_play(law, subject, found)
    return shrink_until(law, subject, _simplest_known(law, subject, found) if law.form == "case" else found)


def _simplest_known(law: Law, subject: Subject, found: Counterexample) -> Counterexample:
    """The simplest counterexample in the same mode among those cases that the subject answered wrongly before, to
    whatever law; the one that was found if there is none.
    """
    domain = subject.domain
    smaller = (case for size, case in subject.answered_wrongly() if size < found.simplicity)
    cases = list(islice((case for case in smaller if law.applies(case, domain)), KNOWN))
    try:
        ask_all(law, subject, cases)
    except SpentError:
        return found
    known = (each for each in counterexamples(law, subject, cases) if each.mode is found.mode)
    return min([found, *known], key=lambda each: each.simplicity)
