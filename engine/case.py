"""A case as a value: what stands in the places of a schema, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turncheck.engine.schema import Schema


class UnknownFieldError(KeyError, AttributeError):
    """A case has no field of that name.

    Attributes:
        name: what was asked for.
        known: the fields that there are.
    """

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name, self.known = name, known

    def __str__(self) -> str:
        shown = ", ".join(self.known[:12]) + (", ..." if len(self.known) > 12 else "")
        return f"a field must be one of {shown}, got {self.name!r}"


class Case(Mapping[str, Any]):
    """A frozen value with the fields of a schema, as attributes and by name.

    A repeated field `mem[0..31]` is a tuple, `case.mem`, whose members are fields too, `case["mem[3]"]`. Fields whose
    names have a dot form groups: `case.hero.hp` is `case["hero.hp"]`.

    Attributes:
        schema: whose fields they are.
        values: their values, in the order in which the schema writes them.
    """

    __slots__ = ("schema", "values_")

    schema: Schema
    values_: tuple[Any, ...]

    def __init__(self, schema: Schema, values: tuple[Any, ...]) -> None:
        object.__setattr__(self, "schema", schema)
        object.__setattr__(self, "values_", values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a case is frozen: case.changed({name}=...) makes another")

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
        """The case with some values replaced, by the names of fields or of repeated fields.

        What is given is not looked at: `Domain.check` does that.

        Raises:
            UnknownFieldError: there is no such field.
        """
        values = list(self.values_)
        for name, value in {**(changes or {}), **more}.items():
            if name in self.schema.places:
                values[self.schema.places[name]] = value
            elif name in self.schema.repeated:
                for place, member in zip(self.schema.repeated[name], value, strict=True):
                    values[place] = member
            else:
                raise UnknownFieldError(name, self.schema.names)
        return Case(self.schema, tuple(values))

    def part(self, schema: Schema) -> Case:
        """The fields of that schema alone, which are all among these."""
        if schema is self.schema:
            return self
        return Case(schema, tuple(self.values_[self.schema.places[name]] for name in schema.names))


class Part:
    """The fields of a case whose names begin alike, as attributes: `case.hero.hp`."""

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

    def __repr__(self) -> str:
        inside = {name: value for name, value in self._case.items() if name.startswith(self._prefix)}
        return f"Part({', '.join(f'{name}={value!r}' for name, value in inside.items())})"
