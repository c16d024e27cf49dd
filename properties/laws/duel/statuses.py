"""Laws about statuses: they count down, and their effect does not depend on how long they last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from turncheck.engine.duel import Battle, Rules, Turn, Unit, UnitName
from turncheck.engine.duel.tables import STATUSES
from turncheck.properties.checking.law import INVARIANCE, KNOWN_ANSWER
from turncheck.properties.laws.duel.amounts import counted_down
from turncheck.properties.laws.duel.cases import TurnCases, apart_from, either_side, idle, sturdy, with_both
from turncheck.properties.laws.duel.conditions import all_of, idles, lacks, some_unit, stands_after
from turncheck.properties.laws.duel.written import law, unit_law
from turncheck.strategies.duel import between, positive, turns, units


def _is_afflicted(turn: Turn, name: UnitName, rules: Rules) -> bool:
    return any(getattr(turn.battle.unit(name), status) for status in STATUSES)


@unit_law("E5", KNOWN_ANSWER, cases=idle(sturdy(burn=positive)), who=all_of(idles, _is_afflicted, stands_after))
def statuses_count_down(before: Unit, after: Unit, rules: Rules) -> None:
    """Every status of an idle unit that still stands falls by 1, to no less than 0."""
    left = {status: getattr(after, status) for status in STATUSES}
    assert left == {status: counted_down(getattr(before, status), rules) for status in STATUSES}


_keeps_its_shield = all_of(idles, lacks("burn"), stands_after)


@unit_law("E5", KNOWN_ANSWER, cases=idle(sturdy(burn=0, shield=positive)), who=_keeps_its_shield)
def shield_does_not_count_down(before: Unit, after: Unit) -> None:
    """The shield of an idle unit that does not burn and still stands stays as it is."""
    assert after.shield == before.shield


# --- how long they last ----------------------------------------------------------------------------------------------


def _lasting(status: str) -> TurnCases:
    """Return turns in which one unit has more than one turn of the status left."""
    narrowed: dict[str, Any] = {status: between(2)}
    return either_side(lambda rules: turns(hero=units(**narrowed, rules=rules), rules=rules))


def _lasts(status: str) -> Callable[[Turn, Rules], bool]:
    return some_unit(lambda turn, name, rules: getattr(turn.battle.unit(name), status) > 1)


def _in_its_last_turn(status: str) -> Callable[[Turn, Rules], Turn]:
    """Return a function that limits the status of each unit to one more turn."""
    return lambda turn, rules: with_both(turn, lambda unit: {status: min(getattr(unit, status), 1)})


@law("E2", INVARIANCE, cases=_lasting("burn"), applies=_lasts("burn"), also=_in_its_last_turn("burn"))
def longer_burn_hurts_no_more(turn: Turn, after: Battle, after_shorter: Battle) -> None:
    """If burn lasts longer, only burn is different at the end of the turn."""
    assert apart_from(after, "burn") == apart_from(after_shorter, "burn")


@law("E4", INVARIANCE, cases=_lasting("regen"), applies=_lasts("regen"), also=_in_its_last_turn("regen"))
def longer_regen_gives_no_more(turn: Turn, after: Battle, after_shorter: Battle) -> None:
    """If regen lasts longer, only regen is different at the end of the turn: its last turn gives as much hp."""
    assert apart_from(after, "regen") == apart_from(after_shorter, "regen")


@law("S6", INVARIANCE, cases=_lasting("thorns"), applies=_lasts("thorns"), also=_in_its_last_turn("thorns"))
def longer_thorns_cost_no_more(turn: Turn, after: Battle, after_shorter: Battle) -> None:
    """If thorns last longer, only thorns is different at the end of the turn."""
    assert apart_from(after, "thorns") == apart_from(after_shorter, "thorns")


@law("S2, A5", INVARIANCE, cases=_lasting("fragile"), applies=_lasts("fragile"), also=_in_its_last_turn("fragile"))
def longer_fragile_is_no_weaker(turn: Turn, after: Battle, after_shorter: Battle) -> None:
    """If a unit is fragile for longer, only fragile is different at the end of the turn."""
    assert apart_from(after, "fragile") == apart_from(after_shorter, "fragile")


LAWS = (
    statuses_count_down,
    shield_does_not_count_down,
    longer_burn_hurts_no_more,
    longer_regen_gives_no_more,
    longer_thorns_cost_no_more,
    longer_fragile_is_no_weaker,
)
