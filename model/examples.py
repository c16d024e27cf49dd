"""What a run learns from: a domain's cases, some of them damaged, each with the reference's answer; how long they are.

Example `i` of a seed depends on the seed and on `i` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from random import Random

import attrs
import torch
from torch import Tensor

from turncheck.engine.domain import AnyCase, Domain, Sampler
from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.sampling import drawn, sample, samplers_of, stream
from turncheck.engine.schema import Schema
from turncheck.model.tokens import ANSWER, PAD, STOP, Tokenizer
from turncheck.model.transformer import ModelConfig
from turncheck.strategies.operators import ImpossibleDamageError, operators_of

IGNORED = -100
"""The target of a place that the loss does not look at (PyTorch's `ignore_index`)."""

DAMAGES_TRIED = 20
"""Damages that are tried on a case before it is left as it is; most cases can be damaged in every way."""


@attrs.frozen
class Examples:
    """The examples that a domain gives.

    Attributes:
        domain: whose cases they are.
        malformed: the share of them that are damaged, their reasons in equal shares; 0 of a domain that rejects none.
        samplers: where the cases come from, in equal shares, by name.
        operators: what damages some of them, by reason.
    """

    domain: Domain
    malformed: float
    samplers: Mapping[str, Sampler]
    operators: Mapping[str, Callable[[AnyCase, int], str]]

    @classmethod
    def of(cls, domain: Domain, malformed: float) -> Examples:
        """The examples of that domain: of its samplers all but `uniform`, unless it has no other."""
        samplers = samplers_of(domain)
        chosen = {name: each for name, each in samplers.items() if name != "uniform"} or samplers
        operators = operators_of(domain) if domain.rejects else {}
        return cls(domain, malformed if operators else 0.0, chosen, operators)

    def draw(self, seed: int, index: int) -> tuple[str, str]:
        """Example `index` of a seed: a text and the answer to it.

        Raises:
            DomainError: a sampler or the reference raised.
        """
        random = stream("train", seed, index)
        name = random.choice(tuple(self.samplers))
        case = drawn(self.domain, name, self.samplers[name], random)
        text = self._damaged(case, random) if random.random() < self.malformed else self.domain.write(case)
        return text, self.domain.resolve_text(text)

    def _damaged(self, case: AnyCase, random: Random) -> str:
        for _ in range(DAMAGES_TRIED):
            try:
                return self.operators[random.choice(tuple(self.operators))](case, random.getrandbits(64))
            except ImpossibleDamageError:
                continue
        return self.domain.write(case)


# --- as tensors ------------------------------------------------------------------------------------------------------


def batch(
    examples: Sequence[tuple[str, str]], tokenizer: Tokenizer, config: ModelConfig
) -> tuple[Tensor, Tensor, Tensor]:
    """Examples as tensors: tokens and targets, (B, T) int64 each, `IGNORED` where no answer's token is wanted; and
    which of them are rejections, (B,) bool.
    """
    rows = [_row(tokenizer, config, text, answer) for text, answer in examples]
    length = max(len(tokens) for tokens, _ in rows)
    tokens = torch.tensor([ids + [PAD] * (length - len(ids)) for ids, _ in rows])
    targets = torch.tensor([wanted + [IGNORED] * (length - len(wanted)) for _, wanted in rows])
    return tokens, targets, torch.tensor([answer.startswith("reject ") for _, answer in examples])


def _row(tokenizer: Tokenizer, config: ModelConfig, text: str, answer: str) -> tuple[list[int], list[int]]:
    prompt = [*tokenizer.encode(text)[: config.prompt], ANSWER]
    wanted = [*tokenizer.encode(answer), STOP]
    return prompt + wanted[:-1], [IGNORED] * (len(prompt) - 1) + wanted


# --- how long they are -----------------------------------------------------------------------------------------------

DRAWN = 100
"""Cases of each sampler that are drawn to see how long they are."""

HEADROOM = 1.4
"""How much longer than any case a malformed text may be before its end is not looked at."""

ROUNDED = 8
"""Lengths are rounded up to a multiple of so many tokens."""


def lengths(examples: Examples, tokenizer: Tokenizer) -> tuple[int, int]:
    """The tokens of a prompt that a model is to look at, and those of an answer with its stop: as many as the longest
    have, and more prompt where malformed texts are asked.

    Where numbers and words have texts of several lengths the longest of them count, drawn or not.
    """
    domain = examples.domain
    prompts, answers = [_longest(domain.prompt, tokenizer)], [_longest(domain.answer, tokenizer)]
    for name in examples.samplers:
        for case in sample(domain, name, 0, DRAWN):
            prompts.append(domain.write(case))
            answers.append(domain.resolve_text(prompts[-1]))
    answers += map(domain.rejection, examples.operators)
    prompt = max(len(tokenizer.encode(text)) for text in prompts)
    answer = max(len(tokenizer.encode(text)) for text in answers) + 1
    longer_prompts = bool(examples.operators) or _is_open(domain.prompt)
    return _rounded(prompt, longer_prompts), _rounded(answer, _is_open(domain.answer))


def _longest(schema: Schema, tokenizer: Tokenizer) -> str:
    """A text of the longest values among the fields' edges; it need not be a case."""
    return schema.write_values(tuple(_longest_value(field, tokenizer) for field in schema.fields.values()))


def _longest_value(field: Field, tokenizer: Tokenizer) -> object:
    return max(field.edges(), key=lambda value: len(tokenizer.encode(f" {field.write(value)}")))


def _is_open(schema: Schema) -> bool:
    """Whether a field of somebody's own has texts of several lengths: its edges need not be the longest."""
    return any(field.width is None and not isinstance(field, Int | Choice) for field in schema.fields.values())


def _rounded(tokens: int, longer: bool) -> int:
    return ceil(tokens * (HEADROOM if longer else 1) / ROUNDED) * ROUNDED
