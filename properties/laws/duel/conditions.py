"""When a law applies: conditions on a turn, the name of one of its units and the rules in force."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from turncheck.engine.duel import UNIT_NAMES, Battle, Rules, Turn, UnitName, other, resolve
from turncheck.properties.laws.duel.amounts import damage

Who = Callable[[Turn, UnitName, Rules], bool]
"""A condition on a unit of a turn: whether it is true of that unit."""


# --- of a unit's state -----------------------------------------------------------------------------------------------


def has(*fields: str) -> Who:
    """Return the condition that all of the fields are above 0."""
    return lambda turn, name, rules: all(getattr(turn.battle.unit(name), field) for field in fields)


def lacks(*fields: str) -> Who:
    """Return the condition that all of the fields are 0."""
    return lambda turn, name, rules: not any(getattr(turn.battle.unit(name), field) for field in fields)


is_sound = lacks("poison", "burn", "regen")
"""At the end of the turn, the unit neither loses nor gains hp, unless by a status that it gets in this turn."""


# --- of what it does -------------------------------------------------------------------------------------------------


def action_of(turn: Turn, name: UnitName) -> str:
    """Return the action that the unit is ordered to do."""
    return turn.order(name).action


def slot_of(turn: Turn, name: UnitName, rules: Rules) -> str | None:
    """Return the cooldown slot of the unit's action; None if the action has none."""
    return rules.action(action_of(turn, name)).slot


def strikes(turn: Turn, name: UnitName, rules: Rules) -> bool:
    """Whether the unit is ordered to strike."""
    return rules.action(action_of(turn, name)).power > 0


def is_ordered(*actions: str) -> Who:
    """Return the condition that the unit is ordered to do one of the actions."""
    return lambda turn, name, rules: action_of(turn, name) in actions


def is_free(turn: Turn, name: UnitName, rules: Rules) -> bool:
    """Whether nothing hinders the unit at the start of the turn: no end of the battle, no stun, no cooldown."""
    unit, slot = turn.battle.unit(name), slot_of(turn, name, rules)
    return unit.stun == 0 and not (slot and getattr(unit, slot)) and goes_on(turn, rules)


def performs(*actions: str) -> Who:
    """Return the condition that the unit performs one of the actions, and the other unit does not strike.

    The other unit can then neither fell nor stun it.
    """

    def does(turn: Turn, name: UnitName, rules: Rules) -> bool:
        return action_of(turn, name) in actions and is_left_alone(turn, name, rules) and is_free(turn, name, rules)

    return does


def idles(turn: Turn, name: UnitName, rules: Rules) -> bool:
    """Whether the unit waits, in a battle that goes on, while the other does not strike."""
    return action_of(turn, name) == "wait" and is_left_alone(turn, name, rules) and goes_on(turn, rules)


# --- of what is done to it -------------------------------------------------------------------------------------------


def is_left_alone(turn: Turn, name: UnitName, rules: Rules) -> bool:
    """Whether the other unit is not ordered to strike."""
    return not strikes(turn, other(name), rules)


def is_struck_by(*actions: str) -> Who:
    """Return the condition that the unit waits, and the other unit performs one of the strikes."""

    def is_struck(turn: Turn, name: UnitName, rules: Rules) -> bool:
        exchanged = action_of(turn, name) == "wait" and action_of(turn, other(name)) in actions
        return exchanged and is_free(turn, other(name), rules)

    return is_struck


def withstands(turn: Turn, name: UnitName, rules: Rules) -> bool:
    """Whether shield and hp together are more than the damage of the other unit's strike."""
    unit = turn.battle.unit(name)
    return unit.shield + unit.hp > damage(action_of(turn, other(name)), unit, rules)


def keeps_its_shield(turn: Turn, name: UnitName, rules: Rules) -> bool:
    """Whether the shield absorbs all of the other unit's strike."""
    unit = turn.battle.unit(name)
    return unit.shield >= damage(action_of(turn, other(name)), unit, rules)


def is_felled_first(turn: Turn, name: UnitName, rules: Rules) -> bool:
    """Whether the first order of the turn is a strike that fells the unit."""
    striker = other(name)
    struck = turn.first.unit == striker and strikes(turn, striker, rules) and is_free(turn, striker, rules)
    return struck and not withstands(turn, name, rules)


def outcome(turn: Turn, rules: Rules) -> Battle:
    """Return the battle after the turn, by the reference."""
    known: Battle | None = turn.__dict__.get("outcome")  # for many turns at once, it was computed beforehand
    return _resolved(turn, rules) if known is None else known


_resolved = lru_cache(maxsize=4096)(resolve)  # the laws of a turn ask for the same outcome


def stands_after(turn: Turn, name: UnitName, rules: Rules) -> bool:
    """Whether the unit survives the turn, by the reference."""
    return not outcome(turn, rules).unit(name).fallen


# --- of the turn -----------------------------------------------------------------------------------------------------


def goes_on(turn: Turn, rules: Rules) -> bool:
    """Whether the battle is not over."""
    return not turn.battle.over


def any_unit(turn: Turn, name: UnitName, rules: Rules) -> bool:
    """Return true for each unit of each turn."""
    return True


# --- combinations ----------------------------------------------------------------------------------------------------


def all_of(*conditions: Who) -> Who:
    """Return the condition that all of the conditions are true; put cheap ones first."""
    return lambda turn, name, rules: all(meets(turn, name, rules) for meets in conditions)


def opponent(who: Who) -> Who:
    """Return the condition that another condition is true of the unit's opponent."""
    return lambda turn, name, rules: who(turn, other(name), rules)


def some_unit(who: Who) -> Callable[[Turn, Rules], bool]:
    """Return whether the condition is true of any unit of a turn."""
    return lambda turn, rules: any(who(turn, name, rules) for name in UNIT_NAMES)


def both_units(who: Who) -> Callable[[Turn, Rules], bool]:
    """Return whether the condition is true of both units of a turn."""
    return lambda turn, rules: all(who(turn, name, rules) for name in UNIT_NAMES)
