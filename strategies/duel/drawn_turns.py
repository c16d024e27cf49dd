"""Strategies for turns and for orders. The battle, each unit and each order of a turn can be narrowed."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TypeAlias

from hypothesis import strategies as st

from turncheck.engine.duel import STANDARD, UNIT_NAMES, Battle, Order, Rules, Turn, Unit
from turncheck.engine.duel.tables import ACTION_NAMES
from turncheck.strategies.drawn_values import Coded, Drawn, evenly, joined, strategy_of
from turncheck.strategies.duel.drawn_numbers import usual
from turncheck.strategies.duel.drawn_options import Names, Number, OptionError, check_name, name, narrowed, part
from turncheck.strategies.duel.drawn_units import unit

Units: TypeAlias = "Unit | st.SearchStrategy[Unit]"
Battles: TypeAlias = "Battle | st.SearchStrategy[Battle]"

_SIMPLEST_FIRST = ("wait", *(action for action in ACTION_NAMES if action != "wait"))


def turns(
    *,
    battle: Battles | None = None,
    turn: Number | None = None,
    hero: Units | None = None,
    foe: Units | None = None,
    hero_action: Names | None = None,
    foe_action: Names | None = None,
    first: Names | None = None,
    fallen: bool = False,
    at_once: bool = True,
    rules: Rules = STANDARD,
) -> st.SearchStrategy[Turn]:
    """Draw turns in which both units stand.

    Shrinks towards `Turn()`: turn 1, two units at 1/1, both wait, the hero first.

    Each part is a value or a strategy of values: `turns(hero=units(poison=9), foe_action="guard", first="foe")`.

    Args:
        battle: the battle as a whole, for instance `battles()`, in place of turn, hero, foe and fallen.
        turn: the turn counter.
        hero: the hero, by default `units(fallen=fallen, rules=rules)`.
        foe: the foe, likewise.
        hero_action: what the hero is ordered to do, by default any of the eight.
        foe_action: what the foe is ordered to do, likewise.
        first: whose order comes first, "hero" or "foe", by default either.
        fallen: whether to draw finished battles too, sometimes.
        at_once: if true, a turn is one draw, which is fast; else each number is a draw, which shrinks better.
        rules: the rules that give the ranges of numbers. Units that are given keep their own.

    Raises:
        OptionError: an option has a value of the wrong kind, or battle is given together with an option it replaces.
        OutOfRangeError: the turn counter is outside its range.
        UnknownNameError: an action or a unit has a name that the duel does not have.
    """
    battle_parts = {"turn": turn, "hero": hero, "foe": foe, "fallen": fallen or None}
    if battle is None:
        whole = _battles(turn, hero, foe, fallen, rules, at_once=at_once)
    elif doubled := [option for option, value in battle_parts.items() if value is not None]:
        raise OptionError("battle", f"left out beside {', '.join(doubled)}", battle)
    else:
        whole = part("battle", Battle, battle)
    pair = orders(hero_action, foe_action, first, at_once=at_once)
    return strategy_of(joined((whole, pair), _turn, at_once=at_once))


def order_pairs(
    hero_action: Names | None = None, foe_action: Names | None = None, first: Names | None = None
) -> st.SearchStrategy[tuple[Order, Order]]:
    """Draw the two orders of a turn, in the order in which they are carried out.

    Shrinks towards: both wait, the hero first.

    Raises:
        OptionError: an option is neither a name nor a strategy.
        UnknownNameError: an action or a unit has a name that the duel does not have.
    """
    return strategy_of(orders(hero_action, foe_action, first, at_once=False))


def orders(hero_action: Names | None, foe_action: Names | None, first: Names | None, *, at_once: bool) -> Drawn:
    """Return how to draw the two orders together with other parts; the options are those of `order_pairs`."""
    parts = (
        _any_action() if hero_action is None else name("hero_action", ACTION_NAMES, hero_action),
        _any_action() if foe_action is None else name("foe_action", ACTION_NAMES, foe_action),
        evenly(UNIT_NAMES) if first is None else name("first", UNIT_NAMES, first),
    )
    return joined(parts, _orders, at_once=at_once)


def actions(*, but: Collection[str] = ()) -> st.SearchStrategy[str]:
    """Draw names of actions, except those in `but`. Shrinks towards wait, then in the order of the table.

    Raises:
        UnknownNameError: `but` names something that is no action.
    """
    return strategy_of(_any_action(but=but))


def _any_action(*, but: Collection[str] = ()) -> Coded:
    """Return how to draw the name of an action together with other parts."""
    for left_out in but:
        check_name("but", ACTION_NAMES, left_out)
    return evenly([action for action in _SIMPLEST_FIRST if action not in but])


def _turn(drawn: tuple[Battle, tuple[Order, Order]]) -> Turn:
    battle, pair = drawn
    return Turn(battle, *pair)


def _orders(drawn: tuple[str, str, str]) -> tuple[Order, Order]:
    hero_action, foe_action, first = drawn
    pair = Order("hero", hero_action), Order("foe", foe_action)
    return pair if first == "hero" else pair[::-1]


def _battles(
    turn: Number | None, hero: Units | None, foe: Units | None, fallen: bool, rules: Rules, *, at_once: bool
) -> Drawn:
    any_unit = unit(fallen, rules, {}, at_once=at_once)
    parts = (
        narrowed(rules.turn, turn, usual(rules.turn)),
        any_unit if hero is None else part("hero", Unit, hero),
        any_unit if foe is None else part("foe", Unit, foe),
    )
    return joined(parts, partial(_battle, rules), at_once=at_once)


def _battle(rules: Rules, drawn: tuple[int, Unit, Unit]) -> Battle:
    return Battle(*drawn, limits=rules.limits)
