"""The order by which counterexamples of the duel are shrunk."""

from __future__ import annotations

from turncheck.engine.duel.state import Turn
from turncheck.engine.duel.text import write

_NEUTRAL = write(Turn()).split()


def size_of(text: str) -> tuple[int, int, int, str]:
    """A total order of texts: fewer lines, fewer pieces unlike the neutral turn's, lower numbers."""
    pieces = text.split()
    unlike = sum(piece != usual for piece, usual in zip(pieces, _NEUTRAL, strict=False))
    return text.count("\n"), unlike, sum(int(piece) for piece in pieces if piece.isdecimal()), text
