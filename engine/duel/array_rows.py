"""Turns and battles as rows of numbers, in the order of the text (`turncheck.engine.rows`)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from turncheck.engine.duel.arrays import Battles, Turns
from turncheck.engine.duel.tables import ACTION_NAMES, FIELDS
from turncheck.engine.duel.text import layout

_UNITS = 1 + 2 * len(FIELDS)
"""Numbers of a battle: the turn counter, then those of the hero and of the foe."""

_FIELDS = layout()[1].fields
_CHOSEN = np.array([ACTION_NAMES.index(word) for word in _FIELDS["first.action"].words], np.int8)  # type: ignore[attr-defined]  # a choice
_FOE = _FIELDS["first.unit"].words.index("foe")  # type: ignore[attr-defined]  # a choice


def turns_of_rows(rows: npt.NDArray[Any]) -> Turns:
    """Convert rows (n, 35) to turns. The unit of the second order is not looked at."""
    units = rows[:, 1:_UNITS].astype(np.int8).reshape(len(rows), 2, len(FIELDS)).transpose(2, 1, 0)
    foe_first = rows[:, _UNITS] == _FOE
    first, second = (_CHOSEN[rows[:, _UNITS + place]] for place in (1, 3))
    actions = np.stack([np.where(foe_first, second, first), np.where(foe_first, first, second)])
    return Turns(Battles(np.ascontiguousarray(units), rows[:, 0].astype(np.int8)), actions, foe_first)


def battle_rows(battles: Battles) -> npt.NDArray[np.int16]:
    """Convert battles to rows (n, 31)."""
    rows = np.empty((len(battles), _UNITS), np.int16)
    rows[:, 0] = battles.turn
    rows[:, 1:] = battles.units.transpose(2, 1, 0).reshape(len(battles), _UNITS - 1)
    return rows
