"""A domain's texts as one line of JSON each: the wording that follows from its schema.

    >>> from turncheck.engine.domain import Domain
    >>> from turncheck.engine.fields import Choice, Int
    >>> from turncheck.engine.schema import Schema
    >>> counter = Domain(
    ...     "counter/1",
    ...     state=Schema(
    ...         "at {at} \\n hero {hero.hp} \\n tape {cell[0..2]}", at=Int(0, 2), hp=Int(0, 99), cell=Choice(".", "x")
    ...     ),
    ...     orders=Schema("write {mark}", mark=Choice(".", "x")),
    ...     step=lambda turn: {f"cell[{turn.at}]": turn.mark, "at": (turn.at + 1) % 3},
    ... )
    >>> wording = JsonText(counter)
    >>> wording.encode("at 1\\nhero 07\\ntape . x .\\nwrite x\\n")
    '{"at":1,"hero":{"hp":7},"cell":[".","x","."],"mark":"x"}'
    >>> wording.decode('{"at":2,"hero":{"hp":7},"cell":[".","x","."]}')
    'at 2\\nhero 07\\ntape . x .\\n'

Fields have the order of the text; dots nest, a repeated field is a list, numbers are numbers. A rejection is
`{"reject":"bad_number"}`. A text without the exact form of a case or an answer, including its number of digits, is
`{"text":"at 1..."}`. A case or an answer that could be mistaken for another value is nested under `case` or `answer`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice
from turncheck.engine.reading import Reader
from turncheck.engine.schema import Schema

Shape = Any
"""The structure of a schema's values: an index, a tuple of indices for a list, or a dict of nested structures."""


class JsonText:
    """The JSON wording of a domain: a pair of inverse functions."""

    def __init__(self, domain: Domain) -> None:
        self._end = domain.answer.end
        of_case, of_answer = _shape(domain.prompt), _shape(domain.answer)
        reserved = ({"reject"}, {"text"})
        alike = _form(of_case) == _form(of_answer) and domain.prompt.lines != domain.answer.lines
        case = _Layout(domain.prompt, domain.reader, of_case, "case" if of_case.keys() in reserved else "")
        under = "answer" if alike or of_answer.keys() in reserved else ""
        self._layouts = case, _Layout(domain.answer, domain.answer_reader, of_answer, under)

    def encode(self, text: str) -> str:
        """Return the line of JSON for a text."""
        return json.dumps(self._value_of(text), separators=(",", ":"), ensure_ascii=False)

    def _value_of(self, text: str) -> dict[str, Any]:
        for layout in self._layouts:
            value = layout.value_of(text)
            if value is not None:
                return value
        rejection = re.fullmatch(rf"reject ([^ \n]+){self._end}", text)
        return {"reject": rejection[1]} if rejection else {"text": text}

    def decode(self, line: str) -> str:
        """Return the text for a line of JSON.

        Raises:
            ValueError: the line is not in this wording, or gives a value in two ways.
        """
        value = as_object(json.loads(line, object_pairs_hook=without_doubles))
        if value.keys() == {"reject"}:
            return f"reject {as_word(value['reject'])}{self._end}"
        if value.keys() == {"text"}:
            text = value["text"]
            if not isinstance(text, str) or self._value_of(text) != value:
                raise ValueError("text must be a text that is neither a case nor an answer: give those by their fields")
            return text
        faults = []
        for layout in self._layouts:
            try:
                return layout.text_of(value)
            except ValueError as error:
                faults.append(str(error))
        raise ValueError("; ".join(faults))


@attrs.frozen
class _Layout:
    """The JSON form of a schema's texts.

    Attributes:
        under: the key under which they are nested; empty if they are not.
    """

    schema: Schema
    reader: Reader
    shape: dict[str, Shape]
    under: str

    def value_of(self, text: str) -> dict[str, Any] | None:
        """Return the JSON value of a text; None if the text does not fit the schema."""
        if not self.reader.has_form(text):
            return None
        try:
            values = self.reader.lenient(text)
            said = _filled(self.shape, [self._said(place, value) for place, value in enumerate(values)])
            value = {self.under: said} if self.under else said
            return value if self.text_of(value) == text else None
        except ValueError:  # a user's field may write two texts for one value
            return None

    def _said(self, place: int, value: object) -> object:
        field = self._field(place)
        return value if type(field.simplest) is int else field.write(value)

    def text_of(self, value: dict[str, Any]) -> str:
        """Return the text of a JSON value.

        Raises:
            ValueError: the value has another form.
        """
        if self.under:
            if value.keys() != {self.under}:
                raise ValueError(f"its key must be {self.under}, got {list(value)[:12]}")
            value = as_object(value[self.under])
        found = dict(_taken(self.shape, value, "it"))
        return self.schema.write_values(tuple(self._meant(place, found[place]) for place in range(len(found))))

    def _meant(self, place: int, said: object) -> object:
        """Return the value for a field; a number or a word that is out of range gives an invalid text."""
        field, name = self._field(place), self.schema.names[place]
        if type(field.simplest) is int:
            if type(said) is not int:
                raise ValueError(f"{name} must be an int, got {said!r:.80}")
            return said
        text = as_word(said)
        if not isinstance(field, Choice) and re.fullmatch(field.pattern, text) is None:
            raise ValueError(f"{name} must be a text of {field!r}, got {text!r:.80}")
        return field.read(text)

    def _field(self, place: int) -> Any:
        return self.schema.fields[self.schema.names[place]]


# --- shapes ----------------------------------------------------------------------------------------------------------


def _shape(schema: Schema) -> dict[str, Shape]:
    """Return the structure of the schema's values, nested by the dots of its names."""
    shape: dict[str, Shape] = {}
    for name, place in schema.places.items():
        repeated = name.rpartition("[")[0]
        *groups, last = (repeated or name).split(".")
        inside = shape
        for group in groups:
            inside = inside.setdefault(group, {})
        inside[last] = schema.repeated[repeated] if repeated else place
    return shape


def _form(shape: Shape) -> Shape:
    """Return what identifies a structure: keys, and lengths of lists."""
    if isinstance(shape, dict):
        return {key: _form(each) for key, each in shape.items()}
    return len(shape) if isinstance(shape, tuple) else None


def _filled(shape: Shape, said: list[object]) -> Any:
    if isinstance(shape, dict):
        return {key: _filled(each, said) for key, each in shape.items()}
    return [said[place] for place in shape] if isinstance(shape, tuple) else said[shape]


def _taken(shape: Shape, value: object, name: str) -> Iterator[tuple[int, object]]:
    """Yield each index with its JSON value."""
    if isinstance(shape, dict):
        inside = as_object(value)
        if inside.keys() != shape.keys():
            raise ValueError(f"the keys of {name} must be {', '.join(shape)}, got {list(inside)[:12]}")
        for key, each in shape.items():
            yield from _taken(each, inside[key], key)
    elif isinstance(shape, tuple):
        if not isinstance(value, list) or len(value) != len(shape):
            raise ValueError(f"{name} must be a list of {len(shape)}, got {value!r:.80}")
        yield from zip(shape, value, strict=True)
    else:
        yield shape, value


# --- what every wording of JSON looks at -----------------------------------------------------------------------------


def as_object(value: object) -> dict[str, Any]:
    """Return the value if it is an object.

    Raises:
        ValueError: it is not an object.
    """
    if not isinstance(value, dict):
        raise ValueError(f"it must be an object, got {type(value).__name__}")
    return value


def as_word(value: object) -> str:
    """Return the value if it is a text without spaces.

    Raises:
        ValueError: it is not such a text.
    """
    if not isinstance(value, str) or not re.fullmatch(r"[^ \n]+", value):
        raise ValueError(f"a word must be a text without spaces, got {value!r:.80}")
    return value


def without_doubles(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    """Return the object with these pairs.

    Raises:
        ValueError: a key occurs twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object must have each key once")
    return found
