"""Edge states of the duel: turns in which a rule just applies, or just does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from random import Random
from typing import Any

import attrs

from turncheck.engine.duel import UNIT_NAMES, Order, Rules, Turn, UnitName, other
from turncheck.engine.duel.resolve import strike_damage
from turncheck.engine.duel.tables import SLOTS, STATUSES

Change = Callable[[Turn, Random], Turn | None]
"""A change of a turn to another valid turn, or to None where it does not apply."""

# --- one number ------------------------------------------------------------------------------------------------------


def hp_of_1(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """Leave a standing unit 1 hp."""
    return _changed(turn, _standing(turn, random), hp=1)


def hp_at_max(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """Give a standing unit all its hp."""
    name = _standing(turn, random)
    return None if name is None else _changed(turn, name, hp=turn.battle.unit(name).max)


def shield_at_cap(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """Give a standing unit the highest shield."""
    return _changed(turn, _standing(turn, random), shield=rules.field("shield").high)


def status_at_cap(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """Raise a status of a standing unit to its highest."""
    status = random.choice(STATUSES)
    return _changed(turn, _standing(turn, random), **{status: rules.field(status).high})


def slot_at_cap(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """Raise a cooldown of a standing unit to its highest."""
    slot = random.choice(SLOTS)
    return _changed(turn, _standing(turn, random), **{slot: rules.field(slot).high})


def turn_at_cap(turn: Turn, random: Random, rules: Rules) -> Turn:
    """Set the counter to its highest, where it stays (T5)."""
    return attrs.evolve(turn, battle=attrs.evolve(turn.battle, turn=rules.turn.high))


def last_turn_of_a_status(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """Leave a status of a standing unit its last turn (E5)."""
    return _last(turn, random, rules, STATUSES)


def last_turn_of_a_cooldown(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """Leave the cooldown of an ordered action its last turn: the action does nothing yet (O3)."""
    ordered = [f"cd_{order.action}" for order in turn.orders if f"cd_{order.action}" in SLOTS]
    return _last(turn, random, rules, ordered) if ordered else None


def _last(turn: Turn, random: Random, rules: Rules, names: Any) -> Turn | None:
    number = random.choice(names)
    owners = [order.unit for order in turn.orders if number in STATUSES or number == f"cd_{order.action}"]
    owners = [owner for owner in owners if not turn.battle.unit(owner).fallen]
    if not owners or rules.field(number).high < 1:
        return None
    return _changed(turn, random.choice(owners), **{number: 1})


# --- a strike, or what comes at the end of the turn ------------------------------------------------------------------


def exact_lethal(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """A first strike that takes the target's last hp."""
    return _struck(turn, random, rules, lambda damage: {"hp": damage, "shield": 0})


def one_hp_left(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """A first strike that leaves the target 1 hp, before anything else happens."""
    return _struck(turn, random, rules, lambda damage: {"hp": damage + 1, "shield": 0})


def exact_absorption(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """A first strike that takes the target's whole shield and no hp: the shield does not break (S4)."""
    return _struck(turn, random, rules, lambda damage: {"shield": damage})


def shield_just_broken(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """A first strike with one damage more than the target's shield can take (S4)."""
    return _struck(turn, random, rules, lambda damage: {"shield": damage - 1})


def exact_lethal_poison(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """Poison that takes the last hp of a unit at the end of a turn in which both wait (E1, E3)."""
    name = _standing(turn, random) if not turn.battle.over else None
    poison = random.randint(1, max(rules.field("poison").high, 1))
    waiting = attrs.evolve(turn, first=Order(turn.first.unit, "wait"), second=Order(turn.second.unit, "wait"))
    return _changed(waiting, name, poison=poison, hp=poison * rules.poison_damage)


def heal_just_to_max(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """A heal that brings a unit just to its max (A2)."""
    name = _standing(turn, random) if not turn.battle.over else None
    heals = [effect.amount for effect in rules.action("heal").effects if effect.field == "hp"]
    if name is None or not heals or turn.battle.unit(name).max <= heals[0]:
        return None
    ready = _changed(turn, name, hp=turn.battle.unit(name).max - heals[0], stun=0, cd_heal=0)
    return None if ready is None else _first(ready, name, "heal")


def _struck(turn: Turn, random: Random, rules: Rules, target: Callable[[int], Mapping[str, int]]) -> Turn | None:
    """Make the first order a strike that is carried out, on a target with the numbers that its damage needs."""
    strikes = [action for action in rules.actions if action.power]
    if turn.battle.over or not strikes:
        return None
    name, action = turn.first.unit, random.choice(strikes)
    free = {"stun": 0, **({action.slot: 0} if action.slot else {})}
    damage = strike_damage(action.power, turn.battle.unit(other(name)).fragile > 0, rules)
    ready = _changed(_first(turn, name, action.name), name, **free)
    return None if ready is None else _changed(ready, other(name), **target(damage))


# --- how a turn is changed -------------------------------------------------------------------------------------------


def _standing(turn: Turn, random: Random) -> UnitName | None:
    """Return one of the units that stand; None if none does."""
    names = [name for name in UNIT_NAMES if not turn.battle.unit(name).fallen]
    return random.choice(names) if names else None


def _changed(turn: Turn, name: UnitName | None, **numbers: Any) -> Turn | None:
    """Change numbers of a unit that stands, and raise its max to its hp; None if the rules do not allow a number."""
    if name is None:
        return None
    unit = turn.battle.unit(name)
    numbers["max"] = max(unit.max, numbers.get("hp", 1))
    ranges = [(value, *unit.limits.ranges[field]) for field, value in numbers.items()]
    if unit.fallen or numbers.get("hp") == 0 or not all(low <= value <= high for value, low, high in ranges):
        return None
    changed = attrs.evolve(unit, **numbers)
    battle = attrs.evolve(turn.battle, hero=changed) if name == "hero" else attrs.evolve(turn.battle, foe=changed)
    return attrs.evolve(turn, battle=battle)


def _first(turn: Turn, name: UnitName, action: str) -> Turn:
    """Order the action of the unit, first."""
    return attrs.evolve(turn, first=Order(name, action), second=turn.order(other(name)))


# fmt: off
STATES: Mapping[str, Callable[[Turn, Random, Rules], Turn | None]] = {
    "hp of 1":                 hp_of_1,
    "hp at max":               hp_at_max,
    "shield at its cap":       shield_at_cap,
    "status at its cap":       status_at_cap,
    "cooldown at its cap":     slot_at_cap,
    "turn at its cap":         turn_at_cap,
    "last turn of a status":   last_turn_of_a_status,
    "last turn of a cooldown": last_turn_of_a_cooldown,
    "exact lethal":            exact_lethal,
    "one hp left":             one_hp_left,
    "exact absorption":        exact_absorption,
    "shield just broken":      shield_just_broken,
    "exact lethal poison":     exact_lethal_poison,
    "heal just to max":        heal_just_to_max,
}
"""The edge states by name."""
# fmt: on


def edge_states(rules: Rules) -> Mapping[str, Change]:
    """Return the edge states of turns under these rules, by name."""
    return {name: _under(rules, state) for name, state in STATES.items()}


def _under(rules: Rules, state: Callable[[Turn, Random, Rules], Turn | None]) -> Change:
    @wraps(state)
    def change(turn: Turn, random: Random) -> Turn | None:
        return state(turn, random, rules)

    return change
