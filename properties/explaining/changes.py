"""The single changes of an input that an explanation may name: another value of a field, two groups exchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Field, Int
from turncheck.strategies.changes import allows

MOST_VALUES = 128
"""Most values of a field that are all tried; of a field with more values, those near its value and a few others."""

NEAR = 16
"""How far around its value every number of a large field is tried."""

MOST_CHARACTERS = 400
"""Most texts with one other character that are tried for a long number or for a field of a domain's own."""


@attrs.frozen
class Change:
    """A single change of an input.

    Attributes:
        values: the new values, by the names of fields.
        rank: 0 for the nearest value of a field, 1 for the next one, and so on.
        words: the change, as it follows `as if`.
    """

    values: Mapping[str, Any]
    rank: int
    words: str

    @property
    def fields(self) -> frozenset[str]:
        """The fields that change."""
        return frozenset(self.values)


def changes_of(domain: Domain, values: Sequence[Any]) -> list[Change]:
    """Return every single change of an input: the exchanges first, then other values, field by field, nearest first."""
    return [*_exchanges(domain, values), *_other_values(domain, values)]


def _other_values(domain: Domain, values: Sequence[Any]) -> Iterator[Change]:
    for (name, field), value in zip(domain.prompt.fields.items(), values, strict=True):
        for rank, other in enumerate(nearest_first(field, value, values)):
            yield Change({name: other}, rank, _in_words(domain, name, value, other, values))


def _in_words(domain: Domain, name: str, value: Any, other: Any, values: Sequence[Any]) -> str:
    """Write a change: `foe fragile were 0`, `poison_strike were attack`."""
    field = domain.prompt.fields[name]
    if isinstance(field, Choice) and list(values).count(value) == 1:
        return f"{value} were {other}"
    return f"{domain.prompt.label(name)} were {other if isinstance(field, Int) else field.write(other)}"


# --- the values of a field -------------------------------------------------------------------------------------------


def nearest_first(field: Field, value: Any, elsewhere: Sequence[Any] = ()) -> list[Any]:
    """Return other values that the field allows, the nearest first.

    Args:
        field: the field.
        value: its value, which may be out of range.
        elsewhere: the values of other fields, which are tried too if a field has too many values.
    """
    count = field.count()
    if count is not None and count <= MOST_VALUES:
        found = list(field.values())
    else:
        found = [each for each in (*_some(field, value), *elsewhere) if allows(field, each)]
    others = dict.fromkeys(each for each in found if each != value or type(each) is not type(value))
    if isinstance(field, Int):
        return sorted(others, key=lambda each: (abs(each - value), each))
    return list(others)


def _some(field: Field, value: Any) -> Iterator[Any]:
    """Yield numbers near the value, values with one other character, and the boundaries."""
    if isinstance(field, Int):
        yield from range(value - NEAR, value + NEAR + 1)
    yield from _with_another_character(field, value)
    yield from field.edges()


def _with_another_character(field: Field, value: Any) -> Iterator[Any]:
    """Yield values whose text has one other character, of those that the field's boundaries are written with."""
    text = field.write(value)
    known = "0123456789" if isinstance(field, Int) else sorted(set("".join(map(field.write, field.edges()))))
    places = [(place, other) for place in range(len(text)) for other in known if other != text[place]]
    for place, other in places[:MOST_CHARACTERS]:
        changed = text[:place] + other + text[place + 1 :]
        if re.fullmatch(field.pattern, changed):
            yield field.read(changed)


# --- groups exchanged ------------------------------------------------------------------------------------------------


def _exchanges(domain: Domain, values: Sequence[Any]) -> Iterator[Change]:
    """Yield, for every two groups of the same shape, the change that exchanges them, if they differ."""
    places, fields = domain.prompt.places, domain.prompt.fields
    groups: dict[str, list[str]] = {}
    for name in domain.prompt.names:
        if "." in name:
            groups.setdefault(name.partition(".")[0], []).append(name.partition(".")[2])
    ordered = set() if domain.orders is None else set(domain.orders.names)
    for one, other in combinations(groups, 2):
        pairs = [(f"{one}.{last}", f"{other}.{last}") for last in groups[one]]
        if groups[one] != groups[other] or not all(_have_values_in_common(fields[a], fields[b]) for a, b in pairs):
            continue
        new = {name: values[places[twin]] for a, b in pairs for name, twin in ((a, b), (b, a))}
        if all(values[places[name]] == value for name, value in new.items()):
            continue
        words = "the orders were exchanged" if set(new) == ordered else f"{one} and {other} were exchanged"
        yield Change(new, 0, words)


def _have_values_in_common(one: Field, other: Field) -> bool:
    """Whether two fields of groups of one shape have the same values: equal, or choices of the same words."""
    if isinstance(one, Choice) and isinstance(other, Choice):
        return set(one.words) == set(other.words)
    return one == other
