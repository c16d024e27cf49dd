"""Compare an answer with the expected one, place by place, by the schema of the domain's answers.

The text of an answer has a fixed form. Each place holds a *label*, which is one fixed word, or the *values* of one or
more fields, each in the form of its field. So it can be decided whether something in an answer belongs elsewhere.

All comparisons are linear in the length of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest
from typing import Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Field
from turncheck.engine.schema import Schema

FEWEST = 4
"""Least number of values of a field whose wrong value can be explained by a neighbour's value. With fewer values, a
wrong value equals a neighbour's by chance too often.
"""


@attrs.frozen
class Place:
    """A place of an answer's text.

    Attributes:
        line: its line, from 1.
        piece: its index in that line, from 1.
        usual: its text in the simplest answer.
        names: the fields whose values it holds; none for a label.
        pattern: the pattern of allowed texts.
    """

    line: int
    piece: int
    usual: str
    names: tuple[str, ...]
    pattern: re.Pattern[str] = attrs.field(eq=False, repr=False)

    def takes(self, piece: str) -> bool:
        """Whether this place allows the piece: the label itself, or values in the form of the fields."""
        return self.pattern.fullmatch(piece) is not None


Placed = list[tuple[Place, str]]


@attrs.frozen
class Difference:
    """A place (both numbers from 1), its expected and its given piece; None if a text has ended."""

    line: int
    piece: int
    expected: str | None
    got: str | None


@attrs.frozen
class Wrong:
    """A field whose value is wrong.

    Attributes:
        name: the field's name in the schema.
        expected: the text of the right value.
        got: the text of the given value.
        by: how much too high the given value is; None unless both values are numbers.
    """

    name: str
    expected: str
    got: str
    by: int | None


@lru_cache(maxsize=64)  # called with the same domain for every answer
def readings(domain: Domain) -> Readings:
    """Return the readings of a domain's answers."""
    return Readings(domain)


class Readings:
    """Compares answers of a domain.

    Attributes:
        places: the places of an answer's text, in order.
        beside: for each field the fields with which its value may be confused: the one before it and the one after it
            in its line, and the same field of the other groups. Fields with very few values (`FEWEST`) are left out.
    """

    def __init__(self, domain: Domain) -> None:
        self.domain, self.schema = domain, domain.answer
        self.places = tuple(_places(domain.answer))
        self.beside = _beside(domain)
        self._words = frozenset(domain.words)
        self._spaces = _spaces(domain.answer.write(domain.answer.neutral))
        self._rejection = re.compile(f"reject [^\n]+{domain.answer.end}")

    # --- what kind of answer ---

    def is_answer(self, text: str) -> bool:
        """Whether the text has the form of an answer and is not a rejection. Ranges are not checked."""
        return self.domain.rejected_for(text) is None and self.domain.answer_reader.has_form(text)

    def rejects(self, text: str) -> bool:
        """Whether the text is one line that rejects, for any reason, known or not."""
        return self._rejection.fullmatch(text) is not None

    # --- an answer that is out of form ---

    def placed(self, text: str) -> Placed:
        """Return the piece at each place; empty if the numbers of lines or of pieces differ from the form's."""
        end = self.schema.end
        if not text.endswith(end) or _spaces(text) != self._spaces:
            return []
        return list(zip(self.places, re.split("[ \n]", text[: len(text) - len(end)]), strict=True))

    def lost_labels(self, got: str) -> list[tuple[str, str]]:
        """Return the labels that another word of the grammar replaces, as pairs of that word and the label.

        Empty if the text does not have the shape of an answer, or has all the labels, in any order.
        """
        labels = self._labels(got)
        lost = Counter(place.usual for place, _ in labels) - Counter(word for _, word in labels)
        return [(word, place.usual) for place, word in labels if word != place.usual and place.usual in lost]

    def moved_piece(self, expected: str, got: str) -> Difference | None:
        """Return the first piece that is in another's place; None if the answer is wrong in another way.

        The answer is wrong in this way if its labels are those of an answer in another order, if its pieces are those
        of the expected answer in other places or on other lines, or if each value of the wrong form belongs elsewhere.
        """
        return self._moved_label(got) or self._moved_any(expected, got) or self._moved_value(expected, got)

    def _labels(self, got: str) -> Placed:
        """Return the words in the places of labels.

        Empty if one of them is not a word of the grammar, or a value has the wrong form.
        """
        found = self.placed(got)
        is_right = all(place.takes(piece) if place.names else piece in self._words for place, piece in found)
        return [(place, piece) for place, piece in found if not place.names] if is_right else []

    def _moved_label(self, got: str) -> Difference | None:
        labels = self._labels(got)
        if Counter(place.usual for place, _ in labels) != Counter(word for _, word in labels):
            return None
        moved = (
            Difference(place.line, place.piece, place.usual, word) for place, word in labels if word != place.usual
        )
        return next(moved, None)

    def _moved_any(self, expected: str, got: str) -> Difference | None:
        has_end = got.endswith(self.schema.end)
        if not has_end or Counter(re.split("[ \n]", expected)) != Counter(re.split("[ \n]", got)):
            return None
        return first_difference(expected, got)

    def _moved_value(self, expected: str, got: str) -> Difference | None:
        right = dict(self.placed(expected)) if self.is_answer(expected) else {}
        contents = {piece for place, piece in right.items() if place.names}
        wrong = [(place, piece) for place, piece in self.placed(got) if not place.takes(piece)]
        if not wrong or not all(place.names and piece in contents for place, piece in wrong):
            return None
        place, piece = wrong[0]
        return Difference(place.line, place.piece, right[place], piece)

    # --- an answer with wrong values ---

    def values(self, text: str) -> dict[str, str]:
        """Return the texts of an answer's values by field name; empty for a text that is not an answer."""
        found = self.domain.answer_reader.texts(text) if self.is_answer(text) else None
        return dict(zip(self.schema.names, found, strict=True)) if found is not None else {}

    def wrong_values(self, expected: str, got: str) -> list[Wrong]:
        """Return the fields in which two answers differ, in order."""
        right, given = self.values(expected), self.values(got)
        return [
            Wrong(name, right[name], given[name], self._by(name, right[name], given[name]))
            for name in given
            if name in right and given[name] != right[name]
        ]

    def wrong_fields(self, prompt: str, expected: str, got: str) -> list[str]:
        """Return the names of the wrong fields for tables.

        A field that the prompt has too is named with whether it changes: `hero hp changed`, `foe shield unchanged`.
        """
        wrong = self.wrong_values(expected, got)
        found = self.domain.reader.texts(prompt) if wrong else None
        before = {} if found is None else dict(zip(self.domain.prompt.names, found, strict=True))
        return [f"{self.schema.label(each.name)}{_changes(before.get(each.name), each.expected)}" for each in wrong]

    def sources(self, expected: str, got: str) -> list[str]:
        """Return, for each wrong value, the neighbouring field or same field of another group where it is expected.

        Empty if one of the wrong values has no such source.
        """
        right = self.values(expected)
        found = [self._source(wrong, right) for wrong in self.wrong_values(expected, got)]
        return found if all(found) else []

    def _source(self, wrong: Wrong, right: dict[str, str]) -> str:
        given = self._read(wrong.name, wrong.got)
        return next((name for name in self.beside[wrong.name] if self._read(name, right[name]) == given), "")

    def is_copied(self, prompt: str, expected: str, got: str) -> bool:
        """Whether each wrong value is the one that the same field has in the prompt."""
        found = self.domain.reader.texts(prompt)
        before = {} if found is None else dict(zip(self.domain.prompt.names, found, strict=True))
        return all(
            each.name in before
            and self.domain.prompt.fields[each.name].read(before[each.name]) == self._read(each.name, each.got)
            for each in self.wrong_values(expected, got)
        )

    def _by(self, name: str, expected: str, got: str) -> int | None:
        one, another = self._read(name, expected), self._read(name, got)
        return another - one if type(one) is int and type(another) is int else None

    def _read(self, name: str, text: str) -> Any:
        return self.schema.fields[name].read(text)


def _changes(before: str | None, expected: str) -> str:
    """Return whether the reference changes a field, as a suffix; empty if the prompt does not have the field."""
    return "" if before is None else " unchanged" if before == expected else " changed"


# --- texts and their pieces ------------------------------------------------------------------------------------------


def first_difference(expected: str, got: str) -> Difference:
    """Return the first difference of two texts. A line's last piece includes the newline, so a missing one differs."""
    for wanted, given in zip_longest(_pieces(expected), _pieces(got)):
        if wanted != given:
            line, piece, _ = wanted or given
            return Difference(line, piece, wanted and wanted[2], given and given[2])
    raise AssertionError("the texts are the same")


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each piece with its line and its number in that line."""
    for line, content in enumerate(re.findall("[^\n]*\n|[^\n]+", text), start=1):
        for piece, found in enumerate(content.split(" "), start=1):
            yield line, piece, found


def _spaces(text: str) -> list[int]:
    return [line.count(" ") for line in text.split("\n")]


# --- places and fields -----------------------------------------------------------------------------------------------


def _places(schema: Schema) -> Iterator[Place]:
    for line, pieces in enumerate(schema.lines, start=1):
        for number, piece in enumerate(pieces, start=1):
            usual = piece.write([field.simplest for field in piece.fields])
            yield Place(line, number, usual, piece.names, re.compile(piece.pattern))


def _beside(domain: Domain) -> dict[str, tuple[str, ...]]:
    schema = domain.answer
    # The ranges of the standard rules, so that a variant's modes are named in the same way.
    ranges = (domain.base or domain).answer.fields
    telling = {name for name in schema.names if _is_telling(ranges.get(name, schema.fields[name]))}
    near = {name: (*schema.neighbours[name], *schema.siblings[name]) for name in schema.names}
    return {name: tuple(each for each in near[name] if {name, each} <= telling) for name in schema.names}


def _is_telling(field: Field) -> bool:
    count = field.count()
    return count is None or count >= FEWEST
