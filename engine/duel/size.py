"""The order in which counterexamples of the duel shrink."""

from __future__ import annotations

from turncheck.engine.duel.state import Turn
from turncheck.engine.duel.text import write

_NEUTRAL = write(Turn()).split()


def size_of(text: str) -> tuple[int, int, int, str]:
    """Return a sort key, smallest first: fewer lines, fewer pieces that differ from the neutral turn, lower numbers."""
    pieces = text.split()
    unlike = sum(piece != usual for piece, usual in zip(pieces, _NEUTRAL, strict=False))
    return text.count("\n"), unlike, sum(int(piece) for piece in pieces if piece.isdecimal()), text
