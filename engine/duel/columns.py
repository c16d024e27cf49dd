"""To which of many turns a law applies: its predicate, asked about columns of numbers instead of numbers.

A predicate is plain Python about one turn. Here it gets a turn whose numbers are columns with a row for each of many
turns. It goes the same way for all of them until it asks whether something holds that holds in some rows only, or what
a unit is ordered to do: there the rows part, and each part is asked from the start, as symbolic execution forks at a
branch (King 1976).
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
    """Turns, and the battles after them, about which predicates can be asked.

    Args:
        turns: n turns.
        after: the battles after them, by the reference.
        rules: in force.
    """

    def __init__(self, turns: Turns, after: Battles, rules: Rules) -> None:
        self.turns, self.rules = turns, rules
        self.before, self.after = _Columns(turns.battles), _Columns(after)
        self.actions, self.firsts = turns.actions, turns.foe_first.astype(np.int8)

    def meet(self, predicate: Predicate, rows: Rows) -> Mask:
        """(len(rows),) bool: whether the turn in each of those rows meets the predicate."""
        met = np.zeros(len(self.turns), bool)
        waiting = [rows] if len(rows) else []
        while waiting:
            part = waiting.pop()
            try:
                answer = predicate(self._together(part))
                met[part] = answer if isinstance(answer, Column) else bool(answer)
            except Parting as parting:
                waiting += [part[parting.column == value] for value in np.unique(parting.column)]
            except Exception:  # it does something that columns cannot do; if it is wrong itself it raises once more
                met[part] = [bool(predicate(self.turns.turn(row, self.rules))) for row in part.tolist()]
        return met[rows]

    def _together(self, rows: Rows) -> Turn:
        """Those turns as one."""
        made = object.__new__(_ManyTurns)
        battle, outcome = self.before.battle(rows), self.after.battle(rows)
        made.__dict__.update(battle=battle, outcome=outcome, _firsts=self.firsts, _actions=self.actions, _rows=rows)
        return made


class Parting(Exception):  # noqa: N818  no error: it is caught where rows are parted
    """Rows go different ways: those that have the same value in a column go together."""

    def __init__(self, column: npt.NDArray[Any]) -> None:
        super().__init__("rows part")
        self.column = column


class Column(np.ndarray[Any, Any]):
    """A number of a turn, or what follows from it, for many turns: a row each."""

    def __bool__(self) -> bool:
        truths = np.asarray(self) != 0
        return bool(_the_same(truths))

    def _is_no_number(self, *arguments: object) -> Any:
        """What a column would do in its own way, and not as each of its numbers does."""
        raise TypeError("a column of numbers stands here for a number")

    __str__ = __repr__ = __format__ = __iter__ = __len__ = __getitem__ = __contains__ = _is_no_number


def _the_same(column: npt.NDArray[Any]) -> Any:
    """The value that all rows have.

    Raises:
        Parting: they have several.
    """
    column = np.asarray(column)
    if (column == column[0]).all():
        return column[0]
    raise Parting(column)


class _Columns:
    """Battles, some rows of which are asked about as one."""

    def __init__(self, battles: Battles) -> None:
        # Wide enough for whatever a predicate works out.
        self.units, self.turn = battles.units.astype(np.int64), battles.turn.astype(np.int64)

    def battle(self, rows: Rows) -> Battle:
        """Those rows as one battle."""
        hero, foe = (_ManyUnits.of(self.units[:, unit], rows) for unit in (0, 1))
        return change(Battle(), turn=self.turn[rows].view(Column), hero=hero, foe=foe)


class _ManyUnits(Unit):
    """Units as one; each number becomes a column when it is looked at."""

    @classmethod
    def of(cls, numbers: npt.NDArray[np.int64], rows: Rows) -> _ManyUnits:
        """numbers: (15, n), of which those rows are meant."""
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
    """Turns as one, which part when their orders are looked at."""

    def __getattr__(self, name: str) -> Any:
        if name not in ("first", "second"):
            raise AttributeError(name)
        foe_first = _the_same(self.__dict__["_firsts"][self.__dict__["_rows"]])
        self.__dict__[name] = _ManyOrders(self, "foe" if foe_first == (name == "first") else "hero")
        return self.__dict__[name]

    def order(self, name: UnitName) -> Order:
        """The order of the unit of that name."""
        orders: Order = _ManyOrders(self, name)
        return orders

    def action(self, name: UnitName) -> str:
        """What the units of that name are all ordered to do."""
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
        """What they are all ordered to do."""
        turns: _ManyTurns = self.__dict__["turns"]
        return turns.action(self.unit)
