"""The duel in other wordings, each a template: a pair of inverse functions for turns and battles.

    turncheck check --model reference --model-arg template=py:wordings.py:letters --model-arg rejects=false -k regen

`letters` writes each label as one letter, `orders_first` the orders before the battle, `acting_first` the unit that
acts first before the other, and `strokes` the tens of hp and max as strokes: 31/40 is `|||......1/||||.....0`.
"""

from __future__ import annotations

import re

LETTERS = {
    "turn": "t",
    "hero": "h",
    "foe": "f",
    "hp": "p",
    "shield": "s",
    "poison": "o",
    "burn": "b",
    "regen": "r",
    "thorns": "n",
    "stun": "u",
    "fragile": "g",
    "cd": "c",
    "heal": "H",
    "guard": "G",
    "cleanse": "C",
    "poison_strike": "P",
    "ignite": "I",
    "brace": "B",
    "do": "d",
    "attack": "A",
    "wait": "W",
}
WORDS = {letter: word for word, letter in LETTERS.items()}


def _replaced(text: str, words: dict[str, str]) -> str:
    return "\n".join(" ".join(words.get(piece, piece) for piece in line.split(" ")) for line in text.split("\n"))


def _orders_first(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[3:] + lines[:3])


def _orders_last(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[-3:] + lines[:-3])


def _units_swapped(text: str, foe_first: bool) -> str:
    """Return a turn with its units' lines exchanged if the foe acts first; any other text as it is."""
    turn, *units = text.splitlines(keepends=True)
    if len(units) == 4 and foe_first:
        units[:2] = units[1::-1]
    return "".join([turn, *units])


def _with_strokes(text: str) -> str:
    def written(match: re.Match[str]) -> str:
        tens, ones, most_tens, most_ones = match[0].replace("/", "")
        return f"{'|' * int(tens):.<9}{ones}/{'|' * int(most_tens):.<9}{most_ones}"

    return re.sub(r"\d\d/\d\d", written, text)


def _without_strokes(text: str) -> str:
    return re.sub(r"[|.]{9}", lambda match: str(match[0].count("|")), text)


letters = (lambda text: _replaced(text, LETTERS), lambda text: _replaced(text, WORDS))
orders_first = (_orders_first, _orders_last)
acting_first = (
    lambda text: _units_swapped(text, "\ndo foe" in text and text.index("do foe") < text.index("do hero")),
    lambda text: _units_swapped(text, text.split("\n", 2)[1].startswith("foe")),
)
strokes = (_with_strokes, _without_strokes)
