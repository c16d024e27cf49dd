"""Logits over token ids as a learned engine: greedy, batched, drafts in one pass; with a cache or without.

It knows of a model that it gives logits behind token ids. No text is padded where it is written: rows of a batch go on
from the length of the shortest prompt, the longer ones with their own tokens. So it is exact for any way of positions
or of memory. Drafts are padded on the right, where causal attention does not look, and read at their own places.
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
"""Rows that are written at once where there are many; missing ones are filled up, so that the shape is the same."""

SPREAD = 32
"""Tokens by which prompts of one batch may differ."""

COMPARED, LOGITS = 16, 1 << 26
"""Rows that are compared with their drafts in one pass, and logits that one pass gives, at most."""

PASSES = 5
"""Passes over a draft and what is mended of it: writing an answer of hundreds of tokens takes as long as about six."""

CUT = "answers cut at max_new"
"""What is counted where an answer had no end within its limit."""

LACKING = "prompts with characters that the vocabulary lacks"
"""What is counted where a prompt has characters that the model never saw; its answer is empty."""

LONG = "prompts that do not fit the context"
"""What is counted where a prompt has more tokens than the context, or none; its answer is empty."""


@attrs.frozen
class Row:
    """A prompt as tokens.

    Attributes:
        text: the prompt with what stands before and behind it.
        tokens: the ids that the answer goes on from: its own, or those that any answer begins with where an encoder
            reads the prompt.
        said: the text of these ids, as the tokenizer gives it back.
        source: the ids that an encoder reads; none where there is no encoder.
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
        """A prompt as tokens."""
        ...

    def drafted(self, row: Row, answer: str) -> tuple[list[int], int]:
        """The ids of one way to write an answer and what is known of its end, and how many are the answer's. What the
        model writes behind them ends the answer.
        """
        ...

    def answer(self, row: Row, written: Sequence[int]) -> tuple[str, bool]:
        """The answer that is written, up to its end, and whether it has one."""
        ...

    def has_ended(self, written: Sequence[int]) -> bool:
        """Whether the last of these tokens ended the answer."""
        ...


class LanguageModel(Protocol):
    """Token ids in, logits of the token behind each out; float32, and the same ones for the same ids."""

    @property
    def vocabulary(self) -> int:
        """Logits of one place; ids are below this."""
        ...

    @property
    def rows(self) -> int | None:
        """How many rows it takes at once; None where any number will do."""
        ...

    def read(self, sources: Sequence[Sequence[int]]) -> Any:
        """What an encoder makes of those ids, once for all tokens that are written; None where there is none."""
        ...

    def next(self, tokens: Ids, beside: Any, cache: Any) -> tuple[Logits, Any]:
        """The logits behind the last of the tokens, and what is kept of all.

        Args:
            tokens: (B, T) int64; behind those that the cache holds.
            beside: what `read` gave.
            cache: what the call before gave; None at the first.

        Returns:
            (B, vocabulary), and the cache; None where nothing is kept, so that all tokens are to be given anew.
        """
        ...

    def whole(self, tokens: Ids, beside: Any, first: int = 0) -> Logits:
        """The logits behind each of the tokens: (B, T) int64 to (B, T, vocabulary). Those before the place `first` are
        not wanted, and may be left out.
        """
        ...


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


class LogitsWriter:
    """A learned engine of a causal model, with an encoder before it or without, that writes its answers.

    Args:
        model: gives the logits.
        texts: what its tokens mean.
        context: tokens that it reads, at most.
        max_new: tokens that an answer may have.
        found: what was found out about it, one line each.
    """

    def __init__(
        self, model: LanguageModel, texts: Texts, context: int, max_new: int, found: Sequence[str] = ()
    ) -> None:
        self.model, self.texts, self.context, self.max_new, self.found = model, texts, context, max_new, found
        self._counted = {CUT: 0, LACKING: 0, LONG: 0}

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """What the model writes greedily behind each prompt, up to its end, a stop or the limit."""
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
        """How many answers were cut, and how many prompts could not be read."""
        return {name: count for name, count in self._counted.items() if count}

    def findings(self) -> Sequence[str]:
        """What was found out when it was made."""
        return self.found

    def _limit(self, row: Row) -> int:
        """How many tokens may be written behind a prompt: the last of them need not fit the context."""
        fits = 0 < len(row.tokens) <= self.context and len(row.source) <= self.context
        reads = bool(row.source) or not self.texts.encodes
        return min(self.max_new, self.context - len(row.tokens) + 1) if fits and reads else 0

    # --- token by token ---

    def _written(self, rows: Sequence[Row]) -> list[list[int]]:
        """The tokens that the model writes behind each prompt, the one that ends it with them."""
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
        """The rows, and the last of them again, so that there are so many, or as many as the model takes."""
        return [*rows, *[rows[-1]] * ((self.model.rows or size) - len(rows))]

    def _read(self, rows: Sequence[Row]) -> Any:
        """What an encoder makes of the prompts."""
        return self.model.read([row.source for row in rows]) if self.texts.encodes else None

    def _batches(self, fitting: Sequence[int], rows: Sequence[Row]) -> Iterator[list[int]]:
        """The indices in batches of prompts whose lengths are near each other."""
        indices = sorted(fitting, key=lambda index: _length(rows[index]))
        while indices:
            shortest = _length(rows[indices[0]])
            some = islice(indices, self.model.rows or WRITTEN)
            batch = [index for index in some if _length(rows[index]) <= shortest + SPREAD]
            yield batch
            indices = indices[len(batch) :]


class LogitsEngine(LogitsWriter):
    """A learned engine of a causal model that compares drafts too."""

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
        most, batch = self.model.rows or COMPARED, dict[int, Draft]()
        for index, draft in sorted(drafts.items(), key=lambda item: item[1].length):
            if batch and (len(batch) == most or (len(batch) + 1) * draft.length * self.model.vocabulary > LOGITS):
                yield from zip(batch, self._one_pass([*batch.values()]), strict=True)
                batch = {}
            batch[index] = draft
        if batch:
            yield from zip(batch, self._one_pass([*batch.values()]), strict=True)

    def _one_pass(self, drafts: Sequence[Draft]) -> list[Comparison]:
        """One pass over prompts and drafts, padded on the right."""
        filled = [*drafts, *[drafts[-1]] * ((self.model.rows or 0) - len(drafts))]
        tokens = _padded([[*draft.row.tokens, *draft.tokens] for draft in filled])
        first = min(len(draft.row.tokens) for draft in drafts) - 1  # nothing of what stands in all prompts
        logits = self.model.whole(tokens, self._read([draft.row for draft in filled]), first)
        left_out = tokens.shape[1] - logits.shape[1]
        return [
            _comparison(draft, each[len(draft.row.tokens) - 1 - left_out :])
            for draft, each in zip(drafts, logits, strict=False)
        ]


def _comparison(draft: Draft, logits: Logits) -> Comparison:
    """logits: (T, vocabulary) from the place on at which the draft's first token is predicted."""
    own = logits[: len(draft.tokens) + 1].argmax(-1).tolist()  # the first of equals
    count = next((at for at, token in enumerate(draft.tokens) if own[at] != token), len(draft.tokens))
    return Comparison(own[: count + 1], margin(logits[: count + 1]))


def margin(logits: Logits) -> float:
    """The smallest distance of the best token to the second: logits are (T, vocabulary); 0 where one is NaN."""
    places, greedy = np.arange(len(logits)), logits.argmax(-1)
    others = logits.copy()
    others[places, greedy] = -np.inf
    with np.errstate(invalid="ignore"):  # of infinities
        smallest = float((logits[places, greedy] - others.max(-1)).min())
    return min(smallest, float(np.finfo(np.float32).max)) if smallest >= 0 else 0.0


def _length(row: Row) -> int:
    return len(row.tokens) + len(row.source)


def _padded(rows: Sequence[Sequence[int]]) -> Ids:
    """Rows of ids as (rows, longest) int64, with 0 behind those that are shorter."""
    longest = max(map(len, rows))
    return np.array([[*row, *[0] * (longest - len(row))] for row in rows], dtype=np.int64)
