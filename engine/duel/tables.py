"""The duel's tables, laid out as `docs/rules.md` prints them: one row for each field and each action.

A row is a value. Rules that differ from the standard ones are made by replacing rows (`turncheck.engine.duel.rules`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import attrs

FieldKind = Literal["counter", "hit points", "shield", "status", "slot"]
Aim = Literal["self", "other"]
Operation = Literal["gain", "at least", "clear"]

SELF: Aim = "self"
OTHER: Aim = "other"
OPERATIONS: tuple[Operation, ...] = ("gain", "at least", "clear")


@attrs.frozen
class Field:
    """One number of the state: its name in code, its label in the text, its digits there, its closed range."""

    name: str
    label: str
    kind: FieldKind
    width: int
    low: int
    high: int

    @property
    def widest(self) -> int:
        """The largest number that the field's digits can write: 9 or 99."""
        widest: int = 10**self.width - 1
        return widest


# fmt: off
TURN = Field("turn", "turn", "counter", 2, 1, 99)

FIELDS = (
    #     name                label            kind          width  low  high
    Field("hp",               "hp",            "hit points",     2,   0,   99),  # at most its max
    Field("max",              "max",           "hit points",     2,   1,   99),
    Field("shield",           "shield",        "shield",         2,   0,   20),
    Field("poison",           "poison",        "status",         1,   0,    9),
    Field("burn",             "burn",          "status",         1,   0,    5),
    Field("regen",            "regen",         "status",         1,   0,    5),
    Field("thorns",           "thorns",        "status",         1,   0,    5),
    Field("stun",             "stun",          "status",         1,   0,    3),
    Field("fragile",          "fragile",       "status",         1,   0,    5),
    Field("cd_heal",          "heal",          "slot",           1,   0,    5),
    Field("cd_guard",         "guard",         "slot",           1,   0,    5),
    Field("cd_cleanse",       "cleanse",       "slot",           1,   0,    5),
    Field("cd_poison_strike", "poison_strike", "slot",           1,   0,    5),
    Field("cd_ignite",        "ignite",        "slot",           1,   0,    5),
    Field("cd_brace",         "brace",         "slot",           1,   0,    5),
)
# fmt: on

STATUSES = tuple(field.name for field in FIELDS if field.kind == "status")
SLOTS = tuple(field.name for field in FIELDS if field.kind == "slot")
BLANK = ("shield", *STATUSES, *SLOTS)
"""What a fallen unit has at 0 (V1, T4)."""


@attrs.frozen
class Effect:
    """What an action does to one number of its target.

    `gain` adds `amount`, up to the field's highest (hp: the target's max); `at least` makes the number
    `max(current, amount)`; `clear` makes it 0. With `if_fragile`, the effect needs a target that was fragile when
    struck. Without `capped`, only the number of digits in the text limits a gain.
    """

    field: str
    operation: Operation
    amount: int = 0
    if_fragile: bool = False
    capped: bool = True


def gain(field: str, amount: int) -> Effect:
    """Make an effect: `field` + `amount`, at most its highest."""
    return Effect(field, "gain", amount)


def at_least(field: str, amount: int, *, if_fragile: bool = False) -> Effect:
    """Make an effect: `max(field, amount)`."""
    return Effect(field, "at least", amount, if_fragile)


def clear(field: str) -> Effect:
    """Make an effect: `field` becomes 0."""
    return Effect(field, "clear")


@attrs.frozen
class Action:
    """What a unit can be ordered to do. `power` 0: not a strike. `cooldown` 0: no slot."""

    rule: str
    name: str
    aim: Aim
    power: int
    cooldown: int
    effects: tuple[Effect, ...] = ()

    @property
    def slot(self) -> str | None:
        """The field that counts the action's cooldown, such as `cd_heal`; None if it has no slot."""
        slot = f"cd_{self.name}"
        return slot if slot in SLOTS else None


# fmt: off
ACTIONS = (
    #      id    name             aim    power  cooldown  effects
    Action("A1", "attack",        OTHER,     6,        0),
    Action("A2", "heal",          SELF,      0,        3, (gain("hp", 8), at_least("regen", 2))),
    Action("A3", "guard",         SELF,      0,        2, (gain("shield", 5),)),
    Action("A4", "cleanse",       SELF,      0,        3, (clear("poison"), clear("burn"), clear("fragile"))),
    Action("A5", "poison_strike", OTHER,     3,        2, (gain("poison", 2), at_least("stun", 2, if_fragile=True))),
    Action("A6", "ignite",        OTHER,     2,        3, (at_least("burn", 3),)),
    Action("A7", "brace",         SELF,      0,        2, (at_least("thorns", 3), clear("fragile"))),
    Action("A8", "wait",          SELF,      0,        0),
)
# fmt: on

ACTION_NAMES = tuple(action.name for action in ACTIONS)


@attrs.frozen(eq=False)
class Limits:
    """The closed range of every field, by name, for validating a state when it is created."""

    ranges: Mapping[str, tuple[int, int]]

    @classmethod
    def of(cls, fields: tuple[Field, ...]) -> Limits:
        """Collect the ranges of the fields."""
        return cls(MappingProxyType({field.name: (field.low, field.high) for field in fields}))


STANDARD_LIMITS = Limits.of((TURN, *FIELDS))
