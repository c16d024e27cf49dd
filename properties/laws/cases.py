"""What the laws share: on which turns they are checked, and turns made from other turns."""

from __future__ import annotations

from collections.abc import Callable

import attrs
from hypothesis import strategies as st

from turncheck.engine import UNIT_NAMES, Battle, Order, Rules, Turn, UnitName, other, resolve
from turncheck.strategies import turns

TurnCases = Callable[[Rules], st.SearchStrategy[Turn]]
Who = Callable[[Turn, UnitName, Rules], bool]
"""Which units of a turn are meant."""


def any_turn(rules: Rules) -> st.SearchStrategy[Turn]:
    """Any turn of a battle that is not over."""
    return turns(rules=rules)


def either_side(cases: TurnCases) -> TurnCases:
    """Turns as drawn, or with hero and foe swapped: a law is written for the hero and checked on both."""

    def sided(rules: Rules) -> st.SearchStrategy[Turn]:
        return st.builds(lambda turn, swap: swapped(turn, rules) if swap else turn, cases(rules), st.booleans())

    return sided


def swapped(turn: Turn, rules: Rules) -> Turn:
    """The same turn with hero and foe in each other's place: what was done first is still done first."""
    battle = attrs.evolve(turn.battle, hero=turn.battle.foe, foe=turn.battle.hero)
    return Turn(battle, *(Order(other(order.unit), order.action) for order in turn.orders))


def with_actions(turn: Turn, actions: dict[UnitName, str]) -> Turn:
    """The same turn with the actions of those units replaced."""
    return Turn(turn.battle, *(Order(order.unit, actions.get(order.unit, order.action)) for order in turn.orders))


def some_unit(who: Who) -> Callable[[Turn, Rules], bool]:
    """Whether any unit of a turn is meant."""
    return lambda turn, rules: any(who(turn, name, rules) for name in UNIT_NAMES)


def made_to_wait(who: Who) -> Callable[[Turn, Rules], Turn]:
    """The same turn with the orders of those units replaced by `wait`."""

    def waiting(turn: Turn, rules: Rules) -> Turn:
        return with_actions(turn, {name: "wait" for name in UNIT_NAMES if who(turn, name, rules)})

    return waiting


def action_of(turn: Turn, name: UnitName) -> str:
    """What the unit of that name is ordered to do."""
    return turn.order(name).action


def slot_of(turn: Turn, name: UnitName, rules: Rules) -> str | None:
    """The cooldown slot of the action that the unit is ordered to do; None where that has none."""
    return rules.action(action_of(turn, name)).slot


def stands_after(turn: Turn, name: UnitName, rules: Rules) -> bool:
    """Whether the unit survives the turn, by the reference."""
    return not resolve(turn, rules).unit(name).fallen


def strong(rules: Rules) -> st.SearchStrategy[int]:
    """Hp that no turn can take: two strikes' worth and more."""
    highest = rules.field("max").high
    return st.integers(min(40, highest), highest)


def mirrored(battle: Battle) -> Battle:
    """The battle with hero and foe in each other's place."""
    return attrs.evolve(battle, hero=battle.foe, foe=battle.hero)
