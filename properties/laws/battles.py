"""Laws about a battle as a whole: when it is over, the turn counter, both sides, falling."""

from __future__ import annotations

import attrs
from hypothesis import strategies as st

from turncheck.engine import Battle, Rules, Turn, Unit, UnitName
from turncheck.engine.tables import BLANK
from turncheck.properties.law import INVARIANCE, KNOWN_ANSWER, law, unit_law
from turncheck.properties.laws.cases import (
    action_of,
    any_turn,
    either_side,
    mirrored,
    stands_after,
    swapped,
)
from turncheck.strategies import between, positive, turns, units


def _is_over(turn: Turn, rules: Rules) -> bool:
    return turn.battle.over


def _finished_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(foe=units(hp=0, rules=rules), rules=rules)


@law("T1", KNOWN_ANSWER, cases=either_side(_finished_turns), applies=_is_over)
def finished_battle_stays_as_it_is(turn: Turn, after: Battle) -> None:
    """A turn changes nothing of a battle in which a unit has fallen, not even the turn counter."""
    assert after == turn.battle


def _goes_on(turn: Turn, rules: Rules) -> bool:
    return not turn.battle.over


@law("T5", KNOWN_ANSWER, cases=any_turn, applies=_goes_on)
def turn_counter_rises_by_one(turn: Turn, after: Battle, rules: Rules) -> None:
    """The turn counter rises by 1, to at most 99, in a battle that is not over."""
    assert after.turn == min(turn.battle.turn + rules.turn_step, rules.turn.high)


def _earlier(turn: Turn, rules: Rules) -> Turn:
    return attrs.evolve(turn, battle=attrs.evolve(turn.battle, turn=1))


def _is_later(turn: Turn, rules: Rules) -> bool:
    return turn.battle.turn > 1


def _later_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(turn=between(2, rules.turn.high), rules=rules)


@law("T5", INVARIANCE, cases=_later_turns, applies=_is_later, also=_earlier)
def turn_counter_changes_only_itself(turn: Turn, after: Battle, after_turn_1: Battle) -> None:
    """The units end a turn as they would end the same turn with the counter at 1."""
    assert (after.hero, after.foe) == (after_turn_1.hero, after_turn_1.foe)


@law("T2", INVARIANCE, cases=any_turn, also=swapped)
def swapped_units_swap_the_answer(turn: Turn, after: Battle, after_swapped: Battle) -> None:
    """With hero and foe in each other's place, and who acts first with them, the answer has them so too."""
    assert after_swapped == mirrored(after)


SELF_AIMED = ("wait", "heal", "guard", "cleanse", "brace")


def _self_aimed_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    names = st.sampled_from(SELF_AIMED)
    return turns(hero_action=names, foe_action=names, rules=rules)


def _both_aim_at_themselves(turn: Turn, rules: Rules) -> bool:
    return all(rules.action(order.action).aim == "self" for order in turn.orders)


def _in_the_other_order(turn: Turn, rules: Rules) -> Turn:
    return Turn(turn.battle, turn.second, turn.first)


@law("T2", INVARIANCE, cases=_self_aimed_turns, applies=_both_aim_at_themselves, also=_in_the_other_order)
def self_aimed_orders_commute(turn: Turn, after: Battle, after_other_order: Battle) -> None:
    """Where both units act on themselves it does not matter who is first."""
    assert after == after_other_order


def _any_unit(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return True


@unit_law("A2", KNOWN_ANSWER, cases=any_turn, who=_any_unit)
def max_never_changes(before: Unit, after: Unit) -> None:
    """Nothing changes the most hit points that a unit can have."""
    assert after.max == before.max


def _healing_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(hero=units(regen=positive, rules=rules), rules=rules)


def _may_gain_hp(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return turn.battle.unit(name).regen > 0 or action_of(turn, name) == "heal"


@unit_law("E4", KNOWN_ANSWER, cases=either_side(_healing_turns), who=_may_gain_hp)
def nobody_is_healed_above_max(before: Unit, after: Unit) -> None:
    """A unit that heals or regenerates ends its turn with at most its max."""
    assert after.hp <= before.max


def _deadly_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    # Poison alone takes the last hp of a unit that does nothing for itself.
    dying = units(hp=1, poison=positive, rules=rules)
    return turns(hero=dying, hero_action=st.sampled_from(["wait", "attack", "ignite", "guard"]), rules=rules)


def _falls(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return not turn.battle.over and not stands_after(turn, name, rules)


@unit_law("T4", KNOWN_ANSWER, cases=either_side(_deadly_turns), who=_falls)
def fallen_unit_is_left_blank(before: Unit, after: Unit) -> None:
    """A unit that falls ends the turn at 0 hp, with its shield, statuses and cooldown slots at 0."""
    assert (after.hp, *(getattr(after, name) for name in BLANK)) == (0,) * (1 + len(BLANK))


LAWS = (
    finished_battle_stays_as_it_is,
    turn_counter_rises_by_one,
    turn_counter_changes_only_itself,
    swapped_units_swap_the_answer,
    self_aimed_orders_commute,
    max_never_changes,
    nobody_is_healed_above_max,
    fallen_unit_is_left_blank,
)
