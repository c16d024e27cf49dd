"""The texts that are made for many turns at once are those that `write` makes for each turn."""

import numpy as np
import pytest

from turncheck.engine.duel import STANDARD, write
from turncheck.engine.duel.array_samplers import sample_arrays
from turncheck.engine.duel.array_text import ORDERS, battle_texts, order_codes, turn_texts
from turncheck.engine.duel.arrays import Battles, Turns, resolve_all
from turncheck.engine.duel.small import small


@pytest.mark.parametrize("sampler", ["mixed", "play"])
def test_each_text_is_that_of_the_turn(sampler):
    turns = sample_arrays(sampler, 5, 3000)
    assert turn_texts(turns) == [write(turns.turn(index)) for index in range(3000)]
    after = resolve_all(turns)
    assert battle_texts(after) == [write(after.battle(index)) for index in range(3000)]


def test_numbers_of_other_rules_are_written_in_their_digits():
    rules = STANDARD.with_field("shield", high=99).with_field("poison", high=9)
    turns = sample_arrays("mixed", 0, 500, 0, rules)
    assert turns.battles.units.max() == 99
    assert turn_texts(turns) == [write(turns.turn(index, rules)) for index in range(500)]


def test_nothing_has_no_text():
    turns = small()[:0]
    assert (turn_texts(turns), battle_texts(turns.battles)) == ([], [])


def test_every_code_stands_for_its_orders():
    turns = small()[:128]
    assert sorted(order_codes(turns).tolist()) == list(range(128))
    assert [ORDERS[code] for code in order_codes(turns)] == [turns.turn(index).orders for index in range(128)]


def test_a_number_stands_in_its_own_place_alone():
    zeros = Turns(
        Battles(np.zeros((15, 2, 30), np.int8), np.ones(30, np.int8)), np.zeros((2, 30), np.int8), np.zeros(30, bool)
    )
    for index in range(30):
        zeros.battles.units[index // 2, index % 2, index] = 9
    assert turn_texts(zeros) == [write(zeros.turn(index)) for index in range(30)]
