"""A function from token ids to logits as a learned engine: greedy decoding, batching and drafts for your own code.

Nothing else is assumed of the function. Prompts are never padded: rows of the same length are asked together, so the
function needs no mask and no padding.

`turncheck.model.adapters.weights.logits` is for models with a tokenizer, a context and a cache. Here the function may
be so small that overhead costs more than the function itself, so hundreds of rows are compared with their drafts at
once, in whatever float type they have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs
import torch
from torch import Tensor

from turncheck.engine.learned import Verdict
from turncheck.model.batching import repeatable

FEW = 8
"""Rows of a small batch. Other batches have one row or the full size, so that few shapes occur."""


@attrs.frozen
class Draft:
    """A draft as the function would write it.

    Attributes:
        tokens: its tokens, without a stop.
        whole: whether these tokens, followed by an end, decode to the draft.
    """

    tokens: list[int]
    whole: bool


@attrs.frozen(eq=False)
class ForwardEngine:
    """A learned engine that decodes and does not verify.

    Attributes:
        forward: (B, T) int64 to logits (B, T, vocabulary).
        encode: converts a prompt to tokens.
        decode: converts the written tokens, without the stop, to an answer.
        longest: most tokens of an answer, including its stop.
        stop: tokens that end an answer; empty if an answer ends at its full length.
        batch: most rows of one pass.
    """

    forward: Callable[[Tensor], Any]
    encode: Callable[[str], Sequence[int]]
    decode: Callable[[list[int]], str]
    longest: int
    stop: frozenset[int]
    batch: int

    @repeatable
    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the greedy continuation of each prompt; of equal logits the lowest token wins.

        Raises:
            ValueError: a prompt has no tokens, or `forward` does not give logits for each token.
        """
        rows = [self._row(prompt) for prompt in prompts]
        written: dict[int, list[int]] = {}
        for batch in self._batches([len(row) for row in rows]):
            written.update(zip(batch, self._written([rows[index] for index in batch]), strict=True))
        return [self.decode(written[index]) for index in range(len(rows))]

    def _row(self, prompt: str) -> list[int]:
        row = list(self.encode(prompt))
        if not row:
            raise ValueError("encode must give one or more tokens for a prompt, got none")
        return row

    def _batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Yield the indices of rows of the same length, in batches."""
        alike: defaultdict[int, list[int]] = defaultdict(list)
        for index, length in enumerate(lengths):
            alike[length].append(index)
        for indices in alike.values():
            yield from (indices[start : start + self.batch] for start in range(0, len(indices), self.batch))

    def _written(self, rows: Sequence[list[int]]) -> list[list[int]]:
        """Return the tokens written after rows of one length, without the stop."""
        size = next(size for size in (1, FEW, self.batch) if len(rows) <= size)
        tokens = torch.tensor([*rows, *[rows[-1]] * (size - len(rows))])  # (B, T)
        start = tokens.shape[1]
        ended = torch.zeros(size, dtype=torch.bool)
        for _ in range(self.longest):
            token = self._logits(tokens)[:, -1].argmax(-1)  # (B,); the first of equals
            tokens = torch.cat([tokens, token[:, None]], 1)
            ended |= torch.isin(token, torch.tensor([*self.stop], dtype=torch.int64))
            if bool(ended.all()):
                break
        return [self._cut(row) for row in tokens[: len(rows), start:].tolist()]

    def _cut(self, written: list[int]) -> list[int]:
        return written[: next((place for place, token in enumerate(written) if token in self.stop), len(written))]

    def _logits(self, tokens: Tensor) -> Tensor:
        """tokens: (B, T) int64 to (B, T, vocabulary)."""
        found = torch.as_tensor(self.forward(tokens))
        if found.ndim != 3 or found.shape[:2] != tokens.shape:
            wanted = f"({tokens.shape[0]}, {tokens.shape[1]}, vocabulary)"
            raise ValueError(f"forward must give logits of shape {wanted}, got {tuple(found.shape)}")
        return found


@attrs.frozen(eq=False)
class VerifyingEngine(ForwardEngine):
    """A learned engine that also verifies drafts, in one pass each: exact for a causal function.

    Attributes:
        draft: converts an answer to the tokens that the function writes for it, without the stop.
    """

    draft: Callable[[str], Sequence[int]]

    @repeatable
    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[Verdict]:
        """Return whether the function would write each draft, by one pass over prompt and draft.

        Raises:
            ValueError: as `predict`.
        """
        rows = [self._row(prompt) for prompt in prompts]
        given = [self._draft(text) for text in drafts]
        verdicts: dict[int, Verdict] = {}
        # In a batch, prompts have one length and drafts have one length, so the compared positions are the same.
        lengths = [len(row) * (self.longest + 2) + len(draft.tokens) for row, draft in zip(rows, given, strict=True)]
        for batch in self._batches(lengths):
            found = self._compared([rows[index] for index in batch], [given[index] for index in batch])
            verdicts.update(zip(batch, found, strict=True))
        return [verdicts[index] for index in range(len(rows))]

    def _draft(self, text: str) -> Draft:
        try:
            tokens = self._cut(list(self.draft(text)))
        except (ValueError, LookupError, TypeError):  # a user's function, given a text that no answer has
            return Draft([], False)
        fits = len(tokens) < self.longest if self.stop else len(tokens) == self.longest
        return Draft(tokens[: self.longest], fits and self.decode(tokens) == text)

    def _compared(self, rows: Sequence[list[int]], drafts: Sequence[Draft]) -> list[Verdict]:
        """Return the verdicts on drafts of one length after prompts of one length."""
        own = torch.tensor([draft.tokens for draft in drafts], dtype=torch.int64)  # (B, T)
        read = own if self.stop else own[:, :-1]
        tokens = torch.cat([torch.tensor(rows), read], 1)
        logits = self._logits(tokens)[:, len(rows[0]) - 1 :]  # (B, T, vocabulary), with stops one position more
        greedy = logits.argmax(-1)  # the first of equals
        right = greedy[:, : own.shape[1]] == own
        if self.stop:
            right = torch.cat([right, torch.isin(greedy[:, -1:], torch.tensor([*self.stop]))], 1)
        accepted = right.long().cumprod(1).sum(1)
        best = logits.topk(2, -1).values.double()
        margins = (best[..., 0] - best[..., 1]).nan_to_num(nan=0.0)
        beyond = torch.arange(margins.shape[1]) > accepted[:, None]
        least = margins.masked_fill(beyond, torch.inf).amin(1)
        return [
            Verdict(min(count, own.shape[1]), draft.whole and count == right.shape[1], margin)
            for draft, count, margin in zip(drafts, accepted.tolist(), least.tolist(), strict=True)
        ]


@attrs.frozen
class Characters:
    """A vocabulary of characters.

    Attributes:
        words: the character of each token, by id. If a character occurs twice, its first token is used.
    """

    words: Sequence[str]
    ids: Mapping[str, int] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "ids", {word: place for place, word in reversed([*enumerate(self.words)])})

    def encode(self, text: str) -> list[int]:
        """Return the token of each character.

        Raises:
            ValueError: a character has no token.
        """
        try:
            return [self.ids[character] for character in text]
        except KeyError as error:
            raise ValueError(f"vocabulary must have each character of a text, but lacks {error}") from error

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of the tokens."""
        return "".join([self.words[token] for token in tokens])


def logits_engine(
    forward: Callable[[Tensor], Any],
    vocabulary: Sequence[str] = (),
    *,
    longest: int,
    stop: Collection[int] = (),
    encode: Callable[[str], Sequence[int]] | None = None,
    decode: Callable[[list[int]], str] | None = None,
    verifies: bool = True,
    batch: int = 256,
) -> ForwardEngine:
    """Make a learned engine from a function from token ids to logits, such as a PyTorch module.

    Decoding is greedy, in batches of rows of one length, on one thread and without gradients. Texts are in the wording
    that the model learned; if the domain's wording is another, use a template.

        >>> eye = torch.eye(3)
        >>> logits_engine(lambda ids: eye[(ids + 1) % 3], "abc", longest=2).predict(["a", "ab"])
        ['bc', 'ca']

    Args:
        forward: token ids (B, T) int64 to logits (B, T, vocabulary), as a tensor or as anything that `torch.as_tensor`
            accepts.
        vocabulary: the character of each token, by id; a text has one token per character. Not needed with both
            `encode` and `decode`.
        longest: most tokens of an answer, including its stop. Without `stop`, every answer has exactly this many.
        stop: the tokens that end an answer.
        encode: converts a prompt to tokens, if they are not those of its characters; without a vocabulary, an answer
            too.
        decode: converts the tokens of an answer, without the stop, to its text.
        verifies: whether drafts are verified in one pass, which is exact if the logits of a token do not depend on
            later tokens.
        batch: most rows of one pass.

    Raises:
        ValueError: `longest` or `batch` is less than 1, or there is neither a vocabulary nor both `encode` and
            `decode`.
    """
    for name, number in (("longest", longest), ("batch", batch)):
        if number < 1:
            raise ValueError(f"{name} must be 1 or more, got {number}")
    own = Characters(vocabulary)
    if not vocabulary and (encode is None or decode is None):
        raise ValueError("vocabulary must have one or more tokens, got none: give it, or both encode and decode")
    prompts, answers = encode or own.encode, decode or own.decode
    common = (forward, prompts, answers, longest, frozenset(stop), max(batch, FEW))
    return VerifyingEngine(*common, own.encode if vocabulary else prompts) if verifies else ForwardEngine(*common)
