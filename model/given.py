"""Texts that a run is given besides those that it draws: counterexamples, as a part of each batch that fades by step.

The part falls linearly from `Given.share` at the first step to 0 at the last one. It never depends on a metric, so a
run that is resumed learns the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.sampling import stream
from turncheck.model.batching import IGNORED
from turncheck.model.data import Data, row_of_example
from turncheck.model.examples import Batch, Examples, Row, batches_of
from turncheck.model.tokens import Tokenizer
from turncheck.model.transformer import DENSE, READER, ModelConfig


@attrs.frozen
class Given:
    """Texts that a run is given.

    Attributes:
        texts: the texts, without their answers.
        share: their share of the first batch, 0..1.
        seen: the number of the texts that are not from training seeds, so that a later run may ask them.
    """

    texts: tuple[str, ...] = ()
    share: float = 0.0
    seen: int = 0

    @property
    def digest(self) -> str:
        """A hash of the texts; empty if there are none."""
        return hashlib.sha256(json.dumps(self.texts).encode()).hexdigest()[:16] if self.texts else ""


class UnusableTextsError(ValueError):
    """The model that is trained can learn none of the texts.

    Attributes:
        count: the number of the texts.
        what: what the model learns.
    """

    def __init__(self, count: int, what: str) -> None:
        super().__init__(count, what)
        self.count, self.what = count, what

    def __str__(self) -> str:
        return (
            f"a model of {self.what} must be able to learn some of the {self.count:,} texts given, and can learn none"
        )


class GivenData:
    """The data of a run of which a part is given: see `Given`.

    Args:
        data: the data that are drawn.
        given: the texts.
        examples: the examples, which turn a text into those of the stages.
        tokenizer: the model's tokenizer.
        config: the model's sizes.
        seed: the seed of the data.
        batch: the number of examples in a step.
        steps: the number of steps of the run.

    Raises:
        UnusableTextsError: the model can learn none of the texts.
    """

    def __init__(
        self,
        data: Data,
        given: Given,
        examples: Examples,
        tokenizer: Tokenizer,
        config: ModelConfig,
        seed: int,
        batch: int,
        steps: int,
    ) -> None:
        self.data, self.share, self.config, self.batch, self.steps = data, given.share, config, batch, steps
        pairs = dict.fromkeys(examples.worded(*pair) for text in given.texts for pair in examples.asked(text))
        rows = [row_to_learn(examples.domain, tokenizer, config, *pair) for pair in pairs]
        self.rows = [row for row in rows if row is not None]
        if not self.rows:
            raise UnusableTextsError(len(given.texts), " and ".join(examples.stages) or examples.domain.name)
        stream("given", seed, 0).shuffle(self.rows)

    def batches(self, step: int, fewer: int = 0) -> list[Batch]:
        """Return the data of a step."""
        first, end = self._before(step), self._before(step + 1)
        rows: Sequence[Row] = [self.rows[number % len(self.rows)] for number in range(first, end)]
        drawn = self.data.batches(step, fewer + len(rows)) if fewer + len(rows) < self.batch else []
        return [*drawn, *(batches_of(rows, self.config) if rows else [])]

    def _before(self, step: int) -> int:
        """Return how many rows were given before a step: the integral of a share that falls linearly to 0."""
        return int(self.batch * self.share * (step - step * step / (2 * self.steps)))


def row_to_learn(domain: Domain, tokenizer: Tokenizer, config: ModelConfig, text: str, answer: str) -> Row | None:
    """Return a text and its answer as a row; None if the model cannot give that answer."""
    if config.kind == READER and answer not in config.answers:
        return None
    row = row_of_example(domain, tokenizer, config, text, answer)
    return row if _can_be_written(row, config) else None


def _can_be_written(row: Row, config: ModelConfig) -> bool:
    """Return whether a dense model has the tokens of an answer; any other model has all."""
    if config.kind != DENSE:
        return True
    wanted = row[1]
    return all(token == IGNORED or token in config.choices[place] for place, token in enumerate(wanted))
