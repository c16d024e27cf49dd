"""Trials of a model before it answers prompts: whether it is causal, and how many tokens it can read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from turncheck.engine.domain import Domain
from turncheck.engine.learned import EngineError
from turncheck.model.adapters.weights.given_texts import GivenTexts
from turncheck.model.adapters.weights.logits import Ids, LanguageModel, Logits, LogitsEngine, LogitsWriter, Texts

CASES_LONG, SHORTEST = 4, 1024
"""The context that is used of a longer one: `CASES_LONG` times the longest case, at least `SHORTEST` tokens. The memory
of attention grows with the square of it.
"""

SPARE = 16
"""Tokens that an answer may have beyond twice the longest correct one, if no limit is given."""

UNLIMITED = 1 << 31
"""The context of a model that gives none."""

TRIED = 64
"""Most tokens of the text on which a model is tried."""

NEAR = 1e-4
"""Tolerance, relative to the largest logit, within which logits are equal: sums may be computed in another order."""


def tried(
    model: LanguageModel,
    given: GivenTexts,
    pairs: Sequence[tuple[str, str]],
    domain: Domain,
    *,
    alike: bool = True,
    found: Sequence[str] = (),
) -> LogitsWriter:
    """Try a model, and return it as a learned engine.

    Args:
        model: gives the logits.
        given: its texts.
        pairs: prompts and correct answers, in the model's wording.
        domain: their domain.
        alike: whether logits do not depend on the other rows of the batch; if they do, drafts are not verified.
        found: earlier findings, one line each.

    Raises:
        EngineError: the vocabulary belongs to another model, the model is not causal, or its context is too short.
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
    """Check that a token does not affect the logits before it, by changing the second half of the ids.

    Raises:
        EngineError: it does.
    """
    half = len(ids) // 2
    others = [*ids[:half], *((each + 1) % model.vocabulary for each in ids[half:])]
    one, another = logits_of(model, np.array([ids, others], dtype=np.int64))[:, :half]
    if not same(one, another):
        raise EngineError(
            "a model must generate one token after another, got one whose first tokens depend on later ones: "
            "it lacks a causal mask, or is an encoder"
        )


def sample(texts: Texts, pairs: Sequence[tuple[str, str]], context: int) -> list[int]:
    """Return the ids of a text on which to try a model: a prompt and its answer, cut to the context."""
    prompt, answer = pairs[-1]
    row = texts.row(prompt)
    return [*row.tokens, *texts.drafted(row, answer)[0]][: min(TRIED, context)]


def logits_of(model: LanguageModel, tokens: Ids) -> Logits:
    """Return the logits of some rows, in as many passes as the model needs: (B, T) int64 to (B, T, vocabulary)."""
    size = model.rows or len(tokens)
    batches = [tokens[start : start + size] for start in range(0, len(tokens), size)]
    passes = [model.whole(np.resize(batch, (size, tokens.shape[1])), None)[: len(batch)] for batch in batches]
    return np.concatenate(passes)


def same(one: Logits, another: Logits, near: float = NEAR) -> bool:
    """Return whether two arrays of logits are equal up to the order of sums."""
    with np.errstate(invalid="ignore"):
        largest = float(np.nan_to_num(np.abs(one), nan=0.0, posinf=0.0).max(initial=0.0))
    return bool(np.allclose(one, another, rtol=0.0, atol=near * (1 + largest), equal_nan=True))


# --- the context -----------------------------------------------------------------------------------------------------


def longest(texts: Texts, pairs: Sequence[tuple[str, str]]) -> tuple[int, int]:
    """Return the tokens of the longest correct answer, and those of the longest case with its answer."""
    answer, case = 0, 0
    for prompt, right in pairs:
        row = texts.row(prompt)
        size = len(texts.drafted(row, right)[0])
        answer, case = max(answer, size), max(case, len(row.tokens) + size, len(row.source))
    return answer, case


def check_context(case: int, context: int, domain: Domain) -> None:
    """Check that the longest case fits the context.

    Raises:
        EngineError: it does not.
    """
    if case > context:
        raise EngineError(
            f"its context must hold a case of {domain.name} and its answer, {case} tokens, got {context}: "
            f"{case - context} too few"
        )


def _context(model: LanguageModel, most: int, case: int) -> int:
    """Return the number of tokens that the model can read, at most `most`, by trying: it may be limited by its
    positions.
    """
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
    except BaseException:  # a user's model may raise anything on a text that is too long
        return False
    return True
