"""Laws about statuses: what poison and burn cost, and that statuses count down."""

from __future__ import annotations

import attrs
from hypothesis import strategies as st

from turncheck.engine import UNIT_NAMES, Battle, Rules, Turn, Unit, UnitName
from turncheck.engine.tables import STATUSES
from turncheck.properties.law import DIRECTION, KNOWN_ANSWER, law, unit_law
from turncheck.properties.laws.cases import action_of, any_turn, either_side, stands_after, strong
from turncheck.strategies import actions, between, positive, turns, units


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

    def worse(unit: Unit) -> Unit:
        return attrs.evolve(unit, poison=min(unit.poison + 1, highest))

    battle = turn.battle
    return attrs.evolve(turn, battle=attrs.evolve(battle, hero=worse(battle.hero), foe=worse(battle.foe)))


def _goes_on(turn: Turn, rules: Rules) -> bool:
    return not turn.battle.over


@law("E1", DIRECTION, cases=any_turn, applies=_goes_on, also=_more_poison)
def more_poison_never_leaves_more_hp(turn: Turn, after: Battle, after_more: Battle) -> None:
    """With one more stack of poison on each, neither unit ends the turn with more hp."""
    assert all(after_more.unit(name).hp <= after.unit(name).hp for name in UNIT_NAMES)


def _burning_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    shield = between(min(rules.burn_damage, rules.field("shield").high))
    burning = units(burn=positive, shield=shield, poison=0, regen=0, rules=rules)
    return turns(hero=burning, hero_action="wait", foe_action="wait", rules=rules)


def _burns_behind_its_shield(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit = turn.battle.unit(name)
    burns = unit.burn > 0 and unit.poison == unit.regen == 0 and unit.shield >= rules.burn_damage
    return burns and _all_wait(turn) and not turn.battle.over


def _all_wait(turn: Turn) -> bool:
    return all(order.action == "wait" for order in turn.orders)


@unit_law("E2", KNOWN_ANSWER, cases=either_side(_burning_turns), who=_burns_behind_its_shield)
def burn_meets_the_shield_first(before: Unit, after: Unit, rules: Rules) -> None:
    """Where both wait, burn takes 3 from a shield that has them, and no hp."""
    assert (after.shield, after.hp) == (before.shield - rules.burn_damage, before.hp)


def _idle_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    afflicted = units(hp=strong(rules), burn=positive, rules=rules)
    return turns(hero=afflicted, hero_action="wait", foe_action="wait", rules=rules)


def _is_afflicted_and_stands(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit = turn.battle.unit(name)
    afflicted = any(getattr(unit, status) for status in STATUSES)
    return afflicted and _all_wait(turn) and not turn.battle.over and stands_after(turn, name, rules)


@unit_law("E5", KNOWN_ANSWER, cases=either_side(_idle_turns), who=_is_afflicted_and_stands)
def statuses_count_down(before: Unit, after: Unit, rules: Rules) -> None:
    """Where both wait, every status of a unit that still stands falls by 1, to no less than 0."""
    left = {status: getattr(after, status) for status in STATUSES}
    assert left == {status: max(getattr(before, status) - rules.status_step, 0) for status in STATUSES}


LAWS = (
    hp_never_rises_under_poison,
    more_poison_never_leaves_more_hp,
    burn_meets_the_shield_first,
    statuses_count_down,
)
