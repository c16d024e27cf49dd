"""The quantities that guided search of plays maximises, and how to continue a turn as a play."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from random import Random

from turncheck.engine.duel.perft import turns_from
from turncheck.engine.duel.play import battles_of
from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.state import UNIT_NAMES, Turn
from turncheck.engine.duel.tables import STATUSES
from turncheck.engine.play import Play


def highest(play: Play, rules: Rules = STANDARD) -> Mapping[str, float]:
    """Return the highest shield and the highest of each status during a play: the numbers that accumulate."""
    found: defaultdict[str, float] = defaultdict(float)
    for after in battles_of(play, rules):
        for name in UNIT_NAMES:
            for field in ("shield", *STATUSES):
                found[field] = max(found[field], float(getattr(after.unit(name), field)))
    return found


def played_on(turn: Turn, random: Random) -> Play:
    """Return a play of the turn and up to eight random turns after it."""
    more = random.choices([each.orders for each in turns_from(turn.battle)], k=random.randint(0, 8))
    return Play(turn.battle, (turn.orders, *more))
