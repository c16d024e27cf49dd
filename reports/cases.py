"""A case in a few words: a turn, a play of several, or a malformed text, by what is not as in the neutral turn."""

from __future__ import annotations

from itertools import groupby

from turncheck.engine.duel import STANDARD, Battle, MalformedTextError, Order, Play, Rules, Turn, read, read_play, write
from turncheck.reports.escape import visible

MOST_STEPS = 6
"""Different turns of a play that are named."""

LONGEST_PLACE = 60
"""Characters of a malformed text that are shown around its fault."""


def _widest() -> Rules:
    rules = STANDARD.with_field("turn", high=STANDARD.turn.widest)
    for field in STANDARD.fields:
        rules = rules.with_field(field.name, high=field.widest)
    return rules


WIDEST = _widest()
"""Rules whose fields hold whatever their digits can write: a turn of any variant can be read by them."""


def in_short(case: str, kind: str = "") -> str:
    """A case in a few words, by its text and the kind of its law.

    A text with the orders of several turns is a play, unless the law is about malformed texts.

    >>> from turncheck.engine.duel import Unit
    >>> battle = Battle(hero=Unit(5, 9, poison=2))
    >>> heal, attack = Order("hero", "heal"), Order("foe", "attack")
    >>> in_short(write(Turn(battle, heal, attack)))
    'hero hp 05/09 poison 2; hero heal then foe attack'
    >>> in_short(write(Turn(battle, heal, attack)) + "do hero heal\\ndo foe wait\\n")
    'hero hp 05/09 poison 2; 2 turns: hero heal, foe attack / hero heal'
    """
    rules = STANDARD if kind == "malformed" else WIDEST
    try:
        return _turn_in_short(read(case, rules))
    except MalformedTextError as error:
        fault = error
    try:
        return _malformed_in_short(case, fault) if kind == "malformed" else _play_in_short(read_play(case, rules))
    except MalformedTextError:
        return _malformed_in_short(case, fault)


def turns_of(case: str) -> int:
    """How many turns the text of a play has."""
    return (case.count("\n") - 3) // 2


def _turn_in_short(turn: Turn) -> str:
    parts = [*_battle_in_short(turn.battle), _orders_in_short(turn.orders, " then ")]
    return "; ".join(part for part in parts if part) or "the neutral turn"


def _play_in_short(play: Play) -> str:
    runs = [(orders, len(list(run))) for orders, run in groupby(play.orders)]
    steps = [_orders_in_short(orders, ", ") or "wait" for orders, _ in runs[:MOST_STEPS]]
    told = [f"{step} ({run} times)" if run > 1 else step for step, (_, run) in zip(steps, runs, strict=False)]
    more = ["..."] if len(runs) > MOST_STEPS else []
    return "; ".join([*_battle_in_short(play.battle), f"{len(play.orders)} turns: {' / '.join(told + more)}"])


def _battle_in_short(battle: Battle) -> list[str]:
    lines = zip(write(battle).splitlines(), write(Battle()).splitlines(), strict=True)
    parts = [_unlike(line.split(" "), neutral.split(" ")) for line, neutral in lines]
    return [part for part in parts if part]


def _orders_in_short(orders: tuple[Order, Order], between: str) -> str:
    """What is done, in its order; where nothing is, whether the foe would have been first."""
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
    """The pieces around the first fault; all that is unusual in a line whose fault is the line as a whole."""
    lines = text.split("\n")
    line = visible(lines[error.line - 1]) if error.line <= len(lines) else ""
    pieces = line.split(" ")
    if error.reason == "fallen_with_status":
        return f"line {error.line}: {_unlike(pieces, write(Turn()).splitlines()[error.line - 1].split(' '))}"
    start = max(error.piece - 3, 0)
    near = " ".join(pieces[start : error.piece + 1])[:LONGEST_PLACE]
    before, after = "... " if start else "", " ..." if error.piece + 1 < len(pieces) else ""
    end = " (no newline)" if error.line == len(lines) and near else ""
    return f"line {error.line}: {before}{near or 'nothing'}{after}{end}"
