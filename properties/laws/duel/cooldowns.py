"""Laws about cooldown slots: they count down, and a spent one takes its action's cooldown."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st

from turncheck.engine.duel import Rules, Turn, Unit, UnitName, other
from turncheck.engine.duel.tables import SLOTS
from turncheck.properties.checking.law import KNOWN_ANSWER
from turncheck.properties.laws.duel.amounts import cooled_down
from turncheck.properties.laws.duel.cases import either_side, freed, strong
from turncheck.properties.laws.duel.conditions import (
    action_of,
    goes_on,
    is_free,
    slot_of,
    stands_after,
)
from turncheck.properties.laws.duel.written import unit_law
from turncheck.strategies.duel import actions, positive, turns, units


def _cooling_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    # At least one slot is above 0, and the unit has enough hp to survive any turn.
    return turns(hero=units(hp=strong(rules), cd_heal=positive, rules=rules), rules=rules)


def _has_a_slot_to_count(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit = turn.battle.unit(name)
    return any(getattr(unit, slot) for slot in SLOTS) and goes_on(turn, rules) and stands_after(turn, name, rules)


@unit_law("E6", KNOWN_ANSWER, cases=either_side(_cooling_turns), who=_has_a_slot_to_count)
def cooldowns_count_down(before: Unit, after: Unit, rules: Rules) -> None:
    """Every slot above 0 of a unit that still stands falls by 1: its action cannot have been performed."""
    counting = [slot for slot in SLOTS if getattr(before, slot) > 0]
    left = {slot: getattr(after, slot) for slot in counting}
    assert left == {slot: cooled_down(getattr(before, slot), rules) for slot in counting}


def _sturdy_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(hero=units(hp=strong(rules), rules=rules), rules=rules)


def _goes_on_and_stands(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return goes_on(turn, rules) and stands_after(turn, name, rules)


@unit_law("E6, E7", KNOWN_ANSWER, cases=either_side(_sturdy_turns), who=_goes_on_and_stands)
def only_the_ordered_slot_is_spent(before: Unit, after: Unit, turn: Turn, name: UnitName, rules: Rules) -> None:
    """If a unit still stands, every slot counts down except that of the action that it was ordered to do."""
    rest = [slot for slot in SLOTS if slot != slot_of(turn, name, rules)]
    left = {slot: getattr(after, slot) for slot in rest}
    assert left == {slot: cooled_down(getattr(before, slot), rules) for slot in rest}


def _spending_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    # Fragile is 0, so that a poison_strike that comes first does not stun.
    spender = units(hp=strong(rules), fragile=0, rules=rules)
    drawn = turns(hero=spender, hero_action=actions(but=["wait", "attack"]), rules=rules)
    return drawn.map(partial(freed, name="hero", rules=rules))


def _spends(turn: Turn, name: UnitName, rules: Rules) -> bool:
    if slot_of(turn, name, rules) is None or not is_free(turn, name, rules) or not stands_after(turn, name, rules):
        return False
    # A poison_strike that comes first stuns a fragile unit.
    stuns = action_of(turn, other(name)) == "poison_strike" and turn.first.unit != name
    return not (stuns and turn.battle.unit(name).fragile)


@unit_law("O4, E7", KNOWN_ANSWER, cases=either_side(_spending_turns), who=_spends)
def spent_slot_takes_its_cooldown(before: Unit, after: Unit, turn: Turn, name: UnitName, rules: Rules) -> None:
    """A unit that performs an action and still stands has the slot at the action's cooldown: heal at 3, guard at 2."""
    action = rules.action(action_of(turn, name))
    assert getattr(after, f"cd_{action.name}") == action.cooldown


LAWS = (cooldowns_count_down, only_the_ordered_slot_is_spent, spent_slot_takes_its_cooldown)
