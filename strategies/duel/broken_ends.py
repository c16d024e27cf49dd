"""Ways to end a text or a line too early (M2) or too late (M3)."""

from __future__ import annotations

from turncheck.engine.duel import UNIT_NAMES, WORDS
from turncheck.engine.duel.tables import ACTION_NAMES
from turncheck.strategies.broken_ends import ended
from turncheck.strategies.choices import Choices
from turncheck.strategies.duel.page import ORDER_LINES, Page
from turncheck.strategies.misspellings import GARBAGE
from turncheck.strategies.page import followed

# --- M2: truncated ---------------------------------------------------------------------------------------------------


def order_ended(page: Page, choices: Choices) -> str:
    """Leave `do hero` or `do` alone on an order's line."""
    return ended(page, (choices.pick(ORDER_LINES), choices.pick((1, 0))), choices)


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
    """Append a piece to any line: a number, the last piece again, a word, or something else."""
    line = choices.pick(range(len(page.lines)))
    pieces = page.lines[line]
    kinds = ("0", "1", "7", "00", "42"), (pieces[-1],), pieces, EXTRA_PIECES, WORDS, GARBAGE
    pieces.append(choices.pick(choices.pick(kinds)))
    return followed(page, (line, len(pieces) - 1), choices)


def line_at_the_end(page: Page, choices: Choices) -> str:
    """Append a line that does not belong there."""
    return page.text + choices.pick(EXTRA_LINES) + "\n"


def third_order(page: Page, choices: Choices) -> str:
    """Append a well-formed third order."""
    page.lines.append(["do", choices.pick(UNIT_NAMES), choices.pick(ACTION_NAMES)])
    return page.text


def lines_again_at_the_end(page: Page, choices: Choices) -> str:
    """Append a copy of the battle, of both orders or of the whole turn."""
    start, end = choices.pick(((3, 5), (0, 3), (0, 5)))
    page.lines += page.lines[start:end]
    return page.text
