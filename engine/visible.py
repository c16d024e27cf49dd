"""Untrusted text in printable characters: nothing in it may move a cursor, colour a line or break a table."""

from __future__ import annotations

LONGEST_PLACE = 60
"""Characters of a text that are shown around one of its places."""


def visible(text: str) -> str:
    r"""The text in printable characters alone: all others, the backslash too, as Python escapes.

    >>> visible("hp\t07 \x1b[31m\ud800\u202e")
    'hp\\t07 \\x1b[31m\\ud800\\u202e'
    """
    return "".join(
        character if character.isprintable() and character != "\\" else _escaped(character) for character in text
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def around(text: str, line: int, piece: int, ended: bool = True) -> str:
    """The pieces around a place of a text, in a few words.

    Args:
        text: any.
        line: of the place, from 1; behind the last line there is nothing.
        piece: of the place in that line, from 1.
        ended: whether a newline is to end the text; where there is none, it is said.

    >>> around("turn 1\\nhero hp 01/01 shield x poison 0\\n", 2, 5)
    'line 2: ... 01/01 shield x poison ...'
    """
    lines = text.split("\n")
    pieces = visible(lines[line - 1]).split(" ") if line <= len(lines) else []
    start = max(piece - 3, 0)
    near = " ".join(pieces[start : piece + 1])[:LONGEST_PLACE]
    before, after = "... " if start else "", " ..." if piece + 1 < len(pieces) else ""
    end = " (no newline)" if ended and line == len(lines) and near else ""
    return f"line {line}: {before}{near or 'nothing'}{after}{end}"
