"""Mutants that carry out other orders than the given ones, or resolve some kind of turns by other rules."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from tests.mutants.mutant import Answer, Mutant
from tests.mutants.of_values import by_battle
from turncheck.engine.duel import STANDARD, Rules, Turn, other, resolve


def as_if(turn_of: Callable[[Turn], Turn]) -> Answer:
    """A turn is answered as the reference answers another one, which is made of it."""
    return by_battle(lambda turn, after: resolve(turn_of(turn)))


def where(holds: Callable[[Turn], bool], rules: Rules) -> Answer:
    """Turns of that kind are worked out under those rules, the rest under the standard ones."""
    return by_battle(lambda turn, after: resolve(turn, rules) if holds(turn) else after)


# --- other orders ----------------------------------------------------------------------------------------------------


def without_the_first(turn: Turn) -> Turn:
    """The turn in which the first order is to wait."""
    return attrs.evolve(turn, first=attrs.evolve(turn.first, action="wait"))


def without_the_second(turn: Turn) -> Turn:
    """The turn in which the second order is to wait."""
    return attrs.evolve(turn, second=attrs.evolve(turn.second, action="wait"))


def without_the_second_for_itself(turn: Turn) -> Turn:
    """The turn without its second order, where both units act on themselves."""
    self_aimed = all(STANDARD.action(order.action).aim == "self" for order in turn.orders)
    return without_the_second(turn) if self_aimed else turn


def with_the_first_action_twice(turn: Turn) -> Turn:
    """The turn in which the second unit does what the first does."""
    return attrs.evolve(turn, second=attrs.evolve(turn.second, action=turn.first.action))


def with_the_second_first(turn: Turn) -> Turn:
    """The turn in which the orders come in the other order."""
    return Turn(turn.battle, turn.second, turn.first)


def with_each_others_orders(turn: Turn) -> Turn:
    """The turn in which each unit does what the other is ordered to do."""
    return Turn(turn.battle, *(attrs.evolve(order, unit=other(order.unit)) for order in turn.orders))


# --- kinds of turns --------------------------------------------------------------------------------------------------


def stuns_the_second(turn: Turn) -> bool:
    """Whether the first order may stun the second unit, which is not stunned so far."""
    target = turn.battle.unit(turn.second.unit)
    return turn.first.action == "poison_strike" and target.fragile > 0 and target.stun == 0


def nobody_attacks(turn: Turn) -> bool:
    """Whether no strike is one of 6, which is multiplied by 3 / 2 without a rest."""
    return all(order.action != "attack" for order in turn.orders)


def heals_at_max(turn: Turn) -> bool:
    """Whether a unit is to heal that has all its hp."""
    return any(_acts_at(turn, name, "heal", "hp", turn.battle.unit(name).max) for name in ("hero", "foe"))


def guards_at_the_cap(turn: Turn) -> bool:
    """Whether a unit is to guard whose shield is at its highest."""
    return any(_acts_at(turn, name, "guard", "shield", 20) for name in ("hero", "foe"))


def _acts_at(turn: Turn, name: str, action: str, field: str, value: int) -> bool:
    return turn.order(name).action == action and getattr(turn.battle.unit(name), field) == value


def only_hero_has_thorns(turn: Turn) -> bool:
    """Whether the hero has thorns and the foe has none."""
    return turn.battle.hero.thorns > turn.battle.foe.thorns == 0


def only_foe_is_poisoned(turn: Turn) -> bool:
    """Whether the foe is poisoned and the hero is not."""
    return turn.battle.foe.poison > turn.battle.hero.poison == 0


# --- the tables ------------------------------------------------------------------------------------------------------

ROUNDING_UP = attrs.evolve(STANDARD, fragile_numerator=5, fragile_denominator=3)
"""Of 3 these make 5, as 3 * 3 / 2 rounded up; of 2 they make 3."""

# fmt: off
OTHER_ORDERS = (
    ("forgets_first_order",   "the first order is not carried out",             without_the_first),
    ("forgets_second_order",  "the second order is not carried out",            without_the_second),
    ("loses_own_order",       "of two orders on themselves the second is lost", without_the_second_for_itself),
    ("repeats_first_action",  "the second unit does what the first does",       with_the_first_action_twice),
    ("carries_out_backwards", "the second order is carried out first",          with_the_second_first),
    ("mixes_up_the_orders",   "each unit does what the other is ordered to do", with_each_others_orders),
)

OTHER_RULES = (
    ("stun_comes_late",       "a stun of this turn hinders nobody",    stuns_the_second,     STANDARD.without("O2")),
    ("rounds_up",             "3 against a fragile unit is 5, not 4",  nobody_attacks,       ROUNDING_UP),
    ("no_heal_at_max",        "a heal at max gives no regen",          heals_at_max,         STANDARD.without("A2")),
    ("spends_nothing_at_cap", "a guard at the highest shield is free", guards_at_the_cap,    STANDARD.without("E7")),
    ("hero_has_dull_thorns",  "thorns of the hero alone cost nothing", only_hero_has_thorns, STANDARD.without("S6")),
    ("foe_is_immune",         "poison of the foe alone does nothing",  only_foe_is_poisoned, STANDARD.without("E1")),
)
# fmt: on

MUTANTS = (
    *(Mutant.of(name, "other orders", wrong, as_if(turn_of)) for name, wrong, turn_of in OTHER_ORDERS),
    *(Mutant.of(name, "other rules now and then", wrong, where(*kind)) for name, wrong, *kind in OTHER_RULES),
)
