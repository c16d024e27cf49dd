"""Hard examples: the texts of which a model is least sure, found by drawing, and then near the hardest.

A model that errs once in a million turns cannot learn much from a million more: it is sure of nearly all. But the turns
of which it is less sure lie close together, and so do its errors. So a part of the texts is drawn. Then, round by
round, the hardest so far are changed a little, and each round finds harder ones. A text is as hard as the token of the
answer of which the model is least sure: its cross-entropy.

The search asks the reference for each text, as all training does. Everything depends on the seed alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import nlargest
from random import Random

import torch

from turncheck.engine.sampling import stream
from turncheck.model.checkpoint import Model
from turncheck.model.examples import Examples, batches_of
from turncheck.model.given import row_to_learn
from turncheck.model.losses import hardness
from turncheck.model.start import Start
from turncheck.model.tokens import Tokenizer
from turncheck.strategies import random_edits
from turncheck.strategies.neighbours import neighbour

CHUNK = 1024
"""Texts that are asked together."""

DRAWN = 1 / 3
"""The share of the texts that are drawn."""

ROUNDS = 12
"""Rounds in which the others are made."""

CHILDREN = 3
"""Texts that are made of each hard one in a round."""

MOST_EDITED = 2
"""Most times that a text is edited which is no case: with every edit, it looks less like one that a model must know."""

KEPT = 1 / 4
"""The share of the texts that are kept as the hardest."""


class Search:
    """A search for the texts of which a checkpoint is least sure.

    Args:
        start: the checkpoint.
        examples: what it has to learn.
        seed: the seed of the texts.
        count: the number of texts to ask.

    Attributes:
        losses: the largest cross-entropy of a token of the answer, for each text that was asked so far.
    """

    def __init__(self, start: Start, examples: Examples, seed: int, count: int) -> None:
        self.examples, self.seed, self.count = examples, seed, count
        self.model, self.tokenizer = start.model(), Tokenizer(start.about.vocabulary)
        self.losses: dict[str, float] = {}
        self._edited: dict[str, int] = {}

    def steps(self) -> Iterator[int]:
        """Search, and yield how many texts have been made so far, some of them perhaps twice.

        Raises:
            DomainError: a sampler or the reference of the domain raised.
        """
        made = 0
        for texts in self._texts():
            for first in range(0, len(texts), CHUNK):
                chunk = [text for text in dict.fromkeys(texts[first : first + CHUNK]) if text not in self.losses]
                self.losses |= losses(self.model, self.tokenizer, self.examples, chunk)
                made += len(texts[first : first + CHUNK])
                yield made

    def hardest(self) -> list[str]:
        """Return the hardest of the texts that were asked, the hardest first."""
        return nlargest(max(1, int(self.count * KEPT)), self.losses, key=lambda text: self.losses[text])

    def _texts(self) -> Iterator[list[str]]:
        """Yield the texts to ask: those that are drawn, then those of each round."""
        drawn = max(1, int(self.count * DRAWN))
        for start in range(0, drawn, CHUNK):
            yield [
                self.examples.text(stream("hard", self.seed, index))
                for index in range(start, min(start + CHUNK, drawn))
            ]
        first = list(self.losses)
        for number in range(ROUNDS):
            size = (self.count - drawn) * (number + 1) // ROUNDS - (self.count - drawn) * number // ROUNDS
            yield self._children(first, size, stream("harder", self.seed, number))

    def _children(self, first: Sequence[str], size: int, random: Random) -> list[str]:
        """Make texts of the hardest so far and, so that they stay different, of the hardest that were drawn."""
        if not self.losses:
            return []
        half = max(1, size // CHILDREN // 2)
        fertile = [text for text in self.losses if self._edited.get(text, 0) < MOST_EDITED]
        parents = [text for among in (fertile, first) for text in nlargest(half, among, key=self.losses.__getitem__)]
        return [self._child(parents[number % len(parents)], random) for number in range(size)]

    def _child(self, text: str, random: Random) -> str:
        """Change a case to one near it; edit any other text and, as often as the examples are malformed, a case."""
        if self.examples.domain.is_case(text) and random.random() >= self.examples.malformed:
            return neighbour(self.examples.domain, text, random)
        made = random_edits.edited(text, random)
        self._edited.setdefault(made, self._edited.get(text, 0) + 1)
        return made


def losses(model: Model, tokenizer: Tokenizer, examples: Examples, texts: Sequence[str]) -> dict[str, float]:
    """Return how hard each text is: the largest cross-entropy of a token of the answer, or of those to its stages.

    Texts that the model cannot learn are left out.
    """
    pairs = [(text, *examples.worded(*pair)) for text in texts for pair in examples.asked(text)]
    made = [(text, row_to_learn(examples.domain, tokenizer, model.config, *pair)) for text, *pair in pairs]
    rows = [(text, row) for text, row in made if row is not None]
    rows.sort(key=lambda row: len(row[1][0]))  # so that batches of one length each keep the order
    found: defaultdict[str, float] = defaultdict(float)
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        values = [hardness(model, *batch[:2]) for batch in batches_of([row for _, row in part], model.config)]
        for (text, _), value in zip(part, torch.cat(values).tolist(), strict=True):
            found[text] = max(found[text], value)
    return dict(found)
