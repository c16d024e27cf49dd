"""Failure modes: in which way an answer that differs from the reference's is wrong. One exception class for each.

`docs/modes.md` has the definitions, in the order in which they are decided, with an example of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from turncheck.engine.domain import Domain
from turncheck.engine.reading import MalformedTextError
from turncheck.engine.visible import visible
from turncheck.reports.readings import Difference, Readings, first_difference, readings

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
        said: what is wrong, in a few words.
        fault: what the learned engine raised, or that it ran out of time; empty if neither.
        also: the names of the later modes that fit as well.
        off_by_one: whether every wrong value is a number that is wrong by one and no more; of `wrong_value` alone.
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
        """What is wrong, in a few words."""
        raise NotImplementedError


class NoAnswer(Divergence):
    """Nothing was answered: the learned engine raised, ran out of time, or wrote an empty text."""

    mode = "no_answer"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """What it raised."""
        return _cut(fault, LONGEST_FAULT) or "nothing"


class Unstable(Divergence):
    """The same prompt was answered in another way. Here `expected` is the first answer and `got` the other one."""

    mode = "unstable"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Where the answers part."""
        return _at(first_difference(expected, got))


class SilentAcceptance(Divergence):
    """A malformed text is answered as a case is."""

    mode = "silent_acceptance"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Which malformed text was accepted."""
        return f"{'a state' if answers.domain.has_plays else 'an answer'} for {_reason(expected)}"


class WrongReason(Divergence):
    """A malformed text is rejected for another reason."""

    mode = "wrong_reason"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Which reason was given for which."""
        return f"{_reason(got)} for {_reason(expected)}"


class FalseRejection(Divergence):
    """A case is rejected."""

    mode = "false_rejection"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """The reason that was given."""
        return _reason(got)


class LabelCollapse(Divergence):
    """An answer of the right shape in which a label is lost: another word of the grammar stands in its place."""

    mode = "label_collapse"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Which word stands for which label."""
        return _and_more([f"{word} for {label}" for word, label in answers.lost_labels(got)])


class BoundaryConfusion(Divergence):
    """What belongs in one place stands in another: a piece of the text, or, in a well-formed answer, a value."""

    mode = "boundary_confusion"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """What stands where, and whose value it is."""
        if not answers.is_answer(got):
            moved = answers.moved_piece(expected, got)
            return "" if moved is None else _at(moved)
        pairs = zip(_wrong(answers, expected, got), answers.sources(expected, got), strict=True)
        return _and_more([f"{wrong} ({answers.schema.label(source)})" for wrong, source in pairs])


class TokenDrift(Divergence):
    """An answer that is neither well-formed nor a rejection, and nothing more can be said of it."""

    mode = "token_drift"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Where it leaves the form of an answer."""
        try:
            answers.domain.answer_reader.lenient(got)
        except MalformedTextError as error:
            return f"{error.reason} at line {error.line}, piece {error.piece}"
        raise AssertionError("an answer that can be read has the form of one")


class StaleCopy(Divergence):
    """A well-formed answer in which every wrong value is the one that the same field has in the prompt."""

    mode = "stale_copy"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Which values were left as they were."""
        return _and_more(_wrong(answers, expected, got))


class WrongValue(Divergence):
    """A well-formed answer with wrong values, of which nothing more can be said."""

    mode = "wrong_value"

    @classmethod
    def words(cls, answers: Readings, expected: str, got: str, fault: str) -> str:
        """Which values are wrong, and of numbers by how much."""
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
"""The failure modes, in the order in which they are decided."""


# --- deciding --------------------------------------------------------------------------------------------------------


def diverge(
    domain: Domain, prompt: str, expected: str, got: str, *, first: str | None = None, fault: str = ""
) -> Divergence | None:
    """The divergence between the reference's answer and the learned engine's; None where that one is right.

    Args:
        domain: whose prompt and answers they are.
        prompt: the text that was asked.
        expected: the reference's answer.
        got: the learned engine's.
        first: its answer to the same prompt when it was asked before, if it was.
        fault: what it raised, or that it ran out of time.
    """
    if got and first is not None and got != first:
        return Unstable(prompt, first, got, Unstable.words(readings(domain), first, got, fault), fault)
    if domain.agrees(prompt, got, expected):
        return None
    mode, said, also, off_by_one = _judged(domain, prompt, expected, got, fault)
    return mode(prompt, expected, got, said, fault, also, off_by_one)


def named(mode: str, prompt: str, expected: str, got: str, said: str, fault: str = "") -> Divergence:
    """The divergence of a mode that was decided before, with what was said of it then."""
    return {each.mode: each for each in MODES}[mode](prompt, expected, got, said, fault)


@lru_cache(maxsize=4096)  # the laws of a case meet the same wrong answer
def _judged(
    domain: Domain, prompt: str, expected: str, got: str, fault: str
) -> tuple[type[Divergence], str, tuple[str, ...], bool]:
    """The mode, its words, the later modes that fit, and whether every wrong value is off by one."""
    answers = readings(domain)
    mode, *later = _fitting(answers, prompt, expected, got)
    off_by_one = mode is WrongValue and all(abs(each.by or 0) == 1 for each in answers.wrong_values(expected, got))
    return mode, mode.words(answers, expected, got, fault), tuple(each.mode for each in later), off_by_one


def _fitting(answers: Readings, prompt: str, expected: str, got: str) -> Sequence[type[Divergence]]:
    """The modes that fit, in their order. Those that take whatever is left fit where no other does."""
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
    """The fields whose values are wrong, each with the given value and the right one."""
    found = answers.wrong_values(expected, got)
    return [f"{answers.schema.label(each.name)} {' for '.join(_around(each.got, each.expected))}" for each in found]


def _by_how_much(by: int | None) -> str:
    """Of numbers how much too high it is, unless it is out of all proportion: Python writes 4,300 digits at most."""
    return "" if by is None or abs(by) >= 10**LONGEST else f" ({by:+})"


def _around(got: str, expected: str) -> tuple[str, str]:
    """Two values; of long ones a part in which they differ."""
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
    """The first of them, and how many more there are."""
    return f"{parts[0]} and {len(parts) - 1} more" if len(parts) > 1 else "".join(parts)
