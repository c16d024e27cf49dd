"""Evaluate a law's predicate on many turns at once, to find the turns to which the law applies.

A predicate is plain Python about one turn. Here it gets a turn whose numbers are columns, with one row for each of many
turns. The rows follow the same path until the predicate branches on a condition that differs between rows, or on the
action of a unit. There the rows split, and the predicate restarts on each part, as symbolic execution forks at a branch
(King 1976).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from turncheck.engine.duel.arrays import ROWS, Battles, Turns
from turncheck.engine.duel.rules import Rules
from turncheck.engine.duel.state import UNIT_NAMES, Battle, Order, Turn, Unit, UnitName, change
from turncheck.engine.duel.tables import ACTION_NAMES

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
Predicate = Callable[[Any], Any]


class ManyTurns:
    """Turns, and the battles after them, on which predicates can be evaluated.

    Args:
        turns: n turns.
        after: the n battles after them, by the reference.
        rules: the rules in force.
    """

    def __init__(self, turns: Turns, after: Battles, rules: Rules) -> None:
        self.turns, self.rules = turns, rules
        self.before, self.after = _Columns(turns.battles), _Columns(after)
        self.actions, self.firsts = turns.actions, turns.foe_first.astype(np.int8)

    def meet(self, predicate: Predicate, rows: Rows) -> Mask:
        """(len(rows),) bool: whether the predicate is true of the turn in each of the rows."""
        met = np.zeros(len(self.turns), bool)
        waiting = [rows] if len(rows) else []
        while waiting:
            part = waiting.pop()
            try:
                answer = predicate(self._together(part))
                met[part] = answer if isinstance(answer, Column) else bool(answer)
            except Parting as parting:
                waiting += [part[parting.column == value] for value in np.unique(parting.column)]
            except Exception:  # columns cannot do this; if the predicate itself is wrong, it raises again here
                met[part] = [bool(predicate(self.turns.turn(row, self.rules))) for row in part.tolist()]
        return met[rows]

    def _together(self, rows: Rows) -> Turn:
        """Return the turns of those rows as one turn of columns."""
        made = object.__new__(_ManyTurns)
        battle, outcome = self.before.battle(rows), self.after.battle(rows)
        made.__dict__.update(battle=battle, outcome=outcome, _firsts=self.firsts, _actions=self.actions, _rows=rows)
        return made


class Parting(Exception):  # noqa: N818  not an error: `meet` catches it and splits the rows
    """Rows take different branches. Rows with the same value in the column stay together."""

    def __init__(self, column: npt.NDArray[Any]) -> None:
        super().__init__("rows part")
        self.column = column


class Column(np.ndarray[Any, Any]):
    """A number of a turn, or a value computed from it, for many turns: one row each."""

    def __bool__(self) -> bool:
        truths = np.asarray(self) != 0
        return bool(_the_same(truths))

    def _is_no_number(self, *arguments: object) -> Any:
        """Refuse an operation that an array does differently from a number."""
        raise TypeError("a column of numbers stands here for a number")

    __str__ = __repr__ = __format__ = __iter__ = __len__ = __getitem__ = __contains__ = _is_no_number


def _the_same(column: npt.NDArray[Any]) -> Any:
    """Return the value that all rows have.

    Raises:
        Parting: the rows have different values.
    """
    column = np.asarray(column)
    if (column == column[0]).all():
        return column[0]
    raise Parting(column)


class _Columns:
    """Battles as columns, of which some rows can be taken as one battle."""

    def __init__(self, battles: Battles) -> None:
        # Wide enough for whatever a predicate computes.
        self.units, self.turn = battles.units.astype(np.int64), battles.turn.astype(np.int64)

    def battle(self, rows: Rows) -> Battle:
        """Return the rows as one battle of columns."""
        hero, foe = (_ManyUnits.of(self.units[:, unit], rows) for unit in (0, 1))
        return change(Battle(), turn=self.turn[rows].view(Column), hero=hero, foe=foe)


class _ManyUnits(Unit):
    """Units as one; each number becomes a column when it is read."""

    @classmethod
    def of(cls, numbers: npt.NDArray[np.int64], rows: Rows) -> _ManyUnits:
        """Take the given rows of numbers, (15, n) int64."""
        made = object.__new__(cls)
        made.__dict__.update(_numbers=numbers, _rows=rows, limits=None)
        return made

    def __getattr__(self, name: str) -> Column:
        if name not in ROWS:
            raise AttributeError(name)
        column: Column = self.__dict__["_numbers"][ROWS[name]][self.__dict__["_rows"]].view(Column)
        self.__dict__[name] = column
        return column


class _ManyTurns(Turn):
    """Turns as one; the rows split when their orders are read."""

    def __getattr__(self, name: str) -> Any:
        if name not in ("first", "second"):
            raise AttributeError(name)
        foe_first = _the_same(self.__dict__["_firsts"][self.__dict__["_rows"]])
        self.__dict__[name] = _ManyOrders(self, "foe" if foe_first == (name == "first") else "hero")
        return self.__dict__[name]

    def order(self, name: UnitName) -> Order:
        """Return the order of the unit of that name."""
        orders: Order = _ManyOrders(self, name)
        return orders

    def action(self, name: UnitName) -> str:
        """Return the action that the unit of that name is ordered in all rows."""
        known = self.__dict__.get(name)
        if known is None:
            column = self.__dict__["_actions"][UNIT_NAMES.index(name)][self.__dict__["_rows"]]
            known = self.__dict__[name] = ACTION_NAMES[_the_same(column)]
        return str(known)


class _ManyOrders(Order):
    """The orders of one unit as one."""

    def __init__(self, turns: _ManyTurns, unit: UnitName) -> None:
        object.__setattr__(self, "unit", unit)
        self.__dict__["turns"] = turns

    @property
    def action(self) -> str:
        """The action that is ordered in all rows."""
        turns: _ManyTurns = self.__dict__["turns"]
        return turns.action(self.unit)
