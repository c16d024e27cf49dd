"""Ways to end a text or a line too early or too late."""

from __future__ import annotations

from turncheck.strategies.choices import Choices
from turncheck.strategies.misspellings import GARBAGE
from turncheck.strategies.page import CasePage, Page, Position, followed

# --- too early -------------------------------------------------------------------------------------------------------


def lines_missing(page: Page, choices: Choices) -> str:
    """Leave out the last lines. If all are left out, the text is empty."""
    del page.lines[choices.pick(range(len(page.lines))) :]
    return page.text


def line_ended(page: Page, choices: Choices) -> str:
    """End a line after at least one piece; the lines after it may be missing too."""
    line, index = choices.pick([place for place in page.places if not page.is_last(place)])
    return ended(page, (line, index), choices)


def last_pieces_missing(page: Page, choices: Choices) -> str:
    """Leave out the last piece of a line and of every later line."""
    for line in page.lines[choices.pick(range(len(page.lines))) :]:
        line.pop()
    return page.text


def ended(page: Page, fault: Position, choices: Choices) -> str:
    """End the line at the fault, and half of the time the text too."""
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
    """Append a piece to any line: a number, the last piece again, a word, or something else."""
    line = choices.pick(range(len(page.lines)))
    pieces = page.lines[line]
    kinds = ("0", "1", "7", "00", "42"), (pieces[-1],), pieces, EXTRA_PIECES, page.words, GARBAGE
    pieces.append(choices.pick(choices.pick([kind for kind in kinds if kind])))
    return followed(page, (line, len(pieces) - 1), choices)


def lines_joined(page: Page, choices: Choices) -> str:
    """Join a line with the next one, or with all lines after it."""
    line = choices.pick(range(len(page.lines) - 1))
    end = choices.pick((line + 2, len(page.lines)))
    page.lines[line:end] = [[piece for pieces in page.lines[line:end] for piece in pieces]]
    return page.text


def line_at_the_end(page: Page, choices: Choices) -> str:
    """Append a line that does not belong there."""
    page.lines.append(choices.pick(EXTRA_LINES).split(" "))
    return page.text


def line_again_at_the_end(page: Page, choices: Choices) -> str:
    """Append a copy of one of the lines."""
    page.lines.append(choices.pick(page.lines[::-1]))
    return page.text


def lines_again_at_the_end(page: Page, choices: Choices) -> str:
    """Append a copy of all lines from one line on."""
    page.lines += page.lines[choices.pick(range(len(page.lines))) :]
    return page.text
