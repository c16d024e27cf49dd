"""Ten-digit addition, as on the leaderboard for the smallest transformer that adds.

The leaderboard (https://github.com/anadim/AdderBoard) asks for the sum of any two numbers from 0 to 9,999,999,999. Here
a prompt is `{a}+{b}=`, with ten digits for each number, and the answer is the sum in eleven digits. All digits are
written from the lowest to the highest, which the leaderboard allows: 46 + 7 is

    6400000000+7000000000=35000000000

This order is easy for a model that writes one digit after another. Each digit of the sum depends on the digits of one
place and a carry, and the carry follows from what is already written. In the usual order, the first digit may depend
on every digit of the prompt. The positions are regular too: each digit of `a` is 11 characters before the digit of `b`
that it is added to, and 22 before the digit of the sum, so one rule finds them all.
"""

from random import Random

import attrs

from turncheck import Case, Domain, Int, Monotone, Schema, Symmetry

MOST = 10**10 - 1


class LowestFirst(Int):
    """A number whose digits are written from the lowest to the highest."""

    def write(self, value: int) -> str:
        """Write the digits in reverse order."""
        return super().write(value)[::-1]

    def read(self, text: str) -> int:
        """Read the number."""
        return super().read(text[::-1])


def long_carries(random: Random) -> Case:
    """Draw two numbers with carries through all places from `low` to `high`, two uniform numbers of 0..10."""
    a, (low, high) = random.randint(0, MOST), sorted(random.choices(range(11), k=2))
    b = -a % 10**high + random.randrange(10**low) + random.randrange(10 ** (10 - high)) * 10**high
    return PROMPT.neutral.changed(a=a, b=min(b, MOST))


def without_carry(place: int) -> Domain:
    """Return the adder that loses the carry from that many digits."""

    def resolve(case: Case) -> dict[str, int]:
        carry = case.a % 10**place + case.b % 10**place >= 10**place
        return {"sum": case.a + case.b - carry * 10**place}

    return attrs.evolve(DOMAIN, resolve=resolve)


PROMPT = Schema("{a}+{b}=", a=LowestFirst(0, MOST), b=LowestFirst(0, MOST), end="")
DOMAIN = Domain(
    "adder/1",
    prompt=PROMPT,
    answer=Schema("{sum}", sum=LowestFirst(0, 2 * MOST), end=""),
    resolve=lambda case: {"sum": case.a + case.b},
    rejects=False,
    symmetries=(Symmetry("swapped_terms", lambda case: {"a": case.b, "b": case.a}),),
    monotone=(Monotone("sum", of="a"), Monotone("sum", of="b")),
    samplers={"carries": long_carries},
    alternatives=lambda: {f"the carry into digit {n + 1} were lost": without_carry(n) for n in range(1, 11)},
)


@DOMAIN.law(cases=DOMAIN.cases(b=0))
def a_number_plus_zero_is_that_number(case: Case, answer: Case) -> None:
    """Adding 0 changes nothing."""
    assert answer.sum == case.a


@DOMAIN.law(cases=DOMAIN.cases(b=range(MOST)), also=lambda case: {"b": case.b + 1})
def one_more_makes_one_more(case: Case, answer: Case, of_one_more: Case) -> None:
    """If the second number is greater by 1, the sum is greater by 1."""
    assert of_one_more.sum == answer.sum + 1


@DOMAIN.law(cases=DOMAIN.cases(a=range(1, MOST + 1)), also=lambda case: {"b": MOST + 1 - case.a})
def a_carry_goes_through_all_places(case: Case, answer: Case, of_completed: Case) -> None:
    """A number and what is missing from it to 10,000,000,000 add up to that."""
    assert of_completed.sum == MOST + 1
