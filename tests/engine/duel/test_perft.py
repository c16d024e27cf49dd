"""Counts of all possible outcomes of two turns: a change to a rule that these battles use changes a number."""

import pytest

from turncheck.engine.duel import STANDARD, Battle, Order, Turn, Unit
from turncheck.engine.duel.perft import Count, perft, turns_from
from turncheck.engine.duel.rules import RULE_IDS

FRESH = Battle(1, Unit(20, 20), Unit(20, 20))
BATTERED = Battle(
    97,
    Unit(8, 9, shield=2, poison=1, cd_heal=2, cd_ignite=1),
    Unit(7, 9, thorns=2, burn=1, fragile=1, cd_guard=1),
)
STUNNED = Battle(
    1,
    Unit(3, 9, poison=2, regen=3, stun=2),
    Unit(6, 6, shield=5, fragile=2, cd_cleanse=5, cd_brace=2),
)

# fmt: off
COUNTS = [
    #               depth  paths  battles  over
    (FRESH,    [Count(1,     128,      84,     0),
                Count(2,   16384,    5086,     0)]),
    (BATTERED, [Count(1,     128,      47,    30),
                Count(2,   12544,    1484,  3615)]),
    (STUNNED,  [Count(1,     128,       6,    48),
                Count(2,   10240,      16,  3840)]),
]
# fmt: on


@pytest.mark.parametrize(("battle", "counts"), COUNTS, ids=["fresh", "battered", "stunned"])
def test_the_counts_of_two_turns(battle, counts):
    assert perft(battle, 2) == counts


def test_a_battle_that_is_over_is_not_played_on():
    assert perft(Battle(1, Unit(0, 9), Unit(9, 9)), 2) == [Count(1, 0, 0, 0), Count(2, 0, 0, 0)]


def test_both_units_in_each_others_place_give_the_same_counts():
    assert perft(Battle(97, BATTERED.foe, BATTERED.hero), 1) == perft(BATTERED, 1)


def test_there_are_128_turns_from_a_battle():
    turns = list(turns_from(FRESH))
    assert len(set(turns)) == len(turns) == 128
    assert turns[:2] == [
        Turn(FRESH, Order("hero", "attack"), Order("foe", "attack")),
        Turn(FRESH, Order("foe", "attack"), Order("hero", "attack")),
    ]


# One turn from the battered battle is enough for these; T1 needs a finished one, the others merge no battles there.
UNSEEN = {"T1", "T5", "A2", "A8", "S1", "E4", "E5", "E6"}


@pytest.mark.parametrize("rule", [rule for rule in RULE_IDS if rule not in UNSEEN])
def test_without_a_rule_other_battles_are_reached(rule):
    assert perft(BATTERED, 1, STANDARD.without(rule)) != perft(BATTERED, 1)
