"""Greedy decoding: a transformer and its tokenizer as a learned engine.

An answer is either written token by token or compared with a draft in one pass. Both use float32, each batch runs on
one thread, and of equal logits the lowest token id wins. Writing uses right padding, two fixed batch sizes (1 and
`WRITTEN` rows) and fixed lengths, so that its arithmetic does not depend on the other prompts. Comparing uses the
cheapest shapes; a decision by less than `SAFE_MARGIN`, many times the effect of a shape, is not trusted, and the answer
is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import cast

import attrs
import torch
from torch import Tensor

from turncheck.engine.learned import SAFE_MARGIN, Training, Verdict
from turncheck.model.batching import WRITTEN, batches, padded, repeatable, until_stop
from turncheck.model.parallel import Workers
from turncheck.model.tokens import ANSWER, STOP, Tokenizer
from turncheck.model.transformer import Cache, Transformer

COMPARED = 16
"""Most rows that are compared with their drafts in one pass: the arrays of more rows do not fit the CPU cache."""

ROUNDED = 7
"""Compared rows are padded to the next multiple of this many tokens, and batched with rows of the same length. A
turn of the duel with its answer, 161 tokens, needs no padding.
"""

PASSES = 8
"""Most passes that correct a draft before the answer is written token by token."""


@attrs.frozen
class Row:
    """A prompt with its mark, and a draft with its stop, as token ids; and the draft as given."""

    prompt: list[int]
    draft: list[int]
    text: str

    def padded(self, context: int) -> int:
        """Return the padded length of its tokens, at most `context`; the last token is predicted and not read."""
        return min(-(-(len(self.prompt) + len(self.draft) - 1) // ROUNDED) * ROUNDED, context)


@attrs.frozen
class Comparison:
    """The result of comparing a draft: the verdict, the model's token in place of the first refused token, and the
    keys and values of the row, which are valid until the next batch is compared.
    """

    verdict: Verdict
    best: int
    cache: Cache


@attrs.frozen
class Batch:
    """Rows that are compared in one pass: their indices, and their padded length."""

    indices: list[int]
    length: int


class TransformerEngine:
    """A transformer as a learned engine."""

    def __init__(
        self, transformer: Transformer, tokenizer: Tokenizer, threads: int = 1, training: Training | None = None
    ) -> None:
        self.transformer, self.tokenizer, self._training = transformer.eval(), tokenizer, training
        self._workers = Workers(threads, lambda: Cache(transformer.config, COMPARED))

    def training(self) -> Training | None:
        """Return what the transformer was trained on; None if its checkpoint was not told."""
        return self._training

    @repeatable
    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the greedy continuation of each prompt, up to its stop or the limit of an answer."""
        written = self._workers.map(lambda _, batch: self._write(batch), batches(prompts))
        return [answer for batch in written for answer in batch]

    @repeatable
    def verify(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[Verdict]:
        """Return whether the model would write each draft: one pass over prompt and draft, instead of one per token."""
        rows = self._rows(prompts, drafts)

        def verdicts(cache: Cache, batch: Batch) -> list[tuple[int, Verdict]]:
            return [(index, found.verdict) for index, found in self._compared(cache, batch, rows)]

        compared = dict(chain.from_iterable(self._workers.map(verdicts, self._alike(rows))))
        return [compared[index] for index in range(len(prompts))]

    @repeatable
    def predict_with_drafts(self, prompts: Sequence[str], drafts: Sequence[str], /) -> list[str]:
        """Return the answers of `predict`: a correct draft takes one pass, a draft with k wrong tokens takes k more
        short ones.

        If the model refuses a token of the draft, its own token replaces it, and the rest of the draft is tried after
        it, with the cached keys and values of the accepted tokens: speculative decoding (Leviathan et al. 2023) with
        the reference as the draft. An answer that needs more than `PASSES` passes, or has a margin below `SAFE_MARGIN`,
        is written token by token.
        """
        rows = self._rows(prompts, drafts)

        def settled(cache: Cache, batch: Batch) -> list[tuple[int, str | None]]:
            return [(index, self._settled(rows[index], found)) for index, found in self._compared(cache, batch, rows)]

        found = dict(chain.from_iterable(self._workers.map(settled, self._alike(rows))))
        unsettled = [index for index in range(len(rows)) if found[index] is None]
        found.update(zip(unsettled, self.predict([prompts[index] for index in unsettled]), strict=True))
        return [cast(str, found[index]) for index in range(len(rows))]

    def close(self) -> None:
        """End its threads."""
        self._workers.close()

    def _rows(self, prompts: Sequence[str], drafts: Sequence[str]) -> list[Row]:
        return [
            Row(self._prompt(prompt), self._draft(draft), draft) for prompt, draft in zip(prompts, drafts, strict=True)
        ]

    def _prompt(self, text: str) -> list[int]:
        return [*self.tokenizer.encode(text)[: self.transformer.config.prompt], ANSWER]

    def _draft(self, text: str) -> list[int]:
        # A draft that is longer than any answer is never complete; it is cut to the length of an answer.
        return [*self.tokenizer.encode(text), STOP][: self.transformer.config.answer]

    # --- token by token ---

    def _write(self, prompts: Sequence[str]) -> list[str]:
        config = self.transformer.config
        rows = [self._prompt(text) for text in prompts]
        size = 1 if len(prompts) == 1 else WRITTEN
        lengths = torch.tensor([len(row) for row in rows] + [1] * (size - len(rows)))
        cache = Cache(config, size)
        hidden = self.transformer.hidden(padded(rows, size, config.prompt + 1), cache=cache)
        token = self._greedy(hidden[torch.arange(size), lengths - 1])
        written = [token]
        done = token == STOP
        done[len(rows) :] = True
        # The token of step i is i positions after the prompt, which ends at the row's own length.
        for step in range(config.answer - 1):
            if bool(done.all()):
                break
            at = (lengths + step)[:, None]
            token = self._greedy(self.transformer.hidden(token[:, None], at, cache)[:, 0])
            written.append(token)
            done |= token == STOP
        return [self.tokenizer.decode(until_stop(row)) for row in torch.stack(written, 1)[: len(rows)].tolist()]

    def _greedy(self, hidden: Tensor) -> Tensor:
        """hidden: (B, width) to the best token of each row: (B,). `argmax` returns the first of equal logits."""
        return self.transformer.logits(hidden).argmax(-1)

    # --- by a draft ---

    def _alike(self, rows: Sequence[Row]) -> Iterator[Batch]:
        """Yield batches of rows of the same length."""
        of_length: defaultdict[int, list[int]] = defaultdict(list)
        for index, row in enumerate(rows):
            of_length[row.padded(self.transformer.config.context)].append(index)
        for length, indices in of_length.items():
            for start in range(0, len(indices), COMPARED):
                yield Batch(indices[start : start + COMPARED], length)

    def _compared(self, cache: Cache, batch: Batch, rows: Sequence[Row]) -> Iterator[tuple[int, Comparison]]:
        """Return the index and the comparison of each row of a batch."""
        return zip(
            batch.indices, self._compare(cache, [rows[index] for index in batch.indices], batch.length), strict=True
        )

    def _compare(self, cache: Cache, rows: Sequence[Row], length: int) -> Iterator[Comparison]:
        """Run one pass over rows that are padded to that length."""
        tokens = padded([row.prompt + row.draft[:-1] for row in rows], len(rows), length)
        longest = max(len(row.draft) for row in rows)
        places = torch.tensor([[len(row.prompt) - 1] for row in rows]) + torch.arange(longest)
        behind = self.transformer.hidden(tokens, cache=cache, wanted=places.clamp_(max=length - 1))
        verdicts = self._verdicts(behind, [row.draft for row in rows])
        return (Comparison(*verdict, cache.row(place)) for place, verdict in enumerate(verdicts))

    def _verdicts(self, hidden: Tensor, drafts: Sequence[list[int]]) -> Iterator[tuple[Verdict, int]]:
        """hidden: (B, T, width), at the positions that predict the drafts' tokens; yield verdicts and the model's
        own tokens.
        """
        logits = self.transformer.logits(hidden)  # (B, T, vocabulary)
        best, greedy = logits.max(-1)  # the first of equals
        margins = best - logits.scatter_(-1, greedy[..., None], -torch.inf).amax(-1)
        lengths = torch.tensor([len(draft) for draft in drafts])
        places = torch.arange(hidden.shape[1])
        refused = (greedy != padded(drafts, len(drafts), hidden.shape[1])) & (places < lengths[:, None])
        accepted = torch.where(refused.any(1), refused.int().argmax(1), lengths)
        decided = accepted.clamp(max=lengths - 1)  # the last position that counts: the first refused token, or the stop
        margins = margins.masked_fill(places > decided[:, None], torch.inf).amin(1)
        own = greedy[torch.arange(len(drafts)), decided]
        for draft, count, margin, token in zip(drafts, accepted.tolist(), margins.tolist(), own.tolist(), strict=True):
            complete = count == len(draft) and draft[-1] == STOP
            yield Verdict(count - complete, complete, margin), token

    def _settled(self, row: Row, found: Comparison) -> str | None:
        """Return the answer: the draft if it is accepted unchanged, else the corrected draft."""
        if found.verdict.complete and found.verdict.margin >= SAFE_MARGIN:
            return row.text
        return self._corrected(row, found)

    def _corrected(self, row: Row, found: Comparison) -> str | None:
        """Correct the draft until it is accepted, and return the answer; None if that takes too long or is too close
        a call.
        """
        config = self.transformer.config
        prompt, draft, verdict, best = row.prompt, row.draft, found.verdict, found.best
        for _ in range(PASSES):
            if verdict.margin < SAFE_MARGIN:
                return None
            if verdict.complete or verdict.accepted == len(draft):  # without a stop, it is as long as allowed
                return self.tokenizer.decode(until_stop(draft))
            at = verdict.accepted
            draft = _with_token(draft, at, best, config.answer)
            if best == STOP or at + 1 == len(draft):
                return self.tokenizer.decode(until_stop(draft))
            verdict, best = self._compare_behind(prompt, draft, at + 1, found.cache)
        return None

    def _compare_behind(self, prompt: list[int], draft: list[int], known: int, cache: Cache) -> tuple[Verdict, int]:
        """Compare a draft whose first `known` tokens are the model's; all of these but the last are cached."""
        tail = draft[known - 1 : -1]
        positions = torch.arange(len(prompt) + known - 1, len(prompt) + len(draft) - 1)[None]
        hidden = self.transformer.hidden(torch.tensor([tail]), positions, cache)
        ((verdict, best),) = self._verdicts(hidden, [draft[known:]])
        return attrs.evolve(verdict, accepted=known + verdict.accepted), best


def _with_token(draft: list[int], accepted: int, token: int, longest: int) -> list[int]:
    """Return the draft with the model's token in place of the first refused one; the tokens after it stay."""
    if token == STOP:
        return [*draft[:accepted], STOP]
    corrected = [*draft[:accepted], token, *draft[accepted + 1 :]]
    return corrected if STOP in corrected else [*corrected, STOP][:longest]
