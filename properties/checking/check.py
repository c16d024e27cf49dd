"""Holding a subject against a law: draw cases, ask them in batches, check, and shrink what breaks.

Hypothesis draws and shrinks; the counts come from a generate phase that nothing cuts short:

1. The law's cases are drawn, without asking anything. Each different one counts once.
2. All their prompts go to the subject in batches, with the reference's answers as drafts.
3. The law is checked on every case. What breaks is counted by failure mode.
4. For each mode Hypothesis runs once more with the same seed, fails on that mode alone, and shrinks what it finds. Of a
   turn the search in batches goes on from there: it finds a smaller one in half of the cases, and ends minimal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from hypothesis.errors import HypothesisException, Unsatisfiable

from turncheck.engine.learned import Listed
from turncheck.properties.checking.counterexamples import (
    Counterexample,
    FalseLawError,
    ask_all,
    counterexample,
    counterexamples,
)
from turncheck.properties.checking.coverage import rules_at_work
from turncheck.properties.checking.draw import Budget, run
from turncheck.properties.checking.law import MALFORMED, ROLLOUT, STABILITY, AnyForm, Law, LawKind, text_of
from turncheck.properties.checking.shrink import shrink
from turncheck.properties.checking.subject import Subject, described
from turncheck.properties.checking.truth import first_broken, holds_of_reference
from turncheck.reports.cases import describe
from turncheck.reports.modes import MODES, Divergence, WrongValue
from turncheck.reports.records import Failure, LawResult, LawVerdict

LATE_WHILE_SHRINKING = 20
"""Prompts that may run out of time while a smaller one of their kind is looked for."""


class NotApplicableError(Exception):
    """A law that says nothing about a subject. The message says why."""


def check_law(law: Law, subject: Subject, budget: Budget, kept: Sequence[AnyForm] = ()) -> LawResult:
    """How the law fares with the subject, on the cases that are drawn and on those that were kept of earlier runs.

    A kept case that breaks it makes the law fail, and counts neither as applied nor as diverged.

    A law of which nothing can be asked of this subject is NOT_APPLICABLE: those about rejecting where it was trained
    to reject nothing, and under a variant of the rules those that are not true of the variant's own reference.

    Raises:
        FalseLawError: the law is wrong.
    """
    try:
        cases = applicable(law, subject, budget)
    except NotApplicableError as error:
        return LawResult(law.id, law.rule, law.kind, "NOT_APPLICABLE", 0, why=str(error))
    ask_all(law, subject, [*kept, *cases])
    found, again = counterexamples(law, subject, cases), counterexamples(law, subject, kept)
    failures = tuple(_failure(law, subject, mode, found, again, budget) for mode in _by_frequency(found, again))
    verdict: LawVerdict = "FAIL" if failures else "PASS" if len(cases) >= budget.min_cases else "INCONCLUSIVE"
    at_work = rules_at_work(law, cases, subject.domain, enough=budget.min_cases)
    return LawResult(law.id, law.rule, law.kind, verdict, len(cases), failures, at_work)


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
    """The cases of a run: what Hypothesis draws for the law by the seed, where the law applies, each once."""
    drawn: list[AnyForm] = []
    run(law, subject.domain, budget, drawn.append)
    different = {text_of(case, subject.domain): case for case in drawn}
    return [case for case in different.values() if law.applies(case, subject.domain)]


def smallest(law: Law, subject: Subject, mode: type[Divergence], budget: Budget) -> Counterexample | None:
    """The smallest breach in that mode that Hypothesis finds by the seed of a run; None where it finds none."""
    smallest_so_far: Counterexample | None = None
    late = subject.late

    def fails_in_that_mode(case: AnyForm) -> None:
        nonlocal smallest_so_far
        found = counterexample(law, subject, case) if law.applies(case, subject.domain) else None
        if found is not None and found.mode is mode:
            smallest_so_far = min(found, smallest_so_far or found, key=lambda each: each.simplicity)
            raise _Enough if subject.late - late > LATE_WHILE_SHRINKING else _FoundError

    # What Hypothesis says of a test that fails now and then is nothing that a user could mend.
    with suppress(_FoundError, _Enough, HypothesisException), subject.patiently():
        run(law, subject.domain, budget, fails_in_that_mode, shrink=True)
    return smallest_so_far


class _FoundError(Exception):
    """Tells Hypothesis that a case is one of those that it shrinks."""


class _Enough(BaseException):
    """Ends Hypothesis at once."""


def _by_frequency(found: Sequence[Counterexample], again: Sequence[Counterexample]) -> list[type[Divergence]]:
    """The modes that occur, the most frequent among what was drawn first."""
    counts = {mode: sum(each.mode is mode for each in found) for mode in MODES}
    occurring = {each.mode for each in [*found, *again]}
    return sorted(occurring, key=lambda mode: (-counts[mode], MODES.index(mode)))


def _shrunk(law: Law, subject: Subject, mode: type[Divergence], budget: Budget) -> Counterexample | None:
    """The smallest breach in that mode that Hypothesis finds; of a turn, what a search in batches makes of it."""
    late = subject.late
    found = smallest(law, subject, mode, budget)
    # Where prompts run out of time, have to be written twice, or are many for a case, it would take too long.
    too_long = law.again or law.kind == MALFORMED or subject.late > late
    if found is None or law.form != "case" or too_long:
        return found
    return shrink(law, subject, found)


def _failure(
    law: Law,
    subject: Subject,
    mode: type[Divergence],
    found: list[Counterexample],
    again: list[Counterexample],
    budget: Budget,
) -> Failure:
    """One mode's row: its counts among the drawn cases, and the simplest breach that is known."""
    drawn = [each for each in found if each.mode is mode]
    known = [*drawn, *(each for each in again if each.mode is mode)]
    if drawn and (shrunk := _shrunk(law, subject, mode, budget)):
        known.append(shrunk)
    shown = min(known, key=lambda each: each.simplicity)
    return Failure(
        mode.mode,
        len(drawn),
        shown.witness(law),
        ambiguous=sum(bool(each.divergence.also) for each in drawn),
        off_by_one=sum(isinstance(each.divergence, WrongValue) and each.divergence.off_by_one for each in drawn),
        said=shown.divergence.said,
    )
