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
from turncheck.engine.reading import MalformedTextError
from turncheck.engine.sampling import drawn, sample, samplers_of, stream
from turncheck.engine.schema import Schema
from turncheck.engine.stages import stages_of
from turncheck.model.batching import IGNORED
from turncheck.model.one_pass import length_of
from turncheck.model.reader import LONGEST
from turncheck.model.tokens import ANSWER, PAD, STOP, Tokenizer
from turncheck.model.transformer import AUTOREGRESSIVE, DENSE, ONE_PASS, READER, ModelConfig
from turncheck.strategies import random_edits
from turncheck.strategies.comparisons import brought_near
from turncheck.strategies.edges import at_edges
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
        edited: the share of the damaged examples that random edits damage, some of them after an operator, and some cut
            behind the damage.
        near: the share of the examples in which two numbers that a check compares are near each other
            (`turncheck.strategies.comparisons`). They are not damaged in another way.
        edges: the share of the examples, damaged or not, of whose case many fields are at an edge
            (`turncheck.strategies.edges`).
        encode: writes the domain's texts in another wording (`turncheck.model.adapters.templates`); None for its own.
    """

    domain: Domain
    malformed: float
    samplers: Mapping[str, Sampler]
    operators: Mapping[str, Callable[[AnyCase, int], str]]
    stages: tuple[str, ...] = ()
    encode: Callable[[str], str] | None = None
    edited: float = 0.0
    near: float = 0.0
    edges: float = 0.0

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
        return cls(domain, malformed if operators else 0.0, chosen, operators if malformed else {}, stages)

    def draw(self, seed: int, index: int) -> tuple[str, str]:
        """Return example `index` of a seed: a text and its answer.

        Raises:
            DomainError: a sampler or the reference raised.
        """
        random = stream("train", seed, index)
        while True:
            text = self.text(random)
            if found := self.asked(text):  # not every turn comes to every stage
                return self.worded(*(random.choice(found) if self.stages else found[0]))

    def text(self, random: Random) -> str:
        """Draw a text for the whole: a case or, if there are to be any, a damaged one.

        Raises:
            DomainError: a sampler raised.
        """
        name = random.choice(tuple(self.samplers))
        case = drawn(self.domain, name, self.samplers[name], random)
        if self.edges and random.random() < self.edges:
            case = at_edges(self.domain, case, random)
        return self._text(case, random)

    def worded(self, prompt: str, answer: str) -> tuple[str, str]:
        """Return a text and its answer in the wording of the examples."""
        return (self.encode(prompt), self.encode(answer)) if self.encode else (prompt, answer)

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

    def _text(self, case: AnyCase, random: Random) -> str:
        if self.near and random.random() < self.near:
            return brought_near(self.domain, case, random)
        return self._damaged(case, random) if random.random() < self.malformed else self.domain.write(case)

    def _damaged(self, case: AnyCase, random: Random) -> str:
        """Damage a case: by an operator, by random edits or by both."""
        if self.edited and random.random() < self.edited:
            whole = self.domain.write(case)
            text = self._operated(case, random) if random.random() < 0.5 else whole
            if text == whole or random.random() < 0.5:
                text = random_edits.edited(text, random)
            return random_edits.ended(text, whole, random) if random.random() < 0.25 else text
        return self._operated(case, random)

    def _operated(self, case: AnyCase, random: Random) -> str:
        for _ in range(DAMAGES_TRIED):
            try:
                return self.operators[random.choice(tuple(self.operators))](case, random.getrandbits(64))
            except ImpossibleDamageError:
                continue
        return self.domain.write(case)


# --- as tensors ------------------------------------------------------------------------------------------------------


Batch = tuple[Tensor, Tensor, Tensor]
"""Tokens and targets, (B, T) int64 each, `IGNORED` where no answer's token is wanted; rejections, (B,) bool."""


Row = tuple[list[int], list[int], bool]
"""The tokens and targets of an example, equally long unless its model writes at once, and whether it is a rejection."""


def batches(examples: Sequence[tuple[str, str]], tokenizer: Tokenizer, config: ModelConfig) -> list[Batch]:
    """Return examples as tensors: one batch, or for a model whose rows differ in length one for each length."""
    return batches_of([row_of(tokenizer, config, text, answer) for text, answer in examples], config)


def batches_of(rows: Sequence[Row], config: ModelConfig) -> list[Batch]:
    """Return rows as tensors, as `batches` does."""
    if config.kind == DENSE:
        return [_batch(rows, config.context)]
    if config.kind == AUTOREGRESSIVE:
        return [_batch(rows, max(len(tokens) for tokens, _, _ in rows))]
    of_length: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        length = len(row[0])
        of_length[length_of(config, length) if config.kind == ONE_PASS else _bucket(length)].append(row)
    return [_batch(each, length) for length, each in of_length.items()]


def _bucket(tokens: int) -> int:
    """Return the padded length of a reader's row: the next power of two, or half way to it."""
    above = 1 << (tokens - 1).bit_length()
    return above * 3 // 4 if tokens <= above * 3 // 4 else above


def _batch(rows: Sequence[Row], length: int) -> Batch:
    tokens = torch.tensor([ids + [PAD] * (length - len(ids)) for ids, _, _ in rows])
    targets = torch.tensor([wanted + [IGNORED] * (length - len(wanted)) for _, wanted, _ in rows])
    return tokens, targets, torch.tensor([rejected for _, _, rejected in rows])


def row_of(tokenizer: Tokenizer, config: ModelConfig, text: str, answer: str, fault: Fault | None = None) -> Row:
    """Return an example as a row: for an autoregressive model with the answer after the prompt.

    A reader's answer is wanted after the stop. If it is known where a text has its fault, the reader is also to know it
    after each later token, and before the fault to answer what it answers if there is none.
    """
    rejected = answer.startswith("reject ")
    if config.kind == READER:
        return _read_row(tokenizer, config, text, answer, fault)
    prompt = tokenizer.encode(text)[: config.prompt]
    wanted = [*tokenizer.encode(answer), STOP]
    if config.kind == AUTOREGRESSIVE:
        return [*prompt, ANSWER, *wanted[:-1]], [IGNORED] * len(prompt) + wanted, rejected
    return prompt, wanted[: config.answer], rejected


Fault = tuple[int, int]
"""Where a text has its fault: the first character of the piece, and the first character after it."""


def fault_of(domain: Domain, text: str) -> Fault:
    """Return where the reference stops reading a text; for a case, after its end."""
    try:
        domain.read(text)
    except MalformedTextError as error:
        lines = text.split("\n")
        start = sum(len(line) + 1 for line in lines[: error.line - 1])
        pieces = lines[error.line - 1].split(" ") if error.line <= len(lines) else []
        start += sum(len(piece) + 1 for piece in pieces[: error.piece - 1])
        length = len(pieces[error.piece - 1]) if error.piece <= len(pieces) else 0
        return min(start, len(text)), min(start + length, len(text))
    return len(text), len(text)


def _read_row(tokenizer: Tokenizer, config: ModelConfig, text: str, answer: str, fault: Fault | None) -> Row:
    ids = tokenizer.encode(text)[: LONGEST - 1]
    final = config.answers.index(answer)
    if fault is None:
        return [*ids, STOP], [*[IGNORED] * len(ids), final], answer.startswith("reject ")
    accepting = [place for place, each in enumerate(config.answers) if not each.startswith("reject ")]
    # Where several answers are left before the fault, none of them is right yet.
    going_on = accepting[0] if len(accepting) == 1 else IGNORED
    start, end = (len(text[:at].encode("utf-8", "surrogatepass")) for at in fault)
    wanted, at = [], 0
    for token in ids:
        begun, at = at, at + tokenizer.size_of(token)
        wanted.append(going_on if at <= start else final if begun >= end else IGNORED)
    return [*ids, STOP], [*wanted, final], answer.startswith("reject ")


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
    if examples.stages or examples.encode:
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
