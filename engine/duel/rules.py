"""The rules in force, as a value: the tables, the single numbers, the order of the phases, and the rules left out.

`resolve(turn, rules=STANDARD)` takes them as an argument, so a variant is a value and not a copy of the engine:

    >>> import attrs
    >>> from turncheck.engine.duel import STANDARD
    >>> no_regen = STANDARD.without("E4")
    >>> hotter = attrs.evolve(STANDARD, burn_damage=4)
    >>> burn_first = STANDARD.swapped("E1", "E2")
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any, Self

import attrs

from turncheck.engine.duel.tables import ACTION_NAMES, ACTIONS, FIELDS, OPERATIONS, TURN, Action, Field, Limits
from turncheck.engine.visible import cut, quoted

RULES_VERSION = "duel/1"

# The rules that can be left out, in the order of publication, each with what happens in a turn without it.
RULE_IDS: dict[str, str] = {
    "T1": "a finished battle goes on",
    "T2": "the hero's order is carried out first, whichever was given first",
    "T3": "nothing happens at the end of the turn",
    "T4": "a fallen unit keeps its shield, statuses and slots",
    "T5": "the turn counter stands still",
    "O1": "a fallen unit acts",
    "O2": "a stunned unit acts",
    "O3": "an action on cooldown is performed",
    "O4": "no order is carried out",
    "A1": "attack does nothing",
    "A2": "heal does nothing",
    "A3": "guard does nothing",
    "A4": "cleanse does nothing",
    "A5": "poison_strike does nothing",
    "A6": "ignite does nothing",
    "A7": "brace does nothing",
    "A8": "wait does nothing, as ever",
    "S1": "a fallen unit is struck",
    "S2": "damage is the strike's power, fragile or not",
    "S3": "the shield absorbs nothing",
    "S4": "no shield breaks",
    "S5": "a strike has no effect beyond its damage",
    "S6": "thorns cost the striker nothing",
    "E1": "poison does nothing",
    "E2": "burn does nothing",
    "E3": "nobody notices who fell at the end of the turn",
    "E4": "regen does nothing",
    "E5": "statuses stay",
    "E6": "slots that were not spent stay",
    "E7": "a spent slot stays",
}

PHASES = ("T2", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "T5")
"""The phases of a turn, in order."""


class RulesError(ValueError):
    """Rules that are impossible for a duel, or have values that the text cannot hold.

    Attributes:
        field: the number, row or phase.
        demand: the requirement, in words.
        value: the value that was given.
    """

    def __init__(self, field: str, demand: str, value: object) -> None:
        super().__init__(field, demand, value)
        self.field, self.demand, self.value = field, demand, value

    def __str__(self) -> str:
        return f"{cut(self.field, 120)} must be {self.demand}, got {quoted(self.value)}"


def _number(default: int, rule: str, low: int = 0) -> Any:
    """Define one number of the rules: its standard value, the rule that it belongs to, its lowest allowed value."""
    return attrs.field(default=default, validator=_is_a_number, metadata={"rule": rule, "low": low})


def _is_a_number(rules: Rules, attribute: attrs.Attribute[int], value: int) -> None:
    low = attribute.metadata["low"]
    if type(value) is not int or not low <= value <= 99:
        raise RulesError(attribute.name, f"an int, {low}..99", value)


def _ids(rules: Iterable[str]) -> frozenset[str]:
    return frozenset(rules)


@attrs.frozen(cache_hash=True)  # rules are keys of caches
class Rules:
    """The rules of a duel. All numbers are `int`.

    Raises:
        RulesError: a number is one that the text cannot hold (a cap of 10 for a one-digit status, a cooldown above its
            slot's highest), a rule id or phase is unknown, or a table has a row missing.
    """

    turn: Field = TURN
    fields: tuple[Field, ...] = FIELDS
    actions: tuple[Action, ...] = ACTIONS
    phases: tuple[str, ...] = PHASES
    left_out: frozenset[str] = attrs.field(default=frozenset(), converter=_ids)
    # fmt: off
    turn_step:            int = _number(1, "T5")
    fragile_numerator:    int = _number(3, "S2")
    fragile_denominator:  int = _number(2, "S2", low=1)
    broken_fragile:       int = _number(2, "S4")
    thorns_damage:        int = _number(2, "S6")
    poison_damage:        int = _number(1, "E1")  # for each stack
    burn_damage:          int = _number(3, "E2")
    regen_heal:           int = _number(3, "E4")
    status_step:          int = _number(1, "E5")
    slot_step:            int = _number(1, "E6")
    # fmt: on
    regen_capped: bool = attrs.field(default=True, metadata={"rule": "E4"})

    def __attrs_post_init__(self) -> None:
        _check_rows("fields", [field.name for field in self.fields], [field.name for field in FIELDS])
        _check_rows("actions", [action.name for action in self.actions], list(ACTION_NAMES))
        for field, published in zip((self.turn, *self.fields), (TURN, *FIELDS), strict=True):
            _check_published(field, published, "name", "label", "kind", "width")
            _check_field(field)
        if self.field("hp").high < self.field("max").high:
            raise RulesError(
                "hp's highest", f"at least {self.field('max').high} (max's highest)", self.field("hp").high
            )
        for action, row in zip(self.actions, ACTIONS, strict=True):
            _check_published(action, row, "rule")
            self._check_action(action)
        fragile = self.field("fragile").high
        if self.broken_fragile > fragile:
            raise RulesError("broken_fragile", f"0..{fragile} (the highest fragile)", self.broken_fragile)
        if len(set(self.phases)) < len(self.phases) or set(self.phases) - set(PHASES):
            raise RulesError("phases", f"some of {', '.join(PHASES)}, each once", self.phases)
        if unknown := self.left_out - set(RULE_IDS):
            raise RulesError("left_out", f"ids among {', '.join(RULE_IDS)}", sorted(unknown))

    def _check_action(self, action: Action) -> None:
        if action.aim not in ("self", "other"):
            raise RulesError(f"{action.name}'s aim", "self or other", action.aim)
        _check_amount(f"{action.name}'s power", action.power, 99)
        highest = self.field(action.slot).high if action.slot else 0
        _check_amount(f"{action.name}'s cooldown", action.cooldown, highest)
        for effect in action.effects:
            if effect.field not in {field.name for field in self.fields}:
                raise RulesError(f"{action.name}'s effect", "on a field of a unit", effect.field)
            if effect.operation not in OPERATIONS:
                raise RulesError(f"{action.name}'s {effect.field}", f"one of {', '.join(OPERATIONS)}", effect.operation)
            _check_amount(f"{action.name}'s {effect.field}", effect.amount, self.field(effect.field).high)

    def field(self, name: str) -> Field:
        """Return the row of that field."""
        return self._rows[name]

    def action(self, name: str) -> Action:
        """Return the row of that action."""
        return self._actions[name]

    def holds(self, rule: str) -> bool:
        """Return whether the rule of that id is in force."""
        return rule not in self.left_out

    def without(self, *rules: str) -> Self:
        """Return these rules with some left out; `RULE_IDS` says what remains of the turn."""
        return attrs.evolve(self, left_out=self.left_out | set(rules))

    def swapped(self, one: str, another: str) -> Self:
        """Return these rules with two phases exchanged."""
        for phase in (one, another):
            _check_name("phase", phase, self.phases)
        swap = {one: another, another: one}
        return attrs.evolve(self, phases=tuple(swap.get(phase, phase) for phase in self.phases))

    def with_field(self, name: str, **changes: Any) -> Self:
        """Return these rules with that field's row changed: `with_field("shield", high=30)`."""
        _check_name("field", name, ("turn", *self._rows))
        if name == "turn":
            return attrs.evolve(self, turn=attrs.evolve(self.turn, **changes))
        rows = tuple(attrs.evolve(row, **changes) if row.name == name else row for row in self.fields)
        return attrs.evolve(self, fields=rows)

    def with_action(self, name: str, **changes: Any) -> Self:
        """Return these rules with that action's row changed: `with_action("attack", power=7)`."""
        _check_name("action", name, self._actions)
        rows = tuple(attrs.evolve(row, **changes) if row.name == name else row for row in self.actions)
        return attrs.evolve(self, actions=rows)

    @cached_property
    def limits(self) -> Limits:
        """The limits for checking a state under these rules."""
        return Limits.of((self.turn, *self.fields))

    @cached_property
    def _rows(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def _actions(self) -> dict[str, Action]:
        return {action.name: action for action in self.actions}


def _check_rows(table: str, names: list[str], wanted: list[str]) -> None:
    if names != wanted:
        raise RulesError(table, f"one row for each of {', '.join(wanted)}, in this order", names)


def _check_name(table: str, name: str, names: Collection[str]) -> None:
    if name not in names:
        raise RulesError(table, f"one of {', '.join(names)}", name)


def _check_published(row: Field | Action, published: Field | Action, *parts: str) -> None:
    for part in parts:
        value, wanted = getattr(row, part), getattr(published, part)
        if value != wanted:
            raise RulesError(f"{published.name}'s {part}", f"{wanted!r}, as published", value)


def _check_field(field: Field) -> None:
    _check_amount(f"{field.name}'s highest", field.high, field.widest)
    lowest = 1 if field.name in ("turn", "max") else 0
    if field.low != lowest or field.high < lowest:
        raise RulesError(f"{field.name}'s range", f"{lowest}..n", f"{field.low}..{field.high}")


def _check_amount(name: str, amount: int, highest: int) -> None:
    if type(amount) is not int or not 0 <= amount <= highest:
        raise RulesError(name, f"0..{highest} (what the text can hold)", amount)


STANDARD = Rules()
"""The rules as published."""
