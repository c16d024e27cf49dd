"""Changes of white space. Most of them make a text that looks the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from turncheck.strategies.broken_pieces import JOINS
from turncheck.strategies.broken_spacing import ends_otherwise
from turncheck.strategies.choices import Choices
from turncheck.strategies.page import CasePage
from turncheck.strategies.perturbations.perturbation import Row, Way
from turncheck.strategies.perturbations.places import each_of

ODD_SPACES = ("\xa0", "\u3000", "\u2003", "\u2009", "\x0b", "\x0c", "\u2028", "\x85")
"""White space that is no space, tab or newline."""


def _put(mark: str, replacements: Sequence[str], about: str = "") -> Way:
    """Return the way that replaces `strength` of the marks, each by one of the replacements."""

    def way(page: CasePage, strength: int, choices: Choices) -> str:
        letters = list(page.text)
        for at in each_of(choices, [at for at, letter in enumerate(letters) if letter == mark], strength):
            letters[at] = choices.pick(replacements)
        return "".join(letters)

    way.__doc__ = about
    return way


def _at_lines(put: Callable[[str, str], str], where: str) -> Way:
    """Return the way that puts `strength` spaces at a line."""

    def way(page: CasePage, strength: int, choices: Choices) -> str:
        lines = page.text.split("\n")
        line = choices.pick(range(len(page.lines)))
        lines[line] = put(lines[line], " " * strength)
        return "\n".join(lines)

    way.__doc__ = f"Put that many spaces at the {where} of a line."
    return way


def all_windows_newlines(page: CasePage, strength: int, choices: Choices) -> str:
    """End every line as Windows does."""
    return page.text.replace("\n", "\r\n")


def other_end(page: CasePage, strength: int, choices: Choices) -> str:
    """Leave out the newline at the end, or add one if the text must end without it."""
    return ends_otherwise(page, choices)


def empty_lines(page: CasePage, strength: int, choices: Choices) -> str:
    """Insert that many empty lines in one place."""
    line = choices.pick(range(len(page.lines), -1, -1))
    page.lines[line:line] = [[""] for _ in range(strength)]
    return page.text


def spaces_missing(page: CasePage, strength: int, choices: Choices) -> str:
    """Join pieces in that many places where a space belongs."""
    return _put(" ", JOINS)(page, strength, choices)


def spaces_inside(page: CasePage, strength: int, choices: Choices) -> str:
    """Insert a space into pieces in that many places."""
    inside = [found.end() for found in re.finditer(r"\S(?=\S)", page.text)]
    text = page.text
    for at in sorted(each_of(choices, inside, strength), reverse=True):
        text = f"{text[:at]} {text[at:]}"
    return text


SPACING = (
    Row("tab for a space", _put(" ", ("\t",), "Replace that many spaces by tabs.")),
    Row("doubled space", _put(" ", ("  ",), "Double that many spaces.")),
    Row("odd white space", _put(" ", ODD_SPACES, "Replace that many spaces by white space of other kinds.")),
    Row("trailing spaces", _at_lines(lambda line, spaces: line + spaces, "end")),
    Row("leading spaces", _at_lines(lambda line, spaces: spaces + line, "start")),
    Row("Windows newline", _put("\n", ("\r\n", "\r"), "End that many lines as Windows does.")),
    Row("all Windows newlines", all_windows_newlines, (1,)),
    Row("empty lines", empty_lines),
    Row("other end of the text", other_end, (1,)),
    Row("space missing", spaces_missing),
    Row("space inside a piece", spaces_inside),
)
