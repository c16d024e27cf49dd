"""The small scope: its size, its turns, and the mutants that it catches."""

import numpy as np
import pytest

from tests.mutants.catalogue import BY_NAME
from tests.mutants.equivalence import EQUIVALENT
from turncheck.engine.duel import STANDARD, Battle, Order, Turn, Unit, read, write
from turncheck.engine.duel.arrays import resolve_all
from turncheck.engine.duel.small import small
from turncheck.engine.duel.tables import BLANK, SLOTS

SMALL = small()

UNREACHED = ("burn", "regen", "thorns", "stun", "fragile", *SLOTS)
HIGHEST = {field: STANDARD.field(field).high for field in UNREACHED}
"""The highest of the fields that no turn raises to it."""


@pytest.fixture(scope="module")
def right():
    """The reference's answers to the whole of it."""
    return resolve_all(SMALL)


def test_the_number_of_its_turns_is_known():
    # 26 numbers with two values each, and the turn counter with one: 1 + 53 + (C(26, 2) * 4 + 26 * 2) = 1,406 choices.
    assert len(SMALL) == 1406 * 3 * 128 == 539_904


def test_no_turn_comes_twice():
    rows = np.vstack([SMALL.battles.units.reshape(30, -1), SMALL.battles.turn, SMALL.actions, SMALL.foe_first])
    assert len(set(map(bytes, np.ascontiguousarray(rows.T)))) == len(SMALL)


def test_its_first_and_last_turns():
    assert SMALL.turn(0) == Turn(Battle(1, Unit(1, 1), Unit(1, 1)), Order("hero", "attack"), Order("foe", "attack"))
    last = Battle(99, Unit(40, 40), Unit(40, 40, cd_brace=5))
    assert SMALL.turn(len(SMALL) - 1) == Turn(last, Order("foe", "wait"), Order("hero", "wait"))


def test_every_turn_is_valid_and_has_two_numbers_off_neutral_at_most():
    for index in range(0, len(SMALL), 997):
        turn = SMALL.turn(index)
        assert read(write(turn)) == turn
        hero, foe = turn.battle.hero, turn.battle.foe
        assert (hero.hp, hero.max) == (foe.hp, foe.max) in [(1, 1), (20, 40), (40, 40)]
        off = [getattr(unit, field) for unit in (hero, foe) for field in BLANK if getattr(unit, field)]
        assert len(off) + (turn.battle.turn != 1) <= 2


def test_its_numbers_are_those_of_the_rules():
    rules = STANDARD.with_field("shield", high=9).with_field("regen", high=4).with_field("max", high=30)
    turns = small(rules)
    assert set(np.unique(turns.battles.units[2])) == {0, 1, 9}
    assert {tuple(pair) for pair in turns.battles.units[:2, 0].T.tolist()} == {(1, 1), (20, 30), (30, 30)}
    assert read(write(turns.turn(12_345, rules)), rules) == turns.turn(12_345, rules)


def same(one, another):
    return np.array_equal(one.units, another.units) and np.array_equal(one.turn, another.turn)


@pytest.mark.parametrize("name", EQUIVALENT)
def test_an_equivalent_mutant_is_the_reference_on_all_of_it(right, name):
    assert same(resolve_all(SMALL, BY_NAME[name].rules), right)


RANGES = {f"highest_{field}_{high + by}" for field, high in HIGHEST.items() for by in (-1, 1)}
ALIKE = {"without_T1", "highest_max_98"} | RANGES
"""Those that differ from the reference in none of its turns: no battle in it is over, and ranges are for reading."""


def test_most_mutants_of_the_rules_differ_from_the_reference_somewhere_in_it(right):
    mutants = [mutant for mutant in BY_NAME.values() if mutant.rules is not None and mutant.name not in EQUIVALENT]
    some = slice(None, None, 53)
    left = [mutant for mutant in mutants if same(resolve_all(SMALL[some], mutant.rules), right[some])]
    assert {mutant.name for mutant in left if same(resolve_all(SMALL, mutant.rules), right)} == ALIKE
