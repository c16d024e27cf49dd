"""Greedy decoding: a transformer and its tokenizer as a learned engine.

The arithmetic is repeatable: float32, right-padding, two fixed batch shapes (1 and `BATCH`), every sequence padded to
the same lengths, and of equal logits the lowest token id wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from turncheck.engine.learned import Verdict
from turncheck.model.tokens import ANSWER, PAD, STOP, Tokenizer
from turncheck.model.transformer import Cache, Transformer

Item = TypeVar("Item")

BATCH = 64
"""Prompts in one pass where there is more than one; missing ones are filled up with padding."""


class TransformerEngine:
    """A learned engine whose answers come from a transformer."""

    def __init__(self, transformer: Transformer, tokenizer: Tokenizer) -> None:
        self.transformer, self.tokenizer = transformer.eval(), tokenizer

    @torch.inference_mode()
    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """What the model writes greedily behind each prompt, up to its stop or the limit of the answer."""
        return [answer for batch in _batches(prompts) for answer in self._write(batch)]

    @torch.inference_mode()
    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[Verdict]:
        """Whether the model would write each draft: one pass over prompt and draft, where writing takes one a token."""
        pairs = list(zip(prompts, drafts, strict=True))
        return [verdict for batch in _batches(pairs) for verdict in self._check(batch)]

    def _prompt(self, text: str) -> list[int]:
        return [*self.tokenizer.encode(text)[: self.transformer.config.prompt], ANSWER]

    def _write(self, prompts: Sequence[str]) -> list[str]:
        config = self.transformer.config
        rows = [self._prompt(text) for text in prompts]
        size = 1 if len(prompts) == 1 else BATCH
        lengths = torch.tensor([len(row) for row in rows] + [1] * (size - len(rows)))
        cache = Cache(config, size)
        positions = torch.arange(config.prompt + 1).expand(size, -1)
        hidden = self.transformer.hidden(_padded(rows, size, config.prompt + 1), positions, cache)
        token = self._greedy(hidden[torch.arange(size), lengths - 1])
        written = [token]
        done = token == STOP
        done[len(rows) :] = True
        # The token of step i stands i places behind the prompt; the row's own length says where that is.
        for step in range(config.answer - 1):
            if bool(done.all()):
                break
            at = (lengths + step)[:, None]
            token = self._greedy(self.transformer.hidden(token[:, None], at, cache)[:, 0])
            written.append(token)
            done |= token == STOP
        return [self.tokenizer.decode(_until_stop(row)) for row in torch.stack(written, 1)[: len(rows)].tolist()]

    def _greedy(self, hidden: Tensor) -> Tensor:
        """hidden: (B, width) to the best token of each row: (B,). `argmax` gives the first of equals."""
        return self.transformer.logits(hidden).argmax(-1)

    def _check(self, pairs: Sequence[tuple[str, str]]) -> list[Verdict]:
        config = self.transformer.config
        size = 1 if len(pairs) == 1 else BATCH
        prompts = [self._prompt(prompt) for prompt, _ in pairs]
        # A draft that is longer than any answer is never complete, and is compared as far as an answer goes.
        drafts = [[*self.tokenizer.encode(draft), STOP][: config.answer] for _, draft in pairs]
        rows = [prompt + draft[:-1] for prompt, draft in zip(prompts, drafts, strict=True)]
        hidden = self.transformer.hidden(_padded(rows, size, config.context - 1))
        return [self._verdict(hidden[i], len(prompts[i]), drafts[i]) for i in range(len(pairs))]

    def _verdict(self, hidden: Tensor, prompt: int, draft: list[int]) -> Verdict:
        logits = self.transformer.logits(hidden[prompt - 1 : prompt - 1 + len(draft)])  # (draft, vocabulary)
        refused = (logits.argmax(-1) != torch.tensor(draft)).nonzero()
        accepted = int(refused[0]) if len(refused) else len(draft)
        best, second = logits[: accepted + 1].topk(2).values.unbind(-1)
        complete = accepted == len(draft) and draft[-1] == STOP
        return Verdict(accepted - complete, complete, float((best - second).min()))


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _padded(rows: Sequence[Sequence[int]], size: int, length: int) -> Tensor:
    """Rows of token ids as one tensor: (size, length) int64, padded at the right and with empty rows."""
    tokens = torch.full((size, length), PAD)
    for row, ids in zip(tokens, rows, strict=False):
        row[: len(ids)] = torch.tensor(ids)
    return tokens


def _until_stop(ids: list[int]) -> list[int]:
    return ids[: ids.index(STOP)] if STOP in ids else ids
