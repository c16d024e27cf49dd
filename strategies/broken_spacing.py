"""Ways to break the spacing of a text, which must be lines with single spaces."""

from __future__ import annotations

import re

from turncheck.strategies.choices import Choices
from turncheck.strategies.page import Page

COMMON_ODD = "\t\r\xa0\u2028\x85\x00\x7f\v\f\u3000"
ODD = "".join(
    c for c in map(chr, range(0x3001)) if c not in " \n" and (c.isspace() or c < " " or "\x7f" <= c <= "\x9f")
)
"""White space other than space and newline, and control characters; half of the draws are common ones."""


def no_last_newline(page: Page, choices: Choices) -> str:
    """Leave out the newline at the end."""
    return page.text[:-1]


def ends_otherwise(page: Page, choices: Choices) -> str:
    """Leave out the newline at the end, or add one if the text must end without it."""
    return no_last_newline(page, choices) if page.end else page.text + "\n"


def extra_space(page: Page, choices: Choices) -> str:
    """Add a space at the start or the end of a line or beside another space, by an empty piece."""
    line = choices.pick(page.lines)
    line.insert(choices.pick(range(len(line) + 1)), "")
    return page.text


def space_at_an_edge(page: Page, choices: Choices) -> str:
    """Add one or several spaces at the end or the start of a line."""
    line = choices.pick(page.lines)
    line.insert(choices.pick((len(line), 0)), choices.pick(("", " ", "   ")))
    return page.text


def empty_line(page: Page, choices: Choices) -> str:
    """Insert an empty line before the first line, between two lines or after the last."""
    page.lines.insert(choices.pick(range(len(page.lines) + 1)), [""])
    return page.text


def odd_space(page: Page, choices: Choices) -> str:
    """Put an odd character in place of a space or beside it."""
    space = choices.pick(list(re.finditer(" ", page.text)))
    odd = _odd(choices)
    return _put(page.text, space, choices.pick((odd, odd + " ", " " + odd)))


def odd_newline(page: Page, choices: Choices) -> str:
    """Put an odd character in place of a newline or beside it."""
    newline = choices.pick(list(re.finditer("\n", page.text)))
    odd = _odd(choices)
    return _put(page.text, newline, choices.pick((odd, odd + "\n", "\n" + odd)))


def odd_character(page: Page, choices: Choices) -> str:
    """Put an odd character in place of a letter or digit, or before it."""
    character = choices.pick(list(re.finditer("[^ \n]", page.text)))
    odd = _odd(choices)
    return _put(page.text, character, choices.pick((odd, odd + character[0])))


def ended_anywhere(page: Page, choices: Choices) -> str:
    """Cut the text after any character other than a newline."""
    end = choices.pick([character.end() for character in re.finditer(".", page.text)])
    return page.text[:end]


def odd_everywhere(page: Page, choices: Choices) -> str:
    """Replace every space or every newline, for example by the newline of another system."""
    mark, replacement = choices.pick(
        [
            ("\n", "\r\n"),
            ("\n", "\r"),
            ("\n", "\n\n"),
            ("\n", " \n"),
            ("\n", "\n "),
            (" ", "\t"),
            (" ", "  "),
            (" ", "\xa0"),
        ]
    )
    return page.text.replace(mark, replacement)


def nothing_but_space(page: Page, choices: Choices) -> str:
    """Return a text that is not empty but consists of white space or a control character."""
    return choices.pick(("\n", " ", " \n", "\n\n", "\n\n\n\n\n", "\t", "\t\n", "\r\n", "\x00", "\xa0"))


def _odd(choices: Choices) -> str:
    return choices.pick(choices.pick((COMMON_ODD, ODD)))


def _put(text: str, match: re.Match[str], replacement: str) -> str:
    return text[: match.start()] + replacement + text[match.end() :]
