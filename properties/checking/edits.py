"""How a case is made simpler: the single changes that the shrinker tries. A domain may give its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from random import Random
from typing import Any, Protocol

import attrs

from turncheck.engine.case import Case
from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.fields import Field, Int

Edit = Mapping[Any, Any]
"""New values for some places of a case."""

Step = Callable[[AnyCase], Iterable[Edit]]
"""From a case to edits of one place of it, the simplest first."""

MOST_PAIRS = 24
"""Pairs of numbers between which an amount is moved, at most."""


class Edits(Protocol):
    """What the shrinker asks of a domain."""

    def edited(self, case: AnyCase, edit: Edit) -> AnyCase | None:
        """The case with those values; None where there is no such case."""
        ...

    def exchanged(self, case: AnyCase) -> Sequence[AnyCase]:
        """Cases that are alike but for what stands where, as with both sides of a game exchanged."""
        ...

    def pieces(self, case: AnyCase) -> Sequence[Edit]:
        """For each piece that is not at its simplest what makes it so; what often does not matter first."""
        ...

    def steps(self) -> Sequence[Step]:
        """For each place, one after the other, the values below the one that a case has there."""
        ...

    def neighbour(self, case: AnyCase, random: Random) -> AnyCase | None:
        """A case near by: a piece at its simplest, most of the time, and up to three other places changed."""
        ...

    def singles(self, case: AnyCase) -> Iterator[Edit]:
        """Every single simplification. A case is minimal if none of them breaks the law in the same way."""
        ...


def edits_of(domain: Domain) -> Edits:
    """The domain's own edits, or those that follow from its schema."""
    if domain.edits is None:
        return SchemaEdits(domain)
    edits: Edits = domain.edits()
    return edits


def union(edits: Sequence[Edit]) -> Edit:
    """All of the edits at once; of two for one place the last counts."""
    return {place: value for edit in edits for place, value in edit.items()}


@attrs.frozen
class SchemaEdits:
    """Edits of the fields of a domain's prompt, by name.

    A single simplification makes a field one of its `simpler` values, all siblings at once likewise, or moves an amount
    from one number to another, so that a sum stays: 525 + 525 may break a law as 1 + 999 does.
    """

    domain: Domain

    def edited(self, case: AnyCase, edit: Edit) -> AnyCase | None:
        """The case with those values; None where the checks refuse it."""
        changed = self.domain.codec.case(self.domain.fields_of(case).changed(edit).values_)
        return changed if self.domain.is_case(self.domain.write(changed)) else None

    def exchanged(self, case: AnyCase) -> Sequence[AnyCase]:
        """The case with two groups exchanged, and what the domain's symmetries make of it."""
        fields = self.domain.fields_of(case)
        found = [self.edited(case, edit) for edit in self._swaps(fields)]
        for symmetry in self.domain.symmetries:
            other = symmetry.of_case(case)
            is_plain = isinstance(other, Mapping) and not isinstance(other, Case)
            found.append(self.edited(case, other) if is_plain else other)
        valid = [each for each in found if each is not None]
        return [each for each in valid if self.domain.is_case(self.domain.write(each))]

    def pieces(self, case: AnyCase) -> Sequence[Edit]:
        """Each field that is not at its simplest, the last one first."""
        fields = self.domain.fields_of(case)
        return [{name: field.simplest} for name, field in reversed(self._fields()) if fields[name] != field.simplest]

    def steps(self) -> Sequence[Step]:
        """Each field, then each pair of numbers between which something can be moved."""

        def lower(name: str, field: Field) -> Step:
            return lambda case: [{name: value} for value in field.simpler(self.domain.fields_of(case)[name])]

        def moved(one: str, other: str) -> Step:
            return lambda case: self._moved(self.domain.fields_of(case), one, other)

        single = [lower(name, field) for name, field in self._fields()]
        return [*single, *(moved(one, other) for one, other in self._pairs())]

    def neighbour(self, case: AnyCase, random: Random) -> AnyCase | None:
        """A case near by."""
        fields, pieces = self.domain.fields_of(case), self.pieces(case)
        simplest = random.choice(pieces) if pieces and random.random() < 0.8 else {}
        changes = [self._another(fields, random) for _ in range(random.choice((0, 1, 1, 2, 2, 3)))]
        # The last one counts: a field that is made simplest stays so.
        return self.edited(case, union([*changes, simplest]))

    def singles(self, case: AnyCase) -> Iterator[Edit]:
        """Every simpler value of every field, of siblings at once, and what moves between two numbers."""
        fields = self.domain.fields_of(case)
        for name, field in self._fields():
            yield from ({name: value} for value in field.simpler(fields[name]))
        for names in self._families():
            lower = [self.domain.prompt.fields[name].simpler(fields[name]) for name in names]
            yield from (dict(zip(names, values, strict=True)) for values in zip(*lower, strict=False))
        for one, other in self._pairs():
            yield from self._moved(fields, one, other)

    # --- fields ---

    def _fields(self) -> list[tuple[str, Field]]:
        return list(self.domain.prompt.fields.items())

    def _families(self) -> list[tuple[str, ...]]:
        """The fields that are siblings of each other."""
        found = {tuple(sorted((name, *others))) for name, others in self.domain.prompt.siblings.items() if others}
        return sorted(found)

    def _swaps(self, fields: Case) -> Iterator[Edit]:
        """Each pair of groups of the same shape, exchanged."""
        groups: dict[str, list[str]] = {}
        for name in self.domain.prompt.names:
            if "." in name:
                groups.setdefault(name.partition(".")[0], []).append(name.partition(".")[2])
        for one, other in combinations(groups, 2):
            if groups[one] == groups[other]:
                pairs = [(f"{one}.{last}", f"{other}.{last}") for last in groups[one]]
                yield {**{a: fields[b] for a, b in pairs}, **{b: fields[a] for a, b in pairs}}

    def _pairs(self) -> list[tuple[str, str]]:
        numbers = [name for name, field in self._fields() if isinstance(field, Int)]
        return list(combinations(numbers, 2))[:MOST_PAIRS]

    def _moved(self, fields: Case, one: str, other: str) -> Iterator[Edit]:
        """Nearly all of one number given to the other, or half of it, or the other way round; the sum stays."""
        for giver, taker in ((one, other), (other, one)):
            simplest = self.domain.prompt.fields[giver].simplest
            distance = fields[giver] - simplest
            sign = 1 if distance > 0 else -1
            for left in dict.fromkeys((0, sign, distance // 2)):
                edit = {giver: simplest + left, taker: fields[taker] + distance - left}
                if left != distance and all(self.domain.prompt.fields[name].allows(edit[name]) for name in edit):
                    yield edit

    def _another(self, fields: Case, random: Random) -> Edit:
        """Another value for a field, near the one that it has as often as anywhere."""
        unlike = [name for name, field in self._fields() if fields[name] != field.simplest]
        name = random.choice(unlike if unlike and random.random() < 0.8 else self.domain.prompt.names)
        field, value = self.domain.prompt.fields[name], fields[name]
        if isinstance(field, Int) and random.random() < 0.7:
            value = random.choice((value + 1, value - 1, value // 2, value * 2, -value))
            return {name: min(max(value, field.low), field.high)}
        return {name: random.choice(list(field.edges())) if random.random() < 0.3 else field.sample(random)}
