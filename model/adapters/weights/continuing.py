"""A GPT as a learned engine: it continues a prompt until a stop.

Decoding is greedy, in float32, on one thread; of equal logits the lowest token id wins. Rows are padded on the right,
which causal attention does not see, and batched with rows of the same padded length.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from turncheck.engine.learned import Verdict
from turncheck.model.adapters.weights.gpt import GPT, Memory
from turncheck.model.adapters.weights.logits import LACKING, LONG
from turncheck.model.adapters.weights.wording import Draft, Wording
from turncheck.model.batching import repeatable

ROUNDED = 16
"""Rows are padded to the next multiple of this many tokens."""

WRITTEN, FEW, COMPARED = 64, 8, 16
"""Rows per batch when decoding many prompts and when decoding few, filled up with padding so that few shapes occur; and
most rows per pass when comparing drafts.
"""

ROOM = 1 << 29
"""Most bytes of cached keys and values: 512 MiB."""


class ContinuingEngine:
    """A learned engine that continues its prompts."""

    def __init__(self, gpt: GPT, wording: Wording) -> None:
        self.gpt, self.wording = gpt, wording
        self._counted: Counter[str] = Counter()

    @repeatable
    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the greedy continuation of each prompt, up to a stop, the token limit or the end of the context; for a
        prompt that cannot be encoded or does not fit, return an empty text.
        """
        rows = [self._prompt(text) for text in prompts]
        self._counted.update(fault for _, fault in rows if fault)
        answers = [""] * len(rows)
        for length, indices in self._alike({at: len(row) for at, (row, _) in enumerate(rows) if row}):
            for batch in _batches(indices, self._most(length)):
                for at, answer in zip(batch, self._write([rows[at][0] for at in batch], length), strict=True):
                    answers[at] = answer
        return answers

    @repeatable
    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[Verdict]:
        """Return whether the model would write each draft: one pass over prompt and draft, instead of one per token."""
        asked = [self._prompt(text)[0] for text in prompts]
        wanted = [self._draft(row, text) for row, text in zip(asked, drafts, strict=True)]
        verdicts = [Verdict(0, False, 0.0)] * len(asked)
        lengths = {at: len(row) + max(len(wanted[at].tokens) - 1, 0) for at, row in enumerate(asked) if row}
        for length, indices in self._alike(lengths):
            for start in range(0, len(indices), COMPARED):
                batch = indices[start : start + COMPARED]
                found = self._compare([asked[at] for at in batch], [wanted[at] for at in batch], length)
                for at, verdict in zip(batch, found, strict=True):
                    verdicts[at] = verdict
        return verdicts

    def troubles(self) -> dict[str, int]:
        """Return the number of prompts that could not be read, by reason."""
        return dict(self._counted)

    def _prompt(self, text: str) -> tuple[list[int], str]:
        """Return the tokens of a prompt, or no tokens and the reason."""
        try:
            row = self.wording.prompt(text)
        except (ValueError, TypeError):  # a vocabulary lacks a character, a tokenizer refuses a lone surrogate
            return [], LACKING
        return (row, "") if 0 < len(row) <= self.gpt.shape.context else ([], LONG)

    def _draft(self, row: list[int], text: str) -> Draft:
        """Return the draft, cut to what the model could write after that row."""
        draft, room = self.wording.draft(text), self._room(row)
        size = len(draft.tokens)
        # Without an end text, an answer always has the full length.
        fits = size <= room if self.wording.ends else size == room
        return Draft(draft.tokens[:room], min(draft.own, room), draft.whole and fits)

    def _room(self, row: list[int]) -> int:
        """Return the most tokens that can be written after a row. The last of them is never read."""
        return min(self.wording.longest, self.gpt.shape.context - len(row) + 1)

    def _alike(self, lengths: Mapping[int, int]) -> Iterator[tuple[int, list[int]]]:
        """Yield padded lengths, each with the indices of its rows; `lengths` maps an index to a length."""
        alike: defaultdict[int, list[int]] = defaultdict(list)
        for index, length in lengths.items():
            alike[min(-(-length // ROUNDED) * ROUNDED, self.gpt.shape.context)].append(index)
        yield from alike.items()

    def _most(self, length: int) -> int:
        """Return the number of rows to write at once, limited by the memory for keys and values."""
        shape = self.gpt.shape
        row = 8 * shape.layers * shape.width * min(length + self.wording.longest, shape.context)
        return max(1, min(WRITTEN, ROOM // row))

    # --- token by token ---

    def _write(self, rows: Sequence[list[int]], length: int) -> list[str]:
        """Return the answers to rows that are padded to that length."""
        size = next(size for size in (1, FEW, self._most(length)) if len(rows) <= size)
        starts = torch.tensor([len(row) for row in rows] + [1] * (size - len(rows)))
        end = min(length + self.wording.longest, self.gpt.shape.context)
        memory = Memory(self.gpt.shape, size, end)
        positions = torch.arange(length).expand(size, length)
        hidden = self.gpt.hidden(_padded(rows, size, length), positions, memory)[torch.arange(size), starts - 1]
        written: list[list[int]] = [[] for _ in rows]
        answers: list[str | None] = [None] * len(rows)
        for step in range(self.wording.longest):
            token = self.gpt.logits(hidden).argmax(-1)  # the first of equals
            self._note(rows, written, answers, token.tolist())
            if None not in answers:
                break
            at = (starts + step).clamp(max=end - 1)[:, None]  # a row at its end is not read any more
            hidden = self.gpt.hidden(token[:, None], at, memory)[:, 0]
        return [answer if answer is not None else "" for answer in answers]

    def _note(
        self, rows: Sequence[list[int]], written: list[list[int]], answers: list[str | None], tokens: list[int]
    ) -> None:
        """Append a token to each unfinished row, and record the answers that are complete with it."""
        for index, row in enumerate(rows):
            if answers[index] is None:
                written[index].append(tokens[index])
                text = self.wording.vocabulary.decode(written[index])
                answers[index] = self.wording.answer(text)
                if answers[index] is None and len(written[index]) >= self._room(row):
                    answers[index] = text

    # --- by a draft ---

    def _compare(self, rows: Sequence[list[int]], drafts: Sequence[Draft], length: int) -> Iterator[Verdict]:
        """Yield the verdicts of one pass over rows with their drafts, padded to that length."""
        joined = [row + draft.tokens[:-1] for row, draft in zip(rows, drafts, strict=True)]
        positions = torch.arange(length).expand(len(rows), length)
        hidden = self.gpt.hidden(_padded(joined, len(rows), length), positions)
        for row, states, draft in zip(rows, hidden, drafts, strict=True):
            first = len(row) - 1
            yield _verdict(self.gpt.logits(states[first : first + len(draft.tokens)]), draft)


def _verdict(logits: Tensor, draft: Draft) -> Verdict:
    """logits: (T, vocabulary), at the positions that predict the draft's T tokens."""
    if not draft.tokens:
        return Verdict(0, False, 0.0)
    greedy = logits.argmax(-1)  # the first of equals
    best = logits.gather(-1, greedy[:, None])
    second = logits.scatter(-1, greedy[:, None], -torch.inf).amax(-1, keepdim=True)
    margins = (best - second).nan_to_num(nan=0.0, posinf=torch.finfo(torch.float32).max)[:, 0]
    refused = (greedy != torch.tensor(draft.tokens)).tolist()
    accepted = refused.index(True) if True in refused else len(refused)
    margin = max(float(margins[: accepted + 1].min()), 0.0)
    return Verdict(min(accepted, draft.own), draft.whole and accepted == len(refused), margin)


def _batches(indices: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Yield the indices in batches; a small remainder goes in small batches, which cost less than a full one."""
    left_over = len(indices) % size
    whole = len(indices) - (left_over if left_over <= 2 * FEW else 0)
    for start in range(0, whole, size):
        yield indices[start : min(start + size, whole)]
    for start in range(whole, len(indices), FEW):
        yield indices[start : start + FEW]


def _padded(rows: Sequence[list[int]], size: int, length: int) -> Tensor:
    """Return rows of token ids as one tensor: (size, length) int64, padded on the right and with empty rows."""
    padded = torch.zeros((size, length), dtype=torch.int64)
    for index, row in enumerate(rows):
        padded[index, : len(row)] = torch.tensor(row)
    return padded
