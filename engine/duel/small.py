"""The small scope: every turn of a small part of the duel, for exhaustive checks.

Both units have the same hp and max. At most two other numbers of a turn differ from the neutral turn, each at 1 or at
its highest. Every pair of actions occurs, with either unit first. Most bugs already show in such small turns (the small
scope hypothesis: Jackson, Software Abstractions, 2006).

| what | values |
|---|---|
| hp and max, of both units | 1/1, 20/40, 40/40 |
| shield, statuses and slots of both units; turn counter | neutral, but for two at most, each at 1 or its highest |
| orders | all 64 pairs of actions, either unit first |
"""

from __future__ import annotations

from itertools import combinations, product

import numpy as np

from turncheck.engine.duel.arrays import ROWS, Battles, Turns
from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.tables import ACTION_NAMES, BLANK

HP = ((1, 1), (20, 40), (40, 40))
OFF = 2
"""Most numbers of a battle that are not neutral."""

Change = tuple[str, int, int]
"""A number that is not neutral: its field, its unit (0 hero, 1 foe; 0 for the turn counter), its value."""


def small(rules: Rules = STANDARD) -> Turns:
    """Return every turn of the small scope, in a fixed order: 539,904 under the standard rules."""
    battles = _battles(rules)
    orders = list(product(range(len(ACTION_NAMES)), range(len(ACTION_NAMES)), (False, True)))
    count = len(battles)
    hero, foe, foe_first = (np.tile(np.array(part), count) for part in zip(*orders, strict=True))
    units, turn = np.repeat(battles.units, len(orders), axis=2), np.repeat(battles.turn, len(orders))
    return Turns(Battles(units, turn), np.stack([hero, foe]).astype(np.int8), foe_first)


def _battles(rules: Rules) -> Battles:
    """Return the battles: each pair of hp and max with each choice of at most two numbers that are not neutral."""
    changes = _changes(rules)
    chosen = [pair for number in range(OFF + 1) for pair in combinations(changes, number) if _differ(pair)]
    columns = [(hp, most, pair) for hp, most in _hp(rules) for pair in chosen]
    units = np.zeros((len(ROWS), 2, len(columns)), np.int8)
    turn = np.ones(len(columns), np.int8)
    for index, (hp, most, pair) in enumerate(columns):
        units[ROWS["hp"], :, index], units[ROWS["max"], :, index] = hp, most
        for field, unit, value in pair:
            if field == "turn":
                turn[index] = value
            else:
                units[ROWS[field], unit, index] = value
    return Battles(units, turn)


def _hp(rules: Rules) -> list[tuple[int, int]]:
    highest = rules.field("max").high
    return list(dict.fromkeys((min(hp, highest), min(most, highest)) for hp, most in HP))


def _changes(rules: Rules) -> list[Change]:
    """Return every number that may differ from the neutral turn, with each of its values."""
    numbers = [(field, unit, rules.field(field).high) for unit in (0, 1) for field in BLANK]
    changes = [
        (field, unit, value) for field, unit, high in numbers for value in sorted({1, high}) if 0 < value <= high
    ]
    return changes + ([("turn", 0, rules.turn.high)] if rules.turn.high > 1 else [])


def _differ(pair: tuple[Change, ...]) -> bool:
    """Whether the changes are of different numbers."""
    return len({change[:2] for change in pair}) == len(pair)
