"""Other values for the fields that a check names."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from turncheck.engine.case import Case
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Field, Int
from turncheck.engine.reading import Check


def fields_named(domain: Domain, check: Check) -> list[str]:
    """The fields that a check names, each member of a repeated one by itself."""
    schema = domain.prompt
    members = {name: [schema.names[place] for place in places] for name, places in schema.repeated.items()}
    return list(dict.fromkeys(each for name in check.fields for each in members.get(name, [name])))


def another_value(case: Case, name: str, names: Sequence[str], random: Random) -> Any:
    """A boundary, any value, what stands in another field, or a neighbour of a number."""
    field, value = case.schema.fields[name], case[name]
    kind = random.randrange(4)
    if kind == 0:
        return random.choice(field.edges())
    if kind == 1 and (elsewhere := values_elsewhere(case, name, names)):
        return random.choice(elsewhere)
    if kind == 2 and isinstance(field, Int):
        return min(max(value + random.choice((-1, 1)), field.low), field.high)
    return field.sample(random)


def values_elsewhere(case: Case, name: str, names: Sequence[str]) -> list[Any]:
    """What stands in the other fields and could stand in this one."""
    field = case.schema.fields[name]
    return [case[other] for other in names if other != name and allows(field, case[other])]


def allows(field: Field, value: Any) -> bool:
    """Whether the field can have the value, which may be of another kind of field."""
    try:
        return field.allows(value)
    except Exception:  # what a user's field makes of the value of another
        return False
