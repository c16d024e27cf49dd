"""Laws about cooldown slots: they count down, and a spent one takes its action's cooldown."""

from __future__ import annotations

from hypothesis import strategies as st

from turncheck.engine import Rules, Turn, Unit, UnitName, other
from turncheck.engine.tables import SLOTS
from turncheck.properties.law import KNOWN_ANSWER, unit_law
from turncheck.properties.laws.cases import action_of, either_side, slot_of, stands_after, strong
from turncheck.strategies import actions, positive, turns, units


def _cooling_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    # One slot at least is above 0, and the unit has hp enough to stand whatever comes.
    return turns(hero=units(hp=strong(rules), cd_heal=positive, rules=rules), rules=rules)


def _has_a_slot_to_count(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit = turn.battle.unit(name)
    return any(getattr(unit, slot) for slot in SLOTS) and not turn.battle.over and stands_after(turn, name, rules)


@unit_law("E6", KNOWN_ANSWER, cases=either_side(_cooling_turns), who=_has_a_slot_to_count)
def cooldowns_count_down(before: Unit, after: Unit, rules: Rules) -> None:
    """Every slot above 0 of a unit that still stands falls by 1: its action cannot have been performed."""
    counting = [slot for slot in SLOTS if getattr(before, slot) > 0]
    left = {slot: getattr(after, slot) for slot in counting}
    assert left == {slot: max(getattr(before, slot) - rules.slot_step, 0) for slot in counting}


def _spending_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    # Fragile is left at 0, so that a poison_strike that comes first does not stun.
    spender = units(
        hp=strong(rules),
        stun=0,
        fragile=0,
        rules=rules,
        cd_heal=0,
        cd_guard=0,
        cd_cleanse=0,
        cd_poison_strike=0,
        cd_ignite=0,
        cd_brace=0,
    )
    return turns(hero=spender, hero_action=actions(but=["wait", "attack"]), rules=rules)


def _spends(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit, slot = turn.battle.unit(name), slot_of(turn, name, rules)
    free = slot is not None and getattr(unit, slot) == 0 and unit.stun == 0
    not_stunned_first = unit.fragile == 0 or turn.first.unit == name or action_of(turn, other(name)) != "poison_strike"
    return free and not_stunned_first and not turn.battle.over and stands_after(turn, name, rules)


@unit_law("E7", KNOWN_ANSWER, cases=either_side(_spending_turns), who=_spends)
def spent_slot_takes_its_cooldown(before: Unit, after: Unit, turn: Turn, name: UnitName, rules: Rules) -> None:
    """A unit that performs an action and still stands has the slot at the action's cooldown: heal at 3, guard at 2."""
    action = rules.action(action_of(turn, name))
    assert action.slot
    assert getattr(after, action.slot) == action.cooldown


LAWS = (cooldowns_count_down, spent_slot_takes_its_cooldown)
