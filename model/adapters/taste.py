"""The checks of a contract that only warn: what they ask is asked by a run seldom or never, and it can live with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from turncheck.engine.learned import Verifier
from turncheck.model.adapters.exam import BrokenError, Exam, TasteError, answered, described_fault, long_prompts, said

NEVER = "a run never asks nothing: let it be"

SELDOM = (
    'laws about malformed texts may ask it, and count it as no answer: answer "" to it yourself, '
    "or leave such texts out, rejects=false"
)

HARDLY = 'a model that rejects no texts is hardly asked it: let it be, or answer "" to it yourself'


def seldom(exam: Exam) -> str:
    """What a run makes of a model that cannot answer some malformed text."""
    return SELDOM if exam.rejects else HARDLY


@contextmanager
def as_taste(exam: Exam, way_out: str) -> Iterator[None]:
    """Within it what the engine gets wrong is a matter of taste, and so are the troubles that it has with it."""
    before = exam.troubles
    try:
        yield
    except BrokenError as broken:
        raise TasteError(str(broken), way_out) from broken
    finally:
        exam.excused += exam.troubles - before


def no_prompts_are_answered(exam: Exam) -> None:
    """No prompts are answered by no answers, and no drafts by no verdicts."""
    with as_taste(exam, NEVER):
        _nothing("prompts", lambda: exam.ask([]))
        if isinstance(exam.engine, Verifier):
            _nothing("drafts", lambda: exam.verify([]))


def _nothing(what: str, ask: Callable[[], object]) -> None:
    try:
        ask()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever an engine of somebody's raises
        raise BrokenError(f"to no {what}: {described_fault(error)}") from error


def an_empty_prompt_is_answered(exam: Exam) -> None:
    """A prompt of no characters is answered by a text, alone and in company."""
    _seldom(exam, [""])


def half_a_pair_is_answered(exam: Exam) -> None:
    """Half of a surrogate pair, which is no character, is answered by a text, alone and in company."""
    _seldom(exam, ["\ud800"])


def _seldom(exam: Exam, texts: Sequence[str]) -> None:
    with as_taste(exam, seldom(exam)):
        for prompt in said(exam, texts):
            answered(exam, [prompt])
            answered(exam, [exam.prompts[0], prompt])


def long_prompts_are_answered(exam: Exam) -> None:
    """A prompt of 100,000 characters, beyond the context of any tiny model, is answered by a text."""
    with as_taste(exam, seldom(exam)):
        for prompt in said(exam, long_prompts(exam.domain)):
            answered(exam, [prompt])


# With how many prompts each of them asks.
OF_TASTE: tuple[tuple[Callable[[Exam], None], Callable[[Exam], int]], ...] = (
    (no_prompts_are_answered, lambda exam: 0),
    (an_empty_prompt_is_answered, lambda exam: 3),
    (half_a_pair_is_answered, lambda exam: 3),
    (long_prompts_are_answered, lambda exam: 2),
)
