"""Draw values of fields: boundaries often, shrinking in order of rank towards the simplest value.

Each draw of Hypothesis costs 20 to 40 us, and integers are drawn mostly low. So all fields share one draw of bytes,
which are uniform: one or a few bytes are the index of a field's value in a table of its values. Tables of a few hundred
entries share one draw of characters instead. If all bytes and characters are 0, each value is the simplest. Only a
field with its own strategy has its own draw.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from operator import itemgetter
from random import Random
from typing import Any, TypeAlias

import attrs
from hypothesis import strategies as st

from turncheck.engine.attached import Narrowed
from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.fields import Field, Int
from turncheck.engine.schema import Schema
from turncheck.strategies.changes import allows
from turncheck.strategies.often import Table, table_of_numbers, table_of_values

OF_A_BYTE, OF_A_CHARACTER = 256, 560
"""Most entries of a table with an index of one byte, or of one character.

With this many characters, Hypothesis draws one of the first 256 in four cases of five.
"""

FIRST = 0x4E00
"""The character for entry 0. The characters that follow it are the next entries; none of them is special."""

CHARACTERS = "".join(chr(FIRST + at) for at in range(OF_A_CHARACTER))

ENUMERATED = 10_000
"""Most values of a field to enumerate when a function narrows it."""

MOST_BYTES = 4096
"""Most bytes of one draw: Hypothesis gives up at more than twice as many."""

ALONE = 128
"""Approximate least number of entries of a table in which all values are equally frequent."""

ALIKE = 224
"""From this value of a row's first byte on, two fields of the same kind have the same value."""

Values: TypeAlias = "st.SearchStrategy[tuple[Any, ...]]"


@attrs.frozen
class Coded:
    """Values that are computed from bytes.

    Attributes:
        size: the number of bytes; 0 if there is only one value.
        value: computes the value from the bytes.
        alone: the strategy for a value with its own draw; None for bytes there too.
    """

    size: int
    value: Callable[[bytes], Any]
    alone: st.SearchStrategy[Any] | None = None


@attrs.frozen
class Lettered:
    """Values that are computed from the index of a character."""

    value: Callable[[int], Any]


Drawn: TypeAlias = "Coded | Lettered | st.SearchStrategy[Any]"


# --- of several fields -----------------------------------------------------------------------------------------------


@attrs.frozen
class Row:
    """Several fields whose values are drawn together.

    Attributes:
        parts: how the value of each field is drawn.
        kinds: groups of places of fields of the same kind, two of which sometimes get the same value.
    """

    parts: tuple[Drawn, ...]
    kinds: tuple[tuple[int, ...], ...] = ()

    @property
    def size(self) -> int:
        """The number of bytes in the shared draw."""
        return sum(part.size for part in self.parts if isinstance(part, Coded)) + 4 * bool(self.kinds)

    @property
    def is_of_bytes(self) -> bool:
        """Whether all values are computed from bytes."""
        return all(isinstance(part, Coded) for part in self.parts)

    def strategy(self) -> Values:
        """Return a strategy for the values, in the order of the parts."""
        own = [part for part in self.parts if not isinstance(part, Coded | Lettered)]
        letters = sum(isinstance(part, Lettered) for part in self.parts)
        data = some_bytes(self.size)
        if not own and not letters:
            return data.map(self.values)
        text = st.text(CHARACTERS, min_size=letters, max_size=letters) if letters else st.just("")
        return st.tuples(data, text, *own).map(lambda drawn: self.values(*drawn))

    def values(self, data: bytes, text: str = "", *own: Any) -> tuple[Any, ...]:
        """Compute the values from the draws: shared bytes, shared characters, and the draws of fields of their own."""
        letters, others, found, at = iter(text), iter(own), [], 4 * bool(self.kinds)
        for part in self.parts:
            if isinstance(part, Coded):
                found.append(part.value(data[at : at + part.size]))
                at += part.size
            elif isinstance(part, Lettered):
                found.append(part.value(ord(next(letters)) - FIRST))
            else:
                found.append(next(others))
        if self.kinds and data[0] >= ALIKE:
            places = self.kinds[data[1] % len(self.kinds)]
            one = data[2] % len(places)
            other = (one + 1 + data[3] % (len(places) - 1)) % len(places)
            found[places[other]] = found[places[one]]
        return tuple(found)


def joined(parts: Sequence[Drawn], make: Callable[[tuple[Any, ...]], Any], *, at_once: bool = True) -> Drawn:
    """Return a value that `make` computes from several parts, drawn at once if they are all computed from bytes.

    With `at_once=False` each part has its own draw. This is slower, but Hypothesis shrinks and targets one draw after
    the other, and gets further with many small draws than with a large one.
    """
    if not at_once:
        return st.tuples(*map(strategy_of, parts)).map(make)
    row = Row(tuple(parts))
    if row.is_of_bytes:
        return Coded(row.size, lambda data: make(row.values(data)))
    return row.strategy().map(make)


def strategy_of(drawn: Drawn) -> st.SearchStrategy[Any]:
    """Return a strategy for one part with its own draw."""
    if isinstance(drawn, st.SearchStrategy):
        return drawn
    if isinstance(drawn, Coded) and drawn.alone is not None:
        return drawn.alone
    return Row((drawn,)).strategy().map(itemgetter(0))


def some_bytes(size: int) -> st.SearchStrategy[bytes]:
    """Return a strategy for `size` bytes. Beyond `MOST_BYTES` the first bytes repeat."""
    if size == 0:
        return st.just(b"")
    drawn = st.binary(min_size=min(size, MOST_BYTES), max_size=min(size, MOST_BYTES))
    return drawn if size <= MOST_BYTES else drawn.map(lambda data: (data * (size // MOST_BYTES + 1))[:size])


def row_of(domain: Domain, schema: Schema, narrowed: Mapping[str, Any]) -> Row:
    """Return the row of a schema's fields, some of them narrowed.

    Raises:
        DomainError: a narrowed field has no value left.
    """
    parts = tuple(_narrowed(domain, name, field, narrowed) for name, field in schema.fields.items())
    places: dict[Any, list[int]] = {}
    for place, (name, field) in enumerate(schema.fields.items()):
        if name not in narrowed:
            places.setdefault(_kind(field), []).append(place)
    return Row(parts, tuple(tuple(each) for each in places.values() if len(each) > 1))


def _kind(field: Field) -> Any:
    """Return a key that is equal for fields with the same values."""
    try:
        hash(field)
    except TypeError:
        return id(field)
    return field


def row_of_narrowed(domain: Domain, narrowed: Mapping[str, Any]) -> Row:
    """Return the row of the narrowed fields only, in the order of `narrowed`."""
    return Row(tuple(_narrowed(domain, name, domain.prompt.fields[name], narrowed) for name in narrowed))


def by_field(domain: Domain, narrowed: Narrowed) -> dict[str, Any]:
    """Return what each single field is narrowed to. A tuple for a repeated field narrows each member separately.

    Raises:
        DomainError: a repeated field is narrowed to something else than a function or a tuple of its length.
    """
    found: dict[str, Any] = {}
    for name, to in narrowed.fields.items():
        places = domain.prompt.repeated.get(name)
        if places is None:
            found[name] = to
        elif not callable(to):
            if not isinstance(to, tuple) or len(to) != len(places):
                raise DomainError(
                    domain.name, f"{name} must be narrowed to a tuple of {len(places)} values or a function, got {to!r}"
                )
            found.update((domain.prompt.names[place], value) for place, value in zip(places, to, strict=True))
    return found


# --- of one field ----------------------------------------------------------------------------------------------------


def of_field(field: Field) -> Drawn:
    """Draw any value of the field."""
    if callable(getattr(field, "strategy", None)):
        return field.strategy()  # type: ignore[attr-defined,no-any-return]  # a method that a user's field may have
    if isinstance(field, Int):
        return _of_table(table_of_numbers(field))
    if field.count() is not None:
        return _of_values(sorted(field.values(), key=field.rank), field.edges())
    return _of_text(field) if field.width is None else Coded(5 + field.width, partial(_masked, field))


def _of_values(values: Sequence[Any], edges: Collection[Any]) -> Drawn:
    """Draw one of the values, which are in order of rank."""
    return _of_table(table_of_values(values, edges))


def _of_table(table: Table) -> Drawn:
    """Draw an entry of a table."""
    size = table.size
    if table.count == 1:
        return Coded(0, lambda data: table[0])
    if OF_A_BYTE < size <= OF_A_CHARACTER:
        return Lettered(lambda number: table[number % size])
    return Coded(1 if size <= OF_A_BYTE else _bytes_for(size), lambda data: table[_number(data) % size])


def evenly(values: Sequence[Any]) -> Coded:
    """Draw one of the values uniformly. Shrinks towards the first."""
    # Hypothesis also copies a draw from one place to another, and takes the first entry if it does not fit there.
    # With a table of about the usual length the draws are nearly uniform; with 8 entries a third were the first.
    return of_entries([value for value in values for _ in range(max(ALONE // len(values), 1))])


def of_entries(values: Sequence[Any]) -> Coded:
    """Draw any entry of a table, which may contain a value many times."""
    if len(set(values)) == 1:
        return Coded(0, lambda data: values[0], st.just(values[0]))
    size = 1 if len(values) <= OF_A_BYTE else _bytes_for(len(values))
    numbers = 1 + _number(b"\xff" * size)
    return Coded(size, lambda data: values[_number(data) * len(values) // numbers], st.sampled_from(values))


def _bytes_for(size: int) -> int:
    count = 1
    while 17 * 16 ** (count - 1) < size:
        count += 1
    return count


def _number(data: bytes) -> int:
    """Return the number that the bytes encode. Each byte has 16 times the weight of the next.

    So most numbers have many encodings. If the shrinker lowers a byte too far, the bytes after it can mostly make up
    for it, so it mostly finds the lowest number that still fails. With 256 times the weight, they could not.
    """
    number = 0
    for byte in data:
        number = number * 16 + byte
    return number


def _masked(field: Field, data: bytes) -> Any:
    """Return a boundary, or a value in which some characters are replaced by those of the simplest value.

    This is for fields of fixed width, which thus shrink character by character.
    """
    if data[0] >= 160:
        edges = sorted(field.edges(), key=field.rank)
        return edges[(data[0] - 160) % len(edges)]
    if not any(data[5:]):
        return field.simplest
    value = field.sample(Random(int.from_bytes(data[1:5])))
    letters = zip(field.write(value), field.write(field.simplest), data[5:], strict=True)
    text = "".join(letter if byte >= 64 else simplest for letter, simplest, byte in letters)
    return field.read(text) if _can_stand(field, text) else value


def _of_text(field: Field) -> st.SearchStrategy[Any]:
    """Draw a boundary, or a value that is read from a text that matches the field's pattern."""
    edges = sorted(field.edges(), key=field.rank)
    texts = st.from_regex(field.pattern, fullmatch=True).filter(lambda text: _can_stand(field, text))
    return st.one_of(st.sampled_from(edges), texts.map(field.read))


def _can_stand(field: Field, text: str) -> bool:
    return re.fullmatch(field.pattern, text) is not None and bool(field.allows(field.read(text)))


# --- of a narrowed field ---------------------------------------------------------------------------------------------


def _narrowed(domain: Domain, name: str, field: Field, narrowed: Mapping[str, Any]) -> Drawn:
    if name not in narrowed:
        return of_field(field)
    to = narrowed[name]
    found = _of_function(field, to) if callable(to) else _of_collection(field, to)
    if found is None:
        raise DomainError(domain.name, f"{name} must be narrowed to values of {field!r}, got {to!r:.200}")
    return found


def _of_function(field: Field, holds: Callable[[Any], Any]) -> Drawn | None:
    """Draw a value for which the function holds: enumerate the values if there are few enough, else filter draws."""
    count = field.count()
    if count is not None and count <= ENUMERATED:
        values = sorted((value for value in field.values() if holds(value)), key=field.rank)
        return _of_values(values, _edges(values, field)) if values else None
    drawn = of_field(field)
    strategy = Row((drawn,)).strategy().map(lambda values: values[0]) if isinstance(drawn, Coded | Lettered) else drawn
    return strategy.filter(holds)


def _of_collection(field: Field, to: Any) -> Drawn | None:
    """Draw the given value, or a value of the given range or other collection; None if none is a value of the field."""
    if isinstance(to, range) and isinstance(field, Int) and to.step == 1:
        low, high = max(to.start, field.low), min(to.stop - 1, field.high)
        if low > high:
            return None
        return of_field(attrs.evolve(field, low=low, high=high, simplest=min(max(field.simplest, low), high)))
    if not isinstance(to, Collection) or isinstance(to, str) or isinstance(field.simplest, tuple):
        to = (to,)
    values = sorted((value for value in to if allows(field, value)), key=field.rank)
    return _of_values(values, _edges(values, field)) if values else None


def _edges(values: Sequence[Any], field: Field) -> list[Any]:
    """Return the field's remaining boundaries, and the two values with the lowest and the highest ranks each."""
    ends = (*values[:2], *values[-2:])
    return [value for value in values if value in ends or value in field.edges()]
