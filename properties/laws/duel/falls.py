"""Laws about falling: what a fallen unit is left with, what it still does, and what goes on without it."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st

from turncheck.engine.duel import Battle, Rules, Turn, Unit, UnitName
from turncheck.engine.duel.tables import ACTIONS, BLANK, SLOTS, STATUSES
from turncheck.properties.checking.law import INVARIANCE, KNOWN_ANSWER
from turncheck.properties.laws.duel.amounts import STRIKES, burn_toll, counted_down, poison_toll, power
from turncheck.properties.laws.duel.cases import (
    TurnCases,
    UnitCases,
    apart_from,
    either,
    either_side,
    freed,
    made_to_wait,
    sound,
    sturdy,
    unit_with,
)
from turncheck.properties.laws.duel.conditions import (
    action_of,
    all_of,
    goes_on,
    is_felled_first,
    is_free,
    is_sound,
    opponent,
    some_unit,
    stands_after,
    strikes,
    withstands,
)
from turncheck.properties.laws.duel.written import law, unit_law
from turncheck.strategies.drawn_values import evenly
from turncheck.strategies.duel import between, positive, turns, units


def _deadly_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    # Poison alone takes the last hp of a unit that does not heal or cleanse itself.
    dying = units(hp=1, poison=positive, rules=rules)
    return turns(hero=dying, hero_action=evenly(["wait", "attack", "ignite", "guard"]), rules=rules)


def _falls(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return goes_on(turn, rules) and not stands_after(turn, name, rules)


@unit_law("T4, E3", KNOWN_ANSWER, cases=either_side(_deadly_turns), who=_falls)
def fallen_unit_is_left_blank(before: Unit, after: Unit) -> None:
    """A unit that falls ends the turn at 0 hp, with its shield, statuses and cooldown slots at 0."""
    assert (after.hp, *(getattr(after, name) for name in BLANK)) == (0,) * (1 + len(BLANK))


def _doomed_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    most = rules.field("poison").high
    doomed = units(hp=between(1, poison_toll(most, rules)), poison=most, regen=positive, rules=rules)
    return turns(hero=doomed, hero_action="wait", rules=rules)


def _regenerates_too_late(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit, waits = turn.battle.unit(name), action_of(turn, name) == "wait"
    return unit.regen > 0 and unit.hp <= poison_toll(unit.poison, rules) and waits and goes_on(turn, rules)


@unit_law("E3, E4", KNOWN_ANSWER, cases=either_side(_doomed_turns), who=_regenerates_too_late)
def regen_never_revives(before: Unit, after: Unit) -> None:
    """A unit that waits with as much poison as it has hp ends the turn fallen, whatever its regen."""
    assert after.hp == 0


# --- where the first strike fells ------------------------------------------------------------------------------------


def _felled_by(strike: str, striker: UnitCases, answered: tuple[str, ...]) -> TurnCases:
    """Return turns in which the first strike fells the other unit, which was ordered to do one of the actions."""

    def cases(rules: Rules) -> st.SearchStrategy[Turn]:
        weak = units(hp=between(1, power(strike, rules)), shield=0, rules=rules)
        own = evenly(answered)
        drawn = turns(hero=striker(rules), foe=weak, hero_action=strike, foe_action=own, first="hero", rules=rules)
        return drawn.map(partial(freed, name="hero", rules=rules))

    return cases


def _felling(striker: UnitCases, *answered: str) -> TurnCases:
    return either_side(either(*(_felled_by(strike, striker, answered) for strike in STRIKES)))


def _is_felled_before_it_acts(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return action_of(turn, name) != "wait" and is_felled_first(turn, name, rules)


@law(
    "O1",
    INVARIANCE,
    cases=_felling(unit_with(), *(action.name for action in ACTIONS if action.name != "wait")),
    applies=some_unit(_is_felled_before_it_acts),
    also=made_to_wait(_is_felled_before_it_acts),
)
def felled_unit_does_nothing(turn: Turn, after: Battle, after_waiting: Battle) -> None:
    """A unit that the first order fells does nothing: the turn ends as if it had been ordered to wait."""
    assert after == after_waiting


_fells_a_striker = all_of(is_sound, opponent(all_of(strikes, is_felled_first)))


@unit_law("T2, O1, S6", KNOWN_ANSWER, cases=_felling(sound(), *STRIKES), who=_fells_a_striker)
def first_to_fell_is_not_struck_back(before: Unit, after: Unit) -> None:
    """A sound unit whose strike comes first and fells the other keeps its hp and shield, thorns or not."""
    assert (after.hp, after.shield) == (before.hp, before.shield)


def _outlives_its_own(turn: Turn, name: UnitName, rules: Rules) -> bool:
    unit = turn.battle.unit(name)
    return unit.hp > poison_toll(unit.poison, rules) + burn_toll(unit.burn, rules)


_fells_and_stands = all_of(opponent(is_felled_first), _outlives_its_own)


@unit_law("T1, T3", KNOWN_ANSWER, cases=_felling(sturdy(burn=positive), *STRIKES), who=_fells_and_stands)
def fall_ends_no_turn(before: Unit, after: Unit, rules: Rules) -> None:
    """The statuses of a unit whose first strike fells the other still count down."""
    left = {status: getattr(after, status) for status in STATUSES}
    assert left == {status: counted_down(getattr(before, status), rules) for status in STATUSES}


def _pricked_turns(rules: Rules) -> st.SearchStrategy[Turn]:
    weak = units(hp=between(1, rules.thorns_damage), rules=rules)
    thorny = sturdy(thorns=positive)(rules)
    strike = evenly(STRIKES)
    drawn = turns(hero=weak, foe=thorny, hero_action=strike, foe_action=strike, first="hero", rules=rules)
    return drawn.map(partial(freed, name="hero", rules=rules))


def _strikes_the_fallen(turn: Turn, name: UnitName, rules: Rules) -> bool:
    """Whether the other unit strikes first and falls by this unit's thorns before this unit strikes."""
    striker = turn.first.unit
    pricked = turn.battle.unit(name).thorns > 0 and turn.battle.unit(striker).hp <= rules.thorns_damage
    exchanged = striker != name and strikes(turn, striker, rules) and strikes(turn, name, rules)
    return pricked and exchanged and is_free(turn, striker, rules) and withstands(turn, name, rules)


@law(
    "S1",
    INVARIANCE,
    cases=either_side(_pricked_turns),
    applies=some_unit(_strikes_the_fallen),
    also=made_to_wait(_strikes_the_fallen),
)
def strike_at_the_fallen_is_wait(turn: Turn, after: Battle, after_waiting: Battle) -> None:
    """A strike at a unit that fell by thorns this turn does nothing; only a slot may be spent on it."""
    assert apart_from(after, *SLOTS) == apart_from(after_waiting, *SLOTS)


LAWS = (
    fallen_unit_is_left_blank,
    regen_never_revives,
    felled_unit_does_nothing,
    first_to_fell_is_not_struck_back,
    fall_ends_no_turn,
    strike_at_the_fallen_is_wait,
)
