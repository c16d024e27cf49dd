"""Calibration: models whose faults are known beforehand, to see what the laws say of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

import attrs

from turncheck.engine.duel import REASONS, STANDARD, Rules, resolve_text, write_rejection
from turncheck.engine.learned import EngineError, LearnedEngine


@attrs.frozen
class Reference:
    """The reference engine as a learned engine: it breaks no law."""

    rules: Rules = STANDARD

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """The reference's answers."""
        return [resolve_text(prompt, self.rules) for prompt in prompts]


@attrs.frozen
class Identity:
    """A copier: it answers the state that it reads, as if a turn changed nothing."""

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """The first three lines of each prompt, where it has as many."""
        return ["".join(re.findall(r"[^\n]*\n|[^\n]+", prompt)[:3]) for prompt in prompts]


@attrs.frozen
class Noisy:
    """The truth, spoilt with a probability: one number of a state, or the reason of a rejection, is another.

    Which answers are spoilt, and how, depends on the seed and the prompt alone.
    """

    probability: float
    seed: int = 0
    rules: Rules = STANDARD

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """The reference's answers, some of them spoilt."""
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt: str) -> str:
        random = Random(f"noisy/{self.seed}/{prompt!a}")
        truth = resolve_text(prompt, self.rules)
        return spoilt(truth, random) if random.random() < self.probability else truth


def spoilt(answer: str, random: Random) -> str:
    """The answer with one of its digits, or its reason, exchanged for another."""
    if answer.startswith("reject "):
        return write_rejection(random.choice([reason for reason in REASONS if write_rejection(reason) != answer]))
    digit = random.choice(list(re.finditer("[0-9]", answer)))
    other = random.choice([each for each in "0123456789" if each != digit[0]])
    return answer[: digit.start()] + other + answer[digit.end() :]


# --- the kinds -------------------------------------------------------------------------------------------------------


def reference(target: str, *, rules: Rules = STANDARD) -> LearnedEngine:
    """The kind `reference`: the truth."""
    _check_no_target("reference", target)
    return Reference(rules)


def identity(target: str) -> LearnedEngine:
    """The kind `identity`: a copier."""
    _check_no_target("identity", target)
    return Identity()


def noisy(target: str, *, seed: int = 0, rules: Rules = STANDARD) -> LearnedEngine:
    """The kind `noisy:P`: the truth, spoilt with probability P, by a seed."""
    try:
        probability = float(target)
    except ValueError:
        probability = -1.0
    if not 0 <= probability <= 1:
        raise EngineError(f"its probability must be 0..1, as in noisy:0.05, got {target!r}")
    return Noisy(probability, seed, rules)


def _check_no_target(kind: str, target: str) -> None:
    if target:
        raise EngineError(f"{kind} stands alone, got {target!r} behind it: write {kind}")
