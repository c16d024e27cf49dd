"""Stages: an answer that is written in several steps, each by its own reference, and the texts between them.

An engine may answer in stages. The first stage reads the prompt. If its answer ends with a line `> NAME`, the stage
NAME goes on: it reads what stands before this line or, if nothing stands there, the same text again. An answer without
such a line is the answer of the whole.

    >>> hand_on("turn 07\\n> end\\n")
    ('end', 'turn 07\\n')
    >>> hand_on("turn 07\\n") is None
    True

A domain whose reference knows its stages (`Domain.stages`) can train a model for each of them, and can say which stage
of a composition was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.schema import Schema

if TYPE_CHECKING:
    import numpy.typing as npt

HAND_ON = ">"
"""The mark of the line that names the stage that goes on."""

MOST_STAGES = 16
"""Most stages that are asked for one answer."""

_LAST_LINE = re.compile(rf"(?:\A|(?<=\n)){re.escape(HAND_ON)} ([a-z][a-z0-9_]*)\n?\Z")


def hand_on(answer: str) -> tuple[str, str] | None:
    """Return the stage that goes on and the text that it reads, empty for the same text; None for a last answer."""
    found = _LAST_LINE.search(answer)
    return (found[1], answer[: found.start()]) if found else None


@attrs.frozen
class Step:
    """What one stage was asked, and what it answered."""

    stage: str
    prompt: str
    answer: str


def steps(first: str, prompt: str, ask: Callable[[str, str], str]) -> Iterator[Step]:
    """Yield the steps of one answer: ask a stage, and whoever it hands on to, at most `MOST_STAGES` times.

    Args:
        first: the stage that reads the prompt.
        prompt: the prompt.
        ask: returns the answer of a stage to a text.
    """
    stage = first
    for _ in range(MOST_STAGES):
        step = Step(stage, prompt, ask(stage, prompt))
        yield step
        handed = hand_on(step.answer)
        if handed is None:
            return
        stage, prompt = handed[0], handed[1] or prompt


class ExpertError(Exception):
    """An expert of a composition that cannot be loaded, or that raised or broke its contract when it was asked.

    Attributes:
        expert: its name.
        fault: what it raised.
        steps: for each prompt, who was asked what before, and what they answered.
    """

    def __init__(self, expert: str, fault: str) -> None:
        super().__init__(expert, fault)
        self.expert, self.fault = expert, fault
        self.steps: list[list[Step]] = []

    def __str__(self) -> str:
        return f"expert {self.expert} raised {self.fault}"


@runtime_checkable
class Composed(Protocol):
    """A learned engine that is a composition of experts (`turncheck.model.composition.Composition`).

    Attributes:
        first: the expert that reads a prompt.
        names: all experts, a stated router among them.
    """

    first: str
    names: tuple[str, ...]

    def predict(self, prompts: Sequence[str], /) -> Sequence[str]:
        """Return the last answer to each prompt."""
        ...

    def steps(self, prompts: Sequence[str], /) -> list[list[Step]]:
        """Return who was asked what for each prompt, and what they answered.

        Raises:
            ExpertError: an expert raised.
        """
        ...

    def alone(self, name: str, prompts: Sequence[str], /) -> list[str]:
        """Return what one expert, asked alone, answers to each prompt; nothing where it raises."""
        ...


@attrs.frozen(eq=False)
class Block:
    """Prompts and answers of a stage as rows of numbers (`turncheck.engine.rows`).

    Attributes:
        prompt: the schema of the prompts.
        prompts: (n, fields of the prompt) integers.
        answer: the schema of the answers.
        answers: (n, fields of the answer) integers.
    """

    prompt: Schema
    prompts: npt.NDArray[Any]
    answer: Schema
    answers: npt.NDArray[Any]


class DrawsBlocks(Protocol):
    """Draws the training data of stages, many rows at a time."""

    def __call__(self, stages: tuple[str, ...], sampler: str, seed: int, count: int, start: int = 0) -> list[Block]:
        """Return what those stages are asked while the reference answers cases `start` to `start + count - 1` of a
        sampler and seed, and what it answers. No stages at all stand for the whole: cases and their answers.
        """
        ...


@attrs.frozen
class Stages:
    """The stages of a domain's reference.

    Attributes:
        first: the stage that reads a prompt.
        answers: the reference of each stage, by name: a function from its text to its answer.
        draw: draws training data as rows; None if it is drawn as texts.
    """

    first: str
    answers: Mapping[str, Callable[[str], str]]
    draw: DrawsBlocks | None = None

    def steps(self, prompt: str) -> list[Step]:
        """Return the reference's steps from a prompt to its answer."""
        return list(steps(self.first, prompt, lambda stage, text: self.answers[stage](text)))


def stages_of(domain: Domain) -> Stages | None:
    """Return the stages of a domain's reference; None if it has none."""
    found: Stages | None = domain.stages() if callable(domain.stages) else domain.stages
    return found
