"""Checks of a contract that only warn: a run seldom or never asks these prompts, and can handle the behaviour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from turncheck.engine.learned import Verifier
from turncheck.model.adapters.exam import (
    BrokenError,
    ContractWarningError,
    Exam,
    answered,
    described_fault,
    expressible,
    long_prompts,
)

NEVER = "a run never asks an empty list: nothing to do"

SELDOM = (
    'laws about malformed texts may ask it, and count no answer: answer it with "", '
    "or leave such texts out with rejects=false"
)

HARDLY = 'a model that rejects no texts is hardly ever asked it: nothing to do, or answer it with ""'


def seldom(exam: Exam) -> str:
    """Return what to do about a model that cannot answer some malformed text."""
    return SELDOM if exam.rejects else HARDLY


@contextmanager
def as_warning(exam: Exam, way_out: str) -> Iterator[None]:
    """Within the context, turn broken demands into warnings, and excuse the engine's troubles."""
    before = exam.troubles
    try:
        yield
    except BrokenError as broken:
        raise ContractWarningError(str(broken), way_out) from broken
    finally:
        exam.excused += exam.troubles - before


def no_prompts_are_answered(exam: Exam) -> None:
    """An empty list of prompts gets an empty list of answers, and an empty list of drafts gets no verdicts."""
    with as_warning(exam, NEVER):
        _nothing("prompts", lambda: exam.ask([]))
        if isinstance(exam.engine, Verifier):
            _nothing("drafts", lambda: exam.verify([]))


def _nothing(what: str, ask: Callable[[], object]) -> None:
    try:
        ask()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a user's engine may raise anything
        raise BrokenError(f"to no {what}: {described_fault(error)}") from error


def an_empty_prompt_is_answered(exam: Exam) -> None:
    """An empty prompt gets a text as its answer, alone and in a batch."""
    _seldom(exam, [""])


def half_a_pair_is_answered(exam: Exam) -> None:
    """A lone surrogate, which is no character, gets a text as its answer, alone and in a batch."""
    _seldom(exam, ["\ud800"])


def _seldom(exam: Exam, texts: Sequence[str]) -> None:
    with as_warning(exam, seldom(exam)):
        for prompt in expressible(exam, texts):
            answered(exam, [prompt])
            answered(exam, [exam.prompts[0], prompt])


def long_prompts_are_answered(exam: Exam) -> None:
    """A prompt of 100,000 characters, beyond the context of any tiny model, gets a text as its answer."""
    with as_warning(exam, seldom(exam)):
        for prompt in expressible(exam, long_prompts(exam.domain)):
            answered(exam, [prompt])


# Each check with the number of prompts that it asks.
WARNING_CHECKS: tuple[tuple[Callable[[Exam], None], Callable[[Exam], int]], ...] = (
    (no_prompts_are_answered, lambda exam: 0),
    (an_empty_prompt_is_answered, lambda exam: 3),
    (half_a_pair_is_answered, lambda exam: 3),
    (long_prompts_are_answered, lambda exam: 2),
)
