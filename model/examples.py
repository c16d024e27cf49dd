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

from turncheck.engine.domain import AnyCase, Domain, DomainError, Sampler
from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.sampling import drawn, sample, samplers_of, stream
from turncheck.engine.schema import Schema
from turncheck.engine.stages import stages_of
from turncheck.model.batching import IGNORED
from turncheck.model.one_pass import length_of
from turncheck.model.tokens import ANSWER, PAD, STOP, Tokenizer
from turncheck.model.transformer import AUTOREGRESSIVE, DENSE, READER, ModelConfig
from turncheck.strategies.operators import ImpossibleDamageError, operators_of

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
        stages: the stages whose texts and answers are the examples (`turncheck.engine.stages`); none for the whole.
    """

    domain: Domain
    malformed: float
    samplers: Mapping[str, Sampler]
    operators: Mapping[str, Callable[[AnyCase, int], str]]
    stages: tuple[str, ...] = ()

    @classmethod
    def of(cls, domain: Domain, malformed: float, stages: tuple[str, ...] = ()) -> Examples:
        """Return the examples of the domain, from all its samplers except `uniform`, unless it has no other.

        Raises:
            DomainError: the domain has no such stages.
        """
        samplers = samplers_of(domain)
        chosen = {name: each for name, each in samplers.items() if name != "uniform"} or samplers
        known = stages_of(domain)
        if unknown := [name for name in stages if known is None or name not in known.answers]:
            has = ", ".join(known.answers) if known else "none"
            raise DomainError(domain.name, f"stages must be among its own ({has}), got {unknown[0]!r}")
        # A later stage only sees texts that the first has let through.
        reads_prompts = not stages or (known is not None and known.first in stages)
        operators = operators_of(domain) if domain.rejects and reads_prompts else {}
        return cls(domain, malformed if operators else 0.0, chosen, operators, stages)

    def draw(self, seed: int, index: int) -> tuple[str, str]:
        """Return example `index` of a seed: a text and its answer.

        Raises:
            DomainError: a sampler or the reference raised.
        """
        random = stream("train", seed, index)
        while True:
            name = random.choice(tuple(self.samplers))
            case = drawn(self.domain, name, self.samplers[name], random)
            text = self._damaged(case, random) if random.random() < self.malformed else self.domain.write(case)
            if not self.stages:
                return text, self.domain.resolve_text(text)
            if found := self.asked(text):  # not every turn comes to every stage
                return random.choice(found)

    def asked(self, text: str) -> list[tuple[str, str]]:
        """Return what the stages are asked while the reference answers a text, and what it answers."""
        known = stages_of(self.domain)
        if not self.stages or known is None:
            return [(text, self.domain.resolve_text(text))]
        return [(step.prompt, step.answer) for step in known.steps(text) if step.stage in self.stages]

    def answers(self) -> tuple[str, ...]:
        """Return the answers of a model that only gives one of a few: each rejection, and what else is drawn."""
        seen = {self.draw(0, index)[1] for index in range(10 * DRAWN)}
        return tuple(sorted(seen | {self.domain.rejection(reason) for reason in self.operators}))

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
    """Return examples as tensors: one batch, or for a transformer that writes at once one for each length of rows."""
    if config.kind == AUTOREGRESSIVE:
        return [_batch([_row(tokenizer, config, text, answer) for text, answer in examples])]
    if config.kind == READER:
        return [_batch([_read_row(tokenizer, config, text, answer) for text, answer in examples])]
    of_length: defaultdict[int, list[_Row]] = defaultdict(list)
    for text, answer in examples:
        prompt = tokenizer.encode(text)[: config.prompt]
        wanted = [*tokenizer.encode(answer), STOP][: config.answer]
        length = config.context if config.kind == DENSE else length_of(config, len(prompt))
        of_length[length].append((prompt, wanted, answer.startswith("reject ")))
    return [_batch(rows, length) for length, rows in of_length.items()]


_Row = tuple[list[int], list[int], bool]


def _batch(rows: Sequence[_Row], length: int = 0) -> Batch:
    """Return rows as one batch, of that length or of their longest row's."""
    length = length or max(len(tokens) for tokens, _, _ in rows)
    tokens = torch.tensor([ids + [PAD] * (length - len(ids)) for ids, _, _ in rows])
    targets = torch.tensor([wanted + [IGNORED] * (length - len(wanted)) for _, wanted, _ in rows])
    return tokens, targets, torch.tensor([rejected for _, _, rejected in rows])


def _row(tokenizer: Tokenizer, config: ModelConfig, text: str, answer: str) -> _Row:
    """Return an example with its answer after its prompt."""
    prompt = [*tokenizer.encode(text)[: config.prompt], ANSWER]
    wanted = [*tokenizer.encode(answer), STOP]
    return prompt + wanted[:-1], [IGNORED] * (len(prompt) - 1) + wanted, answer.startswith("reject ")


def _read_row(tokenizer: Tokenizer, config: ModelConfig, text: str, answer: str) -> _Row:
    """Return an example whose answer, one of a few, is wanted after the last token."""
    prompt = tokenizer.encode(text)[: config.prompt] or [PAD]
    return prompt, [IGNORED] * (len(prompt) - 1) + [config.answers.index(answer)], answer.startswith("reject ")


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
    if examples.stages:
        texts = [examples.draw(0, index) for index in range(10 * DRAWN)]
        prompt, answer = (max(len(tokenizer.encode(text)) for text in each) for each in zip(*texts, strict=True))
        return ceil(prompt * (HEADROOM if examples.operators else 1)), answer + 1
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
