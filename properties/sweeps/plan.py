"""Which turns of a sweep each law is held on, worked out for a block of turns at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal
from zlib import crc32

import attrs
import numpy as np
import numpy.typing as npt

from turncheck.engine.duel import Rules, read
from turncheck.engine.duel.array_samplers import TWIN_SAMPLERS, sample_arrays
from turncheck.engine.duel.arrays import Battles, Turns, resolve_all
from turncheck.engine.duel.small import small
from turncheck.properties.checking.law import ROLLOUT, STABILITY, Law
from turncheck.properties.sweeps.columns import ManyTurns

BLOCK = 32_768
"""Turns that are drawn, resolved and asked about at once: the more, the less each costs."""

PILOT = 2048
"""Turns on which it is looked how often a law applies, before a sweep."""

MORE = 400
"""A law that asks a second prompt, made from the turn, asks about one such prompt for so many turns."""

DAMAGED = 50
"""One turn in so many is damaged, for the laws about malformed texts."""

PLAYED, AGAIN = 1000, 5000
"""One turn in so many is played on, and one is asked again, which has to be written twice, token by token."""

SMALL = "small"
SAMPLERS = (*TWIN_SAMPLERS, SMALL)
"""What can be swept: the samplers, and the small scope, all of it in its order."""

Kind = Literal["own", "more", "malformed", "plays", "again"]
"""What a law is held on: a turn's own answer; others' made from it too; a damaged text; a play; a second answer."""

Mask = npt.NDArray[np.bool_]


@attrs.frozen
class Plan:
    """What is swept: turns 0 to `turns - 1` of a sampler and a seed, under the subject's rules."""

    sampler: str
    seed: int
    turns: int

    def arrays(self, start: int, count: int, rules: Rules) -> Turns:
        """Those turns of it."""
        if self.sampler == SMALL:
            return _small_scope(rules)[start : start + count]
        return sample_arrays(self.sampler, self.seed, count, start, rules)

    def pilot(self, rules: Rules) -> Turns:
        """Some turns of it that stand for all: the first, or of the small scope some from everywhere."""
        if self.sampler == SMALL:
            return _small_scope(rules)[:: -(-self.turns // PILOT)]
        return self.arrays(0, min(self.turns, PILOT), rules)


def kind_of(law: Law) -> Kind:
    """What the law is held on."""
    if law.kind == STABILITY:
        return "again"
    if law.kind == ROLLOUT:
        return "plays"
    if law.reads is not read:
        return "malformed"
    return "more" if law.asks_more else "own"


class Block:
    """A block of turns of a sweep.

    Attributes:
        start: the number of its first turn.
        turns: the turns.
        after: the battles after them.
    """

    def __init__(self, plan: Plan, start: int, laws: Sequence[Law], every: Mapping[str, int], rules: Rules) -> None:
        self.start, self._every = start, every
        self.turns = plan.arrays(start, min(BLOCK, plan.turns - start), rules)
        self.after: Battles = resolve_all(self.turns, rules)
        many = ManyTurns(self.turns, self.after, rules)
        self._applying = {law.id: many.meet(law.applies) for law in laws}

    def held_on(self, law: Law, part: slice) -> Mask:
        """Of a law about turns: on which turns of a part of the block it is held."""
        return self._applying[law.id][part] & self.chosen(self._every[law.id], law.id, part)

    def chosen(self, every: int, salt: str, part: slice) -> Mask:
        """One turn in so many, evenly spread, by its number in the sweep alone."""
        indices = np.arange(part.start, part.stop, dtype=np.uint64) + np.uint64(self.start)
        # Multiples of the golden ratio fill a circle evenly (Knuth, The Art of Computer Programming, vol. 3, 6.4).
        on_circle = (indices * np.uint64(0x9E3779B1) + np.uint64(crc32(salt.encode()))) % np.uint64(2**32)
        picked: Mask = on_circle * np.uint64(every) < np.uint64(2**32)
        return picked


def how_often(laws: Sequence[Law], plan: Plan, rules: Rules) -> dict[str, int]:
    """Of each law about turns: it is held on one in so many of the turns to which it applies.

    Laws about a turn's own answer are held on all. Of those that ask more, each asks about as many prompts as another:
    one that applies seldom is held on a larger part.
    """
    pilot = plan.pilot(rules)
    many = ManyTurns(pilot, resolve_all(pilot, rules), rules)
    return {law.id: _how_often(law, many, pilot, rules) for law in laws}


def _how_often(law: Law, many: ManyTurns, pilot: Turns, rules: Rules) -> int:
    if not law.asks_more:
        return 1
    applying = np.flatnonzero(many.meet(law.applies))
    if not len(applying):
        return 1
    more = len(law.asks(pilot.turn(int(applying[0]), rules), rules)) - 1
    return max(1, round(MORE * more * len(applying) / len(pilot)))


def turns_in(sampler: str, turns: int, rules: Rules) -> int:
    """How many turns are swept: so many, but of the small scope, which is finite, no more than there are."""
    return min(turns, len(_small_scope(rules))) if sampler == SMALL else turns


@lru_cache(maxsize=1)
def _small_scope(rules: Rules) -> Turns:
    return small(rules)
