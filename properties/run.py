"""Holding a subject against a law: draw cases, ask them in batches, check, and shrink what breaks.

Hypothesis draws and shrinks; the counts come from a generate phase that nothing cuts short:

1. The law's cases are drawn, without asking anything.
2. All their prompts go to the subject in batches, with the reference's answers as drafts.
3. The law is checked on every case. What breaks is counted by failure mode.
4. For each mode Hypothesis runs once more with the same seed, fails on that mode alone, and shrinks to its witness.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import attrs
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.internal.conjecture import providers

from turncheck.properties.law import Case, Law
from turncheck.properties.subject import Subject
from turncheck.reports.modes import MODES, Divergence, diverge
from turncheck.reports.records import Failure, LawResult, Verdict, Witness

EXAMPLES = 200
"""Cases of a law in a run, unless told otherwise."""


class FalseLawError(Exception):
    """A law failed on answers that are the reference's own: the law is wrong, and not the subject."""

    def __init__(self, law: Law, prompts: Sequence[str]) -> None:
        super().__init__(law, prompts)
        self.law, self.prompts = law, tuple(prompts)

    def __str__(self) -> str:
        return (
            f"{self.law.id} does not hold of the reference, which is a fault of the law and not of the model; "
            f"please report it with these turns: {self.prompts}"
        )


@attrs.frozen
class Budget:
    """How much a run draws: cases for each law, and the seed that it draws by."""

    examples: int = EXAMPLES
    seed: int = 0


def check_law(law: Law, subject: Subject, budget: Budget) -> LawResult:
    """How the law fares with the subject.

    Raises:
        FalseLawError: the law is wrong.
    """
    cases = [case for case in draw(law, subject, budget) if law.applies(case, subject.rules)]
    _ask_all(law, subject, cases)
    breaches = [found for case in cases if (found := breach(law, subject, case)) is not None]
    counts = Counter(type(found) for found in breaches)
    failures = tuple(
        Failure(mode.mode, counts[mode], Witness.of(smallest(law, subject, mode, budget)))
        for mode in sorted(counts, key=lambda mode: (-counts[mode], MODES.index(mode)))
    )
    verdict: Verdict = "FAIL" if failures else "PASS" if cases else "INCONCLUSIVE"
    return LawResult(law.id, law.rule, law.kind, verdict, len(cases), failures)


def draw(law: Law, subject: Subject, budget: Budget) -> list[Case]:
    """The cases of a run: what Hypothesis draws for the law by the seed."""
    cases: list[Case] = []
    _run(law, subject, budget, (Phase.generate,), cases.append)
    return cases


def smallest(law: Law, subject: Subject, mode: type[Divergence], budget: Budget) -> Divergence:
    """The smallest divergence found that breaks the law in that mode, which the run's cases are known to do."""

    def fails_in_that_mode(case: Case) -> None:
        if law.applies(case, subject.rules):
            found = breach(law, subject, case)
            if type(found) is mode:
                raise found

    try:
        _run(law, subject, budget, (Phase.generate, Phase.shrink), fails_in_that_mode)
    except Divergence as found:
        return found
    raise AssertionError(f"{law.id} broke as {mode.mode} in the first pass, and not in the second by the same seed")


def breach(law: Law, subject: Subject, case: Case) -> Divergence | None:
    """The first divergence among the answers to a case that break the law; None where they keep it.

    Raises:
        FalseLawError: they break it, and none of them diverges.
    """
    prompts = law.asks(case, subject.rules)
    given_answers = subject.ask(prompts)
    if law.again:
        prompts, given_answers = prompts * 2, given_answers + subject.ask_again(prompts, law.again)
    try:
        law.check(case, given_answers, subject.rules)
    except AssertionError as error:
        for prompt, answer in zip(prompts, given_answers, strict=True):
            if found := diverge(prompt, subject.expected(prompt), answer):
                return found
        raise FalseLawError(law, prompts) from error
    return None


def _ask_all(law: Law, subject: Subject, cases: Sequence[Case]) -> None:
    """Puts all prompts of the cases into the subject's memory, in as few calls as can be."""
    prompts = [prompt for case in cases for prompt in law.asks(case, subject.rules)]
    subject.ask(prompts)
    if law.again:
        subject.ask_again(prompts, law.again)


def _run(
    law: Law, subject: Subject, budget: Budget, phases: tuple[Phase, ...], on_case: Callable[[Case], None]
) -> None:
    """Runs Hypothesis over the law's cases. Its settings are all given here: no profile of the session counts.

    The database is off, because it is keyed by the source of a test and not by the model; `derandomize` is off,
    because the profile that Hypothesis loads under CI has it on, and then ignores the seed.
    """

    @seed(budget.seed)
    @settings(
        max_examples=max(1, round(budget.examples * law.share)),
        phases=phases,
        deadline=None,
        database=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(law.cases(subject.rules))
    def test(case: Case) -> None:
        on_case(case)

    with no_constants_of_loaded_modules():
        test()


@contextmanager
def no_constants_of_loaded_modules() -> Iterator[None]:
    """Within it a seed draws the same cases whatever is loaded.

    Hypothesis draws, one time in twenty, a constant that it read in the source of some local module: in a `py:` model,
    or in a module that was first imported after the cases were drawn and before they are drawn again. No setting
    turns that off, so its private function is exchanged; a Hypothesis that has none is left as it is.
    """
    reading = getattr(providers, "_get_local_constants", None)
    if reading is None:
        yield
        return
    nothing = type(reading())
    providers._get_local_constants = nothing
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        providers._get_local_constants = reading
        providers.CONSTANTS_CACHE.cache.clear()
