"""Harmless changes of a turn: to another turn whose answer follows from the first one's, or is the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from random import Random

import attrs

from turncheck.engine.duel import UNIT_NAMES, Battle, Order, Rules, Turn, UnitName, other, resolve
from turncheck.engine.duel.state import change as with_parts
from turncheck.engine.duel.tables import ACTION_NAMES

Change = Callable[[Turn, Random], Turn | None]
"""A change of a turn to another valid turn, or to None where it does not apply."""


def another_turn_number(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """Change the counter: the units end the turn alike."""
    number = random.randint(rules.turn.low, rules.turn.high)
    changed = attrs.evolve(turn, battle=attrs.evolve(turn.battle, turn=number))
    before, after = resolve(turn, rules), resolve(changed, rules)
    return changed if (before.hero, before.foe) == (after.hero, after.foe) else None


def hero_and_foe_swapped(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """Swap hero and foe, with their orders: they are swapped in the answer too."""
    first, second = (Order(other(order.unit), order.action) for order in turn.orders)
    changed = Turn(_swapped(turn.battle), first, second)
    return changed if _swapped(resolve(changed, rules)) == resolve(turn, rules) else None


def _swapped(battle: Battle) -> Battle:
    return with_parts(battle, hero=battle.foe, foe=battle.hero)


def commuting_orders_swapped(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """Give the orders in the other order, where the answer stays the same."""
    return _if_same_answer(turn, attrs.evolve(turn, first=turn.second, second=turn.first), rules)


def idle_unit_ordered_otherwise(turn: Turn, random: Random, rules: Rules) -> Turn | None:
    """Order anything else of a unit that is stunned or has fallen, where the answer stays the same."""
    idle = [name for name in UNIT_NAMES if turn.battle.unit(name).stun or turn.battle.over]
    if not idle:
        return None
    name = random.choice(idle)
    action = random.choice([action for action in ACTION_NAMES if action != turn.order(name).action])
    return _if_same_answer(turn, _ordered(turn, name, action), rules)


def _ordered(turn: Turn, name: UnitName, action: str) -> Turn:
    first, second = (Order(name, action) if order.unit == name else order for order in turn.orders)
    return attrs.evolve(turn, first=first, second=second)


def _if_same_answer(turn: Turn, changed: Turn, rules: Rules) -> Turn | None:
    return changed if resolve(changed, rules) == resolve(turn, rules) else None


# fmt: off
CHANGES: Mapping[str, Callable[[Turn, Random, Rules], Turn | None]] = {
    "another turn number":         another_turn_number,
    "hero and foe swapped":        hero_and_foe_swapped,
    "commuting orders swapped":    commuting_orders_swapped,
    "idle unit ordered otherwise": idle_unit_ordered_otherwise,
}
"""The harmless changes by name."""
# fmt: on


def harmless(rules: Rules) -> Mapping[str, Change]:
    """Return the harmless changes of turns under these rules, by name."""
    return {name: _under(rules, each) for name, each in CHANGES.items()}


def _under(rules: Rules, made: Callable[[Turn, Random, Rules], Turn | None]) -> Change:
    @wraps(made)
    def change(turn: Turn, random: Random) -> Turn | None:
        return made(turn, random, rules)

    return change
