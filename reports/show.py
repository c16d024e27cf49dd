"""A turn, the answer that was expected and the one that was given, with only what differs marked."""

from __future__ import annotations

from turncheck.reports.escape import shown_lines
from turncheck.reports.modes import Divergence


def show_answer(prompt: str, expected: str, got: str) -> str:
    """The turn and both answers. Where they differ, `-` is expected, `+` is given, and `^` marks the pieces."""
    answers = [f"  {line}" for line in shown_lines(expected)] if got == expected else _compared(expected, got)
    return "\n".join(["turn", *(f"  {line}" for line in shown_lines(prompt)), "answer", *answers])


def show_divergence(divergence: Divergence) -> str:
    """The same for a divergence, with its mode."""
    shown = show_answer(divergence.prompt, divergence.expected, divergence.got)
    return f"{shown}\n{divergence}  (- expected, + given)"


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
