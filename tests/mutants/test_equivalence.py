"""The mutants listed as equivalent answer as the reference does (`test_witnesses.py`: the others do not)."""

import pytest

from tests.mutants.catalogue import BY_NAME
from tests.mutants.equivalence import EQUIVALENT, differing, prompts
from turncheck.engine.duel import REASONS


def test_a_mutant_listed_as_equivalent_is_the_reference_on_2000_turns():
    assert differing(0, 2000, seed=1, names=EQUIVALENT) == {}


def test_what_is_listed_as_equivalent_is_a_mutant():
    assert set(EQUIVALENT) <= set(BY_NAME)


@pytest.mark.parametrize(("name", "place"), [("without_T5", 3), ("accepts_all", 1), ("fails_alone", 1)])
def test_the_first_difference_is_numbered_from_the_first_turn(name, place):
    assert differing(0, 50, seed=0, names=[name]) == {name: place}


def test_a_fourth_of_the_turns_is_malformed_for_every_reason():
    asked = list(prompts(0, 2000, seed=0))
    assert sum(not prompt.turn for prompt in asked) == 500
    assert {prompt.reason for prompt in asked} - {""} == set(REASONS)
