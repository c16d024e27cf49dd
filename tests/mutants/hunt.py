"""Find which law catches which mutant, and the first of the law's cases on which the mutant breaks it.

A run of the laws asks each mutant anew for each law. Here the cases of a law are drawn once for all mutants, and the
reference answers them once. A law is checked only if an answer differs from the reference's; otherwise it holds,
because it is true of the reference. The results are those of a run (`test_hunt.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from tests.mutants.mutant import Mutant, Prompt
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, write
from turncheck.model.adapters.calibration import Reference
from turncheck.properties.checking.check import Budget, draw
from turncheck.properties.checking.counterexamples import Counterexample, ask_all, counterexample
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.properties.checking.subject import Subject


def reference() -> Subject:
    """The reference under test."""
    return Subject("reference", "reference", Reference(DOMAIN), DOMAIN)


@attrs.frozen
class Asked:
    """A case as it is asked of a subject that is right each time.

    Attributes:
        case: the case.
        prompts: all that the law asks.
        right: the reference's answers.
        at_once: how many of the prompts stand before the first answer.
    """

    case: AnyForm
    prompts: tuple[Prompt, ...]
    right: list[str]
    at_once: int

    @classmethod
    def of(cls, law: Law, case: AnyForm) -> Asked:
        """The case as the reference is asked it."""
        prompts: list[Prompt] = []
        right: list[str] = []
        while texts := law.asks(case, DOMAIN, right):
            prompts += map(Prompt.of, texts)
            right = [prompt.right for prompt in prompts]
        return cls(case, tuple(prompts), right, len(law.asks(case, DOMAIN)))


def cases(law: Law, budget: Budget) -> list[Asked]:
    """What a run draws for the law.

    Raises:
        AssertionError: the reference breaks the law.
    """
    drawn = [Asked.of(law, case) for case in draw(law, reference(), budget)]
    for asked in drawn:
        assert holds(law, asked.case, asked.right), f"the reference breaks {law.id}: {asked.case!r}"
    return drawn


def catches_of(law: Law, drawn: Sequence[Asked], mutants: Iterable[Mutant]) -> dict[str, int]:
    """For each mutant that breaks the law on one of the cases, the first such case, from 1."""
    firsts = {mutant.name: first_catch(law, drawn, mutant) for mutant in mutants}
    return {name: first for name, first in firsts.items() if first is not None}


def first_catch(law: Law, drawn: Sequence[Asked], mutant: Mutant) -> int | None:
    """The first case on which the mutant breaks the law, from 1; None where it breaks it on none."""
    if mutant.answer is None:
        return _first_of_a_run(law, drawn, mutant)
    return next((number for number, asked in enumerate(drawn, 1) if is_caught(law, asked, mutant)), None)


def is_caught(law: Law, asked: Asked, mutant: Mutant) -> bool:
    """Whether a mutant that answers each prompt by itself breaks the law on a case."""
    given = [mutant.given(prompt) for prompt in asked.prompts]
    return given != asked.right and not holds(law, asked.case, _led_on(law, asked, given, mutant))


def _led_on(law: Law, asked: Asked, given: list[str], mutant: Mutant) -> list[str]:
    """All answers of a mutant that is asked what its own lead to: the prompts after the first wrong one are others."""
    wrong = next(place for place, answer in enumerate(given) if answer != asked.right[place])
    answers = given[: max(asked.at_once, wrong + 1)]
    while texts := law.asks(asked.case, DOMAIN, answers):
        answers += [mutant.given(Prompt.of(text)) for text in texts]
    return answers


def holds(law: Law, case: AnyForm, answers: Sequence[str]) -> bool:
    """Whether answers that are the same when they are asked for again keep the law."""
    again = answers if law.again else []
    try:
        law.check(case, [*answers, *again], DOMAIN)
    except AssertionError:
        return False
    return True


# --- as a run does it ------------------------------------------------------------------------------------------------


def _first_of_a_run(law: Law, drawn: Sequence[Asked], mutant: Mutant) -> int | None:
    subject, all_cases = mutant.subject(), [asked.case for asked in drawn]
    ask_all(law, subject, all_cases)
    return next((number for number, case in enumerate(all_cases, 1) if counterexample(law, subject, case)), None)


COMPANY = (write(Turn()), "")
"""What is asked in one batch with a case, before it: a turn, and a text that is none."""


def counterexample_by_itself(law: Law, case: AnyForm, subject: Subject) -> Counterexample | None:
    """How the case breaks the law by itself, asked as a run asks it: in a batch, of a subject that knows nothing."""
    subject.ask([*COMPANY, *law.asks(case, DOMAIN)])
    return counterexample(law, subject, case)
