"""Laws about orders and what they do: who may act, guard, strikes, the shield."""

from __future__ import annotations

from hypothesis import strategies as st

from turncheck.engine import UNIT_NAMES, Battle, Rules, Turn, Unit, UnitName, other
from turncheck.properties.law import DIRECTION, INVARIANCE, law, unit_law
from turncheck.properties.laws.cases import action_of, either_side, made_to_wait, slot_of, some_unit
from turncheck.strategies import actions, between, positive, turns, units


def _is_stunned(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return turn.battle.unit(name).stun > 0 and action_of(turn, name) != "wait"


def _stunned_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(hero=units(stun=positive, rules=rules), hero_action=actions(but=["wait"]), rules=rules)


@law(
    "O2", INVARIANCE, cases=either_side(_stunned_turns), applies=some_unit(_is_stunned), also=made_to_wait(_is_stunned)
)
def stunned_unit_does_nothing(turn: Turn, after: Battle, after_waiting: Battle) -> None:
    """A stunned unit does nothing: the turn ends as if it had been ordered to wait."""
    assert after == after_waiting


def _is_on_cooldown(turn: Turn, name: UnitName, rules: Rules) -> bool:
    slot = slot_of(turn, name, rules)
    return slot is not None and getattr(turn.battle.unit(name), slot) > 0


def _cooling_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    cooling = units(
        cd_heal=positive,
        cd_guard=positive,
        cd_cleanse=positive,
        cd_poison_strike=positive,
        cd_ignite=positive,
        cd_brace=positive,
        rules=rules,
    )
    return turns(hero=cooling, hero_action=actions(but=["wait", "attack"]), rules=rules)


@law(
    "O3",
    INVARIANCE,
    cases=either_side(_cooling_turns),
    applies=some_unit(_is_on_cooldown),
    also=made_to_wait(_is_on_cooldown),
)
def action_on_cooldown_is_wait(turn: Turn, after: Battle, after_waiting: Battle) -> None:
    """An action whose slot is above 0 does nothing: the turn ends as if the order had been to wait."""
    assert after == after_waiting


def _guarding_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(hero=units(cd_guard=0, stun=0, rules=rules), hero_action="guard", rules=rules)


def _guards(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return action_of(turn, name) == "guard"


@law("A3", DIRECTION, cases=either_side(_guarding_turns), applies=some_unit(_guards), also=made_to_wait(_guards))
def guard_never_leaves_less_hp(turn: Turn, after: Battle, after_waiting: Battle) -> None:
    """A unit that guards ends the turn with at least the hp that it would have, had it waited."""
    guards = [name for name in UNIT_NAMES if action_of(turn, name) == "guard"]
    assert all(after.unit(name).hp >= after_waiting.unit(name).hp for name in guards)


def _strongest_attack(rules: Rules) -> int:
    """The damage of an attack at a fragile unit, or at one that is not, whichever is more."""
    power = rules.action("attack").power
    return max(power, power * rules.fragile_numerator // rules.fragile_denominator)


def _shielded_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    thick = between(min(_strongest_attack(rules), rules.field("shield").high))
    shielded = units(shield=thick, poison=0, burn=0, rules=rules)
    own = st.sampled_from([action.name for action in rules.actions if action.power == 0])
    return turns(hero=shielded, hero_action=own, foe_action="attack", rules=rules)


def _is_attacked_behind_a_thick_shield(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit = turn.battle.unit(name)
    unhurt = unit.poison == unit.burn == rules.action(action_of(turn, name)).power == 0
    return unhurt and action_of(turn, other(name)) == "attack" and unit.shield >= _strongest_attack(rules)


@unit_law("S3", DIRECTION, cases=either_side(_shielded_turns), who=_is_attacked_behind_a_thick_shield)
def thick_shield_takes_an_attack(before: Unit, after: Unit) -> None:
    """Behind a shield of 9 or more an attack costs no hp; a unit that strikes, is poisoned or burns is left aside."""
    assert after.hp >= before.hp


LAWS = (
    stunned_unit_does_nothing,
    action_on_cooldown_is_wait,
    guard_never_leaves_less_hp,
    thick_shield_takes_an_attack,
)
