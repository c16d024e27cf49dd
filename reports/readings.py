"""How an answer compares with the expected one: held against the schema of a domain's answers, place by place.

The text of an answer has a fixed form. Each of its places wants a *label*, which is one certain word, or the *values*
of one or more fields, each in that field's form. So of whatever stands in an answer it can be said whether it belongs
elsewhere.

Nothing here looks at a text more often than a fixed number of times, however long it is.
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
"""Values that a field has at least where one of them is taken for a neighbour's. Where there are fewer, a wrong value
is a neighbour's by chance too often to say anything.
"""


@attrs.frozen
class Place:
    """A place of an answer's text.

    Attributes:
        line: its line, from 1.
        piece: its piece in that line, from 1.
        usual: what it holds in the simplest answer.
        names: the fields whose values it holds. A label has none.
        pattern: what may stand there.
    """

    line: int
    piece: int
    usual: str
    names: tuple[str, ...]
    pattern: re.Pattern[str] = attrs.field(eq=False, repr=False)

    def takes(self, piece: str) -> bool:
        """Whether the piece may stand here: the label itself, or values in the form of the fields."""
        return self.pattern.fullmatch(piece) is not None


Placed = list[tuple[Place, str]]


@attrs.frozen
class Difference:
    """A place, from 1, the piece that belongs there and the one that stands there; None where a text has ended."""

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
        got: the text of the given one.
        by: how much too high it is, where both values are numbers; else None.
    """

    name: str
    expected: str
    got: str
    by: int | None


@lru_cache(maxsize=64)  # a domain is met again with every answer
def readings(domain: Domain) -> Readings:
    """The readings of a domain's answers."""
    return Readings(domain)


class Readings:
    """How the answers of a domain compare.

    Attributes:
        places: the places of an answer's text, in their order.
        beside: for each field those with which its value may be confused: the one before it, the one behind it in its
            line, and the same one of the other groups. Fields of very few values (`FEWEST`) are left out.
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
        """Whether the text has the form of an answer, and is no rejection. Ranges do not count."""
        return self.domain.rejected_for(text) is None and self.domain.answer_reader.has_form(text)

    def rejects(self, text: str) -> bool:
        """Whether the text is one line that rejects, for a reason of the domain's or another."""
        return self._rejection.fullmatch(text) is not None

    # --- an answer that is out of form ---

    def placed(self, text: str) -> Placed:
        """What stands at each place; empty where the lines, or the pieces in them, are not as many."""
        end = self.schema.end
        if not text.endswith(end) or _spaces(text) != self._spaces:
            return []
        return list(zip(self.places, re.split("[ \n]", text[: len(text) - len(end)]), strict=True))

    def lost_labels(self, got: str) -> list[tuple[str, str]]:
        """The labels that are lost since another word of the grammar stands in their place: that word and the label.

        Empty where the text has not the shape of an answer, or has all the labels, in whatever order.
        """
        labels = self._labels(got)
        lost = Counter(place.usual for place, _ in labels) - Counter(word for _, word in labels)
        return [(word, place.usual) for place, word in labels if word != place.usual and place.usual in lost]

    def moved_piece(self, expected: str, got: str) -> Difference | None:
        """The first piece that stands in another's place; None where that is not what is wrong with the answer.

        It is where the labels are those of an answer in another order, or the pieces those of the expected answer in
        other places or on other lines, or where each value of the wrong form is what belongs in another's place.
        """
        return self._moved_label(got) or self._moved_any(expected, got) or self._moved_value(expected, got)

    def _labels(self, got: str) -> Placed:
        """The words in the places of labels; empty where one is no word of the grammar, or a value has the wrong
        form.
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
        """The texts of an answer's values, by the names of their fields; empty for a text that is no answer."""
        found = self.domain.answer_reader.texts(text) if self.is_answer(text) else None
        return dict(zip(self.schema.names, found, strict=True)) if found is not None else {}

    def wrong_values(self, expected: str, got: str) -> list[Wrong]:
        """The fields in which two answers differ, in their order."""
        right, given = self.values(expected), self.values(got)
        return [
            Wrong(name, right[name], given[name], self._by(name, right[name], given[name]))
            for name in given
            if name in right and given[name] != right[name]
        ]

    def wrong_fields(self, prompt: str, expected: str, got: str) -> list[str]:
        """What tables call the fields that are wrong; of those that the prompt has too by whether they change:
        `hero hp changed`, `foe shield unchanged`.
        """
        wrong = self.wrong_values(expected, got)
        found = self.domain.reader.texts(prompt) if wrong else None
        before = {} if found is None else dict(zip(self.domain.prompt.names, found, strict=True))
        return [f"{self.schema.label(each.name)}{_changes(before.get(each.name), each.expected)}" for each in wrong]

    def sources(self, expected: str, got: str) -> list[str]:
        """For each wrong value the field beside it, or the same one of another group, that is expected to have it.

        Empty where one of the wrong values has no such source.
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
    """Whether the reference changes a field; nothing of one that the prompt has not."""
    return "" if before is None else " unchanged" if before == expected else " changed"


# --- texts and their pieces ------------------------------------------------------------------------------------------


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
    ranges = (domain.base or domain).answer.fields  # a variant's answers are named as those of the standard are
    telling = {name for name in schema.names if _is_telling(ranges.get(name, schema.fields[name]))}
    near = {name: (*schema.neighbours[name], *schema.siblings[name]) for name in schema.names}
    return {name: tuple(each for each in near[name] if {name, each} <= telling) for name in schema.names}


def _is_telling(field: Field) -> bool:
    count = field.count()
    return count is None or count >= FEWEST
