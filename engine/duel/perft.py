"""Count everything that can happen from a battle, as chess engines do with perft. The counts pin the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

import attrs

from turncheck.engine.duel.resolve import resolve
from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.state import Battle, Order, Turn
from turncheck.engine.duel.tables import ACTION_NAMES


@attrs.frozen
class Count:
    """Counts after `depth` turns from a battle.

    Attributes:
        depth: number of turns played.
        paths: number of sequences of orders of that length. A battle that is over is not continued.
        battles: number of different battles at the ends of the paths.
        over: number of paths whose last turn ended the battle.
    """

    depth: int
    paths: int
    battles: int
    over: int


def perft(battle: Battle, depth: int, rules: Rules = STANDARD) -> list[Count]:
    """Return the counts for 1 to `depth` turns. A battle has 128 turns: eight actions each, either unit first."""
    counts = []
    paths_to = Counter({battle: 1})
    for level in range(1, depth + 1):
        paths_to = _played_on(paths_to, rules)
        over = sum(paths for ended, paths in paths_to.items() if ended.over)
        counts.append(Count(level, paths_to.total(), len(paths_to), over))
    return counts


def turns_from(battle: Battle) -> Iterator[Turn]:
    """Yield all 128 turns from a battle."""
    for hero, foe in product(ACTION_NAMES, repeat=2):
        orders = Order("hero", hero), Order("foe", foe)
        yield Turn(battle, *orders)
        yield Turn(battle, *orders[::-1])


def _played_on(paths_to: Counter[Battle], rules: Rules) -> Counter[Battle]:
    after: Counter[Battle] = Counter()
    for battle, paths in paths_to.items():
        if not battle.over:
            for turn in turns_from(battle):
                after[resolve(turn, rules)] += paths
    return after
