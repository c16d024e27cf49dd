"""Laws about what a unit does to itself: heal, guard, cleanse and brace."""

from __future__ import annotations

from hypothesis import strategies as st

from turncheck.engine.duel import UNIT_NAMES, Battle, Rules, Turn, Unit, UnitName
from turncheck.properties.checking.law import DIRECTION, INVARIANCE, KNOWN_ANSWER
from turncheck.properties.laws.duel.amounts import amount, counted_down, regained
from turncheck.properties.laws.duel.cases import (
    apart_from,
    at_full_hp,
    either_side,
    made_to_wait,
    performed,
    sturdy,
    unit_with,
)
from turncheck.properties.laws.duel.conditions import (
    action_of,
    all_of,
    is_left_alone,
    is_ordered,
    lacks,
    performs,
    some_unit,
    stands_after,
)
from turncheck.properties.laws.duel.written import law, unit_law
from turncheck.strategies.duel import positive, turns, units

# --- A2: heal --------------------------------------------------------------------------------------------------------

_heals_unhurt = all_of(performs("heal"), lacks("poison", "burn"))


@unit_law("A2, E4", KNOWN_ANSWER, cases=performed(unit_with(poison=0, burn=0), "heal"), who=_heals_unhurt)
def heal_restores_hp(before: Unit, after: Unit, rules: Rules) -> None:
    """A unit that heals gains 8 hp and at the end of the turn 3 more, at most to its max."""
    gained = amount("heal", "hp", rules) + regained(amount("heal", "regen", rules), rules)
    assert after.hp == min(before.hp + gained, before.max)


@unit_law("A2", KNOWN_ANSWER, cases=performed(sturdy(), "heal"), who=all_of(performs("heal"), stands_after))
def heal_gives_regen(before: Unit, after: Unit, rules: Rules) -> None:
    """Heal raises regen to at least 2, and the end of the turn takes 1; more than 2 is kept."""
    assert after.regen == counted_down(max(before.regen, amount("heal", "regen", rules)), rules)


def _heals_at_full_hp(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit = turn.battle.unit(name)
    unstruck = turn.first.unit == name or is_left_alone(turn, name, rules)
    return action_of(turn, name) == "heal" and unit.hp == unit.max and unit.regen > 0 and unstruck


@law(
    "A2",
    INVARIANCE,
    cases=performed(at_full_hp(unit_with(poison=positive, regen=positive)), "heal"),
    applies=some_unit(_heals_at_full_hp),
    also=made_to_wait(_heals_at_full_hp),
)
def heal_at_full_hp_restores_nothing(turn: Turn, after: Battle, after_waiting: Battle) -> None:
    """A regenerating unit that heals at full hp ends as if it had waited, except for its regen and the slot."""
    assert apart_from(after, "regen", "cd_heal") == apart_from(after_waiting, "regen", "cd_heal")


# --- A3: guard -------------------------------------------------------------------------------------------------------

_guards_unhurt = all_of(performs("guard"), lacks("poison", "burn"))


@unit_law("A3", KNOWN_ANSWER, cases=performed(unit_with(poison=0, burn=0), "guard"), who=_guards_unhurt)
def guard_adds_to_the_shield(before: Unit, after: Unit, rules: Rules) -> None:
    """Guard adds 5 to the shield, up to 20."""
    assert after.shield == min(before.shield + amount("guard", "shield", rules), rules.field("shield").high)


_guards = is_ordered("guard")


def _guarding_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(hero=units(cd_guard=0, stun=0, rules=rules), hero_action="guard", rules=rules)


@law("A3", DIRECTION, cases=either_side(_guarding_turns), applies=some_unit(_guards), also=made_to_wait(_guards))
def guard_never_leaves_less_hp(turn: Turn, after: Battle, after_waiting: Battle) -> None:
    """A unit that guards ends the turn with at least the hp that it would have, had it waited."""
    guards = [name for name in UNIT_NAMES if action_of(turn, name) == "guard"]
    assert all(after.unit(name).hp >= after_waiting.unit(name).hp for name in guards)


# --- A4: cleanse -----------------------------------------------------------------------------------------------------

_afflicted = unit_with(poison=positive, burn=positive, fragile=positive)


@unit_law("A4", KNOWN_ANSWER, cases=performed(_afflicted, "cleanse"), who=performs("cleanse"))
def cleanse_ends_poison_burn_and_fragile(before: Unit, after: Unit) -> None:
    """A unit that cleanses itself and is left alone ends the turn without poison, burn and fragile."""
    assert (after.poison, after.burn, after.fragile) == (0, 0, 0)


@unit_law("A4", KNOWN_ANSWER, cases=performed(_afflicted, "cleanse"), who=performs("cleanse"))
def cleanse_comes_before_the_harm(before: Unit, after: Unit, rules: Rules) -> None:
    """Poison and burn that a unit cleanses this turn cost it neither hp nor shield."""
    hp = min(before.hp + regained(before.regen, rules), before.max)
    assert (after.hp, after.shield) == (hp, before.shield)


@unit_law(
    "A4, E5",
    KNOWN_ANSWER,
    cases=performed(unit_with(regen=positive, thorns=positive), "cleanse"),
    who=performs("cleanse"),
)
def cleanse_keeps_what_helps(before: Unit, after: Unit, rules: Rules) -> None:
    """Cleanse leaves regen and thorns alone: they count down as in any turn."""
    kept = counted_down(before.regen, rules), counted_down(before.thorns, rules)
    assert (after.regen, after.thorns) == kept


# --- A7: brace -------------------------------------------------------------------------------------------------------

_braces_and_stands = all_of(performs("brace"), stands_after)


@unit_law("A7, E5", KNOWN_ANSWER, cases=performed(sturdy(), "brace"), who=_braces_and_stands)
def brace_gives_thorns(before: Unit, after: Unit, rules: Rules) -> None:
    """Brace raises thorns to at least 3, and the end of the turn takes 1; more than 3 is kept."""
    assert after.thorns == counted_down(max(before.thorns, amount("brace", "thorns", rules)), rules)


@unit_law("A7", KNOWN_ANSWER, cases=performed(unit_with(fragile=positive), "brace"), who=performs("brace"))
def brace_ends_fragile(before: Unit, after: Unit) -> None:
    """A unit that braces itself and is left alone ends the turn not fragile."""
    assert after.fragile == 0


LAWS = (
    heal_restores_hp,
    heal_gives_regen,
    heal_at_full_hp_restores_nothing,
    guard_adds_to_the_shield,
    guard_never_leaves_less_hp,
    cleanse_ends_poison_burn_and_fragile,
    cleanse_comes_before_the_harm,
    cleanse_keeps_what_helps,
    brace_gives_thorns,
    brace_ends_fragile,
)
