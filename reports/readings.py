"""How an answer compares with the expected one: held against the template of a state, place by place.

The text of a state has a fixed form. Each of its places wants a *label*, which is one certain word, or a *number*,
which is digits of a certain width. So of whatever stands in an answer it can be said whether it belongs elsewhere.

Nothing here looks at a text more often than a fixed number of times, however long it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

import attrs

from turncheck.engine.duel import UNIT_NAMES, WORDS, Battle, write

# --- the template ----------------------------------------------------------------------------------------------------


NEUTRAL = write(Battle())


@attrs.frozen
class Place:
    """A place of the template.

    Attributes:
        line: its line, from 1.
        piece: its piece in that line, from 1.
        usual: what it holds in the neutral state.
        numbers: which numbers it holds, as tables name them: `turn`, `foe cd guard`, both `hero hp` and `hero max`. A
            label has none.
    """

    line: int
    piece: int
    usual: str
    numbers: tuple[str, ...]

    def takes(self, piece: str) -> bool:
        """Whether the piece may stand here: the label itself, or digits of the right width."""
        return _form(piece) == _form(self.usual)


def _form(piece: str) -> str:
    """The piece with every digit a 0."""
    return piece.translate(_DIGITS)


_DIGITS = str.maketrans("123456789", "000000000")


def _template() -> Iterator[Place]:
    for line, text in enumerate(NEUTRAL.splitlines(), start=1):
        pieces = text.split(" ")
        for index, piece in enumerate(pieces):
            yield Place(line, index + 1, piece, () if piece in WORDS else _numbers_at(pieces, index))


def _numbers_at(pieces: list[str], index: int) -> tuple[str, ...]:
    unit, label = pieces[0], pieces[index - 1]
    if unit not in UNIT_NAMES:
        return (label,)
    if label == "hp":
        return f"{unit} hp", f"{unit} max"
    return (f"{unit} cd {label}" if "cd" in pieces[:index] else f"{unit} {label}",)


TEMPLATE = tuple(_template())
"""The places of a state's text, in their order."""

NUMBERS = tuple(number for place in TEMPLATE for number in place.numbers)
"""The numbers of a state, in their order."""

Placed = list[tuple[Place, str]]


def placed(text: str) -> Placed:
    """What stands at each place of the template; empty where the lines, or the pieces in them, are not as many."""
    if not text.endswith("\n") or _spaces(text) != _spaces(NEUTRAL):
        return []
    return list(zip(TEMPLATE, re.split("[ \n]", text[:-1]), strict=True))


def _spaces(text: str) -> list[int]:
    return [line.count(" ") for line in text.split("\n")]


# --- an answer that is no state --------------------------------------------------------------------------------------


@attrs.frozen
class Difference:
    """A place, from 1, the piece that belongs there and the one that stands there; None where a text has ended."""

    line: int
    piece: int
    expected: str | None
    got: str | None


def first_difference(expected: str, got: str) -> Difference:
    """Where two different texts part. A line's last piece has the newline, so that one that is missing is seen."""
    for wanted, given in zip_longest(_pieces(expected), _pieces(got)):
        if wanted != given:
            line, piece, _ = wanted or given
            return Difference(line, piece, wanted and wanted[2], given and given[2])
    raise AssertionError("the texts are the same")


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Each piece with its line and its number in that line."""
    for line, content in enumerate(re.findall("[^\n]*\n|[^\n]+", text), start=1):
        for piece, found in enumerate(content.split(" "), start=1):
            yield line, piece, found


def lost_labels(got: str) -> list[tuple[str, str]]:
    """The labels that are lost since another word of the grammar stands in their place: that word and the label.

    Empty where the answer has not the shape of a state, or has all the labels, in whatever order.
    """
    labels = _labels(got)
    lost = Counter(place.usual for place, _ in labels) - Counter(word for _, word in labels)
    return [(word, place.usual) for place, word in labels if word != place.usual and place.usual in lost]


def moved_piece(expected: str, got: str) -> Difference | None:
    """The first piece that stands in another's place; None where that is not what is wrong with the answer.

    It is where the labels are those of a state in another order, or the pieces those of the expected answer in other
    places or on other lines, or where each number of the wrong form is the content of another number's place.
    """
    return _moved_label(got) or _moved_any(expected, got) or _moved_number(expected, got)


def _labels(got: str) -> Placed:
    """The words in the places of labels; empty where one is no word of the grammar, or a number has the wrong form."""
    found = placed(got)
    is_right = all(place.takes(piece) if place.numbers else piece in WORDS for place, piece in found)
    return [(place, piece) for place, piece in found if not place.numbers] if is_right else []


def _moved_label(got: str) -> Difference | None:
    labels = _labels(got)
    if Counter(place.usual for place, _ in labels) != Counter(word for _, word in labels):
        return None
    moved = (Difference(place.line, place.piece, place.usual, word) for place, word in labels if word != place.usual)
    return next(moved, None)


def _moved_any(expected: str, got: str) -> Difference | None:
    if not got.endswith("\n") or Counter(re.split("[ \n]", expected)) != Counter(re.split("[ \n]", got)):
        return None
    return first_difference(expected, got)


def _moved_number(expected: str, got: str) -> Difference | None:
    contents = {piece for place, piece in placed(expected) if place.numbers}
    wrong = [(place, piece) for place, piece in placed(got) if not place.takes(piece)]
    if not wrong or not all(place.numbers and piece in contents for place, piece in wrong):
        return None
    place, piece = wrong[0]
    return Difference(place.line, place.piece, dict(placed(expected))[place], piece)


# --- a state with wrong numbers --------------------------------------------------------------------------------------


def numbers(text: str) -> dict[str, str]:
    """The numbers of a well-formed state, by their names; empty for any other text."""
    found = placed(text)
    if not all(place.takes(piece) for place, piece in found):
        return {}
    named = (zip(place.numbers, piece.split("/"), strict=True) for place, piece in found if place.numbers)
    return {name: digits for pairs in named for name, digits in pairs}


def wrong_values(expected: str, got: str) -> list[tuple[str, str, str]]:
    """The numbers in which two well-formed states differ: the name (`hero hp`), the expected one, the given one."""
    wanted, given = numbers(expected), numbers(got)
    return [(name, wanted[name], given[name]) for name in given if name in wanted and given[name] != wanted[name]]


def sources(expected: str, got: str) -> list[str]:
    """For each wrong value the number beside it, or of the other unit, that is expected to have that value.

    Empty where one of the wrong values has no such source.
    """
    values = numbers(expected)
    found = [
        next((source for source in neighbours(name) if int(values[source]) == int(given)), "")
        for name, _, given in wrong_values(expected, got)
    ]
    return found if all(found) else []


def neighbours(name: str) -> list[str]:
    """The number before, the one after, and the same one of the other unit. The turn counter stands by itself."""
    unit, _, label = name.partition(" ")
    if unit not in UNIT_NAMES:
        return []
    index = NUMBERS.index(name)
    near = [each for each in NUMBERS[index - 1 : index + 2] if each.startswith(f"{unit} ") and each != name]
    return [*near, *(f"{each} {label}" for each in UNIT_NAMES if each != unit)]


def is_copied(prompt: str, expected: str, got: str) -> bool:
    """Whether every wrong value is the one from before the turn, which the first three lines of the prompt hold."""
    before = numbers("\n".join(prompt.split("\n", 3)[:3]) + "\n")
    return all(before.get(name) == given for name, _, given in wrong_values(expected, got))
