"""A way in which a text is not made of lines with single spaces (M1), besides those of every domain."""

from __future__ import annotations

from turncheck.strategies.broken_spacing import empty_line, extra_space, no_last_newline, odd_character, odd_newline
from turncheck.strategies.choices import Choices
from turncheck.strategies.duel.broken_labels import line_left_out, misspelt_word, replaced_word
from turncheck.strategies.duel.broken_numbers import miswritten_number
from turncheck.strategies.duel.page import Page
from turncheck.strategies.page import split

# --- M1: bad_spacing -------------------------------------------------------------------------------------------------


def wrong_besides(page: Page, choices: Choices) -> str:
    """Spacing is looked for in the whole text first, so that another fault before it does not count."""
    page.lines = split(choices.pick((replaced_word, misspelt_word, miswritten_number, line_left_out))(page, choices))
    return choices.pick((no_last_newline, extra_space, empty_line, odd_newline, odd_character))(page, choices)
