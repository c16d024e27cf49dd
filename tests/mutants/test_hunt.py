"""A hunt finds what a run finds, which asks its own subject for each law and each mutant."""

import pytest

from tests.mutants.catalogue import BY_NAME, MUTANTS
from tests.mutants.hunt import Asked, cases, catches_of, first_catch, is_caught
from tests.slow import mostly_slow
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Battle, Turn, Unit
from turncheck.properties.checking.check import Budget, draw
from turncheck.properties.checking.counterexamples import ask_all, counterexample
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.session.loading import load_subject

BUDGET = Budget(examples=30, seed=3)
LAWS_BY_ID = {law.id: law for law in LAWS}
SOME_LAWS = [
    *[law.id for law in LAWS if law.kind == "rollout"][:3],
    "answer_agrees_with_the_reference",
    "swapped_units_swap_the_answer",
    "malformed_turn_gets_its_reason",
    "same_answer_asked_again_alone",
]
SOME_MUTANTS = MUTANTS[::25]


def first_in_a_run(law, mutant):
    """At which case a run of the law alone first finds it broken."""
    drawn, subject = draw(law, load_subject("reference", DOMAIN), BUDGET), mutant.subject()
    ask_all(law, subject, drawn)
    return next((number for number, case in enumerate(drawn, 1) if counterexample(law, subject, case)), None)


@pytest.mark.parametrize("name", mostly_slow(SOME_LAWS, 0, 3, 5, 6))
def test_a_mutant_is_first_caught_where_a_run_first_finds_the_law_broken(name):
    law = LAWS_BY_ID[name]
    drawn = cases(law, BUDGET)
    assert {mutant.name: first_catch(law, drawn, mutant) for mutant in SOME_MUTANTS} == {
        mutant.name: first_in_a_run(law, mutant) for mutant in SOME_MUTANTS
    }


def test_a_mutant_that_raises_has_answered_nothing():
    law, mutant = LAWS_BY_ID["max_never_changes"], BY_NAME["raises_at_stun"]
    assert is_caught(law, Asked.of(law, Turn(Battle(hero=Unit(stun=1)))), mutant)
    assert not is_caught(law, Asked.of(law, Turn()), mutant)


def test_only_what_is_caught_is_told():
    law = LAWS_BY_ID["turn_counter_rises_by_one"]
    drawn = cases(law, BUDGET)
    caught = catches_of(law, drawn, [BY_NAME["without_T5"], BY_NAME["without_A1"]])
    assert caught == {"without_T5": 1}
