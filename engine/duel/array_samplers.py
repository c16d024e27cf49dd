"""The samplers on numpy arrays: turns with the distributions of `turncheck.engine.duel.samplers`, thousands at a time.

For sweeps over millions of turns. The distribution equals that of the plain sampler of the same name; the turns differ,
because they come from another random stream. Reports must name the stream (`STREAM`). Tests compare the two
distributions, number by number.

    >>> from turncheck.engine.duel.array_samplers import sample_arrays
    >>> turns = sample_arrays("mixed", seed=0, count=3)
    >>> sample_arrays("mixed", seed=0, start=2, count=1).turn(0) == turns.turn(2)
    True
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

import attrs
import numpy as np
import numpy.typing as npt

from turncheck.engine.duel.arrays import BLANK_ROWS, HP, MAX, ROWS, SHIELD, Battles, Int8, Turns, resolve_all
from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.tables import ACTION_NAMES, ACTIONS, BLANK, FIELDS, SLOTS, STATUSES
from turncheck.engine.sampling import UnknownSamplerError

__all__ = ["BLOCK_DRAWN", "STREAM", "TWIN_SAMPLERS", "sample_arrays"]

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
ArraySampler = Callable[[np.random.Generator, int, Rules], Turns]

STREAM = "numpy-1"
"""The name of the random stream. It changes whenever the turns of a seed change."""

BLOCK_DRAWN = 4096
"""Number of turns drawn from one generator. To draw one of them, the whole block must be drawn."""


# --- numbers in a mixture --------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Span:
    """Numbers to draw: the generator, the shape, and the closed range; `high` may differ for each number."""

    random: np.random.Generator
    shape: tuple[int, ...]
    low: int
    high: Int8

    def uniform(self, low: int, high: Int8) -> Int8:
        """Draw each number uniformly from the range."""
        # A float32 below 1 times an integer is rounded to less than that integer. `integers` with an array of bounds
        # takes six times as long.
        point = self.random.random(self.shape, np.float32) * (high - np.int8(low - 1))
        return point.astype(np.int8) + np.int8(low)


Value = Callable[[Span], "Int8 | int"]
Mixture = Sequence[tuple[float, Value]]


def zero(span: Span) -> int:
    """Return 0."""
    return 0


def one(span: Span) -> int:
    """Return 1."""
    return 1


def highest(span: Span) -> Int8:
    """Return the highest of the range."""
    return span.high


def below(span: Span) -> Int8:
    """Return one below the highest, but at least the lowest."""
    numbers: Int8 = np.maximum(span.high - np.int8(1), np.int8(span.low))
    return numbers


def positive(span: Span) -> Int8:
    """Draw uniformly from 1 to the highest."""
    return span.uniform(1, span.high)


def up_to(limit: int) -> Value:
    """Return a function that draws uniformly from 1 to the limit, or to the highest if that is less."""
    return lambda span: span.uniform(1, np.minimum(span.high, np.int8(limit)))


# Pairs of a probability and a value. With the remaining probability, the number is uniform over the whole range.
# fmt: off
MIXED: dict[str, Mixture] = {
    "turn":                      ((0.10, one), (0.10, highest), (0.05, below)),
    "max":                       ((0.05, one), (0.10, highest)),
    "hp of a standing unit":     ((0.25, highest), (0.05, below), (0.05, one), (0.30, up_to(12))),
    "shield":                    ((0.45, zero), (0.08, highest), (0.02, below), (0.30, up_to(8))),
    "stun":                      ((0.75, zero), (0.25, positive)),
    "other statuses":            ((0.50, zero), (0.10, one), (0.15, highest)),
    "slots":                     ((0.60, zero), (0.10, one), (0.10, highest)),
}
PLAY: dict[str, Mixture] = {
    "max":                       (),
    "hp at the start":           ((0.60, highest),),
    "shield at the start":       ((0.70, zero),),
}
CHANCES = {
    "finished":                  0.03,
    "both fallen":               0.10,  # of the finished battles
    "ordered slot at 0":         0.50,
    "foe fallen":                0.50,  # of those in which only one has fallen
    "foe first":                 0.50,
    "any action":                0.20,  # else one that is not on cooldown
    "finished after its end":    0.04,  # of the battles that end before their depth; else the turn in which they ended
}
# fmt: on
DEPTHS = 16
"""A played battle is drawn after 0 to 15 turns, each equally likely."""


def weighted(random: np.random.Generator, mixture: Mixture, shape: tuple[int, ...], low: int, high: Int8 | int) -> Int8:
    """Draw numbers from low to high, with each of the mixture's values at its probability."""
    span = Span(random, shape, low, np.asarray(high, np.int8))
    numbers = span.uniform(low, span.high)
    point = random.random(shape, np.float32)
    bounds = np.cumsum([probability for probability, _ in mixture], dtype=np.float32)
    # From the last to the first: each value overwrites the values after it in the mixture below its own bound.
    for bound, (_, value) in reversed(list(zip(bounds, mixture, strict=True))):
        np.copyto(numbers, value(span), where=point < bound)
    return numbers


def happens(random: np.random.Generator, chance: str, shape: tuple[int, ...]) -> Bools:
    """Return a mask that is true with the probability that `CHANCES` gives."""
    return random.random(shape, np.float32) < CHANCES[chance]


# --- mixed -----------------------------------------------------------------------------------------------------------


def mixed(random: np.random.Generator, count: int, rules: Rules) -> Turns:
    """Draw turns as the plain `mixed` does: any valid state, with every boundary of every field often."""
    actions = random.integers(0, len(ACTION_NAMES), (2, count), np.int8)
    units = np.empty((len(FIELDS), 2, count), np.int8)
    units[MAX] = weighted(random, MIXED["max"], (2, count), 1, rules.field("max").high)
    units[HP] = weighted(random, MIXED["hp of a standing unit"], (2, count), 1, units[MAX])
    for name in BLANK:
        units[ROWS[name]] = _mixed_number(random, name, count, rules)
    _clear_ordered_slots(random, units, actions)
    standing = ~_fallen(random, count)
    units[HP] *= standing
    units[BLANK_ROWS] *= standing
    turn = weighted(random, MIXED["turn"], (count,), 1, rules.turn.high)
    return Turns(Battles(units, turn), actions, happens(random, "foe first", (count,)))


def _mixed_number(random: np.random.Generator, name: str, count: int, rules: Rules) -> Int8:
    shape, high = (2, count), rules.field(name).high
    if high == 0:
        return np.zeros(shape, np.int8)
    if name in ("shield", "stun"):
        return weighted(random, MIXED[name], shape, 0, high)
    return weighted(random, MIXED["other statuses" if name in STATUSES else "slots"], shape, 0, high)


def _clear_ordered_slots(random: np.random.Generator, units: Int8, actions: Int8) -> None:
    cleared = happens(random, "ordered slot at 0", actions.shape)
    for place, action in enumerate(ACTIONS):
        if action.slot:
            units[ROWS[action.slot]] *= ~(cleared & (actions == place))


def _fallen(random: np.random.Generator, count: int) -> Bools:
    """(2, n) bool: which units have fallen. In a finished battle, one or both have."""
    finished, both, foe = (happens(random, chance, (count,)) for chance in ("finished", "both fallen", "foe fallen"))
    return finished & np.stack([both | ~foe, both | foe])


# --- play ------------------------------------------------------------------------------------------------------------


def play(random: np.random.Generator, count: int, rules: Rules) -> Turns:
    """Draw turns as the plain `play` does: from battles played at random from random starts, at random depths."""
    depth = random.integers(0, DEPTHS, count, np.int8)
    going, battles = np.arange(count), _starts(random, count, rules)
    drawn: list[tuple[Places, Turns]] = []
    for played in range(DEPTHS):
        turns = _played(random, battles)
        deeper = depth[going] > played
        drawn.append((going[~deeper], _taken(turns, ~deeper)))
        going, turns = going[deeper], _taken(turns, deeper)
        battles = resolve_all(turns, rules)
        over = (battles.units[HP] == 0).any(axis=0)
        later = over & happens(random, "finished after its end", over.shape)
        drawn.append((going[over & ~later], _taken(turns, over & ~later)))
        drawn.append((going[later], _played(random, _battles_taken(battles, later))))
        going, battles = going[~over], _battles_taken(battles, ~over)
    return _in_order(drawn)


def _starts(random: np.random.Generator, count: int, rules: Rules) -> Battles:
    highest_max, highest_shield = rules.field("max").high, rules.field("shield").high
    units = np.zeros((len(FIELDS), 2, count), np.int8)
    units[MAX] = weighted(random, PLAY["max"], (2, count), min(10, highest_max), highest_max)
    units[HP] = weighted(random, PLAY["hp at the start"], (2, count), 1, units[MAX])
    shield = weighted(random, PLAY["shield at the start"], (2, count), 1, 10)
    units[SHIELD] = np.minimum(shield, np.int8(highest_shield))
    return Battles(units, np.ones(count, np.int8))


def _played(random: np.random.Generator, battles: Battles) -> Turns:
    return Turns(battles, _ready_actions(random, battles), happens(random, "foe first", (len(battles),)))


def _ready_actions(random: np.random.Generator, battles: Battles) -> Int8:
    """(2, n) int8: an action that is not on cooldown, or sometimes any of the eight."""
    shape = battles.units[HP].shape
    ready = np.ones((len(ACTION_NAMES), *shape), np.int8)
    for slot in SLOTS:
        ready[ACTION_NAMES.index(slot.removeprefix("cd_"))] = battles.units[ROWS[slot]] == 0
    ready |= happens(random, "any action", shape)
    # `before` is the number of ready actions before the chosen one, which is the first whose count exceeds it.
    counted = np.cumsum(ready, axis=0, dtype=np.int8)
    before = weighted(random, (), shape, 0, counted[-1] - np.int8(1))
    actions: Int8 = (counted <= before).sum(axis=0, dtype=np.int8)
    return actions


# --- some turns of many ----------------------------------------------------------------------------------------------


def _battles_taken(battles: Battles, which: Bools) -> Battles:
    # Indexing with a mask would leave the turns far apart in memory and make all that follows four times as slow.
    return Battles(np.compress(which, battles.units, axis=2), battles.turn[which])


def _taken(turns: Turns, which: Bools) -> Turns:
    return Turns(_battles_taken(turns.battles, which), turns.actions[:, which], turns.foe_first[which])


def _in_order(parts: Sequence[tuple[Places, Turns]]) -> Turns:
    """Join the turns of all parts, each at its place."""
    order = np.argsort(np.concatenate([places for places, _ in parts]))
    whole = _joined([turns for _, turns in parts])
    battles = Battles(np.take(whole.battles.units, order, axis=2), whole.battles.turn[order])
    return Turns(battles, np.take(whole.actions, order, axis=1), whole.foe_first[order])


def _joined(parts: Sequence[Turns]) -> Turns:
    units = np.concatenate([part.battles.units for part in parts], axis=2)
    turn = np.concatenate([part.battles.turn for part in parts])
    actions = np.concatenate([part.actions for part in parts], axis=1)
    return Turns(Battles(units, turn), actions, np.concatenate([part.foe_first for part in parts]))


# --- numbered turns --------------------------------------------------------------------------------------------------


TWIN_SAMPLERS: dict[str, ArraySampler] = {"mixed": mixed, "play": play}
"""The samplers by name."""


def sample_arrays(name: str, seed: int, count: int, start: int = 0, rules: Rules = STANDARD) -> Turns:
    """Return turns `start` to `start + count - 1` of a sampler and seed.

    Raises:
        UnknownSamplerError: no array sampler has this name.
    """
    if name not in TWIN_SAMPLERS:
        raise UnknownSamplerError(name, tuple(TWIN_SAMPLERS))
    turns, stop = _room(count), start + count
    for block in range(start // BLOCK_DRAWN, -(-stop // BLOCK_DRAWN)):
        first = block * BLOCK_DRAWN
        low, high = max(first, start), min(first + BLOCK_DRAWN, stop)
        drawn = TWIN_SAMPLERS[name](_generator(name, seed, block), BLOCK_DRAWN, rules)
        _put(turns[low - start : high - start], drawn[low - first : high - first])
    return turns


def _room(count: int) -> Turns:
    units, turn = np.empty((len(FIELDS), 2, count), np.int8), np.empty(count, np.int8)
    return Turns(Battles(units, turn), np.empty((2, count), np.int8), np.empty(count, bool))


def _put(room: Turns, turns: Turns) -> None:
    room.battles.units[:], room.battles.turn[:] = turns.battles.units, turns.battles.turn
    room.actions[:], room.foe_first[:] = turns.actions, turns.foe_first


def _generator(name: str, seed: int, block: int) -> np.random.Generator:
    """Return the random generator of one numbered block."""
    digest = sha256(f"{STREAM}/{name}/{seed}/{block}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))
