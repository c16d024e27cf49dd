"""A template of one's own: the words of a turn by their first letters. And a model that reads and writes them."""

from __future__ import annotations

from collections.abc import Sequence

from turncheck.engine.duel import resolve_text

SHORT = {"poison_strike": "P", "poison": "p", "thorns": "t", "fragile": "f", "shield": "s", "regen": "r", "stun": "u"}
LONG = {letter: word for word, letter in SHORT.items()}


def encode(text: str) -> str:
    """The text with its longest words as letters, where none of those stands there by itself already."""
    pieces = text.split(" ")
    if any(piece in LONG or piece.startswith("\\") for piece in pieces):
        return "\\" + text  # said as it is
    return " ".join(SHORT.get(piece, piece) for piece in pieces)


def decode(text: str) -> str:
    """The text that `encode` made this of."""
    if text.startswith("\\"):
        return text[1:]
    return " ".join(LONG.get(piece, piece) for piece in text.split(" "))


terse = (encode, decode)
forgetful = (encode, str.strip)


def predict(prompts: Sequence[str]) -> list[str]:
    """Answers in the same words. The reference engine stands in for weights."""
    return [encode(resolve_text(decode(prompt))) for prompt in prompts]
