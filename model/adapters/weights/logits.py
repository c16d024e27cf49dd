"""Logits over token ids as a learned engine: greedy and batched, drafts in one pass, with a cache or without.

All that is needed of a model is its logits after some token ids. Decoding pads no prompt: a batch starts at the length
of its shortest prompt, and longer prompts are fed their own tokens first. So decoding is exact for any kind of
positions or cache. Drafts are padded on the right, which causal attention does not see, and their logits are read at
each row's own positions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from turncheck.engine.learned import SAFE_MARGIN, Verdict

Ids: TypeAlias = NDArray[np.int64]
Logits: TypeAlias = NDArray[np.float32]

WRITTEN = 32
"""Rows that are decoded at once; missing rows are filled up, so that the shape is always the same."""

SPREAD = 32
"""Most tokens by which the prompts of a batch may differ in length."""

COMPARED, LOGITS = 16, 1 << 26
"""Most rows that are compared with their drafts in one pass, and most logits of one pass."""

PASSES = 5
"""Most passes over a draft and its corrections: about six take as long as decoding an answer of hundreds of tokens."""

CUT = "answers cut at max_new"
"""Counted if an answer did not end within its limit."""

LACKING = "prompts with characters that the vocabulary lacks"
"""Counted if a prompt has characters that the vocabulary lacks; its answer is empty."""

LONG = "prompts that do not fit the context"
"""Counted if a prompt has more tokens than the context, or none; its answer is empty."""


@attrs.frozen
class Row:
    """A prompt as tokens.

    Attributes:
        text: the prompt with its prefix and separator.
        tokens: the ids that the answer continues: the prompt's, or for an encoder-decoder the ids with which every
            answer begins.
        said: the text of these ids, as the tokenizer decodes it.
        source: the ids that an encoder reads; empty without an encoder.
        lacks: whether the vocabulary lacks one of its characters; then there are no ids.
    """

    text: str
    tokens: tuple[int, ...]
    said: str = ""
    source: tuple[int, ...] = ()
    lacks: bool = False


class Texts(Protocol):
    """How a model reads and writes texts."""

    @property
    def encodes(self) -> bool:
        """Whether an encoder reads the prompt."""
        ...

    def row(self, prompt: str) -> Row:
        """Return a prompt as tokens."""
        ...

    def drafted(self, row: Row, answer: str) -> tuple[list[int], int]:
        """Return the ids of one tokenization of an answer and of the known part of its end, and the number of ids that
        belong to the answer. Whatever token the model writes next ends the answer.
        """
        ...

    def answer(self, row: Row, written: Sequence[int]) -> tuple[str, bool]:
        """Return the written answer, up to its end, and whether it has an end."""
        ...

    def has_ended(self, written: Sequence[int]) -> bool:
        """Return whether the last of these tokens ended the answer."""
        ...


class LanguageModel(Protocol):
    """A function from token ids to the logits of each next token; float32, the same logits for the same ids."""

    @property
    def vocabulary(self) -> int:
        """The number of logits per token; ids are below it."""
        ...

    @property
    def rows(self) -> int | None:
        """The batch size that the model requires; None for any."""
        ...

    def read(self, sources: Sequence[Sequence[int]]) -> Any:
        """Return the output of the encoder for those ids, computed once per batch; None without an encoder."""
        ...

    def next(self, tokens: Ids, beside: Any, cache: Any) -> tuple[Logits, Any]:
        """Return the logits after the last token, and the cache.

        Args:
            tokens: (B, T) int64; they follow the tokens in the cache.
            beside: the result of `read`.
            cache: the cache from the previous call; None at the first call.

        Returns:
            (B, vocabulary), and the cache; None if the model keeps no cache, so that the next call needs all tokens.
        """
        ...

    def whole(self, tokens: Ids, beside: Any, first: int = 0) -> Logits:
        """Return the logits after each token: (B, T) int64 to (B, T, vocabulary). Logits before the position `first`
        may be left out.
        """
        ...


@attrs.frozen
class Draft:
    """A draft to compare.

    Attributes:
        row: its prompt.
        text: the draft as given.
        tokens: one tokenization of the draft and a stop, cut at the limit.
        own: the number of tokens that belong to the draft.
    """

    row: Row
    text: str
    tokens: list[int]
    own: int

    @property
    def length(self) -> int:
        """The number of tokens in a pass over the draft."""
        return _length(self.row) + len(self.tokens)


@attrs.frozen
class Comparison:
    """The result of one pass over a draft.

    Attributes:
        written: the tokens that the model writes: the accepted tokens of the draft, then one of its own.
        margin: the smallest difference in logits between the best and the second best token over `written`.
    """

    written: list[int]
    margin: float


class LogitsWriter:
    """A learned engine of a causal model, with an encoder or without, that writes its answers.

    Args:
        model: gives the logits.
        texts: converts between texts and tokens.
        context: most tokens that the model reads.
        max_new: most tokens of an answer.
        found: findings about the model, one line each.
    """

    def __init__(
        self, model: LanguageModel, texts: Texts, context: int, max_new: int, found: Sequence[str] = ()
    ) -> None:
        self.model, self.texts, self.context, self.max_new, self.found = model, texts, context, max_new, found
        self._counted = {CUT: 0, LACKING: 0, LONG: 0}

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the greedy continuation of each prompt, up to its end, a stop or the limit."""
        rows = [self.texts.row(prompt) for prompt in prompts]
        answers = [""] * len(rows)
        fitting = [index for index, row in enumerate(rows) if self._limit(row) > 0]
        lacking = sum(row.lacks for row in rows)
        self._counted[LACKING] += lacking
        self._counted[LONG] += len(rows) - len(fitting) - lacking
        for batch in self._batches(fitting, rows):
            for index, written in zip(batch, self._written([rows[index] for index in batch]), strict=True):
                answers[index], ended = self.texts.answer(rows[index], written)
                self._counted[CUT] += not ended
        return answers

    def troubles(self) -> dict[str, int]:
        """Return how many answers were cut, and how many prompts could not be read."""
        return {name: count for name, count in self._counted.items() if count}

    def findings(self) -> Sequence[str]:
        """Return the findings from the time when the engine was made."""
        return self.found

    def _limit(self, row: Row) -> int:
        """Return the most tokens that may be written after a prompt. The last of them need not fit the context."""
        fits = 0 < len(row.tokens) <= self.context and len(row.source) <= self.context
        reads = bool(row.source) or not self.texts.encodes
        return min(self.max_new, self.context - len(row.tokens) + 1) if fits and reads else 0

    # --- token by token ---

    def _written(self, rows: Sequence[Row]) -> list[list[int]]:
        """Return the tokens that the model writes after each prompt, with the token that ends the answer."""
        filled = self._filled(rows, 1 if len(rows) == 1 else WRITTEN)
        prompts = _padded([row.tokens for row in filled])  # (B, longest)
        lengths = np.array([len(row.tokens) for row in filled])
        limits = [self._limit(row) for row in rows]
        written: list[list[int]] = [[] for _ in rows]
        going = set(range(len(rows)))
        place = int(lengths.min())
        tokens, cache, beside = prompts[:, :place], None, self._read(filled)
        while True:
            logits, cache = self.model.next(tokens, beside, cache)
            own = logits.argmax(-1)  # (B,); the first of equals
            for index in [index for index in going if lengths[index] <= place]:
                written[index].append(int(own[index]))
                if len(written[index]) >= limits[index] or self.texts.has_ended(written[index]):
                    going.discard(index)
            if not going:
                return written
            known = prompts[:, min(place, prompts.shape[1] - 1)]
            step = np.where(lengths > place, known, own)[:, None]
            tokens = step if cache is not None else np.concatenate([tokens, step], 1)
            place += 1

    def _filled(self, rows: Sequence[Row], size: int) -> list[Row]:
        """Return the rows, filled up with copies of the last row to the batch size that the model requires, else to
        `size`.
        """
        return [*rows, *[rows[-1]] * ((self.model.rows or size) - len(rows))]

    def _read(self, rows: Sequence[Row]) -> Any:
        """Return the output of the encoder for the prompts."""
        return self.model.read([row.source for row in rows]) if self.texts.encodes else None

    def _batches(self, fitting: Sequence[int], rows: Sequence[Row]) -> Iterator[list[int]]:
        """Yield the indices in batches of prompts of similar length."""
        indices = sorted(fitting, key=lambda index: _length(rows[index]))
        while indices:
            shortest = _length(rows[indices[0]])
            some = islice(indices, self.model.rows or WRITTEN)
            batch = [index for index in some if _length(rows[index]) <= shortest + SPREAD]
            yield batch
            indices = indices[len(batch) :]


class LogitsEngine(LogitsWriter):
    """A learned engine of a causal model that also verifies drafts."""

    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[Verdict]:
        """Return whether the model would write each draft: one pass over prompt and draft.

        A text may have several tokenizations, and only one is compared. A complete draft is the model's answer; a
        refused draft may still be its answer in another tokenization.
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
        """Return the answers of `predict`: a correct draft takes one pass, a draft with k wrong tokens takes k more.

        If the model refuses a token of the draft, its own token replaces it, and the rest of the draft is tried after
        it. An answer that needs more than `PASSES` passes, or has a margin below `SAFE_MARGIN`, is decoded.
        """
        given = [self._draft(prompt, draft) for prompt, draft in zip(prompts, drafts, strict=True)]
        answers: dict[int, str] = {}
        going = {index: draft for index, draft in enumerate(given) if self._limit(draft.row) > 0}
        for _ in range(PASSES):
            going = dict(self._tried(going, answers))
        unsettled = [index for index in range(len(given)) if index not in answers]
        answers.update(zip(unsettled, self.predict([prompts[index] for index in unsettled]), strict=True))
        return [answers[index] for index in range(len(given))]

    def _draft(self, prompt: str, text: str) -> Draft:
        row = self.texts.row(prompt)
        tokens, own = self.texts.drafted(row, text)
        return Draft(row, text, tokens[: max(self._limit(row) - 1, 0)], own)

    def _tried(self, drafts: Mapping[int, Draft], answers: dict[int, str]) -> Iterator[tuple[int, Draft]]:
        """Put the answers that one pass settles into `answers`; yield the drafts that are worth another pass."""
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
        """Yield each draft's index and comparison, from batches of similar length with a bounded number of logits."""
        most, batch = self.model.rows or COMPARED, dict[int, Draft]()
        for index, draft in sorted(drafts.items(), key=lambda item: item[1].length):
            if batch and (len(batch) == most or (len(batch) + 1) * draft.length * self.model.vocabulary > LOGITS):
                yield from zip(batch, self._one_pass([*batch.values()]), strict=True)
                batch = {}
            batch[index] = draft
        if batch:
            yield from zip(batch, self._one_pass([*batch.values()]), strict=True)

    def _one_pass(self, drafts: Sequence[Draft]) -> list[Comparison]:
        """Run one pass over prompts and drafts, padded on the right."""
        filled = [*drafts, *[drafts[-1]] * ((self.model.rows or 0) - len(drafts))]
        tokens = _padded([[*draft.row.tokens, *draft.tokens] for draft in filled])
        first = min(len(draft.row.tokens) for draft in drafts) - 1  # logits within the prompts are not needed
        logits = self.model.whole(tokens, self._read([draft.row for draft in filled]), first)
        left_out = tokens.shape[1] - logits.shape[1]
        return [
            _comparison(draft, each[len(draft.row.tokens) - 1 - left_out :])
            for draft, each in zip(drafts, logits, strict=False)
        ]


def _comparison(draft: Draft, logits: Logits) -> Comparison:
    """logits: (T, vocabulary), from the position that predicts the draft's first token."""
    own = logits[: len(draft.tokens) + 1].argmax(-1).tolist()  # the first of equals
    count = next((at for at, token in enumerate(draft.tokens) if own[at] != token), len(draft.tokens))
    return Comparison(own[: count + 1], margin(logits[: count + 1]))


def margin(logits: Logits) -> float:
    """Return the smallest difference between the best and the second best token; logits: (T, vocabulary). 0 if one is
    NaN.
    """
    places, greedy = np.arange(len(logits)), logits.argmax(-1)
    others = logits.copy()
    others[places, greedy] = -np.inf
    with np.errstate(invalid="ignore"):  # of infinities
        smallest = float((logits[places, greedy] - others.max(-1)).min())
    return min(smallest, float(np.finfo(np.float32).max)) if smallest >= 0 else 0.0


def _length(row: Row) -> int:
    return len(row.tokens) + len(row.source)


def _padded(rows: Sequence[Sequence[int]]) -> Ids:
    """Return rows of ids as (rows, longest) int64, shorter rows padded with 0 on the right."""
    longest = max(map(len, rows))
    return np.array([[*row, *[0] * (longest - len(row))] for row in rows], dtype=np.int64)
