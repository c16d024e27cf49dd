"""The training data of a run as tensors, batch by batch: drawn as texts, or as rows where the domain can draw rows.

Batch `n` of a seed depends only on the seed and on `n`, so an interrupted run goes on with the same data.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.schema import Schema
from turncheck.engine.stages import Block, DrawsBlocks, stages_of
from turncheck.model.batching import IGNORED
from turncheck.model.examples import Batch, Examples, Row, batches_of, fault_of, row_of
from turncheck.model.tokens import BYTES, DIGITS, ENDING, FIRST_BYTE, PAD, STOP, Tokenizer
from turncheck.model.transformer import DENSE, READER, ModelConfig

Ids = npt.NDArray[np.int64]

CHUNK = 16_384
"""Cases of each sampler that are drawn and shuffled together."""

SEEN = 2_000
"""Examples from which the tokens at each place of the answers are collected."""


class Data(Protocol):
    """What a run learns from."""

    def batches(self, step: int, fewer: int = 0) -> list[Batch]:
        """Return the data of a step, without the last `fewer` examples, of which some must remain."""
        ...


def data_of(
    examples: Examples,
    tokenizer: Tokenizer,
    config: ModelConfig,
    seed: int,
    batch: int,
    pool: int,
    fresh: float = 0.0,
) -> Data:
    """Return the data of a run: rows if the domain draws them and the model reads all places at once.

    Args:
        examples: the examples.
        tokenizer: the model's tokenizer.
        config: the model's sizes.
        seed: the seed of the data.
        batch: the number of examples in a step.
        pool: the number of examples that are drawn as texts before they repeat; 0 if they never do.
        fresh: the share of a reader's examples that are cases drawn as rows, which never repeat.
    """
    texts = TextData(examples, tokenizer, config, seed, batch, pool)
    stages = stages_of(examples.domain)
    if stages is None or stages.draw is None or examples.encode:
        return texts
    if config.kind == READER and fresh:
        return FreshCases(stages.draw, texts, fresh)
    if config.kind != DENSE or examples.malformed:
        return texts
    if not stages.draw(examples.stages, next(iter(examples.samplers)), seed, 1):  # `read` has texts alone
        return texts
    return RowData(stages.draw, examples, tokenizer, config, seed, batch)


class TextData:
    """Examples that are drawn one by one as texts."""

    def __init__(
        self, examples: Examples, tokenizer: Tokenizer, config: ModelConfig, seed: int, batch: int, pool: int
    ) -> None:
        self.examples, self.tokenizer, self.config = examples, tokenizer, config
        self.seed, self.batch, self.pool = seed, batch, pool
        self._pool: dict[int, Row] = {}

    def batches(self, step: int, fewer: int = 0) -> list[Batch]:
        """Return the data of a step."""
        indices = range(step * self.batch, (step + 1) * self.batch - fewer)
        return batches_of([self._row(index) for index in indices], self.config)

    def _row(self, index: int) -> Row:
        if not self.pool:
            return self._drawn(index)
        index %= self.pool
        if index not in self._pool:
            self._pool[index] = self._drawn(index)
        return self._pool[index]

    def _drawn(self, index: int) -> Row:
        return row_of_example(self.examples.domain, self.tokenizer, self.config, *self.examples.draw(self.seed, index))


def row_of_example(domain: Domain, tokenizer: Tokenizer, config: ModelConfig, text: str, answer: str) -> Row:
    """Return an example as a row; a reader also learns where the text has its fault."""
    fault = fault_of(domain, text) if config.kind == READER else None
    return row_of(tokenizer, config, text, answer, fault)


# --- as rows ---------------------------------------------------------------------------------------------------------


class RowData:
    """Examples that are drawn as rows, thousands at a time, and shuffled."""

    def __init__(
        self, draw: DrawsBlocks, examples: Examples, tokenizer: Tokenizer, config: ModelConfig, seed: int, batch: int
    ) -> None:
        self.draw, self.samplers, self.stages = draw, tuple(examples.samplers), examples.stages
        self.tokenizer, self.config, self.seed, self.batch = tokenizer, config, seed, batch
        self._tables: dict[tuple[Schema, int], TokenTable] = {}
        self._chunk: tuple[int, Ids, Ids] | None = None
        # Every chunk gives equally many steps. Not every case comes to every stage, so a few rows may come twice.
        self._steps = max(1, len(self.samplers) * CHUNK * max(1, len(self.stages)) // batch)

    def batches(self, step: int, fewer: int = 0) -> list[Batch]:
        """Return the data of a step."""
        number, part = divmod(step, self._steps)
        if self._chunk is None or self._chunk[0] != number:
            self._chunk = (number, *self._drawn(number))
        _, tokens, targets = self._chunk
        rows = np.arange(part * self.batch, (part + 1) * self.batch - fewer) % len(tokens)
        rejected = torch.zeros(len(rows), dtype=torch.bool)
        return [(torch.from_numpy(tokens[rows]), torch.from_numpy(targets[rows]), rejected)]

    def _drawn(self, number: int) -> tuple[Ids, Ids]:
        """Return the tokens and targets of a chunk: (n, context) each, in random order."""
        blocks = _blocks(self.draw, self.stages, self.samplers, self.seed, number)
        tokens = np.concatenate([self._table(block.prompt, PAD)(block.prompts) for block in blocks])
        targets = np.concatenate([self._table(block.answer, STOP)(block.answers) for block in blocks])
        order = _order(self.seed, number, len(tokens))
        return tokens[order], targets[order]

    def _table(self, schema: Schema, ending: int) -> TokenTable:
        key = (schema, ending)
        if key not in self._tables:
            self._tables[key] = TokenTable(self.tokenizer, schema, self.config.context, ending)
        return self._tables[key]


class FreshCases:
    """A reader's data of which a part are cases, drawn as rows. A reader lets each of them through."""

    def __init__(self, draw: DrawsBlocks, texts: TextData, share: float) -> None:
        self.draw, self.texts, self.count = draw, texts, int(texts.batch * share)
        (self.answer,) = [place for place, each in enumerate(texts.config.answers) if not each.startswith("reject ")]
        self._steps = len(texts.examples.samplers) * CHUNK // max(1, self.count)
        self._chunk: tuple[int, Ids] | None = None

    def batches(self, step: int, fewer: int = 0) -> list[Batch]:
        """Return the data of a step."""
        texts = self.texts.batches(step, fewer + self.count) if fewer + self.count < self.texts.batch else []
        count = min(self.count, self.texts.batch - fewer)
        number, part = divmod(step, self._steps)
        if self._chunk is None or self._chunk[0] != number:
            self._chunk = number, self._drawn(number)
        tokens = torch.from_numpy(self._chunk[1][part * self.count : part * self.count + count])
        targets = torch.full_like(tokens, self.answer)
        return [*texts, (tokens, targets, torch.zeros(len(tokens), dtype=torch.bool))]

    def _drawn(self, number: int) -> Ids:
        """Return the tokens of a chunk, each text with its stop: (n, tokens + 1)."""
        data = self.texts
        blocks = _blocks(self.draw, (), tuple(data.examples.samplers), data.seed, number)
        tables = [_whole_table(data.tokenizer, block.prompt) for block in blocks]
        tokens = np.concatenate([table(block.prompts) for table, block in zip(tables, blocks, strict=True)])
        tokens[:, -1] = STOP
        return tokens[_order(data.seed, number, len(tokens))]


def _blocks(
    draw: DrawsBlocks, stages: tuple[str, ...], samplers: tuple[str, ...], seed: int, number: int
) -> list[Block]:
    """Draw a chunk: `CHUNK` cases of each sampler."""
    return [block for sampler in samplers for block in draw(stages, sampler, seed, CHUNK, number * CHUNK)]


def _order(seed: int, number: int, rows: int) -> Ids:
    """Return the order in which the rows of a chunk are learned."""
    return np.random.default_rng((seed, number)).permutation(rows)


@lru_cache(maxsize=4)
def _whole_table(tokenizer: Tokenizer, schema: Schema) -> TokenTable:
    return TokenTable(tokenizer, schema, len(tokenizer.encode(schema.write(schema.neutral))) + 1, PAD)


class TokenTable:
    """Turns rows of a schema into token ids.

    Args:
        tokenizer: the tokenizer.
        schema: a schema of which each field takes the same number of tokens with all of its values.
        length: the length of the rows of ids.
        ending: `STOP` for answers, which end with a stop and are then ignored; `PAD` for prompts.

    Raises:
        ValueError: a field takes more tokens with some of its values than with others.
    """

    def __init__(self, tokenizer: Tokenizer, schema: Schema, length: int, ending: int) -> None:
        values = list(schema.neutral.values_)
        self.base = tokenizer.encode(schema.write_values(tuple(values)))
        rest = length - len(self.base)
        tail = [PAD] * rest if ending == PAD else [STOP, *[IGNORED] * (rest - 1)]
        self.tables = []
        for place, (name, field) in enumerate(schema.fields.items()):
            texts = [schema.write_values((*values[:place], value, *values[place + 1 :])) for value in _values(field)]
            found = [tokenizer.encode(text) for text in texts]
            if {len(each) for each in found} != {len(self.base)}:
                raise ValueError(f"field {name} must take the same number of tokens with each of its values")
            ids = np.array(found)
            places = np.flatnonzero((ids != self.base).any(0))
            self.tables.append((field.low if isinstance(field, Int) else 0, places, ids[:, places]))
        self.base = [*self.base, *tail]

    def __call__(self, rows: npt.NDArray[Any]) -> Ids:
        """(n, fields) to (n, length)."""
        made = np.repeat(np.array(self.base)[None], len(rows), axis=0)
        for column, (low, places, ids) in enumerate(self.tables):
            made[:, places] = ids[rows[:, column].astype(np.int64) - low]
        return made


def _values(field: Field) -> Sequence[Any]:
    """Return the values of a field in the order of their numbers (`turncheck.engine.rows`)."""
    if isinstance(field, Choice):
        return field.words
    if isinstance(field, Int):
        return range(field.low, field.high + 1)
    raise ValueError(f"a field must be an Int or a Choice, got {type(field).__name__}")


# --- what can stand at a place of an answer --------------------------------------------------------------------------


def choices_of(examples: Examples, tokenizer: Tokenizer, answer: int) -> tuple[tuple[int, ...], ...]:
    """Return, for each place of the answers, the tokens that stand there in a sample of the answers, and those of the
    same field or, for digits, all digits.
    """
    alike = _alike(tokenizer)
    seen: list[set[int]] = [set() for _ in range(answer)]
    for index in range(SEEN):
        ids = [*tokenizer.encode(examples.draw(0, index)[1]), STOP][:answer]
        for place, token in enumerate(ids):
            seen[place].update(alike.get(token, (token,)))
    return tuple(tuple(sorted(each)) or (STOP,) for each in seen)


def _alike(tokenizer: Tokenizer) -> dict[int, Sequence[int]]:
    """Return, for each token of a field or digit, the tokens of the same field, or the digits."""
    groups: dict[str, list[int]] = {}
    for token, text in enumerate(tokenizer.vocabulary):
        if text in DIGITS:
            groups.setdefault("digit with a space", []).append(token)
        elif token >= FIRST_BYTE + len(BYTES) and (lead := ENDING.sub("", text)).strip(" "):
            groups.setdefault(lead, []).append(token)
    groups["digit"] = [FIRST_BYTE + ord(digit) for digit in "0123456789"]
    return {token: group for group in groups.values() for token in group}
