"""Laws about plays: turn after turn from the reference's states, or from the subject's own answers."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from turncheck.engine.duel import (
    UNIT_NAMES,
    Battle,
    MalformedTextError,
    Order,
    Play,
    Rules,
    read_battle,
    write,
)
from turncheck.engine.duel.play import battles_of
from turncheck.engine.duel.tables import SLOTS, STATUSES
from turncheck.properties.laws.duel.written import play_law
from turncheck.strategies.duel import lasting, plays, starts, turns, units


def _battles(rules: Rules) -> st.SearchStrategy[Battle]:
    """Draw fresh battles and, equally often, battles in the middle."""
    return starts(hp=lasting(rules), rules=rules) | turns(at_once=False, rules=rules).map(lambda turn: turn.battle)


def _any_play(rules: Rules) -> st.SearchStrategy[Play]:
    return plays(start=_battles(rules), rules=rules)


@play_law("all", cases=_any_play, fed="the reference's")
def played_battle_is_followed_turn_by_turn(play: Play, battles: list[Battle], rules: Rules) -> None:
    """In a battle that the reference plays, each turn is answered as the reference answers it."""
    assert battles == battles_of(play, rules)


@play_law("all", cases=_any_play)
def own_answers_lead_where_the_reference_does(play: Play, battles: list[Battle], rules: Rules) -> None:
    """Fed its own answers, turn after turn, a model ends at the battle at which the reference ends."""
    assert battles[-1] == battles_of(play, rules)[-1]


def _is_allowed(battle: Battle, rules: Rules) -> bool:
    try:
        read_battle(write(battle), rules)
    except MalformedTextError:
        return False
    return True


@play_law("V1, A2, A3, A5, E4", cases=_any_play)
def own_answers_stay_within_the_rules(play: Play, battles: list[Battle], rules: Rules) -> None:
    """Fed its own answers, a model writes only what the rules allow: in range, hp at most max, the fallen blank."""
    assert all(_is_allowed(battle, rules) for battle in battles)


@play_law("T1", cases=_any_play)
def own_battle_that_is_over_stays_over(play: Play, battles: list[Battle]) -> None:
    """Fed its own answers, a model changes nothing of a battle in which it has let a unit fall."""
    assert all(later == earlier for earlier, later in pairwise([play.state, *battles]) if earlier.over)


@play_law("T5", cases=_any_play)
def own_turn_counter_counts_the_turns(play: Play, battles: list[Battle], rules: Rules) -> None:
    """Fed its own answers, a model counts each turn that it plays until a unit falls, up to 99."""
    played = sum(not battle.over for battle in [play.state, *battles[:-1]])
    assert battles[-1].turn == min(play.state.turn + rules.turn_step * played, rules.turn.high)


def _plays_without_healing(rules: Rules) -> st.SearchStrategy[Play]:
    unhealed = units(regen=0, at_once=False, rules=rules)
    start = turns(hero=unhealed, foe=unhealed, at_once=False, rules=rules).map(lambda turn: turn.battle)
    return plays(start=start, but=["heal"], rules=rules)


def _nobody_is_healed(play: Play, rules: Rules) -> bool:
    regen = play.state.hero.regen + play.state.foe.regen
    return regen == 0 and all(order.action != "heal" for orders in play.orders for order in orders)


@play_law("A2, E4", cases=_plays_without_healing, applies=_nobody_is_healed)
def own_hp_only_falls_without_healing(play: Play, battles: list[Battle]) -> None:
    """Fed its own answers in a battle in which nobody heals or regenerates, a model never lets hp rise."""
    steps = pairwise([play.state, *battles])
    assert all(later.unit(name).hp <= earlier.unit(name).hp for earlier, later in steps for name in UNIT_NAMES)


def _turns_until_all_is_worn_off(rules: Rules) -> int:
    """Return how many turns the highest status and slot take to count down to 0; 0 if they never do."""
    steps = {"status": rules.status_step, "slot": rules.slot_step}
    if 0 in steps.values():
        return 0
    return max(-(-field.high // steps[field.kind]) for field in rules.fields if field.kind in steps)


def _idle_plays(rules: Rules) -> st.SearchStrategy[Play]:
    orders = Order("hero", "wait"), Order("foe", "wait")
    # An idle unit loses hp only to poison and burn; with the highest hp it mostly survives.
    lasting = units(hp=rules.field("max").high, rules=rules)
    start = turns(hero=lasting, foe=lasting, rules=rules).map(lambda turn: turn.battle)
    return start.map(lambda battle: Play(battle, (orders,) * max(_turns_until_all_is_worn_off(rules), 1)))


def _is_idle_and_lasts(play: Play, rules: Rules) -> bool:
    idle = all(order.action == "wait" for orders in play.orders for order in orders)
    enough = 0 < _turns_until_all_is_worn_off(rules) <= len(play.orders)
    return idle and enough and not battles_of(play, rules)[-1].over


@play_law("E5, E6", cases=_idle_plays, applies=_is_idle_and_lasts)
def everything_wears_off(play: Play, battles: list[Battle]) -> None:
    """Fed its own answers while both wait for nine turns, a model leaves no status and no slot above 0."""
    left = {(name, field): getattr(battles[-1].unit(name), field) for name in UNIT_NAMES for field in STATUSES + SLOTS}
    assert left == dict.fromkeys(left, 0)


LAWS = (
    played_battle_is_followed_turn_by_turn,
    own_answers_lead_where_the_reference_does,
    own_answers_stay_within_the_rules,
    own_battle_that_is_over_stays_over,
    own_turn_counter_counts_the_turns,
    own_hp_only_falls_without_healing,
    everything_wears_off,
)
