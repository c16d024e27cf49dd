"""Laws about a battle as a whole: when it is over, the turn counter, both sides and both orders, max."""

from __future__ import annotations

from hypothesis import strategies as st

from turncheck.engine.duel import UNIT_NAMES, Battle, Rules, Turn, Unit, UnitName
from turncheck.engine.duel.state import change
from turncheck.properties.checking.law import INVARIANCE, KNOWN_ANSWER
from turncheck.properties.laws.duel.amounts import SELF_AIMED
from turncheck.properties.laws.duel.cases import (
    any_or_finished_turn,
    any_turn,
    apart_from,
    either_side,
    mirrored,
    swapped,
    with_both,
)
from turncheck.properties.laws.duel.conditions import action_of, any_unit, both_units, goes_on, is_left_alone
from turncheck.properties.laws.duel.written import law, unit_law
from turncheck.strategies.drawn_values import evenly
from turncheck.strategies.duel import actions, between, positive, turns, units

# --- when it is over, and the turn counter ---------------------------------------------------------------------------


def _is_over(turn: Turn, rules: Rules) -> bool:
    return turn.battle.over


def _finished_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(foe=units(hp=0, rules=rules), rules=rules)


@law("T1", KNOWN_ANSWER, cases=either_side(_finished_turns), applies=_is_over)
def finished_battle_stays_as_it_is(turn: Turn, after: Battle) -> None:
    """A turn changes nothing of a battle in which a unit has fallen, not even the turn counter."""
    assert after == turn.battle


@law("T5", KNOWN_ANSWER, cases=any_turn, applies=goes_on)
def turn_counter_rises_by_one(turn: Turn, after: Battle, rules: Rules) -> None:
    """The turn counter rises by 1, to at most 99, in a battle that is not over."""
    assert after.turn == min(turn.battle.turn + rules.turn_step, rules.turn.high)


def _earlier(turn: Turn, rules: Rules) -> Turn:
    return change(turn, battle=change(turn.battle, turn=1))


def _is_later(turn: Turn, rules: Rules) -> bool:
    return turn.battle.turn > 1


def _later_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(turn=between(2, rules.turn.high), rules=rules)


@law("T5", INVARIANCE, cases=_later_turns, applies=_is_later, also=_earlier)
def turn_counter_changes_only_itself(turn: Turn, after: Battle, after_turn_1: Battle) -> None:
    """The units end a turn as they would end the same turn with the counter at 1."""
    assert (after.hero, after.foe) == (after_turn_1.hero, after_turn_1.foe)


# --- both sides and both orders --------------------------------------------------------------------------------------


@law("T2", INVARIANCE, cases=any_turn, also=swapped)
def swapped_units_swap_the_answer(turn: Turn, after: Battle, after_swapped: Battle) -> None:
    """If hero and foe are exchanged, together with their orders, they are exchanged in the answer too."""
    assert after_swapped == mirrored(after)


_both_aim_at_themselves = both_units(is_left_alone)


def _self_aimed_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    names = evenly(SELF_AIMED)
    return turns(hero_action=names, foe_action=names, rules=rules)


def _in_the_other_order(turn: Turn, rules: Rules) -> Turn:
    return Turn(turn.battle, turn.second, turn.first)


@law("T2", INVARIANCE, cases=_self_aimed_turns, applies=_both_aim_at_themselves, also=_in_the_other_order)
def self_aimed_orders_commute(turn: Turn, after: Battle, after_other_order: Battle) -> None:
    """If both units act on themselves, it does not matter who is first."""
    assert after == after_other_order


def _both_go_about_their_own(turn: Turn, rules: Rules) -> bool:
    return _both_aim_at_themselves(turn, rules) and goes_on(turn, rules)


def _with_another_opponent(turn: Turn, rules: Rules) -> Turn:
    return change(turn, battle=change(turn.battle, **{turn.second.unit: Unit(limits=rules.limits)}))


@law("A2-A4, A7", INVARIANCE, cases=_self_aimed_turns, applies=_both_go_about_their_own, also=_with_another_opponent)
def self_aimed_orders_do_not_meet(turn: Turn, after: Battle, after_with_another: Battle) -> None:
    """If both units act on themselves, it does not matter to the first who the second is."""
    assert after.unit(turn.first.unit) == after_with_another.unit(turn.first.unit)


# --- max -------------------------------------------------------------------------------------------------------------


@unit_law("A2", KNOWN_ANSWER, cases=any_or_finished_turn, who=any_unit)
def max_never_changes(before: Unit, after: Unit) -> None:
    """Nothing changes the most hit points that a unit can have."""
    assert after.max == before.max


def _healing_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(hero=units(regen=positive, rules=rules), rules=rules)


def _may_gain_hp(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return turn.battle.unit(name).regen > 0 or action_of(turn, name) == "heal"


@unit_law("A2, E4", KNOWN_ANSWER, cases=either_side(_healing_turns), who=_may_gain_hp)
def nobody_is_healed_above_max(before: Unit, after: Unit) -> None:
    """A unit that heals or regenerates ends its turn with at most its max."""
    assert after.hp <= before.max


def _turns_without_healing(rules: Rules) -> st.SearchStrategy[Turn]:
    unhealed = units(max=between(1, rules.field("max").high - 1), regen=0, rules=rules)
    harmed = actions(but=["heal"])
    return turns(hero=unhealed, foe=unhealed, hero_action=harmed, foe_action=harmed, rules=rules)


def _nobody_gains_hp(turn: Turn, rules: Rules) -> bool:
    lowest = min(turn.battle.unit(name).max for name in UNIT_NAMES)
    return lowest < rules.field("max").high and not any(_may_gain_hp(turn, name, rules) for name in UNIT_NAMES)


def _at_the_highest_max(turn: Turn, rules: Rules) -> Turn:
    return with_both(turn, lambda unit: {"max": rules.field("max").high})


@law("A2, E4", INVARIANCE, cases=_turns_without_healing, applies=_nobody_gains_hp, also=_at_the_highest_max)
def max_matters_only_to_healing(turn: Turn, after: Battle, after_at_highest: Battle) -> None:
    """If nobody heals or regenerates, the turn ends the same with the max of both units raised to the highest."""
    assert apart_from(after, "max") == apart_from(after_at_highest, "max")


LAWS = (
    finished_battle_stays_as_it_is,
    turn_counter_rises_by_one,
    turn_counter_changes_only_itself,
    swapped_units_swap_the_answer,
    self_aimed_orders_commute,
    self_aimed_orders_do_not_meet,
    max_never_changes,
    nobody_is_healed_above_max,
    max_matters_only_to_healing,
)
