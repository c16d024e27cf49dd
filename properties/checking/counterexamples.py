"""Counterexamples: ask a law's prompts for a case, check the law, and find the answer that breaks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from turncheck.engine.attached import LawFunctionError
from turncheck.engine.domain import Domain
from turncheck.engine.learned import described
from turncheck.engine.play import Play
from turncheck.properties.checking.law import OF_EXPERTS, AnyForm, Law, RaisingError, text_of
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.text_edits import damage
from turncheck.properties.checking.truth import holds_of_reference
from turncheck.reports.cases import describe
from turncheck.reports.modes import Divergence, diverge
from turncheck.reports.records import Step, Witness


class FalseLawError(Exception):
    """The reference itself breaks a law: the law or the domain is wrong, not the subject.

    Attributes:
        law: the law's id.
        case: the text of a case that shows it.
        prompts: the prompts that were asked.
    """

    def __init__(self, law: Law, case: str, prompts: Sequence[str]) -> None:
        super().__init__(law.id, case, prompts)
        self.law, self.case, self.prompts = law.id, case, tuple(prompts)

    def __str__(self) -> str:
        return (
            f"{self.law} does not hold for the reference, which is a fault of the law and not of the model: "
            f"fix the law, or narrow its cases; shown by {self.case!r}"
        )


def mistake_in(law: Law, case: str, prompts: Sequence[str], error: BaseException | None) -> Exception:
    """Return the error of a law that fails on the reference's own answers: it is false, or its function raised."""
    if isinstance(error, RaisingError) and error.__cause__ is not None:
        fault = f"it raised {described(error.__cause__)}: fix it, or narrow its cases"
        return LawFunctionError(law.id, fault, case)
    return FalseLawError(law, case, prompts)


@attrs.frozen
class Counterexample:
    """A case that breaks a law, with its answers, the first of them that diverges, and the index of that answer."""

    domain: Domain = attrs.field(repr=False)
    case: AnyForm
    divergence: Divergence
    place: int
    answers: tuple[str, ...] = attrs.field(default=(), repr=False, eq=False)

    @property
    def mode(self) -> type[Divergence]:
        """The failure mode."""
        return type(self.divergence)

    @property
    def text(self) -> str:
        """The text of the case."""
        return text_of(self.case, self.domain)

    @property
    def simplicity(self) -> Any:
        """A sort key: simpler counterexamples come first."""
        return simplicity(self.case, self.domain)

    def witness(self, law: Law) -> Witness:
        """Return the counterexample as it is kept and shown."""
        found, text = self.divergence, self.text
        steps = len(self.case.orders) if isinstance(self.case, Play) else 0
        return Witness(
            text,
            found.prompt,
            found.expected,
            found.got,
            found.fault,
            step=self.place + 1 if law.form == "play" else 0,
            short=describe(self.domain, text, law.kind),
            steps=steps,
            track=tuple(self._track()) if isinstance(self.case, Play) else (),
        )

    def _track(self) -> Iterator[Step]:
        """Yield the turns of the play, as played by the reference and by the subject, fed its own answers."""
        turns = list(self.domain.turns(self.case))
        for place, (turn, orders) in enumerate(zip(turns, self.case.orders, strict=True)):
            given = self.answers[place] if place < len(self.answers) else ""
            after = self.domain.write_answer(self.domain.outcome(turn))
            yield Step(self.domain.write_orders(orders), after, given)


def simplicity(case: AnyForm, domain: Domain) -> Any:
    """Return a sort key of cases, plays or malformed texts, the simplest first; of texts the least damaged one."""
    return damage(case, domain) if isinstance(case, str) else domain.simplicity(text_of(case, domain))


def counterexample(law: Law, subject: Subject, case: AnyForm) -> Counterexample | None:
    """Check the law on a case; return the counterexample with the first diverging answer, or None if the law holds.

    Raises:
        FalseLawError: the law is broken although no answer diverges.
        LawFunctionError: the law's function raised although no answer diverges.
    """
    prompts, answers = asked(law, subject, case)
    again = subject.ask_again(prompts, law.again) if law.again else []
    try:
        law.check(case, answers + again, subject.domain)
    except AssertionError as error:
        if subject.domain.base is not None and not holds_of_reference(law, case, subject.domain):
            return None  # the law is false for the variant's own reference on this case
        second = [] if law.again == OF_EXPERTS else again  # an expert's right answer is no divergence
        for place, found in enumerate(_divergences(subject, prompts, answers, second)):
            if found is not None:
                return Counterexample(subject.domain, case, found, place, tuple(answers))
        raise mistake_in(law, text_of(case, subject.domain), prompts, error) from error
    return None


def counterexamples(law: Law, subject: Subject, cases: Iterable[AnyForm]) -> list[Counterexample]:
    """Return the counterexamples among the cases."""
    return [found for case in cases if (found := counterexample(law, subject, case)) is not None]


def asked(law: Law, subject: Subject, case: AnyForm) -> tuple[list[str], list[str]]:
    """Return all prompts that the law asks for a case, and the subject's answers."""
    prompts: list[str] = []
    answers: list[str] = []
    while more := law.asks(case, subject.domain, answers):
        prompts += more
        answers += subject.ask(more)
    return prompts, answers


def ask_all(law: Law, subject: Subject, cases: Sequence[AnyForm]) -> None:
    """Ask all prompts of the cases in as few calls as possible; the subject remembers its answers.

    The prompts that are known before any answer are one batch. For plays that continue from answers, the second turns
    of all plays are the next batch, and so on.
    """
    answers: list[list[str]] = [[] for _ in cases]
    waiting = [(case, so_far) for case, so_far in zip(cases, answers, strict=True)]
    while more := [(so_far, law.asks(case, subject.domain, so_far)) for case, so_far in waiting]:
        subject.ask([prompt for _, prompts in more for prompt in prompts])
        for so_far, prompts in more:
            so_far += subject.ask(prompts)
        waiting = [each for each, (_, prompts) in zip(waiting, more, strict=True) if prompts]
    if law.again:
        subject.ask_again([prompt for case in cases for prompt in law.asks(case, subject.domain)], law.again)


def is_asked(law: Law, subject: Subject, case: AnyForm) -> bool:
    """Whether the subject remembers its answers to all prompts that the law asks for the case."""
    answers: list[str] = []
    while more := law.asks(case, subject.domain, answers):
        if not subject.knows(more):
            return False
        answers += subject.ask(more)
    return not law.again or subject.knows_again(law.asks(case, subject.domain), law.again)


def _divergences(
    subject: Subject, prompts: Sequence[str], answers: Sequence[str], again: Sequence[str]
) -> Iterable[Divergence | None]:
    """Yield the divergence of each answer, or of each second answer; None if it is right."""
    for prompt, answer in zip(prompts, answers, strict=True):
        if not again:
            yield subject.divergence(prompt, answer)
    for prompt, answer, second in zip(prompts, answers, again, strict=False):
        fault = subject.faults.get(prompt, "")
        yield diverge(subject.domain, prompt, subject.expected(prompt), second, first=answer, fault=fault)
