"""Planted bugs: engines of an example's domain with one error each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from turncheck.engine.case import Case
from turncheck.engine.domain import Domain
from turncheck.engine.reading import MalformedTextError
from turncheck.engine.registry import load_domain
from turncheck.properties.checking.law import Law

EXAMPLES = Path(__file__).parents[3] / "examples" / "domains"


def example(name: str) -> Domain:
    """The domain of that example."""
    return load_domain(str(EXAMPLES / name / f"{name}.py"))


@attrs.frozen
class Planted:
    """An engine that has one thing wrong.

    Attributes:
        name: what is wrong.
        domain: whose engine it imitates.
        answer: from a case to the text of an answer, or to the fields of one that differ from the case's. They are
            written as they are, those out of range too.
    """

    name: str
    domain: Domain
    answer: Callable[[Any], str | Mapping[str, Any]]

    def __call__(self, prompts: Sequence[str]) -> list[str]:
        """Its answers."""
        return [self.answer_to(prompt) for prompt in prompts]

    def answer_to(self, prompt: str) -> str:
        """Its answer to any text: malformed ones are rejected for the right reason."""
        try:
            case = self.domain.read(prompt)
        except MalformedTextError as error:
            return self.domain.rejection(error.reason)
        answer = self.answer(case)
        if isinstance(answer, str):
            return answer
        before = case.part(self.domain.answer) if self.domain.has_plays else self.domain.answer.neutral
        return self.domain.answer.write(before.changed(answer))


def planted(domain: Domain, answers: Mapping[str, Callable[[Case], str | Mapping[str, Any]]]) -> list[Planted]:
    """The engines of a table."""
    return [Planted(name, domain, answer) for name, answer in answers.items()]


def breaks(law: Law, engine: Callable[[Sequence[str]], Sequence[str]], case: Case, domain: Domain) -> bool:
    """Whether what an engine answers to a case breaks a law about cases, if the law applies to it."""
    if not law.applies(case, domain):
        return False
    try:
        law.check(case, engine(law.asks(case, domain)), domain)
    except AssertionError:
        return True
    return False
