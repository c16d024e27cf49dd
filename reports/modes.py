"""Failure modes: in which way an answer that differs from the reference's is wrong. One exception class for each.

`docs/modes.md` has the definitions, in the order in which they are decided, with an example of each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from turncheck.engine.duel import Battle, MalformedTextError, read_answer
from turncheck.reports.escape import visible
from turncheck.reports.readings import (
    Difference,
    first_difference,
    is_copied,
    lost_labels,
    moved_piece,
    sources,
    wrong_values,
)

LONGEST = 40
"""Characters of what a model wrote that stand in a few words."""

LONGEST_FAULT = 60
"""Characters of what a model raised that stand there."""


class Divergence(AssertionError):
    """An answer differs from the reference's.

    Attributes:
        prompt: the text that was asked.
        expected: the reference's answer.
        got: the learned engine's.
        fault: what the learned engine raised, or that it ran out of time; empty if neither.
        also: the names of the later modes that fit as well.
    """

    mode = "divergence"

    def __init__(self, prompt: str, expected: str, got: str, fault: str = "", also: tuple[str, ...] = ()) -> None:
        super().__init__(prompt, expected, got, fault, also)
        self.prompt, self.expected, self.got = prompt, expected, got
        self.fault, self.also = fault, also

    def __str__(self) -> str:
        return f"{self.mode}: {self.in_short()}"

    def in_short(self) -> str:
        """What is wrong, in a few words."""
        raise NotImplementedError


class NoAnswer(Divergence):
    """Nothing was answered: the learned engine raised, ran out of time, or wrote an empty text."""

    mode = "no_answer"

    def in_short(self) -> str:
        """What it raised."""
        return _cut(self.fault, LONGEST_FAULT) or "nothing"


class Unstable(Divergence):
    """The same prompt was answered in another way. Here `expected` is the first answer and `got` the other one."""

    mode = "unstable"

    def in_short(self) -> str:
        """Where the answers part."""
        return _at(first_difference(self.expected, self.got))


class SilentAcceptance(Divergence):
    """A malformed turn is answered with a state."""

    mode = "silent_acceptance"

    def in_short(self) -> str:
        """Which malformed turn was accepted."""
        return f"a state for {_reason(self.expected)}"


class WrongReason(Divergence):
    """A malformed turn is rejected for another reason."""

    mode = "wrong_reason"

    def in_short(self) -> str:
        """Which reason was given for which."""
        return f"{_reason(self.got)} for {_reason(self.expected)}"


class FalseRejection(Divergence):
    """A valid turn is rejected."""

    mode = "false_rejection"

    def in_short(self) -> str:
        """The reason that was given."""
        return _reason(self.got)


class LabelCollapse(Divergence):
    """An answer of the right shape in which a label is lost: another word of the grammar stands in its place."""

    mode = "label_collapse"

    def in_short(self) -> str:
        """Which word stands for which label."""
        return _and_more([f"{word} for {label}" for word, label in lost_labels(self.got)])


class BoundaryConfusion(Divergence):
    """What belongs in one place stands in another: of the text, or, where the answer is a state, of the numbers."""

    mode = "boundary_confusion"

    def in_short(self) -> str:
        """What stands where, and which number it is."""
        if not _is_state(self.got):
            moved = moved_piece(self.expected, self.got)
            return "" if moved is None else _at(moved)
        values = zip(wrong_values(self.expected, self.got), sources(self.expected, self.got), strict=False)
        return _and_more([f"{name} {got} for {expected} ({source})" for (name, expected, got), source in values])


class TokenDrift(Divergence):
    """An answer that is neither a state nor a rejection, and nothing more can be said of it."""

    mode = "token_drift"

    def in_short(self) -> str:
        """Where it leaves the template of a state."""
        try:
            read_answer(self.got)
        except MalformedTextError as error:
            return f"{error.reason} at line {error.line}, piece {error.piece}"
        raise AssertionError("an answer that can be read has not left the template")


class StaleCopy(Divergence):
    """A well-formed state in which every wrong number is the one from before the turn."""

    mode = "stale_copy"

    def in_short(self) -> str:
        """Which numbers were left as they were."""
        return _and_more(
            [f"{name} {got} for {expected}" for name, expected, got in wrong_values(self.expected, self.got)]
        )


class WrongValue(Divergence):
    """A well-formed state with wrong numbers, of which nothing more can be said."""

    mode = "wrong_value"

    @property
    def off_by_one(self) -> bool:
        """Whether every wrong number is wrong by one and no more."""
        return all(abs(by) == 1 for *_, by in self._wrong())

    def in_short(self) -> str:
        """Which numbers are wrong, and by how much."""
        return _and_more([f"{name} {got} for {expected} ({by:+})" for name, expected, got, by in self._wrong()])

    def _wrong(self) -> list[tuple[str, str, str, int]]:
        return [(*wrong, int(wrong[2]) - int(wrong[1])) for wrong in wrong_values(self.expected, self.got)]


MODES: tuple[type[Divergence], ...] = (
    NoAnswer,
    Unstable,
    SilentAcceptance,
    WrongReason,
    FalseRejection,
    LabelCollapse,
    BoundaryConfusion,
    TokenDrift,
    StaleCopy,
    WrongValue,
)
"""The failure modes, in the order in which they are decided."""


# --- deciding --------------------------------------------------------------------------------------------------------


def diverge(prompt: str, expected: str, got: str, *, first: str | None = None, fault: str = "") -> Divergence | None:
    """The divergence between the reference's answer and the learned engine's; None where they are the same.

    Args:
        prompt: the text that was asked.
        expected: the reference's answer.
        got: the learned engine's.
        first: its answer to the same prompt when it was asked before, if it was.
        fault: what it raised, or that it ran out of time.
    """
    if got and first is not None and got != first:
        return Unstable(prompt, first, got, fault)
    if got == expected:
        return None
    mode, *later = _fitting(prompt, expected, got)
    return mode(prompt, expected, got, fault, tuple(each.mode for each in later))


def named(mode: str, prompt: str, expected: str, got: str, fault: str = "") -> Divergence:
    """The divergence of a mode that was decided before."""
    return {each.mode: each for each in MODES}[mode](prompt, expected, got, fault)


@lru_cache(maxsize=4096)  # the laws of a turn meet the same wrong answer
def _fitting(prompt: str, expected: str, got: str) -> Sequence[type[Divergence]]:
    """The modes that fit, in their order. Those that take whatever is left fit where no other does."""
    if not got:
        return [NoAnswer]
    if _is_state(got):
        return _of_a_state(prompt, expected, got)
    if _rejects(got):
        return [WrongReason if _rejects(expected) else FalseRejection]
    if lost_labels(got):
        return [LabelCollapse]
    return [TokenDrift if moved_piece(expected, got) is None else BoundaryConfusion]


def _of_a_state(prompt: str, expected: str, got: str) -> Sequence[type[Divergence]]:
    if _rejects(expected):
        return [SilentAcceptance]
    modes: list[type[Divergence]] = []
    if sources(expected, got):
        modes.append(BoundaryConfusion)
    if is_copied(prompt, expected, got):
        modes.append(StaleCopy)
    return modes or [WrongValue]


def _is_state(answer: str) -> bool:
    try:
        return isinstance(read_answer(answer), Battle)
    except MalformedTextError:
        return False


def _rejects(answer: str) -> bool:
    """Whether the answer is one line that rejects, for a reason of ours or another."""
    return re.fullmatch(r"reject [^\n]+\n", answer) is not None


# --- in a few words --------------------------------------------------------------------------------------------------


def _reason(rejection: str) -> str:
    return _cut(rejection.removeprefix("reject ").removesuffix("\n"))


def _at(found: Difference) -> str:
    wanted, given = found.expected, found.got
    if wanted is not None and given is not None and wanted.endswith("\n") and given.endswith("\n"):
        wanted, given = wanted[:-1], given[:-1]
    return f"{_cut(given or 'nothing')} for {_cut(wanted or 'nothing')} at line {found.line}, piece {found.piece}"


def _cut(text: str, longest: int = LONGEST) -> str:
    return visible(text[:longest])[:longest]


def _and_more(parts: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    return f"{parts[0]} and {len(parts) - 1} more" if len(parts) > 1 else "".join(parts)
