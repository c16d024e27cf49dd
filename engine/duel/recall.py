"""Find the turns and plays that have a given short form: the inverse of `describe`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

from turncheck.engine.duel.describe import MOST_STEPS, describe
from turncheck.engine.duel.state import Order, Turn
from turncheck.engine.duel.tables import ACTION_NAMES
from turncheck.engine.duel.text import Orders, write, write_orders

_PLAY = re.compile(r"([1-9][0-9]*) turns: (.*)")
_STEP = re.compile(r"(.*?)(?: \(([1-9][0-9]*) times\))?")


def recall(short: str) -> tuple[str, ...]:
    """Return the texts of the turns and plays with this short form; none if no case has it.

    There are several if a unit waits: the short form does not say whether its order came first or second.

    >>> [text.splitlines()[-2:] for text in recall("hero hp 05/09 poison 2; hero heal then foe attack")]
    [['do hero heal', 'do foe attack']]
    >>> [text.splitlines()[-2:] for text in recall("foe guard")]
    [['do hero wait', 'do foe guard'], ['do foe guard', 'do hero wait']]
    """
    *parts, last = short.split("; ")
    lines = write(Turn()).split("\n")[:3]
    play = _PLAY.fullmatch(last)
    if play is None and _told(lines, last):
        last = ""
    if not all(_told(lines, part) for part in parts if part != "the neutral turn"):
        return ()
    steps = _steps(play[2], int(play[1])) if play else [(_orders(last, " then "), 1)]
    found = []
    for done in product(*(orders for orders, _ in steps)):
        turns = "".join(write_orders(orders) * times for orders, (_, times) in zip(done, steps, strict=True))
        found.append("\n".join(lines) + "\n" + turns)
    return tuple(text for text in found if describe(text) == short)


def _told(lines: list[str], part: str) -> bool:
    """Write a part of the short form into its line; return whether the part describes a line."""
    line, *words = part.split(" ")
    number = {"turn": 0, "hero": 1, "foe": 2}.get(line)
    if number is None or not words:
        return False
    pieces = lines[number].split(" ")
    if number == 0:
        words = ["turn", *words]
    while words:
        in_slots = words[0] == "cd"
        label, *words = words[1:] if in_slots else words
        place = _place(pieces, label, in_slots)
        if place is None or not words:
            return False
        pieces[place], *words = words
    lines[number] = " ".join(pieces)
    return True


def _place(pieces: Sequence[str], label: str, in_slots: bool) -> int | None:
    """Return the index of the value after the label; None if the line has no such label."""
    start = pieces.index("cd") + 1 if in_slots and "cd" in pieces else 0
    return pieces.index(label, start) + 1 if label in pieces[start:-1] else None


def _steps(said: str, count: int) -> list[tuple[list[Orders], int]]:
    """Return the possible orders of each step of a play, and the number of turns that repeat them.

    If the turns do not add up to `count`, or there are too many steps, return one step without orders.
    """
    steps = []
    for step in said.split(" / "):
        found = _STEP.fullmatch(step)
        assert found is not None  # the pattern matches anything
        steps.append((_orders("" if found[1] == "wait" else found[1], ", "), int(found[2] or 1)))
    return steps if sum(times for _, times in steps) == count and len(steps) <= MOST_STEPS else [([], 0)]


def _orders(said: str, between: str) -> list[Orders]:
    """Return the pairs of orders with this short form; none if it cannot be read."""
    hero, foe = Order("hero", "wait"), Order("foe", "wait")
    if said in ("", "the neutral turn", "foe first"):
        return [(foe, hero) if said == "foe first" else (hero, foe)]
    parts = [part.split(" ") for part in said.split(between)]
    if not all(len(part) == 2 and part[0] in ("hero", "foe") and part[1] in ACTION_NAMES for part in parts):
        return []
    done = [Order("hero" if unit == "hero" else "foe", action) for unit, action in parts]
    if len(done) == 2:
        return [(done[0], done[1])]
    waits = foe if done[0].unit == "hero" else hero
    both = [(done[0], waits), (waits, done[0])]
    return both if done[0].unit == "hero" else both[::-1]
