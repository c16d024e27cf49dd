"""What a run is shown on: so many columns, with colour or without, and how text is broken to fit it.

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
"""Columns of a terminal that does not say how many it has, and of a file."""

NARROWEST = 60
"""Columns into which text is broken at least: a terminal that has fewer breaks lines itself."""

BREAKS = "_/:,-."
"""Behind these a word is broken that is longer than a line."""


def _at_least(width: int) -> int:
    return max(width, NARROWEST)


@attrs.frozen
class Screen:
    """What text is shown on.

    Attributes:
        width: columns, `NARROWEST` or more.
        colour: whether it shows colours.
    """

    width: int = attrs.field(default=USUAL, converter=_at_least)
    colour: bool = False

    @classmethod
    def of(cls, stream: TextIO, colour: bool | None = None) -> Screen:
        """The screen behind a stream: as wide as the terminal or `COLUMNS` says, with colour unless told otherwise
        where it is a terminal, or `FORCE_COLOR` is set, and neither `NO_COLOR` nor a dumb `TERM` is.
        """
        return cls(shutil.get_terminal_size((USUAL, 24)).columns, _has_colour(stream) if colour is None else colour)

    def paint(self, text: str, *styles: Style) -> str:
        """The text in some styles; as it is where there is no colour."""
        if not self.colour or not styles or not text:
            return text
        return f"\x1b[{';'.join(str(CODES[style]) for style in styles)}m{text}\x1b[0m"

    def wrapped(self, text: str, hanging: str = "") -> list[str]:
        """The text in lines that fit."""
        return wrap(text, self.width, hanging)


def _has_colour(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def cells(text: str) -> int:
    """Columns that printable text takes: two for a wide character, none for one that combines with the last."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, width: int, hanging: str = "") -> list[str]:
    """Text in lines of at most that width, broken at spaces; `hanging` stands before each line but the first. A word
    that is longer than a line is broken behind one of `BREAKS`, else anywhere. Of nothing one empty line.
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
    """A word in parts of at most that width, each as long as can be."""
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
    """How many of the first characters fit, at least one."""
    taken = 0
    for end, character in enumerate(word):
        taken += _cells(character)
        if taken > width:
            return max(end, 1)
    return len(word)
