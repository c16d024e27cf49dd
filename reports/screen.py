"""The screen on which a run is shown: its width and colour, and how text is wrapped to fit it.

>>> wrap("own_answers_lead_where_the_reference_does (all, rollout)", 20, hanging="  ")
['own_answers_lead_', '  where_the_', '  reference_does', '  (all, rollout)']
"""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Iterator
from typing import Literal, TextIO

import attrs

Style = Literal["bold", "faint", "red", "green", "yellow"]

CODES: dict[Style, int] = {"bold": 1, "faint": 2, "red": 31, "green": 32, "yellow": 33}

USUAL = 80
"""Width of a file, and of a terminal that does not tell its width, in columns."""

NARROWEST = 60
"""Least width to which text is wrapped; a narrower terminal breaks the lines itself."""

BREAKS = "_/:,-."
"""Characters after which a word that is longer than a line is broken."""


def _at_least(width: int) -> int:
    return max(width, NARROWEST)


@attrs.frozen
class Screen:
    """The width and colour of an output.

    Attributes:
        width: its width in columns, `NARROWEST` or more.
        colour: whether it shows colours.
    """

    width: int = attrs.field(default=USUAL, converter=_at_least)
    colour: bool = False

    @classmethod
    def of(cls, stream: TextIO, colour: bool | None = None) -> Screen:
        """Return the screen of a stream.

        The width is that of `COLUMNS` or the terminal. If `colour` is None, `NO_COLOR` switches colours off and
        `FORCE_COLOR` switches them on; else a terminal has colours, unless `TERM` is `dumb`.
        """
        return cls(shutil.get_terminal_size((USUAL, 24)).columns, _has_colour(stream) if colour is None else colour)

    def paint(self, text: str, *styles: Style) -> str:
        """Return the text in the styles; unchanged on a screen without colour."""
        if not self.colour or not styles or not text:
            return text
        return f"\x1b[{';'.join(str(CODES[style]) for style in styles)}m{text}\x1b[0m"

    def wrapped(self, text: str, hanging: str = "") -> list[str]:
        """Wrap the text to the width of the screen."""
        return wrap(text, self.width, hanging)


def _has_colour(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def cells(text: str) -> int:
    """Return the width of printable text in columns: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, width: int, hanging: str = "") -> list[str]:
    """Wrap text at spaces to lines of at most that width; `hanging` indents each line but the first.

    A word that is longer than a line is broken after one of `BREAKS`, else anywhere. Empty text gives one empty line.
    """
    lines, line, indent = [], "", ""
    for number, word in enumerate(text.split(" ")):
        joined = f"{line} {word}" if number and line != indent else f"{line}{word}"
        if cells(joined) <= width:
            line = joined
            continue
        if line != indent:
            lines.append(line)
            line = indent = hanging
        while cells(word) > width - len(indent):
            end = _end_of_part(word, width - len(indent))
            lines.append(f"{indent}{word[:end]}")
            word, indent = word[end:], hanging
        line = f"{indent}{word}"
    return [*lines, line]


def broken(word: str, width: int) -> Iterator[str]:
    """Yield a word in parts of at most that width, each as long as possible."""
    while cells(word) > width:
        end = _end_of_part(word, width)
        yield word[:end]
        word = word[end:]
    yield word


def _end_of_part(word: str, width: int) -> int:
    end = _fitting(word, width)
    behind = max(word.rfind(character, 0, end) for character in BREAKS) + 1
    return behind if behind > end // 3 else end


def _fitting(word: str, width: int) -> int:
    """Return how many of the first characters fit, at least one."""
    taken = 0
    for end, character in enumerate(word):
        taken += _cells(character)
        if taken > width:
            return max(end, 1)
    return len(word)
