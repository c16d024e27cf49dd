"""The turns on which laws are checked, and turns made from other turns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Unpack

import attrs
from hypothesis import strategies as st

from turncheck.engine.duel import UNIT_NAMES, Battle, Order, Rules, Turn, Unit, UnitName, other
from turncheck.engine.duel.state import change
from turncheck.properties.laws.duel.amounts import SELF_AIMED
from turncheck.properties.laws.duel.conditions import Who, slot_of
from turncheck.strategies.drawn_values import Coded, evenly, strategy_of
from turncheck.strategies.duel import turns, units
from turncheck.strategies.duel.drawn_units import UnitNumbers

TurnCases = Callable[[Rules], st.SearchStrategy[Turn]]
UnitCases = Callable[[Rules], st.SearchStrategy[Unit]]


# --- units -----------------------------------------------------------------------------------------------------------


def unit_with(**numbers: Unpack[UnitNumbers]) -> UnitCases:
    """Return cases of units that stand, narrowed as by `units`."""
    return lambda rules: units(rules=rules, **numbers)


def sound(**numbers: Unpack[UnitNumbers]) -> UnitCases:
    """Return cases of units without poison, burn and regen, narrowed further."""
    healthy: UnitNumbers = {"poison": 0, "burn": 0, "regen": 0}
    return lambda rules: units(rules=rules, **(healthy | numbers))


def sturdy(**numbers: Unpack[UnitNumbers]) -> UnitCases:
    """Return cases of units that survive any turn, narrowed further."""

    def cases(rules: Rules) -> st.SearchStrategy[Unit]:
        lasting: UnitNumbers = {"hp": strong(rules)}
        return units(rules=rules, **(lasting | numbers))

    return cases


def strong(rules: Rules) -> Coded:
    """Return hp that no turn can take: more than two strikes' damage."""
    highest = rules.field("max").high
    return evenly(range(min(40, highest), highest + 1))


def _anyone(rules: Rules) -> st.SearchStrategy[Unit]:
    return units(rules=rules)


def at_full_hp(cases: UnitCases) -> UnitCases:
    """Return cases of the same units at full hp."""
    return lambda rules: cases(rules).map(lambda unit: attrs.evolve(unit, hp=unit.max))


# --- turns -----------------------------------------------------------------------------------------------------------


def any_turn(rules: Rules) -> st.SearchStrategy[Turn]:
    """Draw any turn of a battle that is not over."""
    return turns(rules=rules)


def any_or_finished_turn(rules: Rules) -> st.SearchStrategy[Turn]:
    """Draw any turn, sometimes of a battle that is over."""
    return turns(fallen=True, rules=rules)


def idle(unit: UnitCases) -> TurnCases:
    """Return turns in which a unit, drawn as given, waits, and so does the other unit."""

    def cases(rules: Rules) -> st.SearchStrategy[Turn]:
        return turns(hero=unit(rules), hero_action="wait", foe_action="wait", rules=rules)

    return either_side(cases)


def performed(actor: UnitCases, *names: str) -> TurnCases:
    """Return turns in which a unit, drawn as given, performs one of the actions, and the other does not strike."""

    def cases(rules: Rules) -> st.SearchStrategy[Turn]:
        ordered, harmless = evenly(names), evenly(SELF_AIMED)
        drawn = turns(hero=actor(rules), hero_action=ordered, foe_action=harmless, rules=rules)
        return drawn.map(partial(freed, name="hero", rules=rules))

    return either_side(cases)


def struck(target: UnitCases, *names: str, striker: UnitCases = _anyone) -> TurnCases:
    """Return turns in which a unit, drawn as given, waits, and the other performs one of the strikes."""

    def cases(rules: Rules) -> st.SearchStrategy[Turn]:
        orders: dict[str, Any] = {"hero_action": evenly(names), "foe_action": "wait"}
        drawn = turns(hero=striker(rules), foe=target(rules), **orders, rules=rules)
        return drawn.map(partial(freed, name="hero", rules=rules))

    return either_side(cases)


def either(*cases: TurnCases) -> TurnCases:
    """Return turns of any of these kinds."""
    return lambda rules: st.one_of([drawn(rules) for drawn in cases])


def either_side(cases: TurnCases) -> TurnCases:
    """Return turns as drawn, or with hero and foe swapped: cases are written for the hero and checked on both."""

    def sided(rules: Rules) -> st.SearchStrategy[Turn]:
        sides = strategy_of(evenly([False, True]))
        return st.tuples(cases(rules), sides).map(lambda drawn: swapped(drawn[0], rules) if drawn[1] else drawn[0])

    return sided


# --- turns made from other turns -------------------------------------------------------------------------------------


def swapped(turn: Turn, rules: Rules) -> Turn:
    """Swap hero and foe, with their orders: what is done first is still done first."""
    battle = attrs.evolve(turn.battle, hero=turn.battle.foe, foe=turn.battle.hero)
    return Turn(battle, *(Order(other(order.unit), order.action) for order in turn.orders))


def freed(turn: Turn, name: UnitName, rules: Rules) -> Turn:
    """Remove all that hinders the unit's order: set its stun and the slot of its action to 0."""
    slot = slot_of(turn, name, rules)
    return with_unit(turn, name, stun=0, **({slot: 0} if slot else {}))


def with_unit(turn: Turn, name: UnitName, **numbers: int) -> Turn:
    """Replace some numbers of the unit."""
    changes: dict[str, Any] = {**numbers}
    unit: Any = attrs.evolve(turn.battle.unit(name), **changes)
    return attrs.evolve(turn, battle=attrs.evolve(turn.battle, **{name: unit}))


def with_both(turn: Turn, numbers: Callable[[Unit], dict[str, int]]) -> Turn:
    """Replace some numbers of each unit, which a function computes from the unit."""
    for name in UNIT_NAMES:
        turn = with_unit(turn, name, **numbers(turn.battle.unit(name)))
    return turn


def with_actions(turn: Turn, actions: dict[UnitName, str]) -> Turn:
    """Replace the actions of some units."""
    return Turn(turn.battle, *(Order(order.unit, actions.get(order.unit, order.action)) for order in turn.orders))


def made_to_wait(who: Who) -> Callable[[Turn, Rules], Turn]:
    """Return a function that replaces the orders of the units by `wait`."""

    def waiting(turn: Turn, rules: Rules) -> Turn:
        return with_actions(turn, {name: "wait" for name in UNIT_NAMES if who(turn, name, rules)})

    return waiting


# --- battles for comparison ------------------------------------------------------------------------------------------


def mirrored(battle: Battle) -> Battle:
    """Swap hero and foe."""
    return change(battle, hero=battle.foe, foe=battle.hero)


def apart_from(battle: Battle, *fields: str) -> Battle:
    """Set some fields of both units to 0, so that all other fields can be compared.

    Nothing is checked, because a learned engine's answer may be outside the ranges.
    """
    nothing: dict[str, Any] = dict.fromkeys(fields, 0)
    return change(battle, hero=change(battle.hero, **nothing), foe=change(battle.foe, **nothing))
