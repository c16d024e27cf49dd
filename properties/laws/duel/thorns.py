"""Laws about thorns: what they cost the striker, and when they cost nothing."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st

from turncheck.engine.duel import Battle, Rules, Turn, Unit, UnitName, other
from turncheck.properties.checking.law import DIRECTION, KNOWN_ANSWER
from turncheck.properties.laws.duel.amounts import STRIKES, power
from turncheck.properties.laws.duel.cases import (
    TurnCases,
    either,
    either_side,
    freed,
    sound,
    strong,
    struck,
    sturdy,
    unit_with,
    with_unit,
)
from turncheck.properties.laws.duel.conditions import (
    action_of,
    all_of,
    goes_on,
    has,
    is_free,
    is_sound,
    is_struck_by,
    lacks,
    opponent,
    strikes,
    withstands,
)
from turncheck.properties.laws.duel.written import law, unit_law
from turncheck.strategies.drawn_values import evenly
from turncheck.strategies.duel import between, positive, turns, units

_strikes_a_standing_target = all_of(is_sound, opponent(all_of(is_struck_by(*STRIKES), withstands)))
_is_pricked = all_of(_strikes_a_standing_target, opponent(has("thorns")))


@unit_law("S6", KNOWN_ANSWER, cases=struck(sturdy(thorns=positive), *STRIKES, striker=sound()), who=_is_pricked)
def thorns_cost_the_striker(before: Unit, after: Unit, rules: Rules) -> None:
    """A sound unit that strikes a unit with thorns, which survives the strike, loses 2 hp, past its shield."""
    assert after.hp == max(before.hp - rules.thorns_damage, 0)


_meets_no_thorns = all_of(is_sound, opponent(all_of(is_struck_by(*STRIKES), lacks("thorns"))))


@unit_law("S6", KNOWN_ANSWER, cases=struck(unit_with(thorns=0), *STRIKES, striker=sound()), who=_meets_no_thorns)
def striking_costs_nothing_without_thorns(before: Unit, after: Unit) -> None:
    """A sound unit that strikes a waiting unit without thorns keeps its hp and its shield."""
    assert (after.hp, after.shield) == (before.hp, before.shield)


def _is_felled(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return not withstands(turn, name, rules)


_fells_its_target = all_of(is_sound, opponent(all_of(is_struck_by(*STRIKES), has("thorns"), _is_felled)))


def _felled(strike: str) -> TurnCases:
    def cases(rules: Rules) -> st.SearchStrategy[Turn]:
        weak = unit_with(hp=between(1, power(strike, rules)), shield=0, thorns=positive)
        return struck(weak, strike, striker=sound())(rules)

    return cases


@unit_law("S6, T4", KNOWN_ANSWER, cases=either(*map(_felled, STRIKES)), who=_fells_its_target)
def thorns_of_the_felled_cost_nothing(before: Unit, after: Unit) -> None:
    """A sound unit whose strike fells a unit with thorns keeps its hp and its shield."""
    assert (after.hp, after.shield) == (before.hp, before.shield)


def _first_strikes(turn: Turn, rules: Rules) -> bool:
    blunt = turn.battle.unit(turn.second.unit).thorns < rules.field("thorns").high
    return blunt and strikes(turn, turn.first.unit, rules) and goes_on(turn, rules)


def _blunt_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    blunt = units(thorns=between(0, rules.field("thorns").high - 1), rules=rules)
    drawn = turns(foe=blunt, hero_action=evenly(STRIKES), first="hero", rules=rules)
    return drawn.map(partial(freed, name="hero", rules=rules))


def _with_more_thorns(turn: Turn, rules: Rules) -> Turn:
    name = turn.second.unit
    return with_unit(turn, name, thorns=turn.battle.unit(name).thorns + 1)


@law("S6", DIRECTION, cases=either_side(_blunt_turns), applies=_first_strikes, also=_with_more_thorns)
def more_thorns_never_hurt_less(turn: Turn, after: Battle, after_more: Battle) -> None:
    """With one more turn of thorns on the second unit, the first, which strikes it, never ends with more hp."""
    assert after_more.unit(turn.first.unit).hp <= after.unit(turn.first.unit).hp


# --- brace and the order of the two ----------------------------------------------------------------------------------


def _braced_turns(first: UnitName) -> TurnCases:
    """Return turns in which one unit strikes, and the other, without thorns, braces itself."""

    def cases(rules: Rules) -> st.SearchStrategy[Turn]:
        bracing = units(hp=strong(rules), thorns=0, rules=rules)
        hero, strike = sound()(rules), evenly(STRIKES)
        drawn = turns(hero=hero, foe=bracing, hero_action=strike, foe_action="brace", first=first, rules=rules)
        return drawn.map(partial(freed, name="hero", rules=rules)).map(partial(freed, name="foe", rules=rules))

    return either_side(cases)


def _strikes_the_bracing(turn: Turn, name: UnitName, rules: Rules) -> bool:
    strikes_it = strikes(turn, name, rules) and action_of(turn, other(name)) == "brace"
    return strikes_it and is_free(turn, name, rules) and is_sound(turn, name, rules)


def _strikes_after_brace(turn: Turn, name: UnitName, rules: Rules) -> bool:
    target, strike = turn.battle.unit(other(name)), action_of(turn, name)
    braced = turn.second.unit == name and is_free(turn, other(name), rules)
    withstood = target.shield + target.hp > power(strike, rules)
    return braced and withstood and _strikes_the_bracing(turn, name, rules)


@unit_law("T2, A7, S6", KNOWN_ANSWER, cases=_braced_turns("foe"), who=_strikes_after_brace)
def brace_first_costs_the_striker(before: Unit, after: Unit, rules: Rules) -> None:
    """A sound unit that strikes after the other has braced itself loses 2 hp to the new thorns."""
    assert after.hp == max(before.hp - rules.thorns_damage, 0)


def _strikes_before_brace(turn: Turn, name: UnitName, rules: Rules) -> bool:
    thornless = turn.first.unit == name and turn.battle.unit(other(name)).thorns == 0
    return thornless and _strikes_the_bracing(turn, name, rules)


@unit_law("T2, A7", KNOWN_ANSWER, cases=_braced_turns("hero"), who=_strikes_before_brace)
def brace_after_the_strike_costs_nothing(before: Unit, after: Unit) -> None:
    """A sound unit that strikes before the other braces itself keeps its hp: the thorns come too late."""
    assert after.hp == before.hp


LAWS = (
    thorns_cost_the_striker,
    striking_costs_nothing_without_thorns,
    thorns_of_the_felled_cost_nothing,
    more_thorns_never_hurt_less,
    brace_first_costs_the_striker,
    brace_after_the_strike_costs_nothing,
)
