"""How many wrong answers have an explanation, beside random wrong answers of the same shape.

With a few hundred changes to try, many wrong answers have an explanation by accident. The yardstick is the same search
on random answers: in the answer to the same prompt, the same fields are wrong, each with another random wrong value of
its range. What a model's answers have beyond that says something about the model. A model's wrong numbers are mostly
near the right ones, so a second yardstick draws values that are near too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Field, Int
from turncheck.engine.sampling import stream
from turncheck.properties.explaining.explain import explain, rewritten
from turncheck.properties.sweeps.statistics import Rate
from turncheck.reports.as_if import AsIf

TRIES = 100
"""Draws of a wrong value before a field is taken to have none."""


@attrs.frozen
class Share:
    """How many answers have an explanation of one kind.

    Attributes:
        name: which explanations are counted.
        model: among the model's wrong answers.
        random: among the random wrong answers.
        near: among the random wrong answers that are about as far from the right ones as the model's.
    """

    name: str
    model: Rate
    random: Rate
    near: Rate


@attrs.frozen
class Shares:
    """How many wrong answers have explanations.

    Attributes:
        answers: the wrong answers that could be read and compared with random ones.
        aside: the wrong answers that are malformed, rejections, or answers to malformed prompts.
        rows: the shares, by the size and kind of the explanations.
    """

    answers: int
    aside: int
    rows: tuple[Share, ...]


KINDS: Mapping[str, Callable[[AsIf], bool]] = {
    "one change of the rules": lambda as_if: bool(as_if.of("rule")),
    "one change of the input": lambda as_if: as_if.changes == 1 and bool(as_if.of("input")),
    "two changes of the input": lambda as_if: as_if.changes == 2,
    "nothing": lambda as_if: not as_if.found,
}
"""What explains an answer. A change of the rules and one of the input may explain the same answer."""


def shares(domain: Domain, prompts: Sequence[str], answers: Sequence[str], seed: int = 0, most: int = 2) -> Shares:
    """Return how many of a model's wrong answers have explanations, beside random wrong answers of the same shape.

    Args:
        domain: the domain of the prompts.
        prompts: what the model was asked; right answers are left aside.
        answers: its answers, one for each prompt.
        seed: the seed of the random answers.
        most: the most changes of the input to try together: 1 or 2.
    """
    found: list[tuple[AsIf, AsIf, AsIf]] = []
    aside = 0
    for place, (prompt, answer) in enumerate(zip(prompts, answers, strict=True)):
        if domain.agrees(prompt, answer):
            continue
        random = stream("as if", seed, place)
        anywhere, near = (random_answer(domain, prompt, answer, random, each) for each in (False, True))
        if anywhere is None or near is None:
            aside += 1
            continue
        one, two, three = (explain(domain, prompt, each, most=most) for each in (answer, anywhere, near))
        found.append((one, two, three))
    return Shares(len(found), aside, tuple(_rows(found)))


def _rows(found: Sequence[tuple[AsIf, AsIf, AsIf]]) -> Iterator[Share]:
    for name, counts in KINDS.items():
        yield Share(name, *(Rate(sum(counts(each[place]) for each in found), len(found)) for place in range(3)))


def random_answer(domain: Domain, prompt: str, answer: str, random: Random, near: bool = False) -> str | None:
    """Return a random wrong answer in which the same fields are wrong as in a model's answer.

    Each wrong field gets a random value of its range that is neither the right one nor the model's, if there is one.
    None if the prompt is no case, or the answer is malformed, a rejection, or wrong in no field.

    Args:
        domain: the domain.
        prompt: the prompt.
        answer: the model's answer to it.
        random: the source of the values.
        near: whether a wrong number is at most twice as far from the right one as the model's, or 3.
    """
    wanted = rewritten(domain, answer)
    if wanted is None or domain.rejected_for(wanted) is not None or not domain.is_case(prompt):
        return None
    right = domain.answer_fields(domain.outcome(domain.read(prompt)))
    given = domain.answer_reader.lenient(wanted)
    values = [
        _another(field, true, said, random, near) if said != true else true
        for field, true, said in zip(domain.answer.fields.values(), right.values_, given, strict=True)
    ]
    other = domain.answer.write_values(tuple(values))
    return None if domain.agrees(prompt, other) else other


def _another(field: Field, right: Any, given: Any, random: Random, near: bool) -> Any:
    """Draw a value that is not the right one and, if there is such a value, not the given one."""
    if near and isinstance(field, Int):
        far = max(2 * abs(given - right), 3)
        ends = max(field.low, right - far), min(field.high, right + far)
        drawn = [random.randint(*ends) for _ in range(TRIES)]
    else:
        drawn = [field.sample(random) for _ in range(TRIES)]
    wrong = [value for value in drawn if value != right]
    return next((value for value in wrong if value != given), wrong[0] if wrong else right)
