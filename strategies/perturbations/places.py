"""The places of a page by what stands there: words, numbers, and fields with their labels."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

import attrs

from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.schema import Piece
from turncheck.strategies.choices import Choices, NoOptionError
from turncheck.strategies.page import CasePage, Page, Position

Option = TypeVar("Option")


def each_of(choices: Choices, options: Collection[Option], count: int) -> Iterator[Option]:
    """Yield that many different options, one pick after the other.

    So the choices that pick the first options, and what is done with them, are the same for every count: a stronger
    damage does all that a weaker one does.

    Raises:
        NoOptionError: there are fewer options.
    """
    left = list(options)
    if len(left) < count:
        raise NoOptionError
    for _ in range(count):
        option = choices.pick(left)
        left.remove(option)
        yield option


# --- words -----------------------------------------------------------------------------------------------------------


def words_on(page: CasePage) -> list[Position]:
    """Return the places of words: the words of the schema, and the fields that are one of several words."""
    return [place for place in page.places if page.wanted(place).word or _is_choice(page, place)]


def actions_on(page: CasePage) -> list[Position]:
    """Return the places of the orders' actions: their choices that have a reason of their own, else all choices."""
    orders = [place for place in words_on(page) if place[0] >= state_lines(page) and not page.wanted(place).word]
    own = [place for place in orders if page.wanted(place).fields[0].reason is not None]
    return own or orders


def labels_on(page: CasePage) -> list[Position]:
    """Return the places of words other than the orders' actions."""
    actions = actions_on(page)
    return [place for place in words_on(page) if place not in actions]


def state_lines(page: CasePage) -> int:
    """Return how many lines come before the orders; all lines if there are no orders."""
    orders = page.domain.orders
    return len(page.lines) - (len(orders.lines) if orders is not None else 0)


def _is_choice(page: CasePage, place: Position) -> bool:
    piece = page.wanted(place)
    return piece.is_bare and isinstance(piece.fields[0], Choice)


# --- numbers ---------------------------------------------------------------------------------------------------------

Wrong = Callable[[Int, str], Sequence[str]]
"""From a number's field and its text to wrong texts, the simplest first."""


def numbers_on(page: CasePage) -> list[tuple[Position, int]]:
    """Return where numbers stand: the place of the piece, and the index of the field in it."""
    return [
        (place, at)
        for place in page.places
        for at, field in enumerate(page.wanted(place).fields)
        if isinstance(field, Int)
    ]


def numbers_miswritten(page: CasePage, count: int, choices: Choices, wrong: Wrong) -> str:
    """Write that many numbers wrongly, each in one of the ways that `wrong` gives for it.

    Raises:
        NoOptionError: fewer numbers can be written wrongly so.
    """
    parts = {place: page.parts(place) for place, _ in numbers_on(page)}
    ways = {(place, at): wrong(_number(page, place, at), parts[place][2 * at + 1]) for place, at in numbers_on(page)}
    for place, at in each_of(choices, [number for number, texts in ways.items() if texts], count):
        parts[place][2 * at + 1] = choices.pick(ways[place, at])
        page[place] = "".join(parts[place])
    return page.text


def _number(page: CasePage, place: Position, at: int) -> Int:
    field: Field = page.wanted(place).fields[at]
    assert isinstance(field, Int)
    return field


# --- fields with their labels ----------------------------------------------------------------------------------------


@attrs.define(eq=False)
class Chunk:
    """Pieces of a line that belong together: a field and the word before it, or a word of its own.

    Attributes:
        pieces: the pieces as they are written.
        place: the place of the field's piece, or of the word.
        is_field: whether it holds a field.
    """

    pieces: list[str]
    place: Position
    is_field: bool

    @property
    def has_label(self) -> bool:
        """Whether the field has a label of its own."""
        return self.is_field and len(self.pieces) == 2


def chunks_of(page: CasePage) -> list[list[Chunk]]:
    """Split the page into chunks, line by line.

    A word before a field is the field's label, unless a field of the same kind follows, as in `row . . x`: then it is
    the label of all of them.
    """
    return [_chunks_of_line(page, line) for line in range(len(page.lines))]


def _chunks_of_line(page: CasePage, line: int) -> list[Chunk]:
    wanted = page.domain.prompt.lines[line]
    row: list[Chunk] = []
    for index, piece in enumerate(page.lines[line]):
        if wanted[index].fields and index and wanted[index - 1].word and not _has_another(wanted[index:]):
            row[-1] = Chunk([*row[-1].pieces, piece], (line, index), True)
        else:
            row.append(Chunk([piece], (line, index), not wanted[index].word))
    return row


def _has_another(pieces: Sequence[Piece]) -> bool:
    """Whether the piece after the first has the same fields."""
    return len(pieces) > 1 and pieces[1].fields == pieces[0].fields


def fields_of(rows: list[list[Chunk]]) -> list[tuple[list[Chunk], Chunk]]:
    """Return the chunks that hold a field, each with its line."""
    return [(row, chunk) for row in rows for chunk in row if chunk.is_field]


def written(page: Page, rows: Sequence[Sequence[Chunk]]) -> str:
    """Return the text of the chunks; a line without chunks is left out."""
    lines = [[piece for chunk in row for piece in chunk.pieces] for row in rows]
    page.lines = [line for line in lines if line]
    return page.text
