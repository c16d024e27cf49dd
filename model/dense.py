"""A residual MLP over all places of a text. It writes its answer at once, for texts of nearly one layout.

Each place has a vector of `width` numbers, its token's plus its own. A block reads the vectors of all places together
through one hidden layer, and adds its output to them. So a value that does not change passes through untouched, and
what one place needs to know of another goes through the hidden layer. For texts whose places always mean the same,
this is many times cheaper than attention, and no less general: nothing in it knows any domain.

At each place of an answer the model chooses among the tokens that stood there in training (`ModelConfig.choices`).
"""

from __future__ import annotations

from collections import defaultdict

import torch
import torch.nn.functional as F  # noqa: N812  the name that every PyTorch reader knows
from torch import Tensor, nn

from turncheck.model.batching import IGNORED
from turncheck.model.products import linear
from turncheck.model.transformer import ModelConfig


class DenseBlock(nn.Module):
    """One hidden layer over all places, with a residual connection."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        size = config.context * config.width
        self.norm = nn.RMSNorm(config.width)
        self.up = nn.Linear(size, config.hidden, bias=False)
        self.bias = nn.Parameter(torch.zeros(config.hidden))
        self.down = nn.Linear(config.hidden, size, bias=False)
        nn.init.normal_(self.up.weight, std=size**-0.5)
        nn.init.zeros_(self.down.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Map x: (B, places, width) to the same shape."""
        hidden = linear(self.norm(x).flatten(1), self.up.weight) + self.bias
        return x + linear(F.relu(hidden).square(), self.down.weight).view(x.shape)


class Dense(nn.Module):
    """Token ids in; at each place of the answer, the logits of its choices out."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.position = nn.Embedding(config.context, config.width)
        self.blocks = nn.ModuleList(DenseBlock(config) for _ in range(config.layers))
        self.norm = nn.RMSNorm(config.width)
        chosen = sorted({token for each in config.choices for token in each})
        self.output = nn.Embedding(len(chosen), config.width)
        self.bias = nn.Parameter(torch.zeros(len(chosen)))
        for table, std in ((self.embedding, 0.5), (self.position, 0.5), (self.output, 0.1)):
            nn.init.normal_(table.weight, std=std)
        self._rows = {token: row for row, token in enumerate(chosen)}
        self._groups = _groups(config.choices)
        # Tables that follow from the choices. They are made when first used: a model on the meta device has no numbers.
        self._tables: list[tuple[Tensor, Tensor, Tensor]] = []
        self._local: Tensor | None = None

    def hidden(self, tokens: Tensor) -> Tensor:
        """The normed output of the last block: tokens: (B, context) int64 to (B, context, width)."""
        x = self.embedding(tokens) + self.position.weight
        for _ in range(self.config.repeats):
            for block in self.blocks:
                x = block(x)
        return self.norm(x)  # type: ignore[no-any-return]

    def forward(self, tokens: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
        """tokens: (B, context) int64 to groups of places with equally many choices. Of each group: its places (G,), the
        ids of its choices (G, C), and the logits of the choices (G, B, C).
        """
        x = self.hidden(tokens)
        return [
            (places, ids, torch.baddbmm(self.bias[rows][:, None], x[:, places].transpose(0, 1), self._of(rows)))
            for places, ids, rows in self._made()
        ]

    def _of(self, rows: Tensor) -> Tensor:
        """rows: (G, C) to the output vectors of the choices: (G, width, C)."""
        return self.output.weight[rows].transpose(1, 2)

    def _made(self) -> list[tuple[Tensor, Tensor, Tensor]]:
        if not self._tables:
            for places in self._groups:
                ids = [self.config.choices[place] for place in places]
                rows = [[self._rows[token] for token in each] for each in ids]
                on = self.bias.device
                made = torch.tensor(places, device=on), torch.tensor(ids, device=on), torch.tensor(rows, device=on)
                self._tables.append(made)
        return self._tables

    def length_of(self, prompt: int) -> int:
        """Return the padded length of a row: all rows have the same."""
        return self.config.context

    def written(self, tokens: Tensor) -> Tensor:
        """tokens: (B, context) int64 to the best token at each place of the answer: (B, answer) int64."""
        best = torch.empty(len(tokens), self.config.answer, dtype=torch.int64)
        for places, ids, logits in self(tokens):
            best[:, places] = ids.gather(1, logits.argmax(-1)).T
        return best

    def loss(self, tokens: Tensor, targets: Tensor) -> Tensor:
        """tokens, targets: (B, context) int64, `IGNORED` where no token is wanted, to the cross-entropy of each: (N,).

        Raises:
            ValueError: a wanted token is none of its place's choices.
        """
        wanted = self._local_of(targets)
        losses = torch.zeros(wanted.shape, device=wanted.device)
        for places, _, logits in self(tokens):
            found = F.cross_entropy(logits.flatten(0, 1), wanted[:, places].T.reshape(-1), reduction="none")
            losses[:, places] = found.view(len(places), -1).T
        return losses[wanted >= 0]

    def _local_of(self, targets: Tensor) -> Tensor:
        """Return each target's number among the choices of its place."""
        if self._local is None:
            local = torch.full((self.config.answer, self.config.vocabulary), -1)
            for place, each in enumerate(self.config.choices):
                local[place, list(each)] = torch.arange(len(each))
            self._local = local.to(targets.device)
        targets = targets[:, : self.config.answer]
        found = self._local[torch.arange(self.config.answer, device=targets.device), targets.clamp_min(0)]
        found = torch.where(targets == IGNORED, IGNORED, found)
        if bool((found == -1).any()):
            row, place = (found == -1).nonzero()[0].tolist()
            raise ValueError(f"place {place} must be one of its choices, got token {int(targets[row, place])}")
        return found


def _groups(choices: tuple[tuple[int, ...], ...]) -> list[list[int]]:
    """Return the places with equally many choices, which are computed together."""
    of_size: defaultdict[int, list[int]] = defaultdict(list)
    for place, each in enumerate(choices):
        of_size[len(each)].append(place)
    return list(of_size.values())
