"""A recurrent network that reads a text from left to right and gives one of a few answers, as a finite automaton does.

It decides what a text is: one of the reasons to reject it, or the stage that goes on (`turncheck.engine.stages`). It
has one layer of gated recurrent units (Cho et al. 2014). Its answer depends on its state after the stop that follows
the last token; in training it also says after each token what it knows so far (`turncheck.model.examples.row_of`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F  # noqa: N812  the name that every PyTorch reader knows
from torch import Tensor, nn

from turncheck.engine.learned import Training
from turncheck.model.batching import FEW, IGNORED, WRITTEN, batches, padded, repeatable
from turncheck.model.products import linear
from turncheck.model.tokens import STOP, Tokenizer
from turncheck.model.transformer import ModelConfig

LONGEST = 4096
"""Most tokens of a text that are read. Nothing else limits its length."""


class Reader(nn.Module):
    """Token ids in, the logits of the answers out."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.input = nn.Linear(config.width, 3 * config.hidden)
        self.recurrent = nn.Linear(config.hidden, 3 * config.hidden)
        self.output = nn.Embedding(len(config.answers), config.hidden)
        nn.init.normal_(self.embedding.weight, std=0.5)
        nn.init.normal_(self.output.weight, std=0.1)

    def states(self, tokens: Tensor) -> Tensor:
        """The state after each token: tokens: (B, T) int64 to (B, T, hidden)."""
        begin = self.recurrent.bias.new_zeros(1, len(tokens), self.config.hidden)
        weights = [self.input.weight, self.recurrent.weight, self.input.bias, self.recurrent.bias]
        learning = torch.is_grad_enabled()  # else cuDNN keeps nothing for the gradient
        states, _ = torch.gru(self.embedding(tokens), begin, weights, True, 1, 0.0, learning, False, True)
        return states

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens: (B, T) int64 to the logits of the answers after each token: (B, T, answers)."""
        return linear(self.states(tokens), self.output.weight)

    def loss(self, tokens: Tensor, targets: Tensor, earlier: float = 1.0) -> Tensor:
        """tokens, targets: (B, T) int64, `IGNORED` where no answer is wanted, to the loss of each row: (B,).

        It is the cross-entropy of the last answer that is wanted, and `earlier` times those of the answers before it.
        """
        states, rows = self.states(tokens), torch.arange(len(tokens), device=tokens.device)
        last = (targets != IGNORED).long().cumsum(1).argmax(1)
        final = F.cross_entropy(linear(states[rows, last], self.output.weight), targets[rows, last], reduction="none")
        if not earlier:
            return final
        logits = linear(states, self.output.weight).transpose(1, 2)
        sums = F.cross_entropy(logits, targets, ignore_index=IGNORED, reduction="none").sum(1)
        return final + earlier * (sums - final)


def grown(weights: Mapping[str, Tensor], into: Reader) -> dict[str, Tensor]:
    """Return the weights of a reader with a larger state that answers as a smaller one does, but for rounding.

    The added units read the text and the state, with the weights that `into` has; nothing depends on them yet.

    Args:
        weights: the smaller reader's weights, by the names in `Reader`.
        into: a reader of the larger size, the same in all else.
    """
    small, large = weights["output.weight"].shape[1], into.config.hidden
    made = {name: tensor.clone() for name, tensor in into.state_dict().items()} | {
        "embedding.weight": weights["embedding.weight"]
    }
    made["output.weight"][:, :small], made["output.weight"][:, small:] = weights["output.weight"], 0.0
    made["recurrent.weight"].view(3, large, large)[:, :small, small:] = 0.0
    for name in ("input.weight", "input.bias", "recurrent.weight", "recurrent.bias"):
        gates, theirs = made[name].view(3, large, -1), weights[name].view(3, small, -1)
        gates[:, :small, : theirs.shape[2]] = theirs
    return made


class ReaderEngine:
    """A reader as a learned engine."""

    def __init__(self, model: Reader, tokenizer: Tokenizer, training: Training | None = None) -> None:
        self.model, self.tokenizer, self._training = model.eval(), tokenizer, training

    def training(self) -> Training | None:
        """Return what the model was trained on; None if nobody recorded it."""
        return self._training

    @repeatable
    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the most likely answer to each prompt; of equal logits the first of the answers wins."""
        rows = [[*self.tokenizer.encode(prompt)[: LONGEST - 1], STOP] for prompt in prompts]
        answers = [""] * len(rows)
        for indices in batches(sorted(range(len(rows)), key=lambda index: len(rows[index])), FEW):
            for index, best in zip(indices, self._best([rows[index] for index in indices]), strict=True):
                answers[index] = self.model.config.answers[best]
        return answers

    def _best(self, rows: Sequence[list[int]]) -> list[int]:
        logits = self.model(padded(rows, 1 if len(rows) == 1 else WRITTEN, max(map(len, rows))))
        last = torch.tensor([len(row) - 1 for row in rows])
        best: list[int] = logits[torch.arange(len(rows)), last].argmax(-1).tolist()
        return best
