"""Bugs in addition. An answer is a number, written in eleven digits whatever its size, or a text."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.examples.domains.planted import example, planted
from turncheck.engine.case import Case

DOMAIN = example("adder")
PLACES = range(10)
TEN = 10**10


def with_carries(carries: Callable[[int, int, int], bool]) -> Callable[[int, int], int]:
    """Addition digit by digit: whether a place carries follows from the place, its sum and how many did just before."""

    def add(a: int, b: int) -> int:
        total, chain = 0, 0
        for place in PLACES:
            digits = a // 10**place % 10 + b // 10**place % 10 + (chain > 0)
            total += digits % 10 * 10**place
            chain = chain + 1 if carries(place, digits, chain) else 0
        return total + (chain > 0) * TEN

    return add


def with_digits(wrong: Callable[[list[int], int, int], object]) -> Callable[[int, int], int]:
    """The sum, whose eleven digits, the lowest first, are then changed."""

    def add(a: int, b: int) -> int:
        digits = [(a + b) // 10**place % 10 for place in range(11)]
        wrong(digits, a, b)
        return sum(digit * 10**place for place, digit in enumerate(digits))

    return add


def swap(places: slice) -> Callable[[list[int], int, int], object]:
    """Turns those digits round."""
    return lambda digits, a, b: digits.__setitem__(places, digits[places][::-1])


def put(place: int, digit: int) -> Callable[[list[int], int, int], object]:
    """Writes that digit there."""
    return lambda digits, a, b: digits.__setitem__(place, digit)


def reversed_digits(number: int) -> int:
    """The number that is read from the highest digit to the lowest."""
    return int(f"{number:010}"[::-1])


# fmt: off
NUMBERS: dict[str, Callable[[int, int], int]] = {
    "the_last_carry_is_lost":              lambda a, b: (a + b) % TEN,
    "nothing_carries":                     with_carries(lambda place, digits, chain: False),
    "a_carry_goes_one_place":              with_carries(lambda place, digits, chain: digits - (chain > 0) > 9),
    "a_chain_ends_after_three_places":     with_carries(lambda place, digits, chain: digits > 9 and chain < 3),
    "a_chain_ends_after_nine_places":      with_carries(lambda place, digits, chain: digits > 9 and chain < 9),
    "the_lowest_place_never_carries":      with_carries(lambda place, digits, chain: digits > 9 and place != 0),
    "the_sixth_place_never_carries":       with_carries(lambda place, digits, chain: digits > 9 and place != 5),
    "nine_carries":                        with_carries(lambda place, digits, chain: digits > 8),
    "ten_does_not_carry":                  with_carries(lambda place, digits, chain: digits > 10),
    "the_first_term_alone":                lambda a, b: a,
    "the_second_term_alone":               lambda a, b: b,
    "the_greater_term":                    max,
    "the_difference":                      lambda a, b: abs(a - b),
    "one_too_many":                        lambda a, b: a + b + 1,
    "one_too_few":                         lambda a, b: max(a + b - 1, 0),
    "the_second_term_twice":               lambda a, b: a + 2 * b,
    "bits_in_place_of_digits":             lambda a, b: a ^ b,
    "ten_digits_at_most":                  lambda a, b: min(a + b, TEN - 1),
    "32_bits":                             lambda a, b: (a + b) % 2**32,
    "as_float32":                          lambda a, b: int(np.float32(a) + np.float32(b)),
    "the_third_digit_is_0":                with_digits(put(2, 0)),
    "the_highest_digit_is_1":              with_digits(put(10, 1)),
    "two_neighbours_swapped":              with_digits(swap(slice(3, 5))),
    "all_digits_turned_round":             with_digits(swap(slice(None))),
    "the_lowest_digit_is_the_first_term's": with_digits(lambda digits, a, b: digits.__setitem__(0, a % 10)),
    "the_first_term_is_read_turned_round": lambda a, b: reversed_digits(a) + b,
    "both_terms_are_read_turned_round":    lambda a, b: reversed_digits(a) + reversed_digits(b),
    "greater_first_term_only":             lambda a, b: a + b if a >= b else a + b + 10,
}
TEXTS: dict[str, Callable[[int, int], str]] = {
    "the_usual_order":                     lambda a, b: f"{a + b:011}",
    "without_the_zeros":                   lambda a, b: str(a + b)[::-1],
    "one_digit_too_many":                  lambda a, b: f"{a + b:012}"[::-1],
    "a_new_line_behind_it":                lambda a, b: f"{a + b:011}"[::-1] + "\n",
    "nothing_for_0":                       lambda a, b: f"{a + b:011}"[::-1] if a + b else "",
}
EQUIVALENT: dict[str, Callable[[int, int], int]] = {
    "terms_swapped":                       lambda a, b: b + a,
    "as_float64":                          lambda a, b: int(float(a) + float(b)),  # exact below 2**53
}
# fmt: on


def _number(function: Callable[[int, int], int]) -> Callable[[Case], dict[str, int]]:
    return lambda case: {"sum": function(case.a, case.b)}


def _text(function: Callable[[int, int], str]) -> Callable[[Case], str]:
    return lambda case: function(case.a, case.b)


BUGS = planted(DOMAIN, {name: _number(each) for name, each in NUMBERS.items()})
BUGS += planted(DOMAIN, {name: _text(each) for name, each in TEXTS.items()})
SAME = planted(DOMAIN, {name: _number(each) for name, each in EQUIVALENT.items()})
