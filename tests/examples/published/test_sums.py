"""The domain of the published adders: as people write sums, and in the templates of two families of models."""

import sys
from pathlib import Path

import pytest

import turncheck
from turncheck.engine.registry import load_domain
from turncheck.engine.sampling import sample

FILE = Path(__file__).parents[3] / "examples" / "published" / "sums.py"
SUMS = load_domain(str(FILE))
longest = sys.modules["sums"].chain


def test_nothing_is_wrong_with_it():
    report = turncheck.check_domain(SUMS, address=f"{FILE}:DOMAIN")
    assert [(row.name, row.found) for row in report.rows if row.verdict != "holds"] == []


@pytest.mark.parametrize(
    ("words", "prompt", "answer"),
    [
        ("lowest-first", "6400000000+7000000000=", "35000000000"),
        ("sum-lowest-first", "0000000046+0000000007=", "35000000000"),
    ],
)
def test_its_words_are_those_of_the_page(words, prompt, answer):
    encode, decode = SUMS.templates[words]
    assert (encode("46+7="), encode("53")) == (prompt, answer)
    assert (decode(prompt), decode(answer)) == ("46+7=", "53")


@pytest.mark.parametrize("written", ["=5000000000", "3.", "", "35000000=00"])
def test_what_is_no_number_is_none_in_its_words(written):
    with pytest.raises(ValueError, match="invalid literal"):
        SUMS.templates["lowest-first"][1](written)


def test_long_carries_are_frequent_in_carries_and_rare_in_uniform_sums():
    long = {
        name: sum(longest(case.a, case.b) >= 5 for case in sample(SUMS, name, 0, 1_000))
        for name in ("carries", "uniform")
    }
    assert long["carries"] > 500
    assert long["uniform"] < 250


@pytest.mark.parametrize(
    ("a", "b", "chain"), [(0, 0, 0), (5, 5, 1), (95, 5, 2), (10**10 - 1, 1, 10), (90_909, 10_101, 1), (9_999, 1, 4)]
)
def test_a_chain_is_the_places_in_a_row_that_get_a_carry(a, b, chain):
    assert longest(a, b) == chain
