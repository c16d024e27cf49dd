"""Write the texts of many turns at once, from arrays; each text equals that of `write`.

A field has the same width in every text, so all battles share one template in which only the digits differ.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt

from turncheck.engine.duel.arrays import Battles, Turns
from turncheck.engine.duel.state import Battle, Order, Unit, change
from turncheck.engine.duel.tables import ACTION_NAMES, FIELDS, TURN, Field
from turncheck.engine.duel.text import write, write_orders


def battle_texts(battles: Battles) -> list[str]:
    """Return the text of each battle."""
    template, turn_at, units_at = _layout()
    texts = np.repeat(np.frombuffer(template, np.uint8)[None], len(battles), axis=0)
    _write_digits(texts, TURN, turn_at, battles.turn)
    for row, field in enumerate(FIELDS):
        for unit, at in enumerate(units_at[field.name]):
            _write_digits(texts, field, at, battles.units[row, unit])
    together, length = texts.tobytes().decode("ascii"), len(template)
    return [together[start : start + length] for start in range(0, len(together), length)]


def turn_texts(turns: Turns) -> list[str]:
    """Return the text of each turn."""
    orders = order_codes(turns).tolist()
    return [text + _ORDERS[code] for text, code in zip(battle_texts(turns.battles), orders, strict=True)]


def order_codes(turns: Turns) -> npt.NDArray[np.int16]:
    """(n,) int16: the index of each turn's orders in `ORDERS`."""
    hero, foe = turns.actions.astype(np.int16)
    codes: npt.NDArray[np.int16] = (hero * len(ACTION_NAMES) + foe) * 2 + turns.foe_first
    return codes


def _orders(hero: str, foe: str, foe_first: bool) -> tuple[Order, Order]:
    both = Order("hero", hero), Order("foe", foe)
    return both[::-1] if foe_first else both


ORDERS = tuple(_orders(*each) for each in product(ACTION_NAMES, ACTION_NAMES, (False, True)))
"""The orders of each code, in the order in which they are carried out."""

_ORDERS = tuple(write_orders(each) for each in ORDERS)


def _write_digits(texts: npt.NDArray[np.uint8], field: Field, at: int, values: npt.NDArray[np.int8]) -> None:
    for place in range(field.width):
        texts[:, at + place] = values // 10 ** (field.width - 1 - place) % 10 + ord("0")


@lru_cache(maxsize=1)
def _layout() -> tuple[bytes, int, dict[str, tuple[int, int]]]:
    """Return the text of a battle of zeros, the offset of the turn counter, and each field's offsets (hero, foe)."""
    zeros = change(Unit(), **{field.name: 0 for field in FIELDS})
    battle = change(Battle(), turn=0, hero=zeros, foe=zeros)
    template = write(battle)

    def first_unlike(other: Battle) -> int:
        return next(at for at, (one, another) in enumerate(zip(template, write(other), strict=True)) if one != another)

    ones = {field.name: change(zeros, **{field.name: 10 ** (field.width - 1)}) for field in FIELDS}
    units = {
        name: (first_unlike(change(battle, hero=unit)), first_unlike(change(battle, foe=unit)))
        for name, unit in ones.items()
    }
    return template.encode(), first_unlike(change(battle, turn=10 ** (TURN.width - 1))), units
