"""Mutants: engines with one known error each, as values, so that it can be checked which law notices it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Self

import attrs

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Battle, MalformedTextError, Rules, Turn, read, resolve, write
from turncheck.engine.duel.text import write_rejection
from turncheck.engine.learned import LearnedEngine
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking.subject import NOTHING, Subject


@attrs.frozen
class Prompt:
    """A text that is asked: read, and answered by the reference, once for all mutants.

    Attributes:
        text: as it is asked.
        right: the reference's answer.
        turn: the turn that it is; None where it is malformed.
        after: the battle after that turn; likewise.
        reason: why it is malformed; empty where it is a turn.
    """

    text: str
    right: str
    turn: Turn | None = None
    after: Battle | None = None
    reason: str = ""

    @classmethod
    @lru_cache(maxsize=4096)  # mutants that go astray alike are asked alike
    def of(cls, text: str) -> Self:
        """The prompt that a text is."""
        try:
            turn = read(text)
        except MalformedTextError as error:
            return cls(text, write_rejection(error.reason), reason=error.reason)
        return cls.of_turn(turn)

    @classmethod
    def of_turn(cls, turn: Turn) -> Self:
        """The prompt that a turn is when it is written."""
        after = resolve(turn)
        return cls(write(turn), write(after), turn, after)


Answer = Callable[[Prompt], str]
"""What an engine answers to a prompt, whatever else it was asked."""


@attrs.frozen
class Mutant:
    """An engine that has one thing wrong.

    Attributes:
        name: what tables call it.
        group: in which of their parts it stands.
        wrong: what is wrong, in words.
        engine: makes the engine, a new one for each subject.
        answer: what it answers to one prompt; None where that depends on what else it was asked.
        rules: the rules under which the reference is this mutant; None where no rules make it.
    """

    name: str
    group: str
    wrong: str
    engine: Callable[[], LearnedEngine] = attrs.field(repr=False)
    answer: Answer | None = attrs.field(default=None, repr=False)
    rules: Rules | None = attrs.field(default=None, repr=False)

    @classmethod
    def of(cls, name: str, group: str, wrong: str, answer: Answer) -> Self:
        """The mutant that answers every prompt by itself."""

        def predict(prompts: Sequence[str]) -> list[str]:
            return [answer(Prompt.of(prompt)) for prompt in prompts]

        return cls(name, group, wrong, lambda: PythonFunction(predict), answer)

    def subject(self) -> Subject:
        """The mutant under test, which was asked nothing so far."""
        return Subject(self.name, "py", self.engine(), DOMAIN)

    def given(self, prompt: Prompt) -> str:
        """What a subject notes as its answer to that prompt: nothing where it raises."""
        try:
            return self.answer(prompt)
        except Exception:
            return NOTHING
