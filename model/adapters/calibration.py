"""Calibration: models with known faults, to see what the laws report about them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Field, Int
from turncheck.engine.learned import EngineError, LearnedEngine
from turncheck.engine.visible import quoted

TRIED = 20
"""Most draws until a value differs from the current one."""


@attrs.frozen
class Reference:
    """The reference as a learned engine: it breaks no law."""

    domain: Domain

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the reference's answers."""
        return [self.domain.resolve_text(prompt) for prompt in prompts]


@attrs.frozen
class Identity:
    """A copier: it answers with its prompt, as if nothing ever changed."""

    domain: Domain

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the copies. If answers are states, a copy is the prompt's lines that hold the state, whatever they
        contain. In any other domain, it has the prompt's values of the shared fields, and the simplest values of all
        other fields.
        """
        if self.domain.has_plays:
            lines = len(self.domain.answer.lines)
            return ["".join(re.findall(r"[^\n]*\n|[^\n]+", prompt)[:lines]) for prompt in prompts]
        return [self._copied(prompt) for prompt in prompts]

    def _copied(self, prompt: str) -> str:
        answer = self.domain.answer.neutral
        if self.domain.is_case(prompt):
            case = self.domain.fields_of(self.domain.read(prompt))
            values = {name: case[name] for name in self.domain.shared}
            fitting = {name: value for name, value in values.items() if _fits(answer.schema.fields[name], value)}
            answer = answer.changed(fitting)
        return answer.schema.write(answer)


def _fits(field: Field, value: object) -> bool:
    try:
        return field.allows(value)
    except (TypeError, ValueError):  # the value belongs to a field of another type
        return False


@attrs.frozen
class Noisy:
    """The reference with random errors: in an answer, one digit or word changes; in a rejection, the reason changes.

    Which answers are wrong, and how, depends only on the seed and the prompt.
    """

    domain: Domain
    probability: float
    seed: int = 0

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the reference's answers, some of them wrong."""
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt: str) -> str:
        random = Random(f"noisy/{self.seed}/{prompt!a}")
        truth = self.domain.resolve_text(prompt)
        return corrupted(self.domain, truth, random) if random.random() < self.probability else truth


def corrupted(domain: Domain, answer: str, random: Random) -> str:
    """Return the answer with one digit of a number or one other field changed, or with another reason.

    If nothing else can stand there, return an empty text.
    """
    if domain.rejected_for(answer) is not None:
        others = [other for other in map(domain.rejection, domain.reasons) if other != answer]
        return random.choice(others) if others else ""
    values = domain.answer_reader.lenient(answer)
    places = list(_spots(domain, values))
    if not places:
        return ""
    name, at = random.choice(places)
    place = domain.answer.places[name]
    other = _another(domain.answer.fields[name], values[place], at, random)
    return domain.answer.write_values((*values[:place], other, *values[place + 1 :]))


def _spots(domain: Domain, values: Sequence[Any]) -> Iterator[tuple[str, int | None]]:
    """Yield what can be changed, in the text's order: each digit of a number, by its index, and each other field."""
    for (name, field), value in zip(domain.answer.fields.items(), values, strict=True):
        if isinstance(field, Int):
            yield from ((name, digit.start()) for digit in re.finditer("[0-9]", field.write(value)))
        elif field.count() != 1:
            yield name, None


def _another(field: Field, value: object, at: int | None, random: Random) -> object:
    """Return another value of the field: with another digit at that index, or any other value."""
    text = field.write(value)
    if at is not None:
        other = random.choice([each for each in "0123456789" if each != text[at]])
        return field.read(text[:at] + other + text[at + 1 :])
    drawn = [other for other in (field.sample(random) for _ in range(TRIED)) if other != value]
    return drawn[0] if drawn else random.choice([edge for edge in field.edges() if edge != value] or [value])


# --- the kinds -------------------------------------------------------------------------------------------------------


def reference(target: str, *, domain: Domain) -> LearnedEngine:
    """The kind `reference`: the reference itself."""
    _check_no_target("reference", target)
    return Reference(domain)


def identity(target: str, *, domain: Domain) -> LearnedEngine:
    """The kind `identity`: a copier."""
    _check_no_target("identity", target)
    return Identity(domain)


def noisy(target: str, *, domain: Domain, seed: int = 0) -> LearnedEngine:
    """The kind `noisy:P`: the reference, with an error in each answer with probability P, by a seed."""
    try:
        probability = float(target)
    except ValueError:
        probability = -1.0
    if not 0 <= probability <= 1:
        raise EngineError(f"its probability must be 0..1, as in noisy:0.05, got {quoted(target)}")
    return Noisy(domain, probability, seed)


def _check_no_target(kind: str, target: str) -> None:
    if target:
        raise EngineError(f"{kind} has no target, got {quoted(target)}: write {kind}")
