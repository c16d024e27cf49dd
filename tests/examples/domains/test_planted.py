"""The laws of each example: each planted bug breaks one besides agreement, the truth breaks none."""

from functools import cache

import pytest

from tests.examples.domains.adder import bugs as adder
from tests.examples.domains.life import bugs as life
from tests.examples.domains.planted import Planted, breaks
from tests.examples.domains.subleq import bugs as subleq
from turncheck.engine.sampling import sample, samplers_of
from turncheck.properties.laws import laws_of

EXAMPLES = {"adder": adder, "life": life, "subleq": subleq}
BUGS = [(name, bug) for name, example in EXAMPLES.items() for bug in example.BUGS]
SAME = [(name, engine) for name, example in EXAMPLES.items() for engine in example.SAME]
AGREEMENT = (
    "answer_agrees_with_the_reference",
    "play_is_followed_step_by_step",
    "own_answers_lead_where_the_reference_does",
)
CASES = 2500
"""From each sampler: the rarest bug, the jump target that an instruction changes itself, shows on one in 600."""


@cache
def cases(name):
    """Cases of all samplers that the domain says are its own, and of those that mix."""
    domain = EXAMPLES[name].DOMAIN
    drawn = [sample(domain, sampler, 0, CASES) for sampler in ("mixed", *domain.samplers)]
    return [case for of_all in zip(*drawn, strict=True) for case in of_all]


def about_cases(name):
    """The laws of a domain that say something of one case, but those that only compare with the reference."""
    laws = laws_of(EXAMPLES[name].DOMAIN)
    return [law for law in laws if law.form == "case" and law.kind != "stability" and law.id not in AGREEMENT]


LAWS = [(name, law) for name in EXAMPLES for law in about_cases(name)]


def named(pair):
    return f"{pair[0]}-{getattr(pair[1], 'id', None) or pair[1].name}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_twenty_bugs_or_more_each_with_a_name_of_its_own(name):
    names = {bug.name for bug in EXAMPLES[name].BUGS}
    assert len(names) == len(EXAMPLES[name].BUGS) >= 20


@pytest.mark.parametrize("pair", BUGS, ids=named)
def test_a_law_besides_agreement_catches_the_bug(pair):
    name, bug = pair
    laws = about_cases(name)
    assert any(breaks(law, bug, case, bug.domain) for case in cases(name) for law in laws)


@pytest.mark.parametrize("pair", SAME, ids=named)
def test_an_engine_that_works_differently_and_answers_rightly_breaks_no_law(pair):
    name, engine = pair
    laws = about_cases(name)
    broken = {law.id for case in cases(name)[:100] for law in laws if breaks(law, engine, case, engine.domain)}
    assert broken == set()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_engine_that_is_called_the_same_answers_as_the_reference_does(name):
    domain = EXAMPLES[name].DOMAIN
    for engine in EXAMPLES[name].SAME:
        prompts = [domain.write(case) for case in cases(name)[:500]]
        assert engine(prompts) == [domain.resolve_text(prompt) for prompt in prompts]


@pytest.mark.parametrize("pair", LAWS, ids=named)
def test_each_law_of_one_case_catches_a_bug(pair):
    name, law = pair
    assert any(breaks(law, bug, case, bug.domain) for case in cases(name)[:300] for bug in EXAMPLES[name].BUGS)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_truth_breaks_no_law(name, seed):
    domain = EXAMPLES[name].DOMAIN
    truth = Planted("nothing", domain, domain.outcome)
    drawn = [case for sampler in samplers_of(domain) for case in sample(domain, sampler, seed, 10)]
    laws = [law for law in laws_of(domain) if law.form == "case" and law.kind != "stability"]
    assert {law.id for case in drawn for law in laws if breaks(law, truth, case, domain)} == set()
