"""Models that write all tokens of an answer at once: they read the whole prompt, and at place i they give the answer's
token i. They have no drift, since no token depends on another token that they wrote, and cost one forward pass.

`OnePass` shares its blocks, tokenizer and file format with the model that writes token by token; another such model is
`turncheck.model.dense.Dense`. Nothing in them knows any domain: a rejection is an answer like any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Protocol, Self

from torch import Tensor

from turncheck.engine.learned import Training
from turncheck.model.batching import FEW, WRITTEN, batches, padded, repeatable, until_stop
from turncheck.model.parallel import Workers
from turncheck.model.tokens import Tokenizer
from turncheck.model.transformer import Layers, ModelConfig

ROUNDED = 8
"""Rows are padded to the next multiple of this many tokens. The padding is read like any token, so a row's length
depends on the row alone, and so does its answer.
"""


class OnePass(Layers):
    """Token ids in; at each place, the logits of the answer's token there out."""

    def hidden(self, tokens: Tensor) -> Tensor:
        """The normed output of the last layer: tokens: (B, T) int64 to (B, T, width)."""
        x = self.embedding(tokens) + self.position.weight[: tokens.shape[1]]
        for _ in range(self.config.repeats):
            for block in self.blocks:
                x = block(x)
        return self.norm(x)  # type: ignore[no-any-return]

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens: (B, T) int64 to logits: (B, T, vocabulary) float32."""
        return self.logits(self.hidden(tokens))

    def length_of(self, prompt: int) -> int:
        """Return the padded length of a row with that many tokens of prompt: an answer must fit too."""
        return length_of(self.config, prompt)

    def written(self, tokens: Tensor) -> Tensor:
        """tokens: (B, T) int64 to the best token at each place of the answer: (B, answer) int64."""
        return self.logits(self.hidden(tokens)[:, : self.config.answer]).argmax(-1)


class WritesAtOnce(Protocol):
    """A model that writes all tokens of an answer at once; `OnePass` says what its methods do."""

    config: ModelConfig

    def length_of(self, prompt: int) -> int:
        """Return the padded length of a row with that many tokens of prompt."""
        ...

    def written(self, tokens: Tensor) -> Tensor:
        """Return the best token at each place of the answer."""
        ...

    def eval(self) -> Self:
        """Prepare for use, as `torch.nn.Module` does."""
        ...


def length_of(config: ModelConfig, prompt: int) -> int:
    """Return the padded length of a row with that many tokens of prompt: an answer must fit too."""
    return min(-(-max(prompt, config.answer) // ROUNDED) * ROUNDED, config.context)


class OnePassEngine:
    """A model that writes at once as a learned engine."""

    def __init__(
        self, model: WritesAtOnce, tokenizer: Tokenizer, threads: int = 1, training: Training | None = None
    ) -> None:
        self.model, self.tokenizer, self._training = model.eval(), tokenizer, training
        self._workers = Workers(threads, lambda: None)

    def training(self) -> Training | None:
        """Return what the model was trained on; None if nobody recorded it."""
        return self._training

    @repeatable
    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the most likely answer to each prompt, token by token the best; of equal logits the lowest id wins."""
        rows = [self.tokenizer.encode(prompt)[: self.model.config.prompt] for prompt in prompts]
        written = self._workers.map(
            lambda _, batch: list(zip(batch, self._write([rows[index] for index in batch]), strict=True)),
            self._alike(rows),
        )
        answers = dict(chain.from_iterable(written))
        return [answers[index] for index in range(len(rows))]

    def close(self) -> None:
        """End its threads."""
        self._workers.close()

    def _alike(self, rows: Sequence[list[int]]) -> Iterator[Sequence[int]]:
        """Yield the indices of rows of the same length, in batches."""
        of_length: defaultdict[int, list[int]] = defaultdict(list)
        for index, row in enumerate(rows):
            of_length[self.model.length_of(len(row))].append(index)
        for indices in of_length.values():
            yield from batches(indices, FEW)

    def _write(self, rows: Sequence[list[int]]) -> list[str]:
        """Answer rows of the same length in one pass of a fixed size."""
        length, size = self.model.length_of(len(rows[0])), 1 if len(rows) == 1 else WRITTEN
        best = self.model.written(padded(rows, size, length))[: len(rows)]
        return [self.tokenizer.decode(until_stop(row)) for row in best.tolist()]
