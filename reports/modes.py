"""Failure modes: in which way an answer that differs from the reference's is wrong. One exception class for each."""

from __future__ import annotations

import re

from turncheck.engine import Battle, MalformedTextError, read_answer
from turncheck.reports.escape import visible


class Divergence(AssertionError):
    """An answer differs from the reference's.

    Attributes:
        prompt: the text that was asked.
        expected: the reference's answer.
        got: the learned engine's.
    """

    mode = "divergence"

    def __init__(self, prompt: str, expected: str, got: str) -> None:
        super().__init__(prompt, expected, got)
        self.prompt, self.expected, self.got = prompt, expected, got

    def __str__(self) -> str:
        return f"{self.mode}: {self.in_short()}"

    def in_short(self) -> str:
        """What is wrong, in a few words."""
        raise NotImplementedError


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


class MalformedAnswer(Divergence):
    """An answer that is neither a state nor a rejection."""

    mode = "malformed_answer"

    def in_short(self) -> str:
        """Where it leaves the grammar."""
        try:
            read_answer(self.got)
        except MalformedTextError as error:
            return f"{error.reason} at line {error.line}, piece {error.piece}"
        raise AssertionError("an answer that can be read is not malformed")


class WrongValue(Divergence):
    """A well-formed state with wrong numbers."""

    mode = "wrong_value"

    def in_short(self) -> str:
        """Which numbers are wrong: the first, and how many more."""
        wrong = wrong_values(self.expected, self.got)
        place, expected, got = wrong[0]
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        return f"{place} {got} for {expected}{more}"


MODES: tuple[type[Divergence], ...] = (SilentAcceptance, WrongReason, FalseRejection, MalformedAnswer, WrongValue)
"""The failure modes, in the order in which they are decided."""


def diverge(prompt: str, expected: str, got: str) -> Divergence | None:
    """The divergence between the reference's answer and the learned engine's; None where they are the same."""
    if got == expected:
        return None
    return _mode(expected, got)(prompt, expected, got)


def _mode(expected: str, got: str) -> type[Divergence]:
    answer = _read(got)
    if _rejects(expected):
        if isinstance(answer, Battle):
            return SilentAcceptance
        return WrongReason if _rejects(got) else MalformedAnswer
    if _rejects(got):
        return FalseRejection
    return WrongValue if isinstance(answer, Battle) else MalformedAnswer


def _read(answer: str) -> Battle | str | None:
    try:
        return read_answer(answer)
    except MalformedTextError:
        return None


def _rejects(answer: str) -> bool:
    """Whether the answer is one line that rejects, for a reason of ours or another."""
    return re.fullmatch(r"reject [^\n]+\n", answer) is not None


def _reason(rejection: str) -> str:
    return visible(rejection.removeprefix("reject ").removesuffix("\n"))[:40]


def wrong_values(expected: str, got: str) -> list[tuple[str, str, str]]:
    """The numbers in which two well-formed states differ: place (`hero hp`), the expected one, the given one."""
    wrong = []
    for wanted_line, given_line in zip(expected.splitlines(), got.splitlines(), strict=True):
        wanted, given = wanted_line.split(" "), given_line.split(" ")
        for index, (one, another) in enumerate(zip(wanted, given, strict=True)):
            if one != another:
                wrong.append((_place(wanted, index), one, another))
    return wrong


def _place(line: list[str], index: int) -> str:
    label = line[index - 1]
    if line[0] == "turn":
        return label
    slot = index > line.index("cd")
    return f"{line[0]} {'cd ' if slot else ''}{label}"
