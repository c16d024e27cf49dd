"""Ways in which a text or a line ends too early (M2) or too late (M3)."""

from __future__ import annotations

from turncheck.engine.duel import UNIT_NAMES, WORDS
from turncheck.engine.duel.tables import ACTION_NAMES
from turncheck.strategies.choices import Choices
from turncheck.strategies.duel.page import ORDER_LINES, Page, Place, followed
from turncheck.strategies.misspellings import GARBAGE

# --- M2: truncated ---------------------------------------------------------------------------------------------------


def lines_missing(page: Page, choices: Choices) -> str:
    """The last ones; with all of them missing the text is empty."""
    del page.lines[choices.pick(range(len(page.lines))) :]
    return page.text


def line_ended(page: Page, choices: Choices) -> str:
    """After at least one piece; what comes on the next lines may be missing as well."""
    line, index = choices.pick([place for place in page.places if not page.is_last(place)])
    return _ended(page, (line, index), choices)


def order_ended(page: Page, choices: Choices) -> str:
    """`do hero` or `do` alone."""
    return _ended(page, (choices.pick(ORDER_LINES), choices.pick((1, 0))), choices)


def last_pieces_missing(page: Page, choices: Choices) -> str:
    """On that line and on every later one."""
    for line in page.lines[choices.pick(range(len(page.lines))) :]:
        line.pop()
    return page.text


def _ended(page: Page, fault: Place, choices: Choices) -> str:
    line, index = fault
    del page.lines[line][index + 1 :]
    if choices.pick((False, True)):
        del page.lines[line + 1 :]
    return followed(page, fault, choices)


# --- M3: trailing_text -----------------------------------------------------------------------------------------------

# fmt: off
EXTRA_LINES = (
    "x", "end", "done", "turn", "turn 08", "do", "do hero", "do foe wait", "reject bad_number", "hero wins", "```",
    "---", "#", "Answer:", "...", "0", "99", "ok", "null", "\u200b", "\N{SLIGHTLY SMILING FACE}", "poison 3",
    "mana 10/10",
)
EXTRA_PIECES = (
    "x", "mana 9", "cd attack 0", "cd wait 0", "poison 3", "# note", "// note", "(fallen)", "twice", "now", "foe", "do",
    "and wait", "then guard", "at foe", "!", ".", ";", "\\", "|", "99", "0/0", "31/40", "-1", "\u200b",
)
# fmt: on


def piece_at_the_end(page: Page, choices: Choices) -> str:
    """Of any line: a number, a word, the last piece again, or something else."""
    line = choices.pick(range(len(page.lines)))
    pieces = page.lines[line]
    kinds = ("0", "1", "7", "00", "42"), (pieces[-1],), pieces, EXTRA_PIECES, WORDS, GARBAGE
    pieces.append(choices.pick(choices.pick(kinds)))
    return followed(page, (line, len(pieces) - 1), choices)


def lines_joined(page: Page, choices: Choices) -> str:
    """Two neighbours, or one and all that follow it."""
    line = choices.pick(range(len(page.lines) - 1))
    end = choices.pick((line + 2, len(page.lines)))
    page.lines[line:end] = [[piece for pieces in page.lines[line:end] for piece in pieces]]
    return page.text


def line_at_the_end(page: Page, choices: Choices) -> str:
    """One line too many, of whatever kind."""
    return page.text + choices.pick(EXTRA_LINES) + "\n"


def line_again_at_the_end(page: Page, choices: Choices) -> str:
    """One of the five lines once more."""
    page.lines.append(choices.pick(page.lines[::-1]))
    return page.text


def third_order(page: Page, choices: Choices) -> str:
    """A well-formed one."""
    page.lines.append(["do", choices.pick(UNIT_NAMES), choices.pick(ACTION_NAMES)])
    return page.text


def lines_again_at_the_end(page: Page, choices: Choices) -> str:
    """The battle, both orders or the whole turn a second time."""
    start, end = choices.pick(((3, 5), (0, 3), (0, 5)))
    page.lines += page.lines[start:end]
    return page.text
