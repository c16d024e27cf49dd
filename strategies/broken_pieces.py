"""Ways to put something wrong in a piece's place: a word, a number or any other value of a field.

Each way damages one of the page's targets. The reason for which the text is then rejected depends on what replaces the
piece, so the operator checks that it is its own reason.
"""

from __future__ import annotations

import re

from turncheck.engine.fields import Field, Int
from turncheck.strategies.choices import Choices
from turncheck.strategies.misspellings import GARBAGE, NOT_NUMBERS, misspell, miswrite, number_instead
from turncheck.strategies.page import CasePage, Position

JOINS = ("", "=", ":", "-", "_", ",", "|", ";")
"""What joins two pieces that should be separated by a space."""

BORDERS = ("", "-", ":", "/", "|", "_", ".", ",", "~", "=", " ", "\u2044", "\uff0f", "\uff0b")
"""What replaces a border."""

# --- the piece itself ------------------------------------------------------------------------------------------------


def misspelt(page: CasePage, choices: Choices) -> str:
    """Misspell a word, one field of a piece, or a border around the fields."""
    place = choices.pick(page.targets)
    if not page.wanted(place).fields:
        page[place] = misspell(page[place], choices, page.words)
        return page.text
    parts = page.parts(place)
    inside, around = range(1, len(parts), 2), [at for at in range(0, len(parts), 2) if parts[at]]
    at = choices.pick([*inside, *around])
    field = page.wanted(place).fields[at // 2] if at % 2 else None
    parts[at] = _border(parts[at], choices) if field is None else _miswritten(field, parts[at], choices, page.words)
    page[place] = "".join(parts)
    return page.text


def _border(border: str, choices: Choices) -> str:
    return choices.pick([other for other in (*BORDERS, border + border) if other != border])


def _miswritten(field: Field, text: str, choices: Choices, words: tuple[str, ...]) -> str:
    if not isinstance(field, Int):
        return misspell(text, choices, words)
    digits = text.lstrip("+-")
    sign = text[: len(text) - len(digits)]
    if field.signed and choices.pick((False, False, True)):
        signs = [other for other in ("", "+", "-", "\u2212", "++", "--", "+-", "\xb1") if other != sign]
        return choices.pick([*(other + digits for other in signs), digits + (sign or "-")])
    return sign + miswrite(digits, choices, words)


def replaced_by_a_word(page: CasePage, choices: Choices) -> str:
    """Replace a piece by a word of the grammar that does not belong there."""
    place = choices.pick(page.targets)
    pattern = page.wanted(place).pattern
    page[place] = choices.pick([word for word in page.words if not re.fullmatch(pattern, word)])
    return page.text


def replaced_by_another_piece(page: CasePage, choices: Choices) -> str:
    """Replace a piece by a piece from elsewhere in the text."""
    place = choices.pick(page.targets)
    page[place] = choices.pick(list(dict.fromkeys(page[other] for other in page.places if page[other] != page[place])))
    return page.text


def replaced_by_garbage(page: CasePage, choices: Choices) -> str:
    """Replace a piece by garbage."""
    place = choices.pick(page.targets)
    page[place] = choices.pick(choices.pick((NOT_NUMBERS, GARBAGE, number_instead(page[place]))))
    return page.text


# --- its place in the line -------------------------------------------------------------------------------------------


def left_out(page: CasePage, choices: Choices) -> str:
    """Leave a piece out, so that the next piece takes its place."""
    line, index = _followed_by_another(page, choices)
    del page.lines[line][index]
    return page.text


def one_before_it_again(page: CasePage, choices: Choices) -> str:
    """Repeat the piece before it."""
    line, index = choices.pick([place for place in page.targets if place[1] > 0])
    page.lines[line].insert(index, page[line, index - 1])
    return page.text


def swapped(page: CasePage, choices: Choices) -> str:
    """Swap a piece with a later one of its line."""
    first = choices.pick([place for place in page.targets if _later(page, place)])
    second = choices.pick(_later(page, first))
    page[first], page[second] = page[second], page[first]
    return page.text


def joined(page: CasePage, choices: Choices) -> str:
    """Join a piece with the next one, without the space between them."""
    line, index = _followed_by_another(page, choices)
    page.lines[line][index : index + 2] = [page[line, index] + choices.pick(JOINS) + page[line, index + 1]]
    return page.text


def torn(page: CasePage, choices: Choices) -> str:
    """Insert a space into a piece."""
    line, index = choices.pick([place for place in page.targets if len(page[place]) > 1])
    piece = page[line, index]
    cut = choices.pick(range(1, len(piece)))
    page.lines[line][index : index + 1] = [piece[:cut], piece[cut:]]
    return page.text


def _followed_by_another(page: CasePage, choices: Choices) -> Position:
    return choices.pick([place for place in page.targets if not page.is_last(place)])


def _later(page: CasePage, place: Position) -> list[Position]:
    line, index = place
    return [(line, later) for later in range(index + 1, len(page.lines[line])) if page[line, later] != page[place]]


# --- its line --------------------------------------------------------------------------------------------------------


def line_left_out(page: CasePage, choices: Choices) -> str:
    """Leave a line out, so that the next line takes its place."""
    del page.lines[choices.pick(range(len(page.lines) - 1))]
    return page.text


def line_again(page: CasePage, choices: Choices) -> str:
    """Repeat a line."""
    line = choices.pick(range(len(page.lines) - 1))
    page.lines.insert(line, page.lines[line])
    return page.text


def lines_swapped(page: CasePage, choices: Choices) -> str:
    """Swap any two lines."""
    first = choices.pick(range(len(page.lines) - 1))
    second = choices.pick(range(first + 1, len(page.lines)))
    page.lines[first], page.lines[second] = page.lines[second], page.lines[first]
    return page.text


def an_answer(page: CasePage, choices: Choices) -> str:
    """Return a rejection, the answer to a malformed text, in place of the case."""
    return page.domain.rejection(choices.pick(tuple(page.domain.reasons)))
