"""The simplifications of a case that the shrinker tries. A domain may define its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations, islice
from random import Random
from typing import Any, Protocol

import attrs

from turncheck.engine.case import Case
from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.reading import Check
from turncheck.strategies.changes import fields_named

Edit = Mapping[Any, Any]
"""New values for some places of a case."""

Step = Callable[[AnyCase], Iterable[Edit]]
"""A function from a case to edits of one place, the simplest first."""


class Edits(Protocol):
    """The edits that the shrinker needs from a domain."""

    def edited(self, case: AnyCase, edit: Edit) -> AnyCase | None:
        """Return the case with these values; None if it is not valid."""
        ...

    def unlike(self, case: AnyCase) -> int:
        """Count the pieces of the case that are not at their simplest."""
        ...

    def exchanged(self, case: AnyCase) -> Sequence[AnyCase]:
        """Return cases with the same content in other places, such as with both sides of a game exchanged."""
        ...

    def pieces(self, case: AnyCase) -> Sequence[Edit]:
        """Return, for each piece that is not at its simplest, the edit that makes it so.

        Pieces that often do not matter come first.
        """
        ...

    def steps(self) -> Sequence[Step]:
        """Return a step for each place: the edits to values below the one that a case has there."""
        ...

    def neighbour(self, case: AnyCase, random: Random) -> AnyCase | None:
        """Return a similar case: mostly one piece at its simplest, and up to three other places changed."""
        ...

    def singles(self, case: AnyCase) -> Iterator[Edit]:
        """Yield every single simplification. A case is minimal if none of them breaks the law in the same way."""
        ...


def edits_of(domain: Domain) -> Edits:
    """Return the domain's own edits, or those derived from its schema."""
    if domain.edits is None:
        return SchemaEdits(domain)
    edits: Edits = domain.edits()
    return edits


def union(edits: Sequence[Edit]) -> Edit:
    """Merge the edits; of two edits of one place, the last counts."""
    return {place: value for edit in edits for place, value in edit.items()}


# --- edits from a schema ---------------------------------------------------------------------------------------------

ALL_PAIRS = 10
"""Most fields of one kind for which all pairs are tried together; of more fields, only neighbours and siblings."""

FEW_FIELDS = 6
"""Most fields that a check may name for all pairs of them to be tried together."""

MOST_REPAIRS = 60
"""Most values of other fields to try if an edited case fails a check."""


@attrs.frozen
class SchemaEdits:
    """Edits of the fields of a domain's prompt, by name.

    A single simplification gives one field, or several siblings at once, a lower value. For two numbers, it moves an
    amount from one to the other, which keeps their sum, or takes the same amount from both: 525 + 525 may break the
    same law as 1 + 999. For two fields of one kind, it exchanges the values.

    If the result fails a check, another field that the check names is changed too: when a mark is removed from a board,
    the turn may have to pass to the other player.
    """

    domain: Domain

    def edited(self, case: AnyCase, edit: Edit) -> AnyCase | None:
        """Return the case with these values, and another field changed if a check fails; None if that is no case."""
        changed = self.domain.fields_of(case).changed(edit)
        unmet = self.domain.unmet(changed.values_)
        if unmet is not None:
            found = next(
                (other for other in self._repairs(changed, unmet, edit) if self.domain.unmet(other.values_) is None),
                None,
            )
            if found is None:
                return None
            changed = found
        is_case = self.domain.is_case(self.domain.prompt.write_values(changed.values_))
        return self.domain.codec.case(changed.values_) if is_case else None

    def unlike(self, case: AnyCase) -> int:
        """Count the fields that are not at their simplest."""
        return len(self.pieces(case))

    def exchanged(self, case: AnyCase) -> Sequence[AnyCase]:
        """Return the case with two groups exchanged, and the cases that the domain's symmetries make of it."""
        fields = self.domain.fields_of(case)
        found = [self.edited(case, edit) for edit in self._groups_swapped(fields)]
        for symmetry in self.domain.symmetries:
            other = symmetry.of_case(case)
            is_plain = isinstance(other, Mapping) and not isinstance(other, Case)
            found.append(self.edited(case, other) if is_plain else other)
        valid = [each for each in found if each is not None]
        return [each for each in valid if self.domain.is_case(self.domain.write(each))]

    def pieces(self, case: AnyCase) -> Sequence[Edit]:
        """Return edits that make each field its simplest, the last field first."""
        fields = self.domain.fields_of(case)
        return [{name: field.simplest} for name, field in reversed(self._fields) if fields[name] != field.simplest]

    def steps(self) -> Sequence[Step]:
        """Return steps for each field, then for each pair of numbers between which an amount can be moved."""

        def lower(name: str, field: Field) -> Step:
            return lambda case: [{name: value} for value in descent(field, self.domain.fields_of(case)[name])]

        def moved(pair: tuple[str, str]) -> Step:
            return lambda case: self._moved(self.domain.fields_of(case), pair, _down)

        return [*(lower(name, field) for name, field in self._fields), *map(moved, self._numbers)]

    def neighbour(self, case: AnyCase, random: Random) -> AnyCase | None:
        """Return a similar case."""
        fields, pieces = self.domain.fields_of(case), self.pieces(case)
        simplest = random.choice(pieces) if pieces and random.random() < 0.8 else {}
        changes = [self._another(fields, random) for _ in range(random.choice((0, 1, 1, 2, 2, 3)))]
        # The last edit of a field counts: a field that is made simplest stays so.
        return self.edited(case, union([*changes, simplest]))

    def singles(self, case: AnyCase) -> Iterator[Edit]:
        """Yield lower values of every field and of siblings at once, moves between two numbers, and exchanges."""
        fields = self.domain.fields_of(case)
        for name, field in self._fields:
            yield from ({name: value} for value in lower_values(field, fields[name]))
        for names in self._families:
            lower = [self.domain.prompt.fields[name].simpler(fields[name]) for name in names]
            yield from (dict(zip(names, values, strict=True)) for values in zip(*lower, strict=False))
        for pair in self._numbers:
            yield from self._moved(fields, pair, _few)
        for one, other in self._alike:
            if fields[one] != fields[other]:
                yield {one: fields[other], other: fields[one]}

    # --- checks ---

    def _repairs(self, case: Case, unmet: Check, edit: Edit) -> Iterator[Case]:
        """Yield the case with another value in one of the fields that the check names, simple values first."""
        return islice(
            (
                case.changed({name: value})
                for name in fields_named(self.domain, unmet)
                if name not in edit and name[: name.find("[")] not in edit
                for value in sorted(self.domain.prompt.fields[name].edges(), key=self.domain.prompt.fields[name].rank)
                if value != case[name]
            ),
            MOST_REPAIRS,
        )

    # --- fields ---

    @cached_property
    def _fields(self) -> list[tuple[str, Field]]:
        return list(self.domain.prompt.fields.items())

    @cached_property
    def _families(self) -> list[tuple[str, ...]]:
        """The groups of fields that are siblings of each other."""
        found = {tuple(sorted((name, *others))) for name, others in self.domain.prompt.siblings.items() if others}
        return sorted(found)

    @cached_property
    def _numbers(self) -> list[tuple[str, str]]:
        """Pairs of numbers that may matter together."""
        return self._together([name for name, field in self._fields if isinstance(field, Int)])

    @cached_property
    def _alike(self) -> list[tuple[str, str]]:
        """Pairs of fields of one kind."""
        kinds: list[tuple[Field, list[str]]] = []
        for name, field in self._fields:
            names = next((names for kind, names in kinds if kind == field), None)
            if names is None:
                kinds.append((field, [name]))
            else:
                names.append(name)
        return [pair for _, names in kinds for pair in self._together(names)]

    def _together(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Return all pairs of few names; of many names, the siblings, the neighbours, and those of one check."""
        pairs = combinations(names, 2)
        if len(names) <= ALL_PAIRS:
            return list(pairs)
        schema = self.domain.prompt
        checked = [set(fields_named(self.domain, check)) for check in self.domain.checks]
        few = [fields for fields in checked if len(fields) <= FEW_FIELDS]
        return [
            (one, other)
            for one, other in pairs
            if other in schema.siblings[one] or other in schema.neighbours[one] or any({one, other} <= f for f in few)
        ]

    def _groups_swapped(self, fields: Case) -> Iterator[Edit]:
        """Yield edits that exchange two groups of the same shape."""
        groups: dict[str, list[str]] = {}
        for name in self.domain.prompt.names:
            if "." in name:
                groups.setdefault(name.partition(".")[0], []).append(name.partition(".")[2])
        for one, other in combinations(groups, 2):
            if groups[one] == groups[other]:
                pairs = [(f"{one}.{last}", f"{other}.{last}") for last in groups[one]]
                yield {**{a: fields[b] for a, b in pairs}, **{b: fields[a] for a, b in pairs}}

    def _moved(self, fields: Case, pair: tuple[str, str], left: Callable[[int], Iterable[int]]) -> Iterator[Edit]:
        """Yield edits that move an amount from one number to the other, or take it from both.

        Args:
            fields: the case.
            pair: the numbers.
            left: from a distance to the simplest value to the smaller distances to try.
        """
        for giver, other in (pair, pair[::-1]):
            simplest = self.domain.prompt.fields[giver].simplest
            distance = fields[giver] - simplest
            sign = 1 if distance > 0 else -1
            for rest in left(abs(distance)):
                amount = distance - sign * rest
                for sum_or_difference in (amount, -amount):
                    edit = {giver: simplest + sign * rest, other: fields[other] + sum_or_difference}
                    if self.domain.prompt.fields[other].allows(edit[other]):
                        yield edit

    def _another(self, fields: Case, random: Random) -> Edit:
        """Return an edit that gives a field another value, often a near one, or that exchanges two fields."""
        if self._alike and random.random() < 0.1:
            one, other = random.choice(self._alike)
            return {one: fields[other], other: fields[one]}
        unlike = [name for name, field in self._fields if fields[name] != field.simplest]
        name = random.choice(unlike if unlike and random.random() < 0.8 else self.domain.prompt.names)
        field, value = self.domain.prompt.fields[name], fields[name]
        if isinstance(field, Int) and random.random() < 0.7:
            value = random.choice((value + 1, value - 1, value // 2, value * 2, -value))
            return {name: min(max(value, field.low), field.high)}
        return {name: random.choice(list(field.edges())) if random.random() < 0.3 else field.sample(random)}


# --- lower values of a field -----------------------------------------------------------------------------------------


def lower_values(field: Field, value: Any) -> Iterator[Any]:
    """Yield the values that the field calls simpler.

    For a long number, also yield numbers with fewer digits or one digit 0. If all values have the same width, also
    yield the value with one character as in the simplest value.
    """
    yield from field.simpler(value)
    if isinstance(field, Int):
        yield from _at_distances(field, value, _fewer_digits)
    elif not isinstance(field, Choice):
        yield from _with_simplest_characters(field, value, (1,))


def descent(field: Field, value: Any) -> Iterator[Any]:
    """Yield lower values for a descent in few steps, the lowest first."""
    if isinstance(field, Int):
        yield from _at_distances(field, value, _fewer_digits)
        yield from _at_distances(field, value, _down)
        return
    yield from field.simpler(value)
    if not isinstance(field, Choice):
        width = field.width or 0
        yield from _with_simplest_characters(field, value, (width // 2, width // 4, 1))


def _at_distances(field: Int, value: int, lower: Callable[[int], Iterable[int]]) -> Iterator[int]:
    """Yield the numbers on the same side of the simplest, at smaller distances from it."""
    distance = value - field.simplest
    sign = 1 if distance > 0 else -1
    yield from (field.simplest + sign * left for left in lower(abs(distance)) if left < abs(distance))


def _fewer_digits(distance: int) -> Iterator[int]:
    """Yield the number's last digits, its first digits, and the number with one digit 0; for three digits or more."""
    digits = str(distance)
    if len(digits) < 3:
        return
    for cut in range(1, len(digits)):
        power = 10**cut
        digit = distance // power % 10
        yield from dict.fromkeys((distance % power, distance - distance % power, distance - digit * power))


def _few(distance: int) -> Iterator[int]:
    """Yield 0, 1, half of the distance, and one less than it."""
    return (left for left in dict.fromkeys((0, 1, distance // 2, distance - 1)) if 0 <= left < distance)


def _down(distance: int) -> Iterator[int]:
    """Yield 0, 1, half of the distance, three quarters, seven eighths and so on, and one less than it."""
    cuts = (distance - (distance >> power) for power in range(1, distance.bit_length() + 1))
    return (left for left in dict.fromkeys((0, 1, *cuts, distance - 1)) if 0 <= left < distance)


def _with_simplest_characters(field: Field, value: Any, sizes: Sequence[int]) -> Iterator[Any]:
    """Yield the value with some consecutive characters replaced by those of the simplest value."""
    text, simplest = field.write(value), field.write(field.simplest)
    if len(text) != len(simplest):
        return
    for size in dict.fromkeys(max(size, 1) for size in sizes):
        for start in range(0, len(text), size):
            end = start + size
            changed = text[:start] + simplest[start:end] + text[end:]
            if changed != text and re.fullmatch(field.pattern, changed) and field.allows(field.read(changed)):
                yield field.read(changed)
