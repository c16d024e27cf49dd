"""Samplers: reproducible, numbered, valid turns, in the mixture that the docstrings state."""

from collections import Counter
from functools import cache
from hashlib import sha256

import attrs
import pytest

from turncheck.engine.duel import STANDARD, read, resolve, write
from turncheck.engine.duel.samplers import SAMPLERS, sample
from turncheck.engine.duel.tables import ACTION_NAMES, ACTIONS, BLANK, FIELDS, SLOTS, STATUSES
from turncheck.engine.sampling import EVALUATION_SEEDS, HELD_OUT_SEEDS, TRAINING_SEEDS, UnknownSamplerError

HIGHER = STANDARD.with_field("turn", high=50).with_field("shield", high=30).with_field("burn", high=3)
LOWEST = STANDARD.with_field("turn", high=1).with_field("max", high=1)


@cache
def drawn(name):
    """The turns that the tests look at, drawn when the first of them does."""
    return list(sample(name, seed=3, count={"mixed": 4000, "play": 1000}[name]))


# --- the streams -----------------------------------------------------------------------------------------------------

# What a training run and a published rate were drawn from: whoever changes a stream changes what those numbers mean.
DIGESTS = {
    "mixed": "2a1202a0a1636927",
    "play": "f6095502308b1691",
}


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_first_turns_of_a_stream_never_change(name):
    texts = "".join(write(turn) for turn in sample(name, seed=TRAINING_SEEDS[0], count=50))
    assert sha256(texts.encode()).hexdigest()[:16] == DIGESTS[name]


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_turn_is_the_same_wherever_the_sample_starts(name):
    whole = list(sample(name, seed=7, count=12))
    assert list(sample(name, seed=7, start=5, count=7)) == whole[5:]
    assert [next(sample(name, seed=7, start=index, count=1)) for index in (11, 0, 4)] == [whole[11], whole[0], whole[4]]


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_turns_of_two_seeds_differ(name):
    samples = [tuple(sample(name, seed=seed, count=20)) for seed in range(4)]
    assert len({turn for turns in samples for turn in turns}) > 70


def test_the_turns_of_two_samplers_differ():
    assert not set(sample("mixed", seed=0, count=50)) & set(sample("play", seed=0, count=50))


def test_a_sample_of_none_is_empty():
    assert list(sample("mixed", seed=0, count=0)) == []


def test_no_seed_serves_two_uses():
    ranges = EVALUATION_SEEDS, TRAINING_SEEDS, HELD_OUT_SEEDS
    assert [(seeds.start, seeds.stop, seeds.step) for seeds in ranges] == [
        (0, 1_000_000, 1),
        (1_000_000, 2_000_000, 1),
        (2_000_000, 3_000_000, 1),
    ]


def test_an_unknown_sampler_is_refused_before_the_first_turn():
    with pytest.raises(UnknownSamplerError) as caught:
        sample("chess", seed=0, count=1)
    assert str(caught.value) == "sampler must be one of mixed, play, got 'chess'"
    assert caught.value.name == "chess"
    assert isinstance(caught.value, KeyError)


# --- what they draw --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_turn_is_valid(name):
    for turn in drawn(name)[:1000]:
        assert read(write(turn)) == turn


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_turn_passes_its_own_checks(name):
    for turn in drawn(name)[:300]:
        hero, foe = attrs.evolve(turn.battle.hero), attrs.evolve(turn.battle.foe)
        assert attrs.evolve(turn, battle=attrs.evolve(turn.battle, hero=hero, foe=foe)) == turn


@pytest.mark.parametrize("name", SAMPLERS)
def test_finished_battles_are_fewer_than_one_in_twenty(name):
    over = sum(turn.battle.over for turn in drawn(name))
    assert 0 < over < 0.05 * len(drawn(name))


def ordered():
    """The units of the mixed turns, each with the action that it is ordered."""
    return [(turn.battle.unit(name), turn.order(name).action) for turn in drawn("mixed") for name in ("hero", "foe")]


def standing():
    return [(unit, action) for unit, action in ordered() if unit.hp]


def everybody():
    return [unit for unit, _ in ordered()]


def those_that_stand():
    return [unit for unit, _ in standing()]


def the_largest():
    return [unit for unit in those_that_stand() if unit.max == 99]


def starts():
    """The units of the played battles that are in their first turn."""
    firsts = [turn.battle for turn in drawn("play") if turn.battle.turn == 1 and not turn.battle.over]
    return [unit for battle in firsts for unit in (battle.hero, battle.foe)]


def played():
    return drawn("play")


def share(things, predicate):
    """How many of the things the predicate holds for, as a part of all; there are many of them."""
    assert len(things) > 100
    return sum(map(predicate, things)) / len(things)


# A value's share is its own weight and what the uniform rest gives it.
# fmt: off
TURN_SHARES = [
    ("turn 1",                  lambda turn: turn.battle.turn == 1,            0.10 + 0.75 / 99),
    ("turn 99",                 lambda turn: turn.battle.turn == 99,           0.10 + 0.75 / 99),
    ("turn 98",                 lambda turn: turn.battle.turn == 98,           0.05 + 0.75 / 99),
    ("turn 2 to 50",            lambda turn: 2 <= turn.battle.turn <= 50,      0.75 * 49 / 99),
    ("finished",                lambda turn: turn.battle.over,                 0.03),
    ("hero fallen",             lambda turn: turn.battle.hero.fallen,          0.03 * 0.55),
    ("foe fallen",              lambda turn: turn.battle.foe.fallen,           0.03 * 0.55),
    ("the hero's order first",  lambda turn: turn.first.unit == "hero",        0.50),
]
UNIT_SHARES = [
    ("max 1",                   everybody,        lambda unit: unit.max == 1,          0.05 + 0.85 / 99),
    ("max 99",                  everybody,        lambda unit: unit.max == 99,         0.10 + 0.85 / 99),
    ("max 2 to 50",             everybody,        lambda unit: 2 <= unit.max <= 50,    0.85 * 49 / 99),
    ("hp at max",               the_largest,      lambda unit: unit.hp == 99,          0.25 + 0.35 / 99),
    ("hp one below max",        the_largest,      lambda unit: unit.hp == 98,          0.05 + 0.35 / 99),
    ("hp 1",                    the_largest,      lambda unit: unit.hp == 1,           0.05 + 0.30 / 12 + 0.35 / 99),
    ("hp 2 to 12",              the_largest,      lambda unit: 2 <= unit.hp <= 12,     0.30 * 11 / 12 + 0.35 * 11 / 99),
    ("hp 13 to 97",             the_largest,      lambda unit: 13 <= unit.hp <= 97,    0.35 * 85 / 99),
    ("shield 0",                those_that_stand, lambda unit: unit.shield == 0,       0.45 + 0.15 / 21),
    ("shield 20",               those_that_stand, lambda unit: unit.shield == 20,      0.08 + 0.15 / 21),
    ("shield 19",               those_that_stand, lambda unit: unit.shield == 19,      0.02 + 0.15 / 21),
    ("shield 1 to 8",           those_that_stand, lambda unit: 1 <= unit.shield <= 8,  0.30 + 0.15 * 8 / 21),
    ("stun 0",                  those_that_stand, lambda unit: unit.stun == 0,         0.75),
    ("stun 1",                  those_that_stand, lambda unit: unit.stun == 1,         0.25 / 3),
    ("stun 3",                  those_that_stand, lambda unit: unit.stun == 3,         0.25 / 3),
    ("poison 0",                those_that_stand, lambda unit: unit.poison == 0,       0.50 + 0.25 / 10),
    ("poison 1",                those_that_stand, lambda unit: unit.poison == 1,       0.10 + 0.25 / 10),
    ("poison 9",                those_that_stand, lambda unit: unit.poison == 9,       0.15 + 0.25 / 10),
    ("poison 2 to 8",           those_that_stand, lambda unit: 2 <= unit.poison <= 8,  0.25 * 7 / 10),
]
# fmt: on


@pytest.mark.parametrize(("holds", "stated"), [row[1:] for row in TURN_SHARES], ids=[row[0] for row in TURN_SHARES])
def test_mixed_turns_have_the_stated_shares(holds, stated):
    assert share(drawn("mixed"), holds) == pytest.approx(stated, abs=0.025)


@pytest.mark.parametrize(
    ("units", "holds", "stated"), [row[1:] for row in UNIT_SHARES], ids=[row[0] for row in UNIT_SHARES]
)
def test_mixed_units_have_the_stated_shares(units, holds, stated):
    assert share(units(), holds) == pytest.approx(stated, abs=0.04 if units is the_largest else 0.015)


@pytest.mark.parametrize("name", [name for name in STATUSES if name not in ("poison", "stun")])
def test_mixed_statuses_have_the_stated_shares(name):
    counts = Counter(getattr(unit, name) for unit in those_that_stand())
    stated = {0: 0.50 + 0.25 / 6, 1: 0.10 + 0.25 / 6, 2: 0.25 / 6, 3: 0.25 / 6, 4: 0.25 / 6, 5: 0.15 + 0.25 / 6}
    assert {value: counts[value] / counts.total() for value in range(6)} == pytest.approx(stated, abs=0.02)


@pytest.mark.parametrize("name", SLOTS)
def test_mixed_slots_have_the_stated_shares(name):
    others = Counter(getattr(unit, name) for unit, action in standing() if f"cd_{action}" != name)
    same = Counter(getattr(unit, name) for unit, action in standing() if f"cd_{action}" == name)
    rest = 0.20 / 6
    stated = {0: 0.60 + rest, 1: 0.10 + rest, 2: rest, 3: rest, 4: rest, 5: 0.10 + rest}
    assert {value: others[value] / others.total() for value in range(6)} == pytest.approx(stated, abs=0.02)
    assert same[0] / same.total() == pytest.approx(0.5 + 0.5 * stated[0], abs=0.04)


def test_mixed_actions_are_uniform():
    counts = Counter(action for _, action in ordered())
    assert {name: counts[name] / counts.total() for name in ACTION_NAMES} == pytest.approx(
        dict.fromkeys(ACTION_NAMES, 1 / 8), abs=0.015
    )


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_mixed_hits_every_value_near_every_boundary(field):
    seen = {getattr(unit, field.name) for unit in everybody()}
    assert {field.low, field.low + 1, field.high - 1, field.high} <= seen
    assert min(seen) == field.low
    assert max(seen) == field.high


def test_mixed_hits_the_boundaries_of_the_turn_counter():
    assert {1, 2, 98, 99} <= {turn.battle.turn for turn in drawn("mixed")}


def test_mixed_draws_battles_in_which_both_have_fallen():
    assert any(turn.battle.hero.fallen and turn.battle.foe.fallen for turn in drawn("mixed"))


# A battle that ends in its first turn is drawn for every depth, so only those that go on show how often depth 0 is.
PLAY_SHARES = [
    ("depth 0", played, lambda turn: turn.battle.turn == 1 and not resolve(turn).over, 1 / 16, 0.02),
    ("the hero's order first", played, lambda turn: turn.first.unit == "hero", 0.5, 0.05),
    ("hp at max at the start", starts, lambda unit: unit.hp == unit.max, 0.6, 0.1),
    ("no shield at the start", starts, lambda unit: unit.shield == 0, 0.7, 0.1),
]


@pytest.mark.parametrize(
    ("things", "holds", "stated", "tolerance"), [row[1:] for row in PLAY_SHARES], ids=[row[0] for row in PLAY_SHARES]
)
def test_played_turns_have_the_stated_shares(things, holds, stated, tolerance):
    assert share(things(), holds) == pytest.approx(stated, abs=tolerance)


def test_a_played_battle_starts_with_nothing_but_hp_and_a_low_shield():
    assert all(unit.max >= 10 and unit.shield <= 10 for unit in starts())
    assert {getattr(unit, name) for unit in starts() for name in (*STATUSES, *SLOTS)} == {0}


def test_played_turns_reach_depth_15_and_no_further():
    assert {turn.battle.turn for turn in played()} == set(range(1, 17))


def test_few_played_actions_are_on_cooldown():
    """One in five is drawn from all eight; the others never are."""
    orders = [(turn.battle.unit(order.unit), order.action) for turn in played() for order in turn.orders]
    assert 0.01 < share(orders, lambda order: getattr(order[0], f"cd_{order[1]}", 0) > 0) < 0.2


# --- under other rules -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("rules", [HIGHER, LOWEST], ids=["higher", "lowest"])
def test_turns_under_other_rules_are_valid_under_them(name, rules):
    for turn in sample(name, seed=5, count=200, rules=rules):
        assert read(write(turn), rules) == turn
        assert turn.battle.limits is rules.limits
        assert turn.battle.hero.limits is turn.battle.foe.limits is rules.limits


def test_mixed_hits_the_boundaries_that_other_rules_have():
    battles = [turn.battle for turn in sample("mixed", seed=5, count=600, rules=HIGHER)]
    assert {battle.turn for battle in battles} == set(range(1, 51))
    units = [battle.hero for battle in battles]
    assert max(unit.shield for unit in units) == 30
    assert {unit.burn for unit in units} == {0, 1, 2, 3}


def reaching(high):
    """The rules of a duel whose shields, statuses and slots reach that number, and whose actions give none of them."""
    fields = tuple(attrs.evolve(field, high=high) if field.name in BLANK else field for field in FIELDS)
    actions = tuple(attrs.evolve(action, effects=(), cooldown=0) for action in ACTIONS)
    return attrs.evolve(STANDARD, fields=fields, actions=actions, broken_fragile=0)


@pytest.mark.parametrize("high", [0, 1])
def test_mixed_draws_every_value_of_a_number_that_hardly_rises(high):
    units = [turn.battle.hero for turn in sample("mixed", seed=5, count=200, rules=reaching(high))]
    seen = {name: {getattr(unit, name) for unit in units} for name in BLANK}
    assert seen == dict.fromkeys(BLANK, frozenset(range(high + 1)))
