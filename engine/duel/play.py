"""A play of the duel: a battle, and both orders of each turn."""

from __future__ import annotations

from collections.abc import Iterator

from turncheck.engine.duel.resolve import resolve
from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.state import Battle, Turn
from turncheck.engine.play import Play

__all__ = ["Play", "battles_of", "turns_of"]


def turns_of(play: Play, rules: Rules = STANDARD) -> Iterator[Turn]:
    """Yield the turns as the reference plays them. A battle that is over stays as it is (T1)."""
    battle = play.state
    for orders in play.orders:
        turn = Turn(battle, *orders)
        yield turn
        battle = resolve(turn, rules)


def battles_of(play: Play, rules: Rules = STANDARD) -> list[Battle]:
    """Return the battle after each turn, as the reference plays them."""
    return [resolve(turn, rules) for turn in turns_of(play, rules)]
