"""Random edits of a text, without any knowledge of its schema: what is left may still be a case, or be wrong twice.

Operators (`turncheck.strategies.operators`) damage a text in one way each, for a reason that is known. Random edits
reach what nobody thought of. They are a seeded pure function, for training as well as for tests.

    >>> from random import Random
    >>> edited("turn 07\\nhero hp 31/40\\n", Random(0)) == edited("turn 07\\nhero hp 31/40\\n", Random(0))
    True
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

MOST = 3
"""Most edits of a text."""

PARTS = re.compile(r"[0-9]+|[A-Za-z_]+|[^0-9A-Za-z_]")
"""The smallest parts of a text: numbers, words, and every other character."""

PIECES = re.compile(r"\s?\S+|\s")
"""Larger ones: the pieces between spaces, each with the space before it."""

VALUES = re.compile(r"[^0-9]*[0-9]+|[^0-9]+")
"""The largest ones: numbers, each with all that stands before it."""

SIZES = (PARTS, PARTS, PIECES, VALUES)
"""The sizes of which each edit takes one: without the larger ones, a value seldom goes with its label."""

ODD = (
    *(
        " ",
        "\n",
        "\t",
        "\r",
        "\r\n",
        "\x0b",
        "\x0c",
        "\x00",
        "\x1b",
        "\x7f",
        "\x85",
        "\xa0",
        "\u2003",
        "\u2028",
        "\u3000",
    ),
    *("\u200b", "\ufeff", "\u0660", "\u0967", "\uff11", "\u00b2", "\u00bd", "\u0430", "\U0001f600", "\ud800"),
    *(
        "/",
        "-",
        "+",
        ".",
        ",",
        ":",
        "=",
        ">",
        "#",
        "0",
        "9",
        "x",
        "O",
        "l",
        "reject",
        "null",
        "None",
        "none",
        "mana",
        "the",
    ),
)
"""Texts that are put in: odd spaces, control characters, digits of other scripts, look-alikes, words of no grammar."""

BLOCKS = (
    *((0x00, 0x1F), (0x20, 0x7E), (0x7F, 0xA1), (0xA2, 0xFF), (0x100, 0x2FF), (0x300, 0x1FFF), (0x1670, 0x1690)),
    *((0x2000, 0x206F), (0x2000, 0x206F), (0x2070, 0x2FFF), (0x3000, 0x3003), (0x3004, 0xFFFF), (0x10000, 0x10FFFF)),
)
"""First and last code points from which a character is drawn, each block equally often: those with spaces and control
characters are small, so that what is a space and what only looks like one comes up equally often.
"""

ZEROS = (
    *(0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040),
    *(0x17E0, 0x1810, 0x2070, 0x2080, 0xFF10, 0x1D7CE),
)
"""The zeros of other scripts' digits, each followed by the other nine."""

Edit = Callable[[list[str], int, Random], list[str]]


def _without(parts: list[str], at: int, random: Random) -> list[str]:
    return parts[:at] + parts[at + random.choice((1, 1, 2, 3, 4)) :]


def _twice(parts: list[str], at: int, random: Random) -> list[str]:
    end = at + random.choice((1, 1, 2, 4))
    return parts[:end] + parts[at:]


def _with_odd(parts: list[str], at: int, random: Random) -> list[str]:
    return [*parts[:at], random.choice(ODD), *parts[at:]]


def _odd_instead(parts: list[str], at: int, random: Random) -> list[str]:
    return [*parts[:at], random.choice(ODD), *parts[at + 1 :]]


def _another_instead(parts: list[str], at: int, random: Random) -> list[str]:
    return [*parts[:at], random.choice(parts), *parts[at + 1 :]]


def _swapped(parts: list[str], at: int, random: Random) -> list[str]:
    other = random.randrange(len(parts))
    made = parts.copy()
    made[at], made[other] = made[other], made[at]
    return made


def _cut(parts: list[str], at: int, random: Random) -> list[str]:
    return parts[:at]


def _number(parts: list[str], at: int, random: Random) -> list[str]:
    """Write another number in place of the next one, mostly of the same width and near it."""
    place = next((place for place in range(at, len(parts)) if parts[place].isdecimal()), None)
    if place is None:
        return parts
    width = len(parts[place])
    near = int(parts[place]) + random.choice((-2, -1, 1, 2)) if random.random() < 0.5 else random.randrange(10**width)
    return [*parts[:place], str(max(near, 0)).zfill(random.choice((width,) * 6 + (1, 3))), *parts[place + 1 :]]


def _letter(parts: list[str], at: int, random: Random) -> list[str]:
    """Misspell a part: a character less, one more, or another one."""
    part, place = parts[at], random.randrange(len(parts[at]))
    changed = random.choice((part[:place] + part[place + 1 :], part[:place] + part[place] + part[place:], part.upper()))
    return [*parts[:at], changed, *parts[at + 1 :]]


def _character(parts: list[str], at: int, random: Random) -> list[str]:
    """Put any character of Unicode into a part, mostly in place of one of its own."""
    part, place = parts[at], random.randrange(len(parts[at]))
    if part.isdecimal() and random.random() < 0.5:
        put_in = chr(random.choice(ZEROS) + random.randrange(10))
    else:
        put_in = chr(random.randint(*random.choice(BLOCKS)))
    return [*parts[:at], part[:place] + put_in + part[place + random.choice((0, 1, 1)) :], *parts[at + 1 :]]


def _lines_moved(parts: list[str], at: int, random: Random) -> list[str]:
    lines = "".join(parts).splitlines(keepends=True)
    line = lines.pop(random.randrange(len(lines)))
    for _ in range(random.choice((0, 1, 1, 2))):
        lines.insert(random.randrange(len(lines) + 1), line)
    return lines


EDITS: tuple[Edit, ...] = (
    *(_without, _twice, _with_odd, _odd_instead, _another_instead, _swapped, _cut, _number, _number, _letter),
    *(_character,) * 4,
    _lines_moved,
)


def edited(text: str, random: Random, sizes: Sequence[re.Pattern[str]] = SIZES) -> str:
    """Return the text after one to `MOST` random edits of parts of these sizes."""
    for _ in range(random.choice((1, 1, 2, MOST))):
        parts = random.choice(sizes).findall(text)
        if parts:
            text = "".join(random.choice(EDITS)(parts, _place(parts, random), random))
    return text


def _place(parts: list[str], random: Random) -> int:
    """Return where to edit: sometimes at the beginning, as tests often do."""
    return 0 if random.random() < 0.1 else random.randrange(len(parts))


def ended(text: str, whole: str, random: Random) -> str:
    """Return a text that was made of another up to where they first differ, mostly with a newline at its end."""
    start = next((at for at, (one, other) in enumerate(zip(text, whole, strict=False)) if one != other), len(whole))
    end = min((found for sign in " \n" if (found := text.find(sign, start)) >= 0), default=len(text))
    return text[:end] + random.choice(("\n", "\n", "\n", ""))
