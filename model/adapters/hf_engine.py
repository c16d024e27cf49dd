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

from turncheck.engine.learned import SAFE_MARGIN, Verdict
from turncheck.model.adapters.hf_texts import Row, Texts

WRITTEN = 32
"""Rows that are written at once where there are many; missing ones are filled up, so that the shape is the same."""

SPREAD = 32
"""Tokens by which prompts of one batch may differ."""

COMPARED, LOGITS = 16, 1 << 26
"""Rows that are compared with their drafts in one pass, and logits that one pass gives, at most."""

PASSES = 5
"""Passes over a draft and what is mended of it: writing an answer of hundreds of tokens takes as long as about six."""

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

    @property
    def length(self) -> int:
        """All tokens that a pass over it reads."""
        return _length(self.row) + len(self.tokens)


@attrs.frozen
class Comparison:
    """What one pass over a draft shows.

    Attributes:
        written: the tokens that the model writes: those of the draft that it accepts, and its own behind them.
        margin: the smallest distance in logits between the best and the second best token over `written`.
    """

    written: list[int]
    margin: float


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
        fitting = {index: draft for index, draft in enumerate(given) if self._limit(draft.row) > 0}
        for index, comparison in self._compared(fitting):
            draft, (answer, ended) = given[index], self.texts.answer(given[index].row, comparison.written)
            accepted = min(len(comparison.written) - 1, draft.own)
            verdicts[index] = Verdict(accepted, ended and answer == draft.text, comparison.margin)
        return verdicts

    def predict_with_drafts(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[str]:
        """The answers of `predict`: a draft that is right takes one pass, one with k wrong tokens k more.

        Where the model refuses a draft's token its own takes that place, and the rest of the draft is tried behind it.
        What takes more than `PASSES` passes, or is decided by less than `SAFE_MARGIN`, is written.
        """
        given = [self._draft(prompt, draft) for prompt, draft in zip(prompts, drafts, strict=True)]
        answers: dict[int, str] = {}
        going = {index: draft for index, draft in enumerate(given) if self._limit(draft.row) > 0}
        for _ in range(PASSES):
            going = dict(self._tried(going, answers))
        unsettled = [index for index in range(len(given)) if index not in answers]
        answers.update(zip(unsettled, self.predict([prompts[index] for index in unsettled]), strict=True))
        return [answers[index] for index in range(len(given))]

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

    def _tried(self, drafts: Mapping[int, Draft], answers: dict[int, str]) -> Iterator[tuple[int, Draft]]:
        """Puts the answers that one pass settles into `answers`; yields the drafts that are worth another one."""
        for index, comparison in self._compared(drafts):
            draft, written = drafts[index], comparison.written
            if comparison.margin < SAFE_MARGIN:
                continue
            answer, ended = self.texts.answer(draft.row, written)
            if ended or len(written) == self._limit(draft.row):
                answers[index] = answer
                self._counted[CUT] += not ended
            elif len(written) < len(draft.tokens):
                yield index, attrs.evolve(draft, tokens=[*written, *draft.tokens[len(written) :]])

    def _compared(self, drafts: Mapping[int, Draft]) -> Iterator[tuple[int, Comparison]]:
        """Each draft's index and comparison, in batches of like length that give not too many logits."""
        vocabulary, batch = self.model.config.get_text_config().vocab_size, dict[int, Draft]()
        for index, draft in sorted(drafts.items(), key=lambda item: item[1].length):
            if batch and (len(batch) == COMPARED or (len(batch) + 1) * draft.length * vocabulary > LOGITS):
                yield from zip(batch, self._one_pass([*batch.values()]), strict=True)
                batch = {}
            batch[index] = draft
        if batch:
            yield from zip(batch, self._one_pass([*batch.values()]), strict=True)

    def _one_pass(self, drafts: Sequence[Draft]) -> list[Comparison]:
        """One pass over prompts and drafts, padded on the right."""
        with _repeatable():
            tokens = _padded([[*draft.row.tokens, *draft.tokens] for draft in drafts])
            beside = self._read([draft.row for draft in drafts])
            first = min(len(draft.row.tokens) for draft in drafts) - 1
            kept = dict.fromkeys(self._last, tokens.shape[1] - first)  # none of what stands in all prompts
            found = self.model(**{self._ids: tokens}, **beside, **kept, use_cache=False)
            logits = found.logits.float()  # (B, T or what is kept of it, vocabulary)
            left_out = tokens.shape[1] - logits.shape[1]
            return [
                _comparison(draft, each[len(draft.row.tokens) - 1 - left_out :])
                for draft, each in zip(drafts, logits, strict=True)
            ]


def _comparison(draft: Draft, logits: Tensor) -> Comparison:
    """logits: (T, vocabulary) from the place on at which the draft's first token is predicted."""
    behind = logits[: len(draft.tokens) + 1]
    greedy = behind.argmax(-1)  # the first of equals
    own = greedy.tolist()
    count = next((at for at, token in enumerate(draft.tokens) if own[at] != token), len(draft.tokens))
    others = behind[: count + 1].scatter(-1, greedy[: count + 1, None], -torch.inf).amax(-1)
    margin = float((behind[: count + 1].amax(-1) - others).min())
    return Comparison(own[: count + 1], margin if margin >= 0 else 0.0)  # NaN is no distance


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
