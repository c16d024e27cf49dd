"""Many turns at once: the duel's arrays, with the interface of `turncheck.engine.table`."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from turncheck.engine.duel.array_rows import battle_rows, turns_of_rows
from turncheck.engine.duel.array_samplers import STREAM, TWIN_SAMPLERS, sample_arrays
from turncheck.engine.duel.array_text import ORDERS, battle_texts, order_codes, turn_texts
from turncheck.engine.duel.arrays import ROWS, Battles, Turns, resolve_all
from turncheck.engine.duel.columns import ManyTurns
from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.small import small
from turncheck.engine.duel.state import UNIT_NAMES, Battle, Order, Turn
from turncheck.engine.duel.tables import FIELDS
from turncheck.engine.duel.text import field_name


@attrs.frozen(eq=False)
class TurnTable:
    """Turns and the rules that they follow."""

    turns: Turns
    rules: Rules

    def __len__(self) -> int:
        return len(self.turns)

    def __getitem__(self, part: slice) -> TurnTable:
        return TurnTable(self.turns[part], self.rules)

    def case(self, index: int) -> Turn:
        """Return the turn in that row."""
        return self.turns.turn(index, self.rules)

    def texts(self) -> list[str]:
        """Return the text of each turn."""
        return turn_texts(self.turns)


@attrs.frozen(eq=False)
class BattleTable:
    """Battles and the rules that they follow."""

    battles: Battles
    rules: Rules

    def __len__(self) -> int:
        return len(self.battles)

    def __getitem__(self, part: slice) -> BattleTable:
        return BattleTable(self.battles[part], self.rules)

    def case(self, index: int) -> Battle:
        """Return the battle in that row."""
        return self.battles.battle(index, self.rules)

    def texts(self) -> list[str]:
        """Return the text of each battle."""
        return battle_texts(self.battles)


@attrs.frozen(eq=False, slots=False)
class DuelArrays:
    """The duel's operations on tables.

    Attributes:
        rules: the rules in force.
        stream: the name of the random stream.
        block: number of turns to handle together; a larger block costs less per turn.
        strata_title: what the strata are. A turn's stratum is its pair of actions.
    """

    rules: Rules = STANDARD
    stream: str = STREAM
    block: int = 32_768
    strata_title: str = "orders"

    @property
    def samplers(self) -> tuple[str, ...]:
        """The names of the samplers that work on arrays."""
        return tuple(TWIN_SAMPLERS)

    def sample(self, name: str, seed: int, count: int, start: int = 0) -> TurnTable:
        """Return turns `start` to `start + count - 1` of a sampler and seed."""
        return TurnTable(sample_arrays(name, seed, count, start, self.rules), self.rules)

    def small(self) -> TurnTable:
        """Return the turns of the small scope."""
        return self._small

    @cached_property
    def _small(self) -> TurnTable:
        return TurnTable(small(self.rules), self.rules)

    def resolve(self, cases: TurnTable) -> BattleTable:
        """Return the battles after the turns."""
        return BattleTable(resolve_all(cases.turns, self.rules), self.rules)

    def changed(self, cases: TurnTable, answers: BattleTable) -> dict[str, int]:
        """Count, for each number of a battle, the rows in which the turn changes it."""
        before, after = cases.turns.battles, answers.battles
        units = (before.units != after.units).sum(axis=2)
        counts = {
            field_name(name, field): int(units[ROWS[field.name], place])
            for field in FIELDS
            for place, name in enumerate(UNIT_NAMES)
        }
        return {**counts, "turn": int((before.turn != after.turn).sum())}

    def strata(self, cases: TurnTable) -> dict[str, int]:
        """Count the turns of each pair of actions."""
        counts: dict[str, int] = {}
        for code, count in zip(*np.unique(order_codes(cases.turns), return_counts=True), strict=True):
            name = _in_words(ORDERS[code])  # two codes have this name, one for each unit that may be first
            counts[name] = counts.get(name, 0) + int(count)
        return counts

    def stratum(self, case: Turn) -> str:
        """Return both actions, as `hero attack, foe wait`."""
        return _in_words(case.orders)

    def resolve_rows(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.int16]:
        """Return the battles after the turns, both as rows of numbers (`turncheck.engine.rows`)."""
        return battle_rows(resolve_all(turns_of_rows(rows), self.rules))

    def columns(self, cases: TurnTable, answers: BattleTable) -> ManyTurns:
        """Return the turns as columns, on which predicates can be evaluated."""
        return ManyTurns(cases.turns, answers.battles, self.rules)


def _in_words(orders: tuple[Order, Order]) -> str:
    """Write both actions, the hero's first."""
    actions = {order.unit: order.action for order in orders}
    return f"hero {actions['hero']}, foe {actions['foe']}"
