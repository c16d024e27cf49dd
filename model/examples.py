"""Training examples: a domain's cases, some of them damaged, with the reference's answers; and their lengths.

Example `i` of a seed depends only on the seed and on `i`.
"""

from __future__ import annotations

from collections import defaultdict
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
from turncheck.model.one_pass import length_of
from turncheck.model.tokens import ANSWER, PAD, STOP, Tokenizer
from turncheck.model.transformer import ModelConfig
from turncheck.strategies.operators import ImpossibleDamageError, operators_of

IGNORED = -100
"""The target of a position that the loss ignores (PyTorch's `ignore_index`)."""

DAMAGES_TRIED = 20
"""Most operators to try on a case before it stays undamaged. Most cases can be damaged by every operator."""


@attrs.frozen
class Examples:
    """The training examples of a domain.

    Attributes:
        domain: the domain.
        malformed: the share of damaged examples, all reasons equally likely; 0 if the domain rejects nothing.
        samplers: the samplers of the cases, all equally likely, by name.
        operators: the operators that damage cases, by reason.
    """

    domain: Domain
    malformed: float
    samplers: Mapping[str, Sampler]
    operators: Mapping[str, Callable[[AnyCase, int], str]]

    @classmethod
    def of(cls, domain: Domain, malformed: float) -> Examples:
        """Return the examples of the domain, from all its samplers except `uniform`, unless it has no other."""
        samplers = samplers_of(domain)
        chosen = {name: each for name, each in samplers.items() if name != "uniform"} or samplers
        operators = operators_of(domain) if domain.rejects else {}
        return cls(domain, malformed if operators else 0.0, chosen, operators)

    def draw(self, seed: int, index: int) -> tuple[str, str]:
        """Return example `index` of a seed: a text and its answer.

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


Batch = tuple[Tensor, Tensor, Tensor]
"""Tokens and targets, (B, T) int64 each, `IGNORED` where no answer's token is wanted; rejections, (B,) bool."""


def batches(examples: Sequence[tuple[str, str]], tokenizer: Tokenizer, config: ModelConfig) -> list[Batch]:
    """Return examples as tensors: one batch, or for a one-pass model one for each length of its rows."""
    if not config.one_pass:
        return [batch(examples, tokenizer, config)]
    of_length: defaultdict[int, list[tuple[list[int], list[int], bool]]] = defaultdict(list)
    for text, answer in examples:
        prompt = tokenizer.encode(text)[: config.prompt]
        wanted = [*tokenizer.encode(answer), STOP][: config.answer]
        of_length[length_of(config, len(prompt))].append((prompt, wanted, answer.startswith("reject ")))
    return [
        (
            torch.tensor([prompt + [PAD] * (length - len(prompt)) for prompt, _, _ in rows]),
            torch.tensor([wanted + [IGNORED] * (length - len(wanted)) for _, wanted, _ in rows]),
            torch.tensor([rejected for _, _, rejected in rows]),
        )
        for length, rows in of_length.items()
    ]


def batch(examples: Sequence[tuple[str, str]], tokenizer: Tokenizer, config: ModelConfig) -> Batch:
    """Return examples as one batch, with each answer after its prompt."""
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
"""Number of cases to draw from each sampler to measure their lengths."""

HEADROOM = 1.4
"""A prompt may be this many times as long as the longest measured one before the model ignores its end."""

ROUNDED = 8
"""Lengths are rounded up to a multiple of this number of tokens."""


def lengths(examples: Examples, tokenizer: Tokenizer) -> tuple[int, int]:
    """Return the most tokens of a prompt that a model reads, and of an answer with its stop: those of the longest, with
    headroom for prompts if there are malformed texts.

    If values of a field have texts of different lengths, the longest counts, even if it is not drawn.
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
    """Return a text with the longest values among the fields' edges; it need not be a case."""
    return schema.write_values(tuple(_longest_value(field, tokenizer) for field in schema.fields.values()))


def _longest_value(field: Field, tokenizer: Tokenizer) -> object:
    return max(field.edges(), key=lambda value: len(tokenizer.encode(f" {field.write(value)}")))


def _is_open(schema: Schema) -> bool:
    """Return whether a user's field has texts of different lengths; its edges need not be the longest."""
    return any(field.width is None and not isinstance(field, Int | Choice) for field in schema.fields.values())


def _rounded(tokens: int, longer: bool) -> int:
    return ceil(tokens * (HEADROOM if longer else 1) / ROUNDED) * ROUNDED
