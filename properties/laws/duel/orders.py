"""Laws about orders: who is hindered, what is spent, and that waiting does nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

from hypothesis import strategies as st

from turncheck.engine.duel import Battle, Rules, Turn, Unit, UnitName
from turncheck.engine.duel.tables import SLOTS, STATUSES
from turncheck.properties.checking.law import INVARIANCE, KNOWN_ANSWER
from turncheck.properties.laws.duel.amounts import SELF_AIMED, amount, cooled_down
from turncheck.properties.laws.duel.cases import (
    at_full_hp,
    either,
    either_side,
    freed,
    made_to_wait,
    performed,
    strong,
    sturdy,
    unit_with,
)
from turncheck.properties.laws.duel.conditions import (
    action_of,
    all_of,
    goes_on,
    idles,
    is_free,
    lacks,
    performs,
    slot_of,
    some_unit,
    stands_after,
    withstands,
)
from turncheck.properties.laws.duel.written import law, unit_law
from turncheck.strategies.drawn_values import evenly
from turncheck.strategies.duel import actions, between, positive, starts, turns, units
from turncheck.strategies.duel.drawn_options import Number


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


def _stunning_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    target = sturdy(fragile=positive, stun=0)(rules)
    own = actions(but=["wait"])
    drawn = turns(foe=target, hero_action="poison_strike", foe_action=own, first="hero", rules=rules)
    return drawn.map(partial(freed, name="hero", rules=rules)).map(partial(freed, name="foe", rules=rules))


def _is_stunned_first(turn: Turn, name: UnitName, rules: Rules) -> bool:
    """Whether the first order is a poison_strike that stuns the unit, which was ordered to do something."""
    unit, striker = turn.battle.unit(name), turn.first
    struck = striker.unit != name and striker.action == "poison_strike" and is_free(turn, striker.unit, rules)
    return struck and unit.fragile > 0 and action_of(turn, name) != "wait" and withstands(turn, name, rules)


@law(
    "O2, A5",
    INVARIANCE,
    cases=either_side(_stunning_turns),
    applies=some_unit(_is_stunned_first),
    also=made_to_wait(_is_stunned_first),
)
def stun_hinders_at_once(turn: Turn, after: Battle, after_waiting: Battle) -> None:
    """A unit that the first order stuns does nothing: the turn ends as if the unit had been ordered to wait."""
    assert after == after_waiting


def _cooling_turns(rules: Rules, hp: Number | None = None) -> st.SearchStrategy[Turn]:
    slots: dict[str, Any] = dict.fromkeys(SLOTS, positive) | ({} if hp is None else {"hp": hp})
    cooling = units(rules=rules, **slots)
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


def _hindered_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    ordered = actions(but=["wait", "attack"])
    stunned = turns(hero=units(hp=strong(rules), stun=positive, rules=rules), hero_action=ordered, rules=rules)
    return stunned | _cooling_turns(rules, hp=strong(rules))


def _is_hindered(turn: Turn, name: UnitName, rules: Rules) -> bool:
    stunned = turn.battle.unit(name).stun > 0 and slot_of(turn, name, rules) is not None
    hindered = stunned or _is_on_cooldown(turn, name, rules)
    return hindered and goes_on(turn, rules) and stands_after(turn, name, rules)


@unit_law("O2, O3", KNOWN_ANSWER, cases=either_side(_hindered_turns), who=_is_hindered)
def hindered_unit_spends_no_slot(before: Unit, after: Unit, turn: Turn, name: UnitName, rules: Rules) -> None:
    """The slot of an action that a stun or its cooldown hinders is not spent: it counts down, or stays at 0."""
    slot = f"cd_{action_of(turn, name)}"
    assert getattr(after, slot) == cooled_down(getattr(before, slot), rules)


# --- what changes nothing --------------------------------------------------------------------------------------------


def _changes_nothing(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit = turn.battle.unit(name)
    match action_of(turn, name):
        case "heal":
            return unit.hp == unit.max and unit.regen >= amount("heal", "regen", rules)
        case "guard":
            return unit.shield == rules.field("shield").high
        case "cleanse":
            return unit.poison == unit.burn == unit.fragile == 0
        case "brace":
            return unit.thorns >= amount("brace", "thorns", rules) and unit.fragile == 0
    return False


def _sated(rules: Rules) -> st.SearchStrategy[Turn]:
    return performed(at_full_hp(sturdy(regen=between(amount("heal", "regen", rules)))), "heal")(rules)


def _fully_guarded(rules: Rules) -> st.SearchStrategy[Turn]:
    return performed(sturdy(shield=rules.field("shield").high), "guard")(rules)


def _braced(rules: Rules) -> st.SearchStrategy[Turn]:
    return performed(sturdy(thorns=between(amount("brace", "thorns", rules)), fragile=0), "brace")(rules)


_clean = performed(unit_with(poison=0, burn=0, fragile=0), "cleanse")
_acts_in_vain = all_of(performs(*SELF_AIMED), _changes_nothing, stands_after)


@unit_law("O4, E7", KNOWN_ANSWER, cases=either(_sated, _fully_guarded, _clean, _braced), who=_acts_in_vain)
def slot_is_spent_in_vain_too(before: Unit, after: Unit, turn: Turn, name: UnitName, rules: Rules) -> None:
    """An action that changes nothing spends its slot too: heal at full hp, guard at 20, cleanse of a clean unit."""
    action = rules.action(action_of(turn, name))
    assert getattr(after, f"cd_{action.name}") == action.cooldown


def _untouched_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    harmless = evenly(SELF_AIMED)
    return turns(battle=starts(rules=rules), hero_action="wait", foe_action=harmless, rules=rules)


_idles_untouched = all_of(idles, lacks(*STATUSES, *SLOTS))


@unit_law("A8", KNOWN_ANSWER, cases=either_side(_untouched_turns), who=_idles_untouched)
def waiting_is_nothing(before: Unit, after: Unit) -> None:
    """A unit that waits and is left alone, without statuses and with every slot at 0, stays as it is."""
    assert after == before


LAWS = (
    stunned_unit_does_nothing,
    stun_hinders_at_once,
    action_on_cooldown_is_wait,
    hindered_unit_spends_no_slot,
    slot_is_spent_in_vain_too,
    waiting_is_nothing,
)
