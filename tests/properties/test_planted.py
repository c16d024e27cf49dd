"""Every law catches a planted bug, every planted bug is caught, and the reference breaks no law."""

from functools import cache

import pytest

from tests.properties.planted import AGREES, BUGS
from tests.properties.witnesses import WITNESSES
from turncheck.properties.laws import LAWS
from turncheck.properties.run import Budget, breach, check_law, draw
from turncheck.properties.spec import load_subject

BUDGET = Budget(examples=100, seed=0)
LAWS_BY_ID = {law.id: law for law in LAWS}


@cache
def cases_of(law):
    return draw(law, load_subject("reference"), BUDGET)


def catches(law, subject):
    return any(breach(law, subject, case) is not None for case in cases_of(law))


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught_by_its_laws_and_no_other(bug):
    subject = bug.subject()
    assert {law.id for law in LAWS if catches(law, subject)} == {bug.law} | bug.also


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_leaves_this_smallest_witness_of_each_mode(bug):
    result = check_law(LAWS_BY_ID[bug.law], bug.subject(), BUDGET)
    assert {failure.mode: failure.witness for failure in result.failures} == WITNESSES[bug.name]
    assert result.verdict == "FAIL"


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_a_law_is_broken_by_a_planted_bug(law):
    assert any(law.id in {bug.law} | bug.also for bug in BUGS)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_named_by_more_than_disagreement(bug):
    assert bug.law in LAWS_BY_ID
    assert bug.law != AGREES


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_the_reference_breaks_no_law(law, seed):
    result = check_law(law, load_subject("reference"), Budget(examples=20, seed=seed))
    assert (result.verdict, result.failures) == ("PASS", ())
    assert result.applied == max(1, round(20 * law.share))
