"""Greedy decoding: a transformer and its tokenizer as a learned engine.

The arithmetic is repeatable: float32, one thread, right-padding, two fixed batch shapes (1 and `BATCH`), every
sequence padded to the same lengths, and of equal logits the lowest token id wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

import torch
from torch import Tensor

from turncheck.engine.learned import SAFE_MARGIN, Verdict
from turncheck.model.tokens import ANSWER, PAD, STOP, Tokenizer
from turncheck.model.transformer import Cache, Transformer

PASSES = 8
"""Passes that mend a draft, before the answer is written token by token."""

Item = TypeVar("Item")

BATCH = 64
"""Prompts in one pass where there are many; missing ones are filled up with padding."""


Method = TypeVar("Method", bound=Callable[..., Any])


def _repeatable(method: Method) -> Method:
    """Runs a method on one thread: the order of float operations is then fixed, and nobody waits for a busy core."""

    @wraps(method)
    def run(*arguments: Any) -> Any:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            with torch.inference_mode():
                return method(*arguments)
        finally:
            torch.set_num_threads(threads)

    return cast(Method, run)


class TransformerEngine:
    """A learned engine whose answers come from a transformer."""

    def __init__(self, transformer: Transformer, tokenizer: Tokenizer) -> None:
        self.transformer, self.tokenizer = transformer.eval(), tokenizer

    @_repeatable
    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """What the model writes greedily behind each prompt, up to its stop or the limit of the answer."""
        return [answer for batch in _batches(prompts) for answer in self._write(batch)]

    @_repeatable
    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[Verdict]:
        """Whether the model would write each draft: one pass over prompt and draft, where writing takes one a token."""
        rows = [(self._prompt(prompt), self._draft(draft)) for prompt, draft in zip(prompts, drafts, strict=True)]
        return [verdict for batch in _batches(rows) for verdict, _ in self._compare(batch)]

    @_repeatable
    def predict_with_drafts(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[str]:
        """The answers of `predict`: a draft that is right takes one pass, one with k wrong tokens k more.

        Where the model refuses a draft's token its own takes that place, and the rest of the draft is tried behind it:
        speculative decoding (Leviathan et al. 2023) with the reference as the draft. What takes more than `PASSES`
        passes, or is decided by less than `SAFE_MARGIN`, is written token by token.
        """
        rows = [(self._prompt(prompt), self._draft(draft)) for prompt, draft in zip(prompts, drafts, strict=True)]
        checked = [pair for batch in _batches(rows) for pair in self._compare(batch)]
        found = [
            self._mend(prompt, draft, verdict, best)
            for (prompt, draft), (verdict, best) in zip(rows, checked, strict=True)
        ]
        written = iter(self.predict([prompt for prompt, answer in zip(prompts, found, strict=True) if answer is None]))
        return [next(written) if answer is None else answer for answer in found]

    def _mend(self, prompt: list[int], draft: list[int], verdict: Verdict, best: int) -> str | None:
        """The answer, by mending a draft until it is accepted; None where that takes too long or is too close."""
        for _ in range(PASSES):
            if verdict.margin < SAFE_MARGIN:
                return None
            if verdict.complete or verdict.accepted == len(draft):  # one without a stop is as long as an answer may be
                return self.tokenizer.decode(_until_stop(draft))
            draft = _mended(draft, verdict.accepted, best, self.transformer.config.answer)
            ((verdict, best),) = self._compare([(prompt, draft)])
        return None

    def _prompt(self, text: str) -> list[int]:
        return [*self.tokenizer.encode(text)[: self.transformer.config.prompt], ANSWER]

    def _draft(self, text: str) -> list[int]:
        # A draft that is longer than any answer is never complete, and is compared as far as an answer goes.
        return [*self.tokenizer.encode(text), STOP][: self.transformer.config.answer]

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

    def _compare(self, rows: Sequence[tuple[list[int], list[int]]]) -> list[tuple[Verdict, int]]:
        """For each prompt and draft the verdict, and the model's token in place of the first that it refuses."""
        size = 1 if len(rows) == 1 else BATCH
        tokens = _padded([prompt + draft[:-1] for prompt, draft in rows], size, self.transformer.config.context - 1)
        hidden = self.transformer.hidden(tokens)
        return [self._verdict(hidden[i], len(prompt), draft) for i, (prompt, draft) in enumerate(rows)]

    def _verdict(self, hidden: Tensor, prompt: int, draft: list[int]) -> tuple[Verdict, int]:
        logits = self.transformer.logits(hidden[prompt - 1 : prompt - 1 + len(draft)])  # (draft, vocabulary)
        greedy = logits.argmax(-1).tolist()
        accepted = next((i for i, (one, another) in enumerate(zip(greedy, draft, strict=True)) if one != another), None)
        compared = len(draft) if accepted is None else accepted + 1
        best, second = logits[:compared].topk(2).values.unbind(-1)
        margin = float((best - second).min())
        if accepted is not None:
            return Verdict(accepted, False, margin), greedy[accepted]
        complete = draft[-1] == STOP
        return Verdict(len(draft) - complete, complete, margin), STOP


def _mended(draft: list[int], accepted: int, token: int, longest: int) -> list[int]:
    """The draft with the model's token in the place of the first that it refused; what was behind it stays."""
    if token == STOP:
        return [*draft[:accepted], STOP]
    mended = [*draft[:accepted], token, *draft[accepted + 1 :]]
    return mended if STOP in mended else [*mended, STOP][:longest]


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in as many batches as need be; a few that are left over one by one, not to pay for a whole batch."""
    left_over = len(items) % BATCH
    alone = left_over if left_over <= BATCH // 4 else 0
    for start in range(0, len(items) - alone, BATCH):
        yield items[start : min(start + BATCH, len(items) - alone)]
    for index in range(len(items) - alone, len(items)):
        yield items[index : index + 1]


def _padded(rows: Sequence[Sequence[int]], size: int, length: int) -> Tensor:
    """Rows of token ids as one tensor: (size, length) int64, padded at the right and with empty rows."""
    tokens = torch.full((size, length), PAD)
    for row, ids in zip(tokens, rows, strict=False):
        row[: len(ids)] = torch.tensor(ids)
    return tokens


def _until_stop(ids: list[int]) -> list[int]:
    return ids[: ids.index(STOP)] if STOP in ids else ids
