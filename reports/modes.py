"""Failure modes: the ways in which an answer can be wrong, one exception class for each.

`docs/modes.md` has the definitions, in the order in which they are tested, with an example of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from turncheck.engine.domain import Domain
from turncheck.engine.reading import MalformedTextError
from turncheck.engine.visible import visible
from turncheck.reports.readings import Difference, Readings, first_difference, readings

LONGEST = 40
"""Most characters of a model's text in a short form."""

LONGEST_FAULT = 60
"""Most characters of a model's error in a short form."""


class Divergence(AssertionError):
    """An answer differs from the reference's.

    Attributes:
        prompt: the text that was asked.
        expected: the reference's answer.
        got: the learned engine's answer.
        said: what is wrong, in a few words.
        fault: what the learned engine raised, or that it ran out of time; empty if neither.
        also: the names of the later modes that fit as well.
        off_by_one: whether every wrong value is a number that is wrong by exactly one; only for `wrong_value`.
    """

    mode = "divergence"

    def __init__(
        self,
        prompt: str,
        expected: str,
        got: str,
        said: str,
        fault: str = "",
        also: tuple[str, ...] = (),
        off_by_one: bool = False,
    ) -> None:
        super().__init__(prompt, expected, got, said, fault, also, off_by_one)
        self.prompt, self.expected, self.got, self.said = prompt, expected, got, said
        self.fault, self.also, self.off_by_one = fault, also, off_by_one

    def __str__(self) -> str:
        return f"{self.mode}: {self.said}"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Return what is wrong, in a few words."""
        raise NotImplementedError


class NoAnswer(Divergence):
    """There is no answer: the model raised an error, ran out of time, or wrote an empty text."""

    mode = "no_answer"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Return what it raised."""
        return _cut(fault, LONGEST_FAULT) or "nothing"


class Unstable(Divergence):
    """The model answers the same prompt differently. Here `expected` is the first answer and `got` the other one."""

    mode = "unstable"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Return the first difference of the answers."""
        return _at(first_difference(expected, got))


class SilentAcceptance(Divergence):
    """The model answers a malformed text as if it were a case."""

    mode = "silent_acceptance"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Return for which reason the text should be rejected."""
        return f"{'a state' if answers.domain.has_plays else 'an answer'} for {_reason(expected)}"


class WrongReason(Divergence):
    """The model rejects a malformed text for another reason."""

    mode = "wrong_reason"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Return the given and the right reason."""
        return f"{_reason(got)} for {_reason(expected)}"


class FalseRejection(Divergence):
    """The model rejects a case."""

    mode = "false_rejection"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Return the reason that was given."""
        return _reason(got)


class LabelCollapse(Divergence):
    """The answer has the right shape, but a label is lost: another word of the grammar is in its place."""

    mode = "label_collapse"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Return the wrong word and the lost label."""
        return _and_more([f"{word} for {label}" for word, label in answers.lost_labels(got)])


class BoundaryConfusion(Divergence):
    """Something is in the place of something else: a piece of the text, or, in a well-formed answer, a value."""

    mode = "boundary_confusion"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Return what is in which place, and where it belongs."""
        if not answers.is_answer(got):
            moved = answers.moved_piece(expected, got)
            return "" if moved is None else _at(moved)
        pairs = zip(_wrong(answers, expected, got), answers.sources(expected, got), strict=True)
        return _and_more([f"{wrong} ({answers.schema.label(source)})" for wrong, source in pairs])


class TokenDrift(Divergence):
    """The answer is neither well-formed nor a rejection, and no other mode fits."""

    mode = "token_drift"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Return where the text first breaks the form of an answer."""
        try:
            answers.domain.answer_reader.lenient(got)
        except MalformedTextError as error:
            return f"{error.reason} at line {error.line}, piece {error.piece}"
        raise AssertionError("an answer that can be read has the form of one")


class StaleCopy(Divergence):
    """The answer is well-formed, and every wrong value is the one that the same field has in the prompt."""

    mode = "stale_copy"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Return which values were left as they were."""
        return _and_more(_wrong(answers, expected, got))


class WrongValue(Divergence):
    """The answer is well-formed but has wrong values, and no other mode fits."""

    mode = "wrong_value"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Return which values are wrong, and by how much if they are numbers."""
        by = [_by_how_much(wrong.by) for wrong in answers.wrong_values(expected, got)]
        return _and_more([wrong + said for wrong, said in zip(_wrong(answers, expected, got), by, strict=True)])


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
"""The failure modes, in the order in which they are tested."""


# --- deciding --------------------------------------------------------------------------------------------------------


def diverge(
    domain: Domain, prompt: str, expected: str, got: str, *, first: str | None = None, fault: str = ""
) -> Divergence | None:
    """Return the divergence of the learned engine's answer from the reference's; None if the answer is right.

    Args:
        domain: the domain of the prompt and the answers.
        prompt: the text that was asked.
        expected: the reference's answer.
        got: the learned engine's answer.
        first: its earlier answer to the same prompt; None without one.
        fault: what it raised, or that it ran out of time; empty if neither.
    """
    if got and first is not None and got != first:
        return Unstable(prompt, first, got, Unstable.words(readings(domain), first, got, fault), fault)
    if domain.agrees(prompt, got, expected):
        return None
    mode, said, also, off_by_one = _judged(domain, prompt, expected, got, fault)
    return mode(prompt, expected, got, said, fault, also, off_by_one)


def named(mode: str, prompt: str, expected: str, got: str, said: str, fault: str = "") -> Divergence:
    """Make the divergence of a mode that is already known, with its recorded words."""
    return {each.mode: each for each in MODES}[mode](prompt, expected, got, said, fault)


@lru_cache(maxsize=4096)  # the laws of a case see the same wrong answer
def _judged(
    domain: Domain, prompt: str, expected: str, got: str, fault: str
) -> tuple[type[Divergence], str, tuple[str, ...], bool]:
    """Return the mode, its words, the later modes that fit, and whether every wrong value is off by one."""
    answers = readings(domain)
    mode, *later = _fitting(answers, prompt, expected, got)
    off_by_one = mode is WrongValue and all(abs(each.by or 0) == 1 for each in answers.wrong_values(expected, got))
    return mode, mode.words(answers, expected, got, fault), tuple(each.mode for each in later), off_by_one


def _fitting(answers: Readings, prompt: str, expected: str, got: str) -> Sequence[type[Divergence]]:
    """Return the modes that fit, in order. TokenDrift and WrongValue fit only if no other mode does."""
    if not got:
        return [NoAnswer]
    if answers.is_answer(got):
        return _of_an_answer(answers, prompt, expected, got)
    if answers.rejects(got):
        return [WrongReason if answers.rejects(expected) else FalseRejection]
    if answers.lost_labels(got):
        return [LabelCollapse]
    return [TokenDrift if answers.moved_piece(expected, got) is None else BoundaryConfusion]


def _of_an_answer(answers: Readings, prompt: str, expected: str, got: str) -> Sequence[type[Divergence]]:
    if answers.rejects(expected):
        return [SilentAcceptance]
    modes: list[type[Divergence]] = []
    if answers.sources(expected, got):
        modes.append(BoundaryConfusion)
    if answers.is_copied(prompt, expected, got):
        modes.append(StaleCopy)
    return modes or [WrongValue]


# --- in a few words --------------------------------------------------------------------------------------------------


def _wrong(answers: Readings, expected: str, got: str) -> list[str]:
    """Return the fields whose values are wrong, each with the given and the right value."""
    found = answers.wrong_values(expected, got)
    return [f"{answers.schema.label(each.name)} {' for '.join(_around(each.got, each.expected))}" for each in found]


def _by_how_much(by: int | None) -> str:
    """Return how much too high a number is; empty if it is huge: Python writes at most 4,300 digits."""
    return "" if by is None or abs(by) >= 10**LONGEST else f" ({by:+})"


def _around(got: str, expected: str) -> tuple[str, str]:
    """Return two values; if they are long, a part in which they differ."""
    if max(len(got), len(expected)) <= LONGEST:
        return _cut(got), _cut(expected)
    pairs = enumerate(zip(got, expected, strict=False))
    apart = next((place for place, (one, other) in pairs if one != other), min(len(got), len(expected)))
    start = max(apart - LONGEST // 2, 0)
    before = "..." if start else ""
    return before + _cut(got[start:]), before + _cut(expected[start:])


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
    """Return the first part, and how many more there are."""
    return f"{parts[0]} and {len(parts) - 1} more" if len(parts) > 1 else "".join(parts)
