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
    """Return the fields that a check names; a repeated field counts as its members."""
    schema = domain.prompt
    members = {name: [schema.names[place] for place in places] for name, places in schema.repeated.items()}
    return list(dict.fromkeys(each for name in check.fields for each in members.get(name, [name])))


def another_value(case: Case, name: str, names: Sequence[str], random: Random) -> Any:
    """Return a boundary, any value, the value of another field, or a number one higher or lower."""
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
    """Return the values of the other fields that this field allows."""
    field = case.schema.fields[name]
    return [case[other] for other in names if other != name and allows(field, case[other])]


def allows(field: Field, value: Any) -> bool:
    """Whether the field allows the value, which may come from another kind of field."""
    try:
        return field.allows(value)
    except Exception:  # a user's field may raise anything for the value of another kind of field
        return False
