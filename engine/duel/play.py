"""A play: a battle and the orders of several turns, as a value and as a text.

The text is that of a turn that goes on: three lines of the battle, then two order lines for each turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from turncheck.engine.duel.resolve import resolve
from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.state import Battle, Order, Turn
from turncheck.engine.duel.text import MalformedTextError, read, write, write_orders

Orders = tuple[Order, Order]
"""The two orders of a turn, in the order in which they are carried out."""

_BATTLE_LINES = 3


@attrs.frozen
class Play:
    """A battle, and the orders of one turn after another, at least one."""

    battle: Battle
    orders: tuple[Orders, ...] = attrs.field(validator=attrs.validators.min_len(1))

    def turns(self, rules: Rules = STANDARD) -> Iterator[Turn]:
        """The turns as the reference plays them. A battle that is over goes on as it is (T1)."""
        battle = self.battle
        for orders in self.orders:
            turn = Turn(battle, *orders)
            yield turn
            battle = resolve(turn, rules)


def write_play(play: Play) -> str:
    """The text of a play: 3 + 2n lines for n turns."""
    return write(play.battle) + "".join(map(write_orders, play.orders))


def read_play(text: str, rules: Rules = STANDARD) -> Play:
    """The play that the text is. Every two order lines must make a turn with the battle.

    Raises:
        MalformedTextError: they do not under these rules; its line is that of the whole text.
    """
    lines = [line for line in re.split(r"(?<=\n)", text) if line]
    battle, orders = lines[:_BATTLE_LINES], lines[_BATTLE_LINES:]
    turns = []
    for start in range(0, max(len(orders), 1), 2):
        try:
            turns.append(read("".join(battle + orders[start : start + 2]), rules))
        except MalformedTextError as error:
            behind = start if error.line > _BATTLE_LINES else 0
            raise MalformedTextError(error.reason, error.line + behind, error.piece) from error
    return Play(turns[0].battle, tuple(turn.orders for turn in turns))
