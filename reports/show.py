"""Show a case, the expected and the given answer, with the differences marked."""

from __future__ import annotations

from turncheck.reports.as_if import AsIf
from turncheck.reports.escape import MOST_LINES, printable, shown_lines, visible
from turncheck.reports.marks import Kind, compared
from turncheck.reports.modes import Divergence, Unstable
from turncheck.reports.records import Failure
from turncheck.reports.screen import Screen, Style

MOST_CASE_LINES = 40
"""Most lines of a case that are shown; the longest play that is drawn has 35."""


STYLES: dict[Kind, tuple[Style, ...]] = {" ": (), "-": ("green",), "+": ("red",), "^": ("red", "bold")}


def show_answer(prompt: str, expected: str, got: str, heading: str = "turn", screen: Screen | None = None) -> str:
    """Show the prompt under its heading, and both answers.

    Where the answers differ, `-` is expected, `+` is given, and `^` marks the pieces. Lines are wrapped to the screen,
    both at the same place; without a screen they are not wrapped.
    """
    return "\n".join([heading, *_indented(prompt, screen), "answer", *_compared(expected, got, screen)])


def show_divergence(divergence: Divergence, heading: str = "turn", screen: Screen | None = None) -> str:
    """Show a divergence as `show_answer` does, with its mode and with what the model raised."""
    parts = [show_answer(divergence.prompt, divergence.expected, divergence.got, heading, screen)]
    if divergence.fault:
        parts += ["fault", *_indented(f"{divergence.fault}\n", screen)]
    marks = "- first time, + another time" if isinstance(divergence, Unstable) else "- expected, + given"
    said = f"{divergence}  ({marks})"
    return "\n".join([*parts, *([said] if screen is None else screen.wrapped(said))])


def show_failure(failure: Failure, applied: int, noun: str = "turn", screen: Screen | None = None) -> str:
    """Show a failure of a law in full: how often it occurred, the smallest case, and its answer.

    A play, or a case from which the law made another, is shown before the prompt whose answer diverges.

    Args:
        failure: a failure of the law.
        applied: the number of cases on which the law was checked.
        noun: the word for a case (`turncheck.reports.cases.noun_of`).
        screen: the screen to wrap to; None for no wrapping.
    """
    smallest = f"the smallest so far ({failure.left})" if failure.left else "the smallest"
    mode = failure.mode if screen is None else screen.paint(failure.mode, "red", "bold")
    counted = f"in {failure.count} of {applied} cases, {smallest}:" if failure.count else "only in a kept witness:"
    return f"{mode} {counted}\n{show_witness(failure, noun, screen)}"


def show_witness(failure: Failure, noun: str = "turn", screen: Screen | None = None) -> str:
    """Show the witness of a failure: its case, if it differs from the prompt whose answer diverges, and that answer."""
    witness = failure.witness
    explained = f"\n{show_expert(witness.expert, screen)}" if witness.expert else ""
    explained += "" if witness.as_if is None else f"\n{show_as_if(witness.as_if, screen)}"
    if witness.case == witness.turn:
        return show_divergence(failure.divergence, noun, screen) + explained
    heading = f"turn {witness.step} of it" if witness.step else f"{noun} made of it"
    case = show_case(witness.case, "play" if witness.step else "case", screen)
    return f"{case}\n{show_divergence(failure.divergence, heading, screen)}{explained}"


def show_as_if(as_if: AsIf, screen: Screen | None = None) -> str:
    """Show what would make a wrong answer right, or that nothing does."""
    told = visible(as_if.told())
    return told if screen is None else "\n".join(screen.wrapped(told))


def show_expert(expert: str, screen: Screen | None = None) -> str:
    """Show which expert of a composition was wrong, as `Witness.expert` says it."""
    told = f"wrong: expert {printable(expert)}"
    return told if screen is None else "\n".join(screen.wrapped(told))


def show_case(case: str, heading: str, screen: Screen | None = None) -> str:
    """Show a case or a play under its heading."""
    return "\n".join([heading, *_indented(case, screen, MOST_CASE_LINES)])


def _indented(text: str, screen: Screen | None, most: int = MOST_LINES) -> list[str]:
    return [row for line in shown_lines(text, most) for row in _rows(line, line, screen)]


def _compared(expected: str, got: str, screen: Screen | None) -> list[str]:
    wanted, given = shown_lines(expected), shown_lines(got)
    rows = []
    for index in range(max(len(wanted), len(given))):
        if index >= len(wanted):
            rows += _alone("+", given[index], screen)
        elif index >= len(given):
            rows += _alone("-", wanted[index], screen)
        else:
            rows += _rows(wanted[index], given[index], screen)
    return rows


def _alone(kind: Kind, line: str, screen: Screen | None) -> list[str]:
    """Show a line that the other answer does not have."""
    return [_painted(kind, row.text, screen) for row in compared(line, line, _room(screen))]


def _rows(expected: str, got: str, screen: Screen | None) -> list[str]:
    return [_painted(*row, screen) for row in compared(expected, got, _room(screen))]


def _room(screen: Screen | None) -> int | None:
    return None if screen is None else screen.width - 2


def _painted(kind: Kind, text: str, screen: Screen | None) -> str:
    row = f"{' ' if kind == '^' else kind} {text}"
    return row if screen is None else screen.paint(row, *STYLES[kind])
