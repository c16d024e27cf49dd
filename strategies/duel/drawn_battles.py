"""Strategies for played battles. `battles` draws where play ends, so each can be reached; `plays` draws all turns."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from hypothesis import strategies as st

from turncheck.engine.duel import STANDARD, Battle, Order, Play, Rules, Turn, Unit, resolve
from turncheck.strategies.drawn_values import Coded
from turncheck.strategies.duel.drawn_numbers import often
from turncheck.strategies.duel.drawn_options import Number, part
from turncheck.strategies.duel.drawn_turns import Battles, actions, order_pairs
from turncheck.strategies.duel.drawn_units import units


def battles(*, start: Battles | None = None, max_turns: int = 8, rules: Rules = STANDARD) -> st.SearchStrategy[Battle]:
    """Draw battles reached by play: the reference engine resolves up to `max_turns` turns of any orders from a start.

    Shrinks towards the simplest start with no turn played. A battle may be over; then the turns drawn beyond its end
    change nothing.

    Args:
        start: the first state, a battle or a strategy of battles, by default `starts(rules=rules)`.
        max_turns: the most turns to play, 0 or more.
        rules: the rules for resolving turns and drawing starts.

    Raises:
        OptionError: start is neither a battle nor a strategy.
    """
    beginning = starts(rules=rules) if start is None else part("start", Battle, start)
    played = st.lists(order_pairs(), max_size=max_turns)
    return st.tuples(beginning, played).map(partial(_played, rules))


def plays(
    *, start: Battles | None = None, but: Collection[str] = (), max_turns: int = 16, rules: Rules = STANDARD
) -> st.SearchStrategy[Play]:
    """Draw plays of 1 to `max_turns` turns. Shrinks towards one turn of the simplest start in which both wait.

    In each play, a unit has only one to four actions and repeats them. Orders drawn independently from all eight
    actions would hardly ever give, for example, three guards in a row (swarm testing, Groce et al. 2012).

    Args:
        start: the first state, a battle or a strategy of battles, by default
            `starts(hp=lasting(rules), rules=rules)`.
        but: actions to leave out.
        max_turns: the most turns of a play, 1 or more.
        rules: the rules for drawing starts.

    Raises:
        OptionError: start is neither a battle nor a strategy.
        UnknownNameError: `but` names something that is no action.
    """
    beginning = starts(hp=lasting(rules), rules=rules) if start is None else part("start", Battle, start)
    known = st.lists(actions(but=but), min_size=1, max_size=4)
    chosen = st.integers(0, 11)  # 12 is divisible by 1, 2, 3 and 4: each known action is equally likely
    steps = st.lists(st.tuples(chosen, chosen, st.booleans()), min_size=1, max_size=max_turns)
    return st.tuples(beginning, known, known, steps).map(_play)


def lasting(rules: Rules) -> Coded:
    """Return an option for hp: any hp, mostly enough for many turns. Shrinks towards 1."""
    highest = min(rules.field("hp").high, rules.field("max").high)
    shares = {highest: 0.30, **dict.fromkeys((highest * tenth // 10 for tenth in (8, 6, 5, 4)), 0.10)}
    return often(range(1, highest + 1), {hp: share for hp, share in shares.items() if hp})


def starts(*, hp: Number | None = None, rules: Rules = STANDARD) -> st.SearchStrategy[Battle]:
    """Draw battles before their first turn: turn 1, any hp and max, sometimes a shield of up to 10, all else 0.

    Shrinks towards `Battle()`: two units at 1/1. `hp` narrows the hp of both, as in `units`.
    """
    shield = often(range(min(10, rules.field("shield").high) + 1), {0: 0.6})
    blank = {row.name: 0 for row in rules.fields[3:]}
    narrowed = {**blank, "shield": shield} if hp is None else {**blank, "shield": shield, "hp": hp}
    fresh = units(at_once=False, rules=rules, **narrowed)
    return st.tuples(fresh, fresh).map(partial(_started, rules))


def _started(rules: Rules, drawn: tuple[Unit, Unit]) -> Battle:
    return Battle(rules.turn.low, *drawn, limits=rules.limits)


def _play(drawn: tuple[Battle, list[str], list[str], list[tuple[int, int, bool]]]) -> Play:
    battle, hero_actions, foe_actions, steps = drawn
    orders = []
    for hero, foe, foe_first in steps:
        pair = (
            Order("hero", hero_actions[hero % len(hero_actions)]),
            Order("foe", foe_actions[foe % len(foe_actions)]),
        )
        orders.append(pair[::-1] if foe_first else pair)
    return Play(battle, tuple(orders))


def _played(rules: Rules, drawn: tuple[Battle, list[tuple[Order, Order]]]) -> Battle:
    battle, played = drawn
    for orders in played:
        battle = resolve(Turn(battle, *orders), rules)
    return battle
