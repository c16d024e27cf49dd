"""Ways in which a text or a line ends too early or too late."""

from __future__ import annotations

from turncheck.strategies.choices import Choices
from turncheck.strategies.misspellings import GARBAGE
from turncheck.strategies.page import CasePage, Page, Position, followed

# --- too early -------------------------------------------------------------------------------------------------------


def lines_missing(page: Page, choices: Choices) -> str:
    """The last ones; with all of them missing the text is empty."""
    del page.lines[choices.pick(range(len(page.lines))) :]
    return page.text


def line_ended(page: Page, choices: Choices) -> str:
    """After at least one piece; what comes on the next lines may be missing as well."""
    line, index = choices.pick([place for place in page.places if not page.is_last(place)])
    return ended(page, (line, index), choices)


def last_pieces_missing(page: Page, choices: Choices) -> str:
    """On that line and on every later one."""
    for line in page.lines[choices.pick(range(len(page.lines))) :]:
        line.pop()
    return page.text


def ended(page: Page, fault: Position, choices: Choices) -> str:
    """The text whose line ends at the fault, and maybe the text as well."""
    line, index = fault
    del page.lines[line][index + 1 :]
    if choices.pick((False, True)):
        del page.lines[line + 1 :]
    return followed(page, fault, choices)


# --- too late --------------------------------------------------------------------------------------------------------

# fmt: off
EXTRA_LINES = (
    "x", "end", "done", "reject bad_number", "```", "---", "#", "Answer:", "...", "0", "99", "ok", "null", "\u200b",
    "\N{SLIGHTLY SMILING FACE}",
)
EXTRA_PIECES = (
    "x", "# note", "// note", "(none)", "twice", "now", "and", "!", ".", ";", "\\", "|", "99", "0/0", "-1", "\u200b",
)
# fmt: on


def piece_at_the_end(page: CasePage, choices: Choices) -> str:
    """Of any line: a number, the last piece again, a word, or something else."""
    line = choices.pick(range(len(page.lines)))
    pieces = page.lines[line]
    kinds = ("0", "1", "7", "00", "42"), (pieces[-1],), pieces, EXTRA_PIECES, page.words, GARBAGE
    pieces.append(choices.pick(choices.pick([kind for kind in kinds if kind])))
    return followed(page, (line, len(pieces) - 1), choices)


def lines_joined(page: Page, choices: Choices) -> str:
    """Two neighbours, or one and all that follow it."""
    line = choices.pick(range(len(page.lines) - 1))
    end = choices.pick((line + 2, len(page.lines)))
    page.lines[line:end] = [[piece for pieces in page.lines[line:end] for piece in pieces]]
    return page.text


def line_at_the_end(page: Page, choices: Choices) -> str:
    """One line too many, of whatever kind."""
    page.lines.append(choices.pick(EXTRA_LINES).split(" "))
    return page.text


def line_again_at_the_end(page: Page, choices: Choices) -> str:
    """One of the lines once more."""
    page.lines.append(choices.pick(page.lines[::-1]))
    return page.text


def lines_again_at_the_end(page: Page, choices: Choices) -> str:
    """All from one line on a second time."""
    page.lines += page.lines[choices.pick(range(len(page.lines))) :]
    return page.text
