"""What is tried on a model before it is asked anything: that it is causal, and how much it reads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError
from turncheck.model.adapters.weights.given_texts import GivenTexts
from turncheck.model.adapters.weights.logits import Ids, LanguageModel, Logits, LogitsEngine, LogitsWriter, Texts

CASES_LONG, SHORTEST = 4, 1024
"""What is read of a longer context: as many tokens as so many of the longest case have, and no fewer than so many. What
attention takes in memory grows with the square.
"""

SPARE = 16
"""Tokens that an answer may have beyond twice the longest right one, where no limit is given."""

UNLIMITED = 1 << 31
"""The context of a model that names none."""

TRIED = 64
"""Tokens of the text that a model is tried on, at most."""

NEAR = 1e-4
"""Logits that differ by less, beside the largest of them, are the same: sums in another order."""


def tried(
    model: LanguageModel,
    given: GivenTexts,
    pairs: Sequence[tuple[str, str]],
    domain: Domain,
    *,
    alike: bool = True,
    found: Sequence[str] = (),
) -> LogitsWriter:
    """The learned engine of a model that stood the trial.

    Args:
        model: gives the logits.
        given: what its tokens mean.
        pairs: prompts and right answers, in the model's words.
        domain: whose they are.
        alike: whether the logits of a place are the same whatever else stands in the pass; where they are not, drafts
            are not compared.
        found: what was found out before, one line each.

    Raises:
        EngineError: it is of another vocabulary, not causal, or reads too little.
    """
    given.check_size(model.vocabulary)
    answer, case = longest(given.texts, pairs)
    limit = given.limit or 2 * answer + SPARE
    context = _context(model, min(given.context or UNLIMITED, max(CASES_LONG * case, SHORTEST) + limit), case)
    check_context(case, context, domain)
    if alike:
        check_causal(model, sample(given.texts, pairs, context))
    return (LogitsEngine if alike else LogitsWriter)(model, given.texts, context, limit, found)


def check_causal(model: LanguageModel, ids: Sequence[int]) -> None:
    """Checks that what stands behind a token changes nothing before it: those ids, and others in their second half.

    Raises:
        EngineError: it does.
    """
    half = len(ids) // 2
    others = [*ids[:half], *((each + 1) % model.vocabulary for each in ids[half:])]
    one, another = logits_of(model, np.array([ids, others], dtype=np.int64))[:, :half]
    if not same(one, another):
        raise EngineError(
            "a model must write one token behind the other, got one whose first tokens depend on those behind them: "
            "it lacks a causal mask, or is an encoder"
        )


def sample(texts: Texts, pairs: Sequence[tuple[str, str]], context: int) -> list[int]:
    """The ids of a text to try a model on: a prompt and its answer, as far as the model reads them."""
    prompt, answer = pairs[-1]
    row = texts.row(prompt)
    return [*row.tokens, *texts.drafted(row, answer)[0]][: min(TRIED, context)]


def logits_of(model: LanguageModel, tokens: Ids) -> Logits:
    """The logits of some rows, in as many passes as the model needs: (B, T) int64 to (B, T, vocabulary)."""
    size = model.rows or len(tokens)
    batches = [tokens[start : start + size] for start in range(0, len(tokens), size)]
    passes = [model.whole(np.resize(batch, (size, tokens.shape[1])), None)[: len(batch)] for batch in batches]
    return np.concatenate(passes)


def same(one: Logits, another: Logits, near: float = NEAR) -> bool:
    """Whether two arrays of logits are the same but for the order of sums."""
    with np.errstate(invalid="ignore"):
        largest = float(np.nan_to_num(np.abs(one), nan=0.0, posinf=0.0).max(initial=0.0))
    return bool(np.allclose(one, another, rtol=0.0, atol=near * (1 + largest), equal_nan=True))


# --- the context -----------------------------------------------------------------------------------------------------


def longest(texts: Texts, pairs: Sequence[tuple[str, str]]) -> tuple[int, int]:
    """The tokens of the longest right answer, and those of the longest case with it."""
    answer, case = 0, 0
    for prompt, right in pairs:
        row = texts.row(prompt)
        size = len(texts.drafted(row, right)[0])
        answer, case = max(answer, size), max(case, len(row.tokens) + size, len(row.source))
    return answer, case


def check_context(case: int, context: int, domain: Domain) -> None:
    """Checks that the longest case has room.

    Raises:
        EngineError: it has not.
    """
    if case > context:
        raise EngineError(
            f"its context must hold a case of {domain.name} and its answer, {case} tokens, got {context}: "
            f"{case - context} too few"
        )


def _context(model: LanguageModel, most: int, case: int) -> int:
    """The tokens that the model reads, at most so many: by trying, since a table of positions says nothing."""
    if _reads(model, most):
        return most
    low, high = (min(case, most), most) if _reads(model, min(case, most)) else (0, min(case, most))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _reads(model, middle) else (low, middle)
    return low


def _reads(model: LanguageModel, length: int) -> bool:
    try:
        model.whole(np.zeros((model.rows or 1, length), dtype=np.int64), None)
    except KeyboardInterrupt:
        raise
    except BaseException:  # whatever a model of somebody's raises on a text that is too long
        return False
    return True
