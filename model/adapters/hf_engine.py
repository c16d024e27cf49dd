"""A model of the library transformers as a learned engine: greedy, batched, cached, drafts in one pass.

It knows of a model that it gives logits over token ids. No text is padded where it is written: rows of a batch go on
from the length of the shortest prompt, the longer ones with their own tokens. So it is exact for any way of positions
or of memory. Drafts are padded on the right, where causal attention does not look, and read at their own places. What
an encoder reads is padded on the right behind a mask.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import attrs
import torch
from torch import Tensor

from turncheck.engine.learned import Verdict
from turncheck.model.adapters.hf_texts import Row, Texts

WRITTEN = 32
"""Rows that are written at once where there are many; missing ones are filled up, so that the shape is the same."""

SPREAD = 32
"""Tokens by which prompts of one batch may differ."""

COMPARED, LOGITS = 16, 1 << 26
"""Rows that are compared with their drafts in one pass, and logits that one pass gives, at most."""

CUT = "answers cut at max_new"
"""What is counted where an answer had no end within its limit."""

LONG = "prompts that do not fit the context"
"""What is counted where a prompt has more tokens than the context, or none; its answer is empty."""

CACHES = ("past_key_values", "cache", "cache_params")
"""What the argument is called that holds keys and values, or a state: of models of several ages."""


@attrs.frozen
class Draft:
    """A draft to be compared.

    Attributes:
        row: its prompt.
        text: as it was given.
        tokens: one way to write it and a stop, no more than the limit allows.
        own: how many of the tokens are the draft's.
    """

    row: Row
    text: str
    tokens: list[int]
    own: int


class HuggingFaceEngine:
    """A learned engine of a causal model, with an encoder before it or without."""

    def __init__(self, model: Any, texts: Texts, context: int, max_new: int) -> None:
        self.model, self.texts, self.context, self.max_new = model, texts, context, max_new
        takes = inspect.signature(model.forward).parameters
        self._cache = next((name for name in reversed(CACHES) if name in takes), None)
        self._last = {"logits_to_keep": 1} if "logits_to_keep" in takes else {}
        self._encodes = texts.start is not None
        self._ids = "decoder_input_ids" if self._encodes else "input_ids"
        self._counted = {CUT: 0, LONG: 0}

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """What the model writes greedily behind each prompt, up to its end, a stop or the limit."""
        rows = [self.texts.row(prompt) for prompt in prompts]
        answers = [""] * len(rows)
        fitting = [index for index, row in enumerate(rows) if self._limit(row) > 0]
        self._counted[LONG] += len(rows) - len(fitting)
        for batch in _batches(sorted(fitting, key=lambda index: _length(rows[index])), rows):
            for index, written in zip(batch, self._written([rows[index] for index in batch]), strict=True):
                answers[index], ended = self.texts.answer(rows[index], written)
                self._counted[CUT] += not ended
        return answers

    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[Verdict]:
        """Whether the model would write each draft: one pass over prompt and draft.

        A text can be written in several ways as tokens, and one is compared: what is complete is the model's answer,
        what is refused may be all the same.
        """
        given = [self._draft(prompt, draft) for prompt, draft in zip(prompts, drafts, strict=True)]
        verdicts = [Verdict(0, False, 0.0)] * len(given)
        fitting = [index for index, draft in enumerate(given) if self._limit(draft.row) > 0]
        for batch in self._compared_at_once(fitting, given):
            found = self._compared([given[index] for index in batch])
            for index, verdict in zip(batch, found, strict=True):
                verdicts[index] = verdict
        return verdicts

    def troubles(self) -> dict[str, int]:
        """How many answers were cut, and how many prompts did not fit."""
        return {name: count for name, count in self._counted.items() if count}

    def _limit(self, row: Row) -> int:
        """How many tokens may be written behind a prompt: the last of them need not fit the context."""
        fits = 0 < len(row.tokens) <= self.context and len(row.source) <= self.context
        return (
            min(self.max_new, self.context - len(row.tokens) + 1) if fits and (row.source or not self._encodes) else 0
        )

    # --- token by token ---

    def _written(self, rows: Sequence[Row]) -> list[list[int]]:
        """The tokens that the model writes behind each prompt, the one that ends it with them."""
        with _repeatable():
            return self._greedy(rows)

    def _greedy(self, rows: Sequence[Row]) -> list[list[int]]:
        size = 1 if len(rows) == 1 else WRITTEN
        filled = [*rows, *[rows[-1]] * (size - len(rows))]
        prompts = _padded([row.tokens for row in filled])  # (B, longest)
        lengths = torch.tensor([len(row.tokens) for row in filled])
        limits = [self._limit(row) for row in rows]
        written: list[list[int]] = [[] for _ in rows]
        going = set(range(len(rows)))
        place = int(lengths.min())
        tokens, cache, beside = prompts[:, :place], None, self._read(filled)
        while True:
            logits, cache = self._next(tokens, cache, beside)
            own = logits.argmax(-1)  # (B,); the first of equals
            for index in [index for index in going if lengths[index] <= place]:
                written[index].append(int(own[index]))
                if len(written[index]) >= limits[index] or self.texts.has_ended(written[index]):
                    going.discard(index)
            if not going:
                return written
            known = prompts[:, min(place, prompts.shape[1] - 1)]
            step = torch.where(lengths > place, known, own)[:, None]
            tokens = step if cache is not None else torch.cat([tokens, step], 1)
            place += 1

    def _next(self, tokens: Tensor, cache: Any, beside: Mapping[str, Any]) -> tuple[Tensor, Any]:
        """tokens: (B, T) int64; the logits behind the last of them (B, vocabulary), and what is kept of all."""
        kept = {} if self._cache is None else {"use_cache": True, self._cache: cache}
        found = self.model(**{self._ids: tokens}, **beside, **kept, **self._last)
        return found.logits[:, -1].float(), None if self._cache is None else getattr(found, self._cache, None)

    def _read(self, rows: Sequence[Row]) -> Mapping[str, Any]:
        """What the decoder gets beside tokens: what the encoder makes of the prompts, once for all steps."""
        if not self._encodes:
            return {}
        sources = [row.source for row in rows]
        mask = _padded([[1] * len(source) for source in sources])
        read = self.model.get_encoder()(input_ids=_padded(sources), attention_mask=mask, return_dict=True)
        return {"encoder_outputs": read, "attention_mask": mask}

    # --- by a draft ---

    def _draft(self, prompt: str, text: str) -> Draft:
        row = self.texts.row(prompt)
        tokens, own = self.texts.drafted(row, text)
        return Draft(row, text, tokens[: max(self._limit(row) - 1, 0)], own)

    def _compared_at_once(self, fitting: list[int], drafts: Sequence[Draft]) -> Iterator[list[int]]:
        """The indices of drafts that are compared in one pass: of like length, and not too many logits."""
        vocabulary = self.model.config.get_text_config().vocab_size

        def length(index: int) -> int:
            return _length(drafts[index].row) + len(drafts[index].tokens)

        batch: list[int] = []
        for index in sorted(fitting, key=length):
            full = len(batch) == COMPARED or (len(batch) + 1) * length(index) * vocabulary > LOGITS
            if batch and full:
                yield batch
                batch = []
            batch.append(index)
        if batch:
            yield batch

    def _compared(self, drafts: Sequence[Draft]) -> list[Verdict]:
        """One pass over prompts and drafts, padded on the right."""
        with _repeatable():
            tokens = _padded([[*draft.row.tokens, *draft.tokens] for draft in drafts])
            beside = self._read([draft.row for draft in drafts])
            logits = self.model(**{self._ids: tokens}, **beside, use_cache=False).logits.float()  # (B, T, vocabulary)
            return [self._verdict(draft, each) for draft, each in zip(drafts, logits, strict=True)]

    def _verdict(self, draft: Draft, logits: Tensor) -> Verdict:
        """logits: (T, vocabulary) over prompt and draft; the verdict that writing would give."""
        first = len(draft.row.tokens) - 1
        behind = logits[first : first + len(draft.tokens) + 1]
        greedy = behind.argmax(-1)  # the first of equals
        own = greedy.tolist()
        count = next((at for at, token in enumerate(draft.tokens) if own[at] != token), len(draft.tokens))
        answer, ended = self.texts.answer(draft.row, own[: count + 1])
        others = behind[: count + 1].scatter(-1, greedy[: count + 1, None], -torch.inf).amax(-1)
        margin = float((behind[: count + 1].amax(-1) - others).min())
        sure = margin if margin >= 0 else 0.0  # NaN is no distance
        return Verdict(min(count, draft.own), ended and answer == draft.text, sure)


def _batches(sorted_indices: Sequence[int], rows: Sequence[Row]) -> Iterator[list[int]]:
    """The indices in batches of prompts whose lengths are near each other."""
    indices = list(sorted_indices)
    while indices:
        shortest = _length(rows[indices[0]])
        batch = [index for index in islice(indices, WRITTEN) if _length(rows[index]) <= shortest + SPREAD]
        yield batch
        indices = indices[len(batch) :]


def _length(row: Row) -> int:
    return len(row.tokens) + len(row.source)


def _padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Rows of ids as (rows, longest) int64, with 0 behind those that are shorter."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])


@contextmanager
def _repeatable() -> Iterator[None]:
    """One thread, so that the order of float operations is fixed, and no gradients."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            yield
    finally:
        torch.set_num_threads(threads)
