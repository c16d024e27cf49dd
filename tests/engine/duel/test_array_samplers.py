"""The samplers as arrays: the same numbered turns always, valid ones only, in the mixtures of the plain samplers.

Two samples are held together by histograms of the plain sampler's turns and the arrays' (`differing`). Where a part of
a mixture shows in too few turns for that, the arrays are held to the stated probability, under rules that show it. A
right sampler fails with a probability below one in a million; a mixture that is wrong by 0.02 is planted for each of
its parts, and caught.
"""

from functools import cache
from hashlib import sha256
from itertools import combinations
from math import log, sqrt

import attrs
import numpy as np
import pytest

from tests.engine.duel.test_samplers import reaching
from tests.slow import mostly_slow
from turncheck.engine.duel import STANDARD, read, write
from turncheck.engine.duel import array_samplers as module
from turncheck.engine.duel.array_samplers import BLOCK_DRAWN, STREAM, TWIN_SAMPLERS, sample_arrays
from turncheck.engine.duel.arrays import HP, MAX, ROWS, SHIELD, SLOT_ROWS, turns_of
from turncheck.engine.duel.samplers import SAMPLERS, sample
from turncheck.engine.duel.state import UNIT_NAMES
from turncheck.engine.duel.tables import ACTION_NAMES, ACTIONS, BLANK, SLOTS
from turncheck.engine.sampling import UnknownSamplerError

HIGHER = STANDARD.with_field("turn", high=50).with_field("shield", high=30).with_field("burn", high=3)
LOWER = STANDARD.with_field("max", high=30).with_field("poison", high=3)
LOWEST = STANDARD.with_field("turn", high=1).with_field("max", high=1)
RULES = {"standard": STANDARD, "higher": HIGHER, "lower": LOWER, "lowest": LOWEST, "0": reaching(0), "1": reaching(1)}


def texts(turns, rules=STANDARD):
    return [write(turns.turn(index, rules)) for index in range(len(turns))]


def numbers(turns):
    """Everything that the turns hold, a column for each."""
    rows = turns.battles.units.reshape(-1, len(turns)), turns.battles.turn, turns.actions, turns.foe_first
    return np.vstack(rows)


# --- the streams -----------------------------------------------------------------------------------------------------

# Whoever changes a stream, or takes a numpy that does, gives it a new name.
DIGESTS = {
    "mixed": ("numpy-1", "5c1fbf9e59c6d693"),
    "play": ("numpy-1", "886dbeb552c8c14b"),
}


def test_the_samplers_are_the_plain_ones():
    assert list(TWIN_SAMPLERS) == list(SAMPLERS)


@pytest.mark.parametrize("name", TWIN_SAMPLERS)
def test_the_first_turns_of_a_stream_never_change(name):
    digest = sha256("".join(texts(sample_arrays(name, seed=0, count=50))).encode())
    assert (STREAM, digest.hexdigest()[:16]) == DIGESTS[name]


@pytest.mark.parametrize("name", TWIN_SAMPLERS)
def test_a_turn_is_the_same_wherever_the_sample_starts(name):
    whole = numbers(sample_arrays(name, seed=7, count=2 * BLOCK_DRAWN + 9))
    size = whole.shape[1]
    for start, stop in ((0, 5), (5, 7), (BLOCK_DRAWN - 3, BLOCK_DRAWN + 3), (BLOCK_DRAWN, size), (3, size), (0, size)):
        part = numbers(sample_arrays(name, seed=7, start=start, count=stop - start))
        assert np.array_equal(part, whole[:, start:stop])


@pytest.mark.parametrize("name", TWIN_SAMPLERS)
def test_the_turns_of_two_seeds_and_of_two_blocks_differ(name):
    samples = [texts(sample_arrays(name, seed, 40, start)) for seed in range(2) for start in (0, BLOCK_DRAWN)]
    assert len({text for sampled in samples for text in sampled}) > 150


def test_the_turns_of_two_samplers_differ():
    assert not set(texts(sample_arrays("mixed", 0, 500))) & set(texts(sample_arrays("play", 0, 500)))


@pytest.mark.parametrize("start", [0, 1, BLOCK_DRAWN])
def test_a_sample_of_none_is_empty(start):
    assert len(sample_arrays("play", seed=0, count=0, start=start)) == 0


def test_an_unknown_sampler_is_refused():
    with pytest.raises(UnknownSamplerError, match="sampler must be one of mixed, play, got 'chess'"):
        sample_arrays("chess", seed=0, count=1)


# --- what they draw --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TWIN_SAMPLERS)
@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_every_turn_is_valid(name, rules):
    turns = sample_arrays(name, seed=5, count=500, rules=rules)
    for index, text in enumerate(texts(turns, rules)):
        assert read(text, rules) == turns.turn(index, rules)


@pytest.mark.parametrize("name", TWIN_SAMPLERS)
def test_every_number_is_an_int8(name):
    turns = sample_arrays(name, seed=5, count=5)
    assert {part.dtype for part in (turns.battles.units, turns.battles.turn, turns.actions)} == {np.dtype(np.int8)}
    assert turns.foe_first.dtype == np.dtype(bool)


@pytest.mark.parametrize("high", [0, 1])
def test_mixed_draws_every_value_of_a_number_that_hardly_rises(high):
    units = sample_arrays("mixed", seed=5, count=500, rules=reaching(high)).battles.units
    assert [set(units[ROWS[name]].ravel().tolist()) for name in BLANK] == [set(range(high + 1))] * len(BLANK)


# --- two samples held together ---------------------------------------------------------------------------------------


def bound(cells, histograms):
    """What a right sampler's chi-square exceeds with a probability below one in a million, in any of the histograms.

    With probability e**-t a chi-square of k degrees of freedom exceeds k + 2 sqrt(k t) + 2 t, or less often: Laurent
    and Massart, "Adaptive estimation of a quadratic functional by model selection" (2000), lemma 1.
    """
    freedom, exponent = cells - 1, log(1e6 * histograms)
    return freedom + 2 * sqrt(freedom * exponent) + 2 * exponent


def distance(one, another):
    """Pearson's chi-square of two histograms, and its number of cells; cells that hold few are taken as one."""
    counts = np.array([one, another], float)
    few = counts.min(axis=0) < 30
    counts = np.column_stack([counts[:, ~few], counts[:, few].sum(axis=1)])
    totals = counts.sum(axis=1, keepdims=True)
    shares, pooled = counts / totals, counts.sum(axis=0) / counts.sum()
    variance = pooled * (1 / totals).sum()
    squares = (shares[0] - shares[1]) ** 2 / np.where(variance, variance, 1)
    return squares.sum(), max(np.count_nonzero(pooled), 2)


def differing(one, another):
    """The names of the histograms in which two samples differ by more than their size allows."""
    pairs = {name: distance(one[name], another[name]) for name in one}
    return [name for name, (square, cells) in pairs.items() if square > bound(cells, len(pairs))]


def marks(values, high, low):
    """Which boundary a value is at: one of six."""
    conditions = [values == 0, values == high, values == high - 1, values == 1, values <= low]
    return np.select(conditions, range(5), 5)


def unit_histograms(turns, side):
    units, actions = turns.battles.units[:, side], turns.actions[side].astype(int)
    for name, row in ROWS.items():
        high = units[MAX] if name == "hp" else STANDARD.field(name).high
        yield name, np.bincount(units[row], minlength=100)
        yield f"{name} at", np.bincount(marks(units[row], high, 12 if name == "hp" else 8), minlength=6)
    slots = np.zeros((8, len(turns)), int)
    for slot in SLOTS:
        slots[ACTION_NAMES.index(slot.removeprefix("cd_"))] = units[ROWS[slot]]
    ordered = np.take_along_axis(slots, actions[None], axis=0)[0]
    yield "action and its slot", np.bincount(actions * 10 + ordered, minlength=80)


def bits(turns):
    """What is so or not of a turn, by name."""
    units = turns.battles.units
    yield "foe first", turns.foe_first
    yield "turn 1", turns.battles.turn == 1
    for side, unit in enumerate(UNIT_NAMES):
        yield f"{unit} fallen", units[HP, side] == 0
        yield f"{unit} whole", units[HP, side] == units[MAX, side]
        yield f"{unit} ordered a strike", np.isin(turns.actions[side], [0, 4, 5])
        for name in BLANK:
            yield f"no {name} of {unit}", units[ROWS[name], side] == 0


def histograms(turns):
    """By name how often each value was drawn, and each two things together."""
    counted = {
        f"{unit}'s {name}": counts
        for side, unit in enumerate(UNIT_NAMES)
        for name, counts in unit_histograms(turns, side)
    }
    hero, foe = turns.actions.astype(int)
    counted["both actions"] = np.bincount(hero * 8 + foe, minlength=64)
    counted["turn"] = np.bincount(turns.battles.turn, minlength=100)
    counted["turn at"] = np.bincount(marks(turns.battles.turn, 99, 8), minlength=6)
    for (one, holds), (another, holds_too) in combinations(bits(turns), 2):
        both = np.count_nonzero(holds & holds_too)
        counted[f"{one}, {another}"] = np.array([both, len(turns) - both])
    return counted


PLAIN = {"mixed": 50_000, "play": 6_000}
FEW = {"mixed": 6_000, "play": 2_000}
DRAWN = 200_000


@cache
def plain_histograms(name, count):
    # A part at a time: so many turns at once would keep the garbage collector busy.
    parts = [histograms(turns_of(list(sample(name, 3, 2000, start)))) for start in range(0, count, 2000)]
    return {key: sum(part[key] for part in parts) for key in parts[0]}


def differing_from_plain(name, count):
    return differing(plain_histograms(name, count), histograms(sample_arrays(name, 3, DRAWN)))


@pytest.mark.parametrize("counts", mostly_slow([FEW, PLAIN], 0), ids=["few", "all"])
@pytest.mark.parametrize("name", TWIN_SAMPLERS)
def test_the_distribution_is_that_of_the_plain_sampler(name, counts):
    assert differing_from_plain(name, counts[name]) == []


def test_the_samplers_differ_from_each_other():
    assert len(differing(plain_histograms("mixed", FEW["mixed"]), histograms(sample_arrays("play", 3, 20_000)))) > 500


def test_units_that_are_drawn_alike_are_caught():
    turns = sample_arrays("mixed", 3, DRAWN)
    turns.battles.units[SHIELD, 1] = turns.battles.units[SHIELD, 0]
    differ = differing(plain_histograms("mixed", FEW["mixed"]), histograms(turns))
    assert "no shield of hero, no shield of foe" in differ


# --- what shows in few turns of a sample -----------------------------------------------------------------------------

PEACE = attrs.evolve(
    STANDARD,
    actions=tuple(attrs.evolve(action, power=0) for action in ACTIONS),
    poison_damage=0,
    burn_damage=0,
)
"""Nobody ever falls."""
FATAL = attrs.evolve(STANDARD, actions=tuple(attrs.evolve(action, power=99, aim="other") for action in ACTIONS))
"""Every battle ends in its first turn."""


def stated_mixed():
    """What is counted, out of how many, and the stated probability."""
    turns = sample_arrays("mixed", 4, 600_000)
    units, standing = turns.battles.units, turns.battles.units[HP] > 0
    for slot in SLOTS:
        ordered = standing & (turns.actions == ACTION_NAMES.index(slot.removeprefix("cd_")))
        yield f"ordered {slot} at 0", units[ROWS[slot]][ordered] == 0, 0.5 + 0.5 * (0.6 + 0.2 / 6)
    yield "foe first", turns.foe_first, 0.5
    yield "not stunned", units[ROWS["stun"]][standing] == 0, 0.75
    over = ~standing.all(axis=0)
    yield "finished", over, 0.03
    yield "both fallen", ~standing[:, over].any(axis=0), 0.1
    yield "foe fallen", standing[0, over & standing.any(axis=0)], 0.5


def stated_starts():
    """Likewise, of played battles that end in their first turn."""
    turns = sample_arrays("play", 4, 80_000, rules=FATAL)
    over = (turns.battles.units[HP] == 0).any(axis=0)
    yield "finished", over, 0.04 * 15 / 16
    starts = turns.battles.units[:, :, ~over].reshape(len(ROWS), -1)
    yield from ((f"max {most}", starts[MAX] == most, 1 / 90) for most in range(10, 100))
    whole = 0.6 + 0.4 * np.mean(1 / np.arange(10, 100))
    yield "whole", starts[HP] == starts[MAX], whole
    yield "lower half", starts[HP] <= starts[MAX] // 2, 0.4 * np.mean([most // 2 / most for most in range(10, 100)])
    yield from ((f"shield {high}", starts[SHIELD] == high, 0.03 if high else 0.7) for high in range(11))


def stated_orders():
    """Likewise, of played battles that never end."""
    turns = sample_arrays("play", 4, 200_000, rules=PEACE)
    yield from ((f"turn {turn} or before", turns.battles.turn <= turn, turn / 16) for turn in range(1, 16))
    slots = turns.battles.units[SLOT_ROWS] > 0
    blocked = [turns.actions == ACTION_NAMES.index(slot.removeprefix("cd_")) for slot in SLOTS] & slots
    for count in (1, 2):
        yield f"one of {count} on cooldown", blocked.any(axis=0)[slots.sum(axis=0) == count], 0.2 * count / 8


def unlike_stated(rows):
    """The names of what was counted more or less often than its probability allows."""
    rows = list(rows)
    squares = [(name, (held.mean() - share) ** 2 / (share * (1 - share) / held.size)) for name, held, share in rows]
    return [name for name, square in squares if square > bound(2, len(rows))]


STATED = {"mixed": stated_mixed, "starts": stated_starts, "orders": stated_orders}


@pytest.mark.parametrize("name", STATED)
def test_what_shows_in_few_turns_has_its_stated_share(name):
    assert unlike_stated(STATED[name]()) == []


# --- planted bugs ----------------------------------------------------------------------------------------------------

PARTS = [
    (name, table, row, place)
    for name, table in (("mixed", "MIXED"), ("starts", "PLAY"))
    for row, mixture in getattr(module, table).items()
    for place in range(len(mixture))
]
CHANCES = {
    "finished": ("mixed", 0.02),
    "both fallen": ("mixed", 0.02),
    "foe fallen": ("mixed", 0.04),  # it shows in 3 % of the turns
    "ordered slot at 0": ("mixed", 0.02),
    "foe first": ("mixed", 0.02),
    "any action": ("orders", 0.02),
    "finished after its end": ("starts", 0.02),
}


def caught(name):
    """In what the sampler differs, whichever shows it first."""
    return (name == "mixed" and differing_from_plain(name, PLAIN[name])) or unlike_stated(STATED[name]())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "table", "row", "place"), PARTS)
def test_a_wrong_probability_of_a_part_is_caught(monkeypatch, name, table, row, place):
    mixture = list(getattr(module, table)[row])
    mixture[place] = (mixture[place][0] - 0.02, mixture[place][1])
    monkeypatch.setitem(getattr(module, table), row, mixture)
    assert caught(name)


def test_every_chance_is_planted():
    assert CHANCES.keys() == module.CHANCES.keys()


@pytest.mark.parametrize("chance", mostly_slow(CHANCES, 0, -1))
def test_a_wrong_chance_is_caught(monkeypatch, chance):
    name, by = CHANCES[chance]
    monkeypatch.setitem(module.CHANCES, chance, module.CHANCES[chance] + by)
    assert unlike_stated(STATED[name]())


@pytest.mark.parametrize("depths", mostly_slow([15, 17], 1))
def test_a_wrong_depth_is_caught(monkeypatch, depths):
    monkeypatch.setattr(module, "DEPTHS", depths)
    assert unlike_stated(stated_orders())


@pytest.mark.slow
@pytest.mark.parametrize(("limit", "wrong"), [("hp of a standing unit", 11), ("shield", 9)])
def test_a_wrong_limit_is_caught(monkeypatch, limit, wrong):
    # In place of 12 and 8.
    mixture = list(module.MIXED[limit])
    monkeypatch.setitem(module.MIXED, limit, [*mixture[:-1], (mixture[-1][0], module.up_to(wrong))])
    assert differing_from_plain("mixed", PLAIN["mixed"])
