"""Laws about the end of the turn: what poison and burn take, what regen gives, and in which order."""

from __future__ import annotations

from hypothesis import strategies as st

from turncheck.engine.duel import UNIT_NAMES, Battle, Rules, Turn, Unit, UnitName
from turncheck.properties.checking.law import DIRECTION, KNOWN_ANSWER
from turncheck.properties.laws.duel.amounts import burn_toll, counted_down, poison_toll, regained
from turncheck.properties.laws.duel.cases import any_turn, either_side, idle, strong, unit_with, with_both
from turncheck.properties.laws.duel.conditions import action_of, all_of, goes_on, has, idles, lacks, stands_after
from turncheck.properties.laws.duel.written import law, unit_law
from turncheck.strategies.duel import actions, between, positive, turns, units

_afflicted = unit_with(poison=positive, burn=positive, regen=positive)
_idles_afflicted = all_of(idles, has("poison", "burn", "regen"))


@unit_law("T3, E1-E4", KNOWN_ANSWER, cases=idle(_afflicted), who=_idles_afflicted)
def poison_burn_and_regen_in_this_order(before: Unit, after: Unit, rules: Rules) -> None:
    """Poison and burn take hp from an idle unit first; regen gives some only to one that still stands."""
    burnt = max(burn_toll(before.burn, rules) - before.shield, 0)
    left = before.hp - poison_toll(before.poison, rules) - burnt
    assert after.hp == (left > 0) * min(left + regained(before.regen, rules), before.max)


# --- E1: poison ------------------------------------------------------------------------------------------------------

_idles_poisoned = all_of(idles, has("poison"), lacks("burn", "regen"))


@unit_law("E1", KNOWN_ANSWER, cases=idle(unit_with(poison=positive, burn=0, regen=0)), who=_idles_poisoned)
def poison_takes_its_stacks(before: Unit, after: Unit, rules: Rules) -> None:
    """Poison alone takes 1 hp for each stack from an idle unit, past the shield."""
    assert after.hp == max(before.hp - poison_toll(before.poison, rules), 0)


def _poisoned_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(hero=units(poison=positive, regen=0, rules=rules), hero_action=actions(but=["heal"]), rules=rules)


def _is_poisoned_and_not_healed(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit = turn.battle.unit(name)
    return unit.poison > 0 and unit.regen == 0 and action_of(turn, name) != "heal"


@unit_law("E1", DIRECTION, cases=either_side(_poisoned_turns), who=_is_poisoned_and_not_healed)
def hp_never_rises_under_poison(before: Unit, after: Unit) -> None:
    """A poisoned unit that neither heals nor regenerates never ends its turn with more hp."""
    assert after.hp <= before.hp


def _more_poison(turn: Turn, rules: Rules) -> Turn:
    highest = rules.field("poison").high
    return with_both(turn, lambda unit: {"poison": min(unit.poison + 1, highest)})


@law("E1", DIRECTION, cases=any_turn, applies=goes_on, also=_more_poison)
def more_poison_never_leaves_more_hp(turn: Turn, after: Battle, after_more: Battle) -> None:
    """With one more stack of poison on each, neither unit ends the turn with more hp."""
    assert all(after_more.unit(name).hp <= after.unit(name).hp for name in UNIT_NAMES)


# --- E2: burn --------------------------------------------------------------------------------------------------------

_idles_burning = all_of(idles, has("burn"), lacks("poison", "regen"))


@unit_law("E2", KNOWN_ANSWER, cases=idle(unit_with(burn=positive, poison=0, regen=0)), who=_idles_burning)
def burn_meets_the_shield_first(before: Unit, after: Unit, rules: Rules) -> None:
    """Burn alone takes 3 from the shield of an idle unit, and from its hp only what the shield lacks."""
    burnt = max(rules.burn_damage - before.shield, 0)
    assert (after.shield, after.hp) == (max(before.shield - rules.burn_damage, 0), max(before.hp - burnt, 0))


def _thinly_shielded(rules: Rules) -> st.SearchStrategy[Unit]:
    return units(hp=strong(rules), burn=positive, shield=between(1, rules.burn_damage - 1), rules=rules)


def _burns_through_its_shield(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit = turn.battle.unit(name)
    return unit.burn > 0 and 0 < unit.shield < rules.burn_damage and stands_after(turn, name, rules)


@unit_law("S4, E2", KNOWN_ANSWER, cases=idle(_thinly_shielded), who=all_of(idles, _burns_through_its_shield))
def burn_breaks_no_shield(before: Unit, after: Unit, rules: Rules) -> None:
    """Burn that takes more than the shield of an idle unit has leaves it no more fragile than it was."""
    assert after.fragile == counted_down(before.fragile, rules)


# --- E4: regen -------------------------------------------------------------------------------------------------------

_idles_regenerating = all_of(idles, has("regen"), lacks("poison", "burn"))


@unit_law("E4", KNOWN_ANSWER, cases=idle(unit_with(regen=positive, poison=0, burn=0)), who=_idles_regenerating)
def regen_gives_three(before: Unit, after: Unit, rules: Rules) -> None:
    """Regen alone gives 3 hp to an idle unit, at most to its max, in its last turn too."""
    assert after.hp == min(before.hp + rules.regen_heal, before.max)


LAWS = (
    poison_burn_and_regen_in_this_order,
    poison_takes_its_stacks,
    hp_never_rises_under_poison,
    more_poison_never_leaves_more_hp,
    burn_meets_the_shield_first,
    burn_breaks_no_shield,
    regen_gives_three,
)
