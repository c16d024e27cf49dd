"""The sum of two numbers of 0..9,999,999,999, as the leaderboard for the smallest transformer that adds asks for it.

The leaderboard (https://github.com/anadim/AdderBoard) gives a submission two numbers and wants one back, and each model
on it has a format of its own: the digits from the highest or from the lowest, with zeros before them or without, other
tokens between. So texts here are what a person writes, and templates say them as two families of models do:

    the domain's own     46+7=                      53
    lowest-first         6400000000+7000000000=     35000000000
    sum-lowest-first     0000000046+0000000007=     35000000000

What is a digit less at the high end has a 0 there, as in the scoring of their authors.
"""

from functools import lru_cache, partial
from random import Random

from turncheck import Case, Domain, Int, Monotone, Schema, Symmetry

MOST = 10**10 - 1
PLACES = [10**place for place in range(1, 11)]
NUMBER = Int(0, MOST, digits=0)
PROMPT = Schema("{a}+{b}=", a=NUMBER, b=NUMBER, end="")


def carries(random: Random) -> Case:
    """Two numbers with carries through all places of `low` to `high`, both of them 0..10 and as likely as any other."""
    a, (low, high) = random.randint(0, MOST), sorted(random.choices(range(11), k=2))
    b = -a % 10**high + random.randrange(10**low) + random.randrange(10 ** (10 - high)) * 10**high
    return PROMPT.neutral.changed(a=a, b=min(b, MOST))


def said(text: str, step: int) -> str:
    """The text with all its digits: a prompt's as they stand, or with a step of -1 the lowest first; so a sum's."""
    if text.endswith("="):
        return "+".join(f"{int(number):010}"[::step] for number in text[:-1].split("+")) + "="
    return f"{int(text):011}"[::-1]


def read(text: str, step: int) -> str:
    """The text that was said so."""
    if text.endswith("="):
        return "+".join(str(int(number[::step])) for number in text[:-1].split("+")) + "="
    return str(int(text[::-1]))


DOMAIN = Domain(
    "sums/1",
    prompt=PROMPT,
    answer=Schema("{sum}", sum=Int(0, 2 * MOST, digits=0), end=""),
    resolve=lambda case: {"sum": case.a + case.b},
    rejects=False,
    symmetries=(Symmetry("swapped_terms", lambda case: {"a": case.b, "b": case.a}),),
    monotone=(Monotone("sum", of="a"), Monotone("sum", of="b")),
    samplers={"carries": carries},
    templates={
        "lowest-first": (partial(said, step=-1), partial(read, step=-1)),
        "sum-lowest-first": (partial(said, step=1), partial(read, step=1)),
    },
)


@lru_cache(maxsize=1 << 12)
def chain(a: int, b: int) -> int:
    """The most places in a row that get a carry where the two are added."""
    longest = now = 0
    for place in PLACES:
        now = now + 1 if a % place + b % place >= place else 0
        longest = max(longest, now)
    return longest


@DOMAIN.law(applies=lambda case: chain(case.a, case.b) == 0)
def without_a_carry_each_place_is_the_sum_of_two_digits(case: Case, answer: Case) -> None:
    """Where no place makes a carry, each digit of the sum is that of the two above it."""
    a, b, found = case.a, case.b, answer.sum
    assert all(found // place % 10 == a // place % 10 + b // place % 10 for place in (1, *PLACES))


@DOMAIN.law(applies=lambda case: 1 <= chain(case.a, case.b) <= 4)
def short_carries_are_carried(case: Case, answer: Case) -> None:
    """Where carries go through four places in a row or fewer, the sum is right."""
    assert answer.sum == case.a + case.b


@DOMAIN.law(applies=lambda case: chain(case.a, case.b) >= 5)
def long_carries_are_carried(case: Case, answer: Case) -> None:
    """Where a carry goes through five places in a row or more, the sum is right."""
    assert answer.sum == case.a + case.b


@DOMAIN.law
def the_lowest_digit_follows_from_the_lowest_digits(case: Case, answer: Case) -> None:
    """The lowest digit of the sum needs no more than the two lowest digits."""
    assert answer.sum % 10 == (case.a % 10 + case.b % 10) % 10


@DOMAIN.law
def a_sum_is_no_less_than_either_number(case: Case, answer: Case) -> None:
    """Adding a number makes none less."""
    assert answer.sum >= max(case.a, case.b)


@DOMAIN.law(also=lambda case: {"b": 0})
def a_number_plus_zero_is_that_number(case: Case, answer: Case, of_zero: Case) -> None:
    """Adding 0 changes nothing."""
    assert of_zero.sum == case.a


@DOMAIN.law(cases=DOMAIN.cases(b=range(MOST)), also=lambda case: {"b": case.b + 1})
def one_more_makes_one_more(case: Case, answer: Case, of_one_more: Case) -> None:
    """If the second number is greater by 1, the sum is greater by 1."""
    assert of_one_more.sum == answer.sum + 1


@DOMAIN.law(cases=DOMAIN.cases(a=range(1, MOST + 1)), also=lambda case: {"b": MOST + 1 - case.a})
def a_carry_goes_through_all_places(case: Case, answer: Case, of_completed: Case) -> None:
    """A number and what is missing from it to 10,000,000,000 add up to that."""
    assert of_completed.sum == MOST + 1


@DOMAIN.law(also=lambda case: {"b": MOST - case.a})
def nines_stay_nines(case: Case, answer: Case, of_nines: Case) -> None:
    """A number and what is missing from it to 9,999,999,999 add up to that, without a carry."""
    assert of_nines.sum == MOST
