"""The vectorised twin is the engine: on every sampled turn, under the standard rules and under every variant."""

import attrs
import numpy as np
import pytest

from tests.engine.duel.test_perft import COUNTS
from tests.mutants.catalogue import MUTANTS
from turncheck.engine.duel import STANDARD, Battle, Order, Turn, Unit, resolve
from turncheck.engine.duel import arrays as module
from turncheck.engine.duel.arrays import BLOCK, ROWS, Battles, Turns, battles_of, resolve_all, turns_of
from turncheck.engine.duel.samplers import sample
from turncheck.engine.duel.tables import Effect

SAMPLE = [*sample("mixed", 5, 2000), *sample("play", 5, 2000)]
ARRAYS = turns_of(SAMPLE)
FEW = [*SAMPLE[:250], *SAMPLE[2000:2250]]
FEW_ARRAYS = turns_of(FEW)

VARIANTS = {mutant.name: mutant.rules for mutant in MUTANTS if mutant.rules is not None}

ODD = {
    "strikes of 99": STANDARD.with_action("attack", power=99),
    "fragile times 99": attrs.evolve(STANDARD, fragile_numerator=99, fragile_denominator=1),
    "poison takes 99": attrs.evolve(STANDARD, poison_damage=99),
    "everything takes 99": attrs.evolve(STANDARD, burn_damage=99, thorns_damage=99, regen_heal=99, turn_step=99),
    "statuses fall by 99": attrs.evolve(STANDARD, status_step=99, slot_step=99),
    "strikes at oneself": STANDARD.with_action("attack", aim="self").with_action("ignite", aim="self"),
    "heals the other": STANDARD.with_action("heal", aim="other").with_action("cleanse", aim="other"),
    "gives max": STANDARD.with_action("guard", effects=(Effect("max", "gain", 9), Effect("hp", "gain", 9))),
    "clears hp": STANDARD.with_action("guard", effects=(Effect("hp", "clear"),)),
    "uncapped": STANDARD.with_action("guard", effects=(Effect("shield", "gain", 20, capped=False),)),
    "fragile alone": STANDARD.with_action("guard", effects=(Effect("shield", "gain", 5, if_fragile=True),)),
    "no strike": STANDARD.with_action("poison_strike", power=0),
    "no phases": attrs.evolve(STANDARD, phases=()),
    "some phases": attrs.evolve(STANDARD, phases=("E4", "T2", "E1")),
    "nothing holds": STANDARD.without("T1", "T2", "T4", "O1", "O2", "O3", "S1", "S3", "S4", "E3"),
}


def equal(one, another):
    return np.array_equal(one.units, another.units) and np.array_equal(one.turn, another.turn)


def test_turns_go_into_arrays_and_come_back():
    assert [ARRAYS.turn(index) for index in range(len(ARRAYS))] == SAMPLE
    assert [ARRAYS.battles.battle(index) for index in range(len(ARRAYS))] == [turn.battle for turn in SAMPLE]
    assert (ARRAYS.battles.units.dtype, ARRAYS.battles.turn.dtype, ARRAYS.actions.dtype) == (np.int8, np.int8, np.int8)
    assert ARRAYS.battles.units.shape == (len(ROWS), 2, len(SAMPLE))


def test_the_twin_is_the_engine():
    assert equal(resolve_all(ARRAYS), battles_of([resolve(turn) for turn in SAMPLE]))


def test_a_block_has_no_part_in_what_comes_out(monkeypatch):
    whole = resolve_all(ARRAYS)
    for size in (1, 7, 4000, BLOCK):
        monkeypatch.setattr(module, "BLOCK", size)
        few = ARRAYS[:100] if size == 1 else ARRAYS
        assert equal(resolve_all(few), whole[: len(few)])


def test_no_turns_are_no_battles():
    assert len(resolve_all(ARRAYS[:0])) == 0
    assert len(turns_of([])) == 0


def test_what_goes_in_is_left_as_it_is():
    before = ARRAYS.battles.units.copy(), ARRAYS.battles.turn.copy(), ARRAYS.actions.copy()
    resolve_all(ARRAYS)
    after = ARRAYS.battles.units, ARRAYS.battles.turn, ARRAYS.actions
    assert all(np.array_equal(one, another) for one, another in zip(before, after, strict=True))


def test_every_mutant_of_the_rules_is_among_the_variants():
    assert len(VARIANTS) > 180


@pytest.mark.parametrize("name", [*VARIANTS, *ODD])
def test_the_twin_is_the_engine_under_other_rules(name):
    rules = VARIANTS.get(name) or ODD[name]
    assert equal(resolve_all(FEW_ARRAYS, rules), battles_of([resolve(turn, rules) for turn in FEW]))


def test_the_twin_follows_a_variant_into_states_that_the_standard_rules_do_not_know():
    rules = STANDARD.with_field("shield", high=60).with_field("turn", high=20)
    turns = list(sample("mixed", 5, 300, rules=rules))
    assert max(turn.battle.hero.shield for turn in turns) == 60
    arrays = turns_of(turns)
    assert [arrays.turn(index, rules) for index in range(300)] == turns
    assert equal(resolve_all(arrays, rules), battles_of([resolve(turn, rules) for turn in turns]))


# --- perft -----------------------------------------------------------------------------------------------------------


def all_turns_from(battles):
    """All 128 turns from each of the battles."""
    count = len(battles)
    hero, foe, first = (part.ravel() for part in np.meshgrid(range(8), range(8), [False, True], indexing="ij"))
    repeated = Battles(np.repeat(battles.units, 128, axis=2), np.repeat(battles.turn, 128))
    return Turns(repeated, np.tile(np.array([hero, foe], np.int8), count), np.tile(first.astype(bool), count))


def counted(battles, paths):
    """The different battles, with how many paths lead to each."""
    rows = np.vstack([battles.units.reshape(-1, len(battles)), battles.turn])
    different, places = np.unique(rows, axis=1, return_inverse=True)
    totals = np.bincount(places.ravel(), weights=np.repeat(paths, len(battles) // len(paths))).astype(np.int64)
    return Battles(different[:-1].reshape(len(ROWS), 2, -1).copy(), different[-1].copy()), totals


@pytest.mark.parametrize(("battle", "counts"), COUNTS)
def test_the_twin_counts_what_perft_counts(battle, counts):
    battles, paths = battles_of([battle]), np.array([1])
    for count in counts:
        open_ones = np.flatnonzero((battles.units[0] > 0).all(axis=0))
        played = Battles(battles.units[:, :, open_ones], battles.turn[open_ones])
        battles, paths = counted(resolve_all(all_turns_from(played)), paths[open_ones])
        over = (battles.units[0] == 0).any(axis=0)
        assert (paths.sum(), len(battles), paths[over].sum()) == (count.paths, count.battles, count.over)


def test_the_one_who_fells_first_is_worked_out_by_hand():
    battle = Battle(3, Unit(5, 9), Unit(4, 9, thorns=2))
    orders = Order("hero", "attack"), Order("foe", "attack")
    after = resolve_all(turns_of([Turn(battle, *orders), Turn(battle, *orders[::-1])]))
    assert after.units[ROWS["hp"]].T.tolist() == [[5, 0], [0, 4]]
    assert after.turn.tolist() == [4, 4]
