"""Untrusted text in printable characters, so that it cannot move a cursor, change colours or break a table."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TypeGuard

MOST_LISTED = 30
"""Most names that an error lists."""

LONGEST_PLACE = 60
"""Most characters that are shown around a position in a text."""


def visible(text: str) -> str:
    r"""Return the text in printable characters; all other characters, and the backslash, become Python escapes.

    >>> visible("hp\t07 \x1b[31m\ud800\u202e")
    'hp\\t07 \\x1b[31m\\ud800\\u202e'
    """
    return "".join(
        character if character.isprintable() and character != "\\" else _escaped(character) for character in text
    )


def cut(text: str, longest: int) -> str:
    """Return the text, or the start of a longer text and three dots: at most that many characters, three or more.

    >>> cut("a long word", 8)
    'a lon...'
    """
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


LONGEST_VALUE = 80
"""Most characters of a value in a message."""


def quoted(value: object, longest: int = LONGEST_VALUE) -> str:
    """Return a value for a message: as Python writes it, cut. Never raises, whatever the value is.

    For a value that cannot be written, such as an int of more digits than Python writes or a list nested too deep,
    return the type.

    >>> quoted("x" * 1000, 10), quoted(10**5000), quoted([[]])
    ("'xxxxxx...", 'a value of type int', '[[]]')
    """
    try:
        # Only the part of a long text that is shown is escaped.
        plain = str.__getitem__(value, slice(longest)) if is_text(value) else value
        return cut(str.__str__(repr(plain)), longest)
    except BaseException:  # a user's `__repr__` may raise anything
        return f"a value of type {type_name(value)}"


def is_text(value: object) -> TypeGuard[str]:
    """Return whether the value is a text, whatever its class claims."""
    return issubclass(type(value), str)


def type_name(value: object) -> str:
    """Return the name of a value's type, cut. It bypasses the class, whose own methods may lie or raise."""
    name: str = type.__dict__["__name__"].__get__(type(value))
    return cut(name, LONGEST_VALUE)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def around(text: str, line: int, piece: int, ended: bool = True) -> str:
    """Return the pieces around a position in a text, in a few words.

    Args:
        text: any text.
        line: the line of the position, from 1; after the last line there is nothing.
        piece: the piece of the position in that line, from 1.
        ended: whether a newline must end the text; if it is missing, the result says so.

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


def one_of(known: Sequence[str], got: str) -> str:
    """Return the demand for one of several names; of more than `MOST_LISTED` it lists the most similar ones.

    >>> one_of(["turn", "hp"], "hpp")
    'one of turn, hp'
    >>> one_of([f"cell {number}" for number in range(99)], "cel 98")
    'one of 99 names, such as cell 98, cell 9, cell 8'
    """
    if len(known) <= MOST_LISTED:
        return f"one of {', '.join(known)}"
    near = get_close_matches(got, known, 3, cutoff=0.4) or known[:3]
    return f"one of {len(known)} names, such as {', '.join(near)}"
