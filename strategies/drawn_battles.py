"""Battles, drawn: `battles` plays them from a start, so that every one of them can be reached."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st

from turncheck.engine import STANDARD, Battle, Order, Rules, Turn, Unit, resolve
from turncheck.strategies.drawn_numbers import often
from turncheck.strategies.drawn_options import part
from turncheck.strategies.drawn_turns import Battles, order_pairs
from turncheck.strategies.drawn_units import units


def battles(*, start: Battles | None = None, max_turns: int = 8, rules: Rules = STANDARD) -> st.SearchStrategy[Battle]:
    """Battles that were played: a start and up to `max_turns` turns of any orders, resolved by the reference engine.

    Shrinks towards the simplest start with no turn played. A battle may be over: then it was played to its end, and
    what was drawn beyond that changes nothing.

    Args:
        start: where to begin, a battle or a strategy of battles, by default `starts(rules=rules)`.
        max_turns: the most turns that are played, 0 or more.
        rules: by which the turns are played and the starts drawn.

    Raises:
        OptionError: start is no battle and no strategy.
    """
    beginning = starts(rules=rules) if start is None else part("start", Battle, start)
    played = st.lists(order_pairs(), max_size=max_turns)
    return st.tuples(beginning, played).map(partial(_played, rules))


def starts(*, rules: Rules = STANDARD) -> st.SearchStrategy[Battle]:
    """Battles before their first turn: turn 1, any hp and max, a shield of up to 10 at times, all else 0.

    Shrinks towards `Battle()`: two units at 1/1.
    """
    shield = often(range(min(10, rules.field("shield").high) + 1), {0: 0.6})
    blank = {row.name: 0 for row in rules.fields[3:]}
    fresh = units(rules=rules, shield=shield, **blank)  # type: ignore[arg-type]  # the names are those of the fields
    return st.tuples(fresh, fresh).map(partial(_started, rules))


def _started(rules: Rules, drawn: tuple[Unit, Unit]) -> Battle:
    return Battle(rules.turn.low, *drawn, limits=rules.limits)


def _played(rules: Rules, drawn: tuple[Battle, list[tuple[Order, Order]]]) -> Battle:
    battle, played = drawn
    for orders in played:
        battle = resolve(Turn(battle, *orders), rules)
    return battle
