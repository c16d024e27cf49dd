"""What a model learns from: the loss on its answers, how hard each example is for it, and the hardest of many."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from turncheck.model.batching import IGNORED
from turncheck.model.checkpoint import Model
from turncheck.model.dense import Dense
from turncheck.model.examples import Batch
from turncheck.model.reader import Reader

TOGETHER = 1024
"""Most rows of which it is found out together how hard they are: the arrays of more rows do not fit the CPU cache."""


def loss(model: Model, batches: Sequence[Batch], rejection_weight: float, earlier: float = 1.0) -> Tensor:
    """Return the mean cross-entropy of the answers' tokens, with those of rejections weighted; for a dense model or a
    reader, the mean over the answers of the sum over their tokens, without weights.

    Args:
        model: the model to train.
        batches: what `turncheck.model.examples.batches` makes.
        rejection_weight: how much a rejection's token counts; all others count 1.
        earlier: how much an answer of a reader counts that it gives before the end of a text.
    """
    if isinstance(model, Dense | Reader):
        more = (earlier,) if isinstance(model, Reader) else ()
        sums_of_rows = [model.loss(tokens, targets, *more).sum() for tokens, targets, _ in batches]
        return torch.stack(sums_of_rows).sum() / sum(len(tokens) for tokens, _, _ in batches)
    sums = []
    for tokens, targets, rejected in batches:
        losses = model.loss(tokens, targets)
        rows, _ = (targets != IGNORED).nonzero(as_tuple=True)
        weights = torch.where(rejected[rows], rejection_weight, 1.0)
        sums.append(torch.stack([(losses * weights).sum(), weights.sum()]))
    total = torch.stack(sums).sum(0)
    return total[0] / total[1]


def hardness(model: Model, tokens: Tensor, targets: Tensor) -> Tensor:
    """Return how hard each row is: the largest cross-entropy of a wanted token. It has no gradient.

    Args:
        model: the model; of a reader, only the answer at the end of a text counts.
        tokens: (B, T) int64.
        targets: (B, T) int64, `IGNORED` where no token is wanted.

    Returns:
        (B,) float32, 0 or more.
    """
    together = TOGETHER if tokens.device.type == "cpu" else max(1, len(tokens))
    with torch.no_grad():
        parts = [slice(start, start + together) for start in range(0, len(tokens), together)]
        return torch.cat([_hardness(model, tokens[part], targets[part]) for part in parts])


def _hardness(model: Model, tokens: Tensor, targets: Tensor) -> Tensor:
    if isinstance(model, Reader):
        return model.loss(tokens, targets, 0.0)
    rows, _ = (targets != IGNORED).nonzero(as_tuple=True)
    return torch.zeros(len(tokens), device=tokens.device).scatter_reduce(0, rows, model.loss(tokens, targets), "amax")


def hardest(model: Model, batches: Sequence[Batch], share: float) -> list[Batch]:
    """Return that share of the rows of batches, at least one: the hardest for the model."""
    found = torch.cat([hardness(model, tokens, targets) for tokens, targets, _ in batches])
    rows = found.topk(max(1, int(len(found) * share))).indices
    first, kept = 0, []
    for batch in batches:
        behind = first + len(batch[0])
        mine = rows[(rows >= first) & (rows < behind)] - first
        if len(mine):
            tokens, targets, rejected = (part[mine] for part in batch)
            kept.append((tokens, targets, rejected))
        first = behind
    return kept
