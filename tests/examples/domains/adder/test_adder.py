"""The adder: how numbers are written, and what is drawn."""

import pytest

from tests.examples.domains.planted import EXAMPLES, example
from turncheck.engine.sampling import sample
from turncheck.properties.explaining import explain

DOMAIN = example("adder")
MOST = 9_999_999_999


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("0000000000+0000000000=", "00000000000"),
        ("6400000000+7000000000=", "35000000000"),  # 46 + 7
        ("9999999999+1000000000=", "00000000001"),  # 9,999,999,999 + 1
        ("9999999999+9999999999=", "89999999991"),
        ("9876543210+0123456789=", "99999999990"),  # 123,456,789 + 9,876,543,210
    ],
)
def test_digits_are_written_from_the_lowest_to_the_highest(prompt, answer):
    assert DOMAIN.resolve_text(prompt) == answer


def test_a_case_is_written_and_read_back():
    assert DOMAIN.write(DOMAIN.case(a=46, b=7)) == "6400000000+7000000000="
    assert DOMAIN.read("6400000000+7000000000=") == DOMAIN.case(a=46, b=7)


def test_an_answer_may_be_any_number_of_eleven_digits():
    assert DOMAIN.read_answer("99999999999").sum == 99_999_999_999


@pytest.mark.parametrize(
    ("a", "b", "said", "words"),
    [
        (46, 57, 3, "as if the carry into digit 3 were lost"),
        (999, 1, 0, "as if the carry into digit 4 were lost"),
        (46, 7, 63, "as if a were 56, or b were 17"),
    ],
)
def test_a_lost_carry_explains_a_wrong_sum(a, b, said, words):
    prompt = DOMAIN.write(DOMAIN.case(a=a, b=b))
    assert explain(DOMAIN, prompt, DOMAIN.answer.write({"sum": said})).line() == words


def test_it_does_not_reject():
    assert not DOMAIN.rejects


def carried(case):
    """The places that carry."""
    digits = [(case.a // 10**place % 10, case.b // 10**place % 10) for place in range(10)]
    carries, carry = set(), 0
    for place, (one, other) in enumerate(digits):
        carry = (one + other + carry) // 10
        if carry:
            carries.add(place)
    return carries


def longest(places):
    """The length of the longest chain."""
    chain = best = 0
    for place in range(11):
        chain = chain + 1 if place in places else 0
        best = max(best, chain)
    return best


def lengths(sampler):
    """How many of 2,000 cases have a longest chain of carries of each length."""
    found = [longest(carried(case)) for case in sample(DOMAIN, sampler, 0, 2_000)]
    return [found.count(length) for length in range(11)]


def test_the_sampler_of_carries_draws_chains_of_every_length_often():
    counts = lengths("carries")
    assert all(count > 100 for count in counts[2:])
    assert sum(counts[6:]) > 800
    assert sum(lengths("uniform")[6:]) < 200


def test_the_sampler_of_carries_draws_cases():
    assert all(DOMAIN.is_case(DOMAIN.write(case)) for case in sample(DOMAIN, "carries", 1, 1_000))


def test_the_laws_of_the_file_are_these():
    assert [law.name for law in DOMAIN.attached] == [
        "a_number_plus_zero_is_that_number",
        "one_more_makes_one_more",
        "a_carry_goes_through_all_places",
    ]
    assert [symmetry.name for symmetry in DOMAIN.symmetries] == ["swapped_terms"]


def test_the_file_is_short(lines_of_code):
    assert lines_of_code(EXAMPLES / "adder" / "adder.py") <= 39
