"""A case, the answer that was expected and the one that was given, with only what differs marked."""

from __future__ import annotations

from turncheck.reports.escape import MOST_LINES, shown_lines
from turncheck.reports.modes import Divergence, Unstable
from turncheck.reports.records import Failure

MOST_CASE_LINES = 40
"""Lines of a case that are shown; the longest play that is drawn has 35."""


def show_answer(prompt: str, expected: str, got: str, heading: str = "turn") -> str:
    """The prompt under its heading, and both answers. Where they differ, `-` is expected, `+` is given, and `^` marks
    the pieces.
    """
    answers = [f"  {line}" for line in shown_lines(expected)] if got == expected else _compared(expected, got)
    return "\n".join([heading, *_indented(prompt), "answer", *answers])


def show_divergence(divergence: Divergence, heading: str = "turn") -> str:
    """The same for a divergence, with its mode, and with what the model raised."""
    parts = [show_answer(divergence.prompt, divergence.expected, divergence.got, heading)]
    if divergence.fault:
        parts += ["fault", *_indented(f"{divergence.fault}\n")]
    marks = "- first time, + another time" if isinstance(divergence, Unstable) else "- expected, + given"
    return "\n".join([*parts, f"{divergence}  ({marks})"])


def show_failure(failure: Failure, applied: int, noun: str = "turn") -> str:
    """A failure of a law that was checked on so many cases: how often, the smallest case, and its answer.

    A play, or a case from which the law made another, is shown before the prompt whose answer diverges.

    Args:
        failure: of the law.
        applied: the cases that it was checked on.
        noun: what a case is called (`turncheck.reports.cases.noun_of`).
    """
    smallest = f"the smallest so far ({failure.left})" if failure.left else "the smallest"
    counted = f"{failure.mode} in {failure.count} of {applied} cases, {smallest}:"
    return f"{counted if failure.count else f'{failure.mode} in a kept witness alone:'}\n{show_witness(failure, noun)}"


def show_witness(failure: Failure, noun: str = "turn") -> str:
    """The witness of a failure: its case, where the prompt whose answer diverges is another, and that answer."""
    witness = failure.witness
    if witness.case == witness.turn:
        return show_divergence(failure.divergence, noun)
    heading = f"turn {witness.step} of it" if witness.step else f"{noun} made of it"
    case = show_case(witness.case, "play" if witness.step else "case")
    return f"{case}\n{show_divergence(failure.divergence, heading)}"


def show_case(case: str, heading: str) -> str:
    """A case, or a play, under its heading."""
    return "\n".join([heading, *_indented(case, MOST_CASE_LINES)])


def _indented(text: str, most: int = MOST_LINES) -> list[str]:
    return [f"  {line}" for line in shown_lines(text, most)]


def _compared(expected: str, got: str) -> list[str]:
    wanted, given = shown_lines(expected), shown_lines(got)
    lines = []
    for index in range(max(len(wanted), len(given))):
        one = wanted[index] if index < len(wanted) else None
        another = given[index] if index < len(given) else None
        lines += _compared_line(one, another)
    return lines


def _compared_line(expected: str | None, got: str | None) -> list[str]:
    if expected is None or got is None:
        return [f"- {expected}"] if got is None else [f"+ {got}"]
    if expected == got:
        return [f"  {expected}"]
    return [f"- {expected}", f"+ {got}", f"  {_marks(expected, got)}"]


def _marks(expected: str, got: str) -> str:
    """Carets under the pieces of the given line that differ from those in the same place of the expected one.

    A piece that is empty or missing has one caret, where it would stand.
    """
    wanted, given = expected.split(" "), got.split(" ")
    marks, start = "", 0
    for index, piece in enumerate([*given, ""] if len(given) < len(wanted) else given):
        if index >= len(wanted) or piece != wanted[index]:
            marks = marks.ljust(start) + "^" * max(len(piece), 1)
        start += len(piece) + 1
    return marks
