"""The short form of a turn, a play or a malformed text of the duel: only what differs from the neutral turn."""

from __future__ import annotations

import re
from itertools import groupby

from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.state import Battle, Order, Turn
from turncheck.engine.duel.text import MalformedTextError, read, write
from turncheck.engine.visible import around

MOST_STEPS = 6
"""Most different turns of a play that the short form names."""


def _widest() -> Rules:
    rules = STANDARD.with_field("turn", high=STANDARD.turn.widest)
    for field in STANDARD.fields:
        rules = rules.with_field(field.name, high=field.widest)
    return rules


WIDEST = _widest()
"""Rules whose fields allow every number that their digits can write, so that they can read a turn of any variant."""


def describe(text: str, kind: str = "") -> str:
    """Return the short form of a case, from its text and the kind of its law.

    A text with the orders of several turns is a play, unless the law is about malformed texts.

    >>> from turncheck.engine.duel import Battle, Order, Turn, Unit, write
    >>> battle = Battle(hero=Unit(5, 9, poison=2))
    >>> heal, attack = Order("hero", "heal"), Order("foe", "attack")
    >>> describe(write(Turn(battle, heal, attack)))
    'hero hp 05/09 poison 2; hero heal then foe attack'
    >>> describe(write(Turn(battle, heal, attack)) + "do hero heal\\ndo foe wait\\n")
    'hero hp 05/09 poison 2; 2 turns: hero heal, foe attack / hero heal'
    """
    rules = STANDARD if kind == "malformed" else WIDEST
    try:
        return _turn_in_short(read(text, rules))
    except MalformedTextError as error:
        fault = error
    try:
        return _malformed_in_short(text, fault) if kind == "malformed" else _play_in_short(_turns_of(text, rules))
    except MalformedTextError:
        return _malformed_in_short(text, fault)


def _turns_of(text: str, rules: Rules) -> list[Turn]:
    """Return, for each turn of a play, the battle at its start with the orders of that turn.

    Raises:
        MalformedTextError: the text is not a play.
    """
    lines = [line for line in re.split(r"(?<=\n)", text) if line]
    battle, orders = "".join(lines[:3]), lines[3:]
    return [read(battle + "".join(orders[start : start + 2]), rules) for start in range(0, max(len(orders), 1), 2)]


def _turn_in_short(turn: Turn) -> str:
    parts = [*_battle_in_short(turn.battle), _orders_in_short(turn.orders, " then ")]
    return "; ".join(part for part in parts if part) or "the neutral turn"


def _play_in_short(turns: list[Turn]) -> str:
    runs = [(orders, len(list(run))) for orders, run in groupby(turn.orders for turn in turns)]
    steps = [_orders_in_short(orders, ", ") or "wait" for orders, _ in runs[:MOST_STEPS]]
    told = [f"{step} ({run} times)" if run > 1 else step for step, (_, run) in zip(steps, runs, strict=False)]
    more = ["..."] if len(runs) > MOST_STEPS else []
    return "; ".join([*_battle_in_short(turns[0].battle), f"{len(turns)} turns: {' / '.join(told + more)}"])


def _battle_in_short(battle: Battle) -> list[str]:
    lines = zip(write(battle).splitlines(), write(Battle()).splitlines(), strict=True)
    parts = [_unlike(line.split(" "), neutral.split(" ")) for line, neutral in lines]
    return [part for part in parts if part]


def _orders_in_short(orders: tuple[Order, Order], between: str) -> str:
    """Return the actions other than `wait`, in order; if there are none, "foe first" or nothing."""
    done = [f"{order.unit} {order.action}" for order in orders if order.action != "wait"]
    if not done and orders[0].unit == "foe":
        return "foe first"
    return between.join(done)


def _unlike(line: list[str], neutral: list[str]) -> str:
    words: list[str] = []
    for index, (piece, usual) in enumerate(zip(line, neutral, strict=True)):
        if piece != usual:
            slot = "cd" in line and index > line.index("cd")
            words += [f"cd {line[index - 1]}" if slot else line[index - 1], piece]
    return " ".join([line[0], *words] if words and line[0] != "turn" else words)


def _malformed_in_short(text: str, error: MalformedTextError) -> str:
    """Return the pieces around the first fault, or all that is not neutral if the fault is the whole line."""
    if error.reason != "fallen_with_status":
        return around(text, error.line, error.piece)
    line, neutral = text.split("\n")[error.line - 1], write(Turn()).split("\n")[error.line - 1]
    return f"line {error.line}: {_unlike(line.split(' '), neutral.split(' '))}"
