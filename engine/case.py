"""A case as a value: the values of a schema's fields, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turncheck.engine.schema import Schema


class UnknownFieldError(KeyError, AttributeError):
    """A case has no field of that name.

    Attributes:
        name: the requested name.
        known: the fields of the case.
    """

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name, self.known = name, known

    def __str__(self) -> str:
        shown = ", ".join(self.known[:12]) + (", ..." if len(self.known) > 12 else "")
        return f"a field must be one of {shown}, got {self.name!r}"


class MemberCountError(ValueError):
    """A repeated field needs exactly one value for each of its members.

    Attributes:
        name: the field's name.
        members: the number of members.
        value: the value that was given.
    """

    def __init__(self, name: str, members: int, value: object) -> None:
        super().__init__(name, members, value)
        self.name, self.members, self.value = name, members, value

    def __str__(self) -> str:
        return f"{self.name} must be {self.members} values, one for each member, got {self.value!r:.80}"


class Case(Mapping[str, Any]):
    """An immutable value with the fields of a schema, as attributes and by name.

    A repeated field `mem[0..31]` is a tuple, `case.mem`, and its members are fields, `case["mem[3]"]`. Fields with a
    dot in their name form groups: `case.hero.hp` is `case["hero.hp"]`.

    Attributes:
        schema: the schema with the fields.
        values_: the values, in the order in which the schema writes them.
    """

    __slots__ = ("schema", "values_")

    schema: Schema
    values_: tuple[Any, ...]

    def __init__(self, schema: Schema, values: tuple[Any, ...]) -> None:
        object.__setattr__(self, "schema", schema)
        object.__setattr__(self, "values_", values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a case is immutable: case.changed({name}=...) returns a changed copy")

    def __getitem__(self, name: str) -> Any:
        place = self.schema.places.get(name)
        if place is not None:
            return self.values_[place]
        members = self.schema.repeated.get(name)
        if members is not None:
            return tuple(self.values_[place] for place in members)
        raise UnknownFieldError(name, self.schema.names)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self.schema.groups:
            return Part(self, f"{name}.")
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.schema.names)

    def __len__(self) -> int:
        return len(self.values_)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Case):
            return self.values_ == other.values_ and self.schema.names == other.schema.names
        return dict(self) == dict(other) if isinstance(other, Mapping) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.values_)

    def __repr__(self) -> str:
        return f"Case({', '.join(f'{name}={value!r}' for name, value in self.items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Case, (self.schema, self.values_)

    def changed(self, changes: Mapping[str, Any] | None = None, /, **more: Any) -> Case:
        """Return the case with some values replaced, by the names of fields or of repeated fields.

        The values are not checked: a value out of range can be written, but only a lenient reader reads it back.

        Raises:
            UnknownFieldError: there is no such field.
            MemberCountError: a repeated field gets more or fewer values than it has members.
        """
        values = list(self.values_)
        for name, value in {**(changes or {}), **more}.items():
            if name in self.schema.places:
                values[self.schema.places[name]] = value
            elif name in self.schema.repeated:
                places = self.schema.repeated[name]
                members = tuple(value) if isinstance(value, Iterable) else ()
                if len(members) != len(places):
                    raise MemberCountError(name, len(places), value)
                for place, member in zip(places, members, strict=True):
                    values[place] = member
            else:
                raise UnknownFieldError(name, self.schema.names)
        return Case(self.schema, tuple(values))

    def part(self, schema: Schema) -> Case:
        """Return the case with only the fields of another schema, all of which must be fields of this case.

        Raises:
            UnknownFieldError: the case lacks a field of the schema.
        """
        if schema is self.schema:
            return self
        values, places = self.values_, self.schema.places
        try:
            return Case(schema, tuple([values[places[name]] for name in schema.names]))
        except KeyError as error:
            raise UnknownFieldError(error.args[0], self.schema.names) from None


class Part:
    """The fields of a case with a common prefix, as attributes: `case.hero.hp`.

    Two parts are equal if their fields have the same names after the prefix and the same values:
    `case.hero == case.foe`.
    """

    __slots__ = ("_case", "_prefix")

    def __init__(self, case: Case, prefix: str) -> None:
        self._case, self._prefix = case, prefix

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        full = self._prefix + name
        return Part(self._case, f"{full}.") if full in self._case.schema.groups else self._case[full]

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def __eq__(self, other: object) -> bool:
        return self._inside() == other._inside() if isinstance(other, Part) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self._inside().values()))

    def __repr__(self) -> str:
        return f"Part({', '.join(f'{self._prefix}{name}={value!r}' for name, value in self._inside().items())})"

    def _inside(self) -> dict[str, Any]:
        names = [name for name in self._case if name.startswith(self._prefix)]
        return {name.removeprefix(self._prefix): self._case[name] for name in names}
