"""The duel's own way to break the spacing of a text (M1), besides those of every domain."""

from __future__ import annotations

from turncheck.strategies.broken_spacing import empty_line, extra_space, no_last_newline, odd_character, odd_newline
from turncheck.strategies.choices import Choices
from turncheck.strategies.duel.broken_labels import line_left_out, misspelt_word, replaced_word
from turncheck.strategies.duel.broken_numbers import miswritten_number
from turncheck.strategies.duel.page import Page
from turncheck.strategies.page import split

# --- M1: bad_spacing -------------------------------------------------------------------------------------------------


def wrong_besides(page: Page, choices: Choices) -> str:
    """Break the spacing behind another fault: spacing is checked first in the whole text, so only spacing counts."""
    page.lines = split(choices.pick((replaced_word, misspelt_word, miswritten_number, line_left_out))(page, choices))
    return choices.pick((no_last_newline, extra_space, empty_line, odd_newline, odd_character))(page, choices)
