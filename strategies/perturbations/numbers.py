"""Changes of numbers: how they are written, and values outside their range or at its ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from turncheck.engine.fields import Int
from turncheck.strategies.broken_values import outside
from turncheck.strategies.choices import Choices, NoOptionError
from turncheck.strategies.misspellings import foreign_digits
from turncheck.strategies.page import CasePage
from turncheck.strategies.perturbations.perturbation import Row, Way
from turncheck.strategies.perturbations.places import each_of, numbers_miswritten, numbers_on

# fmt: off
UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on


# --- how one number is written: its sign and digits to wrong texts ----------------------------------------------------


def signed(sign: str, digits: str) -> list[str]:
    """`-07`, `+7`."""
    signs = [mark for mark in ("-", "+", "\u2212", "\xb1", "") if mark != sign]
    return [*(mark + digits for mark in signs), *(mark + digits.lstrip("0") for mark in signs), digits + "-"]


def unpadded(sign: str, digits: str) -> list[str]:
    """`7`."""
    short = digits.lstrip("0") or "0"
    return [each for each in (sign + short, sign + digits[1:]) if len(each) < len(sign + digits) and each != sign]


def in_words(sign: str, digits: str) -> list[str]:
    """`seven`, `forty-two`; a long number digit by digit."""
    value = int(digits)
    if value < 20:
        word = UNITS[value]
    elif value < 100:
        word = TENS[value // 10 - 2] + (f"-{UNITS[value % 10]}" if value % 10 else "")
    else:
        word = "-".join(UNITS[int(digit)] for digit in digits)
    word = f"minus-{word}" if sign == "-" else word
    return [word, word.capitalize(), word.upper()]


def in_other_digits(sign: str, digits: str) -> list[str]:
    """The digits of another script, all of them first."""
    return [sign + each for each in foreign_digits(digits)[::-1]]


def fractional(sign: str, digits: str) -> list[str]:
    """`07.0`, `7.5`, `7/1`."""
    ends = (".0", ".5", ".", ",0", "e0", "/1", "\xbd")
    return [*(sign + digits + end for end in ends), sign + "0." + digits, sign + digits[:1] + "." + (digits[1:] or "0")]


def _miswritten(spelling: Callable[[str, str], Sequence[str]], how: str) -> Way:
    """Return the way that writes `strength` numbers in that spelling."""

    def wrong(field: Int, text: str) -> list[str]:
        digits = text.lstrip("+-")
        options = dict.fromkeys(spelling(text[: len(text) - len(digits)], digits))
        return [option for option in options if option and not re.fullmatch(field.pattern, option)]

    def way(page: CasePage, strength: int, choices: Choices) -> str:
        return numbers_miswritten(page, strength, choices, wrong)

    way.__doc__ = f"Write that many numbers {how}."
    return way


def zeros_in_front(page: CasePage, strength: int, choices: Choices) -> str:
    """Pad a number with that many zeros."""
    return _longer(page, choices, lambda digits: ["0" * strength + digits])


def digits_more(page: CasePage, strength: int, choices: Choices) -> str:
    """Write a number with that many digits more: `131` for `31`."""
    return _longer(page, choices, lambda digits: [each * strength + digits for each in "123456789"])


def _longer(page: CasePage, choices: Choices, longer: Callable[[str], Sequence[str]]) -> str:
    def wrong(field: Int, text: str) -> list[str]:
        digits = text.lstrip("+-")
        return [text[: len(text) - len(digits)] + each for each in longer(digits)]

    return numbers_miswritten(page, 1, choices, wrong)


def mistyped_digits(page: CasePage, strength: int, choices: Choices) -> str:
    """Type that many other digits, so that a number is out of its range or contradicts other values."""
    parts = {place: page.parts(place) for place, _ in numbers_on(page)}
    digits = [
        (place, 2 * at + 1, index) for place, at in numbers_on(page) for index in _digits(parts[place][2 * at + 1])
    ]
    for place, part, index in each_of(choices, digits, strength):
        text = parts[place][part]
        digit = choices.pick([digit for digit in "9876543210" if digit != text[index]])
        parts[place][part] = text[:index] + digit + text[index + 1 :]
        page[place] = "".join(parts[place])
    return page.text


def _digits(text: str) -> list[int]:
    return [index for index, letter in enumerate(text) if letter.isdigit()]


# --- values ----------------------------------------------------------------------------------------------------------


def out_of_range(page: CasePage, strength: int, choices: Choices) -> str:
    """Set that many numbers outside their range, just outside first."""

    def wrong(field: Int, text: str) -> list[str]:
        below, above = outside(field)
        values = [*above[:1], *below[-1:], *above[-1:], *below[:1], *above[len(above) // 2 :][:1]]
        return [field.write(value) for value in dict.fromkeys(values)]

    return numbers_miswritten(page, strength, choices, wrong)


def lowest(page: CasePage, strength: int, choices: Choices) -> str:
    """Set that many numbers to the lowest of their range, so that they contradict other values."""
    return _at_an_end(page, strength, choices, lambda field: field.low)


def highest(page: CasePage, strength: int, choices: Choices) -> str:
    """Set that many numbers to the highest of their range, so that they contradict other values."""
    return _at_an_end(page, strength, choices, lambda field: field.high)


def _at_an_end(page: CasePage, strength: int, choices: Choices, end: Callable[[Int], int]) -> str:
    if not page.domain.checks:
        raise NoOptionError
    names = [page.wanted(place).names[at] for place, at in numbers_on(page)]
    ends = {name: end(field) for name in names if isinstance(field := page.domain.prompt.fields[name], Int)}
    chosen = list(each_of(choices, [name for name in names if page.fields[name] != ends[name]], strength))
    return page.domain.prompt.write(page.fields.changed({name: ends[name] for name in chosen}))


NUMBERS = (
    Row("signed number", _miswritten(signed, "with a sign, or with another sign than they have")),
    Row("padded number", zeros_in_front),
    Row("unpadded number", _miswritten(unpadded, "without zeros in front")),
    Row("number in words", _miswritten(in_words, "in words")),
    Row("digits of another script", _miswritten(in_other_digits, "in the digits of another script")),
    Row("fractional number", _miswritten(fractional, "as fractions")),
    Row("number with more digits", digits_more),
    Row("mistyped digits", mistyped_digits),
    Row("number out of range", out_of_range),
    Row("lowest number contradicts", lowest),
    Row("highest number contradicts", highest),
)
