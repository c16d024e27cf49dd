"""Cases that break a law: asking what the law asks of them, checking it, and how simple they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from turncheck.engine.duel import STANDARD, Turn, write
from turncheck.properties.checking.law import ROLLOUT, Case, Law, text_of
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.truth import holds_of_reference
from turncheck.reports.modes import Divergence, diverge
from turncheck.reports.records import Witness


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
class Breach:
    """A case that breaks a law: the case, the first divergence among its answers, and at which of them that is."""

    case: Case
    divergence: Divergence
    place: int

    @property
    def mode(self) -> type[Divergence]:
        """The failure mode."""
        return type(self.divergence)

    @property
    def simplicity(self) -> tuple[int, int, int, str]:
        """What is simpler comes first."""
        return simplicity_of(text_of(self.case))

    def witness(self, law: Law) -> Witness:
        """The breach as it is kept and shown."""
        found = self.divergence
        step = self.place + 1 if law.kind == ROLLOUT else 0
        return Witness(text_of(self.case), found.prompt, found.expected, found.got, found.fault, step)


def simplicity_of(text: str) -> tuple[int, int, int, str]:
    """A total order of cases by their texts: fewer lines, fewer pieces unlike the neutral turn's, lower numbers."""
    pieces, neutral = text.split(), write(Turn()).split()
    unlike = sum(piece != usual for piece, usual in zip(pieces, neutral, strict=False))
    return text.count("\n"), unlike, sum(int(piece) for piece in pieces if piece.isdecimal()), text


def breach(law: Law, subject: Subject, case: Case) -> Breach | None:
    """Whether the case breaks the law, and by which answer: the first that diverges; None where it keeps the law.

    Raises:
        FalseLawError: it breaks the law, and no answer diverges.
    """
    prompts, answers = interview(law, subject, case)
    again = subject.ask_again(prompts, law.again) if law.again else []
    try:
        law.check(case, answers + again, subject.rules)
    except AssertionError as error:
        if subject.rules != STANDARD and not holds_of_reference(law, case, subject.rules):
            return None  # of this case the variant's own reference does not keep it
        for place, found in enumerate(_divergences(subject, prompts, answers, again)):
            if found is not None:
                return Breach(case, found, place)
        raise FalseLawError(law, prompts) from error
    return None


def broken(law: Law, subject: Subject, cases: Iterable[Case]) -> list[Breach]:
    """The breaches among the cases."""
    return [found for case in cases if (found := breach(law, subject, case)) is not None]


def interview(law: Law, subject: Subject, case: Case) -> tuple[list[str], list[str]]:
    """All prompts that the law asks of a case, and the subject's answers."""
    prompts: list[str] = []
    answers: list[str] = []
    while asked := law.asks(case, subject.rules, answers):
        prompts += asked
        answers += subject.ask(asked)
    return prompts, answers


def ask_all(law: Law, subject: Subject, cases: Sequence[Case]) -> None:
    """Puts all prompts of the cases into the subject's memory, in as few calls as can be.

    The prompts that stand before any answer are one batch; where a play goes on from the answers, the second turns of
    all plays are the next, and so on.
    """
    answers: list[list[str]] = [[] for _ in cases]
    waiting = [(case, so_far) for case, so_far in zip(cases, answers, strict=True)]
    while asked := [(so_far, law.asks(case, subject.rules, so_far)) for case, so_far in waiting]:
        subject.ask([prompt for _, prompts in asked for prompt in prompts])
        for so_far, prompts in asked:
            so_far += subject.ask(prompts)
        waiting = [each for each, (_, prompts) in zip(waiting, asked, strict=True) if prompts]
    if law.again:
        subject.ask_again([prompt for case in cases for prompt in law.asks(case, subject.rules)], law.again)


def _divergences(
    subject: Subject, prompts: Sequence[str], answers: Sequence[str], again: Sequence[str]
) -> Iterable[Divergence | None]:
    """Of each prompt's answer, and of each second answer, in which way it is wrong; None where it is not."""
    for prompt, answer in zip(prompts, answers, strict=True):
        if not again:
            yield diverge(prompt, subject.expected(prompt), answer, fault=subject.faults.get(prompt, ""))
    for prompt, answer, second in zip(prompts, answers, again, strict=False):
        fault = subject.faults.get(prompt, "")
        yield diverge(prompt, subject.expected(prompt), second, first=answer, fault=fault)
