"""Wrong spellings of words and numbers: lists of what could be written in their place, all without white space."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from string import ascii_lowercase

from turncheck.strategies.choices import Choices

Misspelling = Callable[[str], list[str]]
"""A function from the right piece to wrong ones."""

# fmt: off
GARBAGE = (
    "x", "foo", "hello", "mana", "armor", "enemy", "player", "null", "None", "NaN", "true", "xyzzy", "aaaaaaaaaaaa",
    "-", "_", ".", "?", "???", "/", "\\", "#", "{}", "[]", "<unk>", "<eos>", "\"\"", "''", "%s", "&amp;", "---",
    "\N{SLIGHTLY SMILING FACE}", "\N{SKULL AND CROSSBONES}", "\N{CROSSED SWORDS}", "\u6bd2", "\u00e9", "\u00df",
    "\ufffd", "\u200b", "\ufeff",  # the last two have no width but are not white space
)

# What looks like each letter: a digit, or a Cyrillic or Greek letter.
LOOK_ALIKES = {
    "a": "\u0430@4", "b": "6", "c": "\u0441", "d": "\u0501", "e": "\u04353", "f": "\u0192", "g": "9", "h": "\u04bb",
    "i": "\u04561l", "j": "\u0458", "k": "\u043a", "l": "1I", "m": "\u043c", "n": "\u043f", "o": "\u043e0",
    "p": "\u0440", "q": "9", "r": "\u0433", "s": "\u04555", "t": "\u04427", "u": "\u03c5", "v": "\u03bd", "w": "\u0461",
    "x": "\u0445", "y": "\u0443", "z": "2", "_": "-\u2014",
}

NOT_NUMBERS = (
    "none", "null", "nan", "inf", "zero", "one", "two", "many", "max", "x", "?", "-", "*", "_", ".", "/", "N/A",
    "\N{SKULL AND CROSSBONES}", "\u221e", "\u2163", "\u00bd",
)

# The zeros of other scripts' digits: Arabic-Indic, Devanagari, fullwidth, mathematical bold.
ZEROS = (0x660, 0x966, 0xFF10, 0x1D7CE)
# fmt: on


# --- words -----------------------------------------------------------------------------------------------------------


def dropped_letter(word: str) -> list[str]:
    """`urn`."""
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


def doubled_letter(word: str) -> list[str]:
    """`tturn`."""
    return [word[:i] + word[i] + word[i:] for i in range(len(word))]


def swapped_letters(word: str) -> list[str]:
    """`utrn`."""
    return [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]


def replaced_letter(word: str) -> list[str]:
    """`tarn`."""
    return [word[:i] + letter + word[i + 1 :] for i in range(len(word)) for letter in ascii_lowercase]


def inserted_letter(word: str) -> list[str]:
    """`tuarn`."""
    return [word[:i] + letter + word[i:] for i in range(len(word) + 1) for letter in ascii_lowercase]


def shortened(word: str) -> list[str]:
    """`tu`."""
    return [word[:i] for i in range(1, len(word))]


def other_case(word: str) -> list[str]:
    """`TURN`, `Turn`, `turN`."""
    return [word.upper(), word.capitalize(), word[:-1] + word[-1].upper(), word.title()]


def look_alike(word: str) -> list[str]:
    """`turn` with one letter replaced by one that looks like it."""
    return [word[:i] + like + word[i + 1 :] for i, letter in enumerate(word) for like in LOOK_ALIKES.get(letter, "")]


def decorated(word: str) -> list[str]:
    """`turn:`."""
    after = [word + mark for mark in (":", ",", ".", ";", "=", "_", "!", "?", "s", "ed", "1", "\u200b", "\u0301")]
    before = [mark + word for mark in ("-", "_", "#", "@", "$", "/", "un", "\ufeff")]
    around = [f'"{word}"', f"<{word}>", f"[{word}]", f"*{word}*", f"`{word}`"]
    return [*after, *before, *around, word.replace("_", ""), word.replace("_", "-"), word + word, word[::-1]]


def garbage(word: str) -> list[str]:
    """Anything else."""
    return list(GARBAGE)


def number_instead(word: str) -> list[str]:
    """`7`."""
    return ["0", "1", "5", "7", "9", "00", "01", "10", "42", "99", "100", "-1", "1.5", "01/01", "31/40"]


MISSPELLINGS: tuple[Misspelling, ...] = (
    dropped_letter,
    doubled_letter,
    swapped_letters,
    replaced_letter,
    inserted_letter,
    shortened,
    other_case,
    look_alike,
    decorated,
    garbage,
    number_instead,
)


def misspell(word: str, choices: Choices, known: Collection[str]) -> str:
    """Misspell the word, but not as one of the known words: an added letter can make `turn` of `urn`.

    If the chosen misspelling is impossible for this word, such as swapping the letters of `x`, return garbage.
    """
    options = choices.pick(MISSPELLINGS)(word)
    wrong = [option for option in options if option and option not in known]
    return choices.pick(wrong or [piece for piece in GARBAGE if piece not in known])


# --- numbers ---------------------------------------------------------------------------------------------------------


def wrong_width(digits: str) -> list[str]:
    """`1`, `001`."""
    narrow = [digits[1:], digits[:-1]] if len(digits) > 1 else []
    return [*narrow, "0" + digits, digits + "0", digits + digits, "1" + digits, digits + "9", "00" + digits]


def letter_inside(digits: str) -> list[str]:
    """`O1`."""
    return [digits[:i] + letter + digits[i + 1 :] for i in range(len(digits)) for letter in "OolIZSBabcdefxz?"]


def signed(digits: str) -> list[str]:
    """`-01`, `-1`."""
    return [sign + digits[cut:] for cut in range(len(digits)) for sign in "-+\u2212~"] + [digits + "-"]


def pointed(digits: str) -> list[str]:
    """`0.1`, `01.0`."""
    inside = [digits[:1] + mark + digits[1:] for mark in ".,_'e:"]
    return [*inside, digits + ".0", "." + digits, "0." + digits, digits + "e0", "0x" + digits]


def foreign_digits(digits: str) -> list[str]:
    """The digits of another script: `str.isdigit` is true of them, but the grammar does not allow them."""
    scripts = [{str(n): chr(zero + n) for n in range(10)} for zero in ZEROS]
    scripts.append(dict(zip("0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", strict=True)))
    one = [script[digits[0]] + digits[1:] for script in scripts]
    return one + ["".join(script[digit] for digit in digits) for script in scripts]


def decorated_number(digits: str) -> list[str]:
    """`(01)`."""
    after = [digits + mark for mark in ("%", ";", ",", ".", "x", "!", "\u200b", "/" + digits, "/")]
    return [*after, f"({digits})", f'"{digits}"', "=" + digits, ":" + digits, "#" + digits, "/" + digits, "x" + digits]


BAD_NUMBERS: tuple[Misspelling, ...] = (wrong_width, letter_inside, signed, pointed, foreign_digits)


def miswrite(digits: str, choices: Choices, words: Collection[str] = ()) -> str:
    """Write the number wrongly: as anything but ASCII digits of the same width.

    Args:
        digits: the number as it is written correctly.
        choices: what to do wrong.
        words: words of the grammar, which sometimes replace the number.
    """

    def no_number(digits: str) -> list[str]:
        return [*words, *NOT_NUMBERS]

    options = choices.pick((*BAD_NUMBERS, no_number, decorated_number))(digits)
    return choices.pick([option for option in options if not re.fullmatch(f"[0-9]{{{len(digits)}}}", option)])
