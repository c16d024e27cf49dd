"""The laws of each example: each planted bug breaks a law other than agreement, and the reference breaks none."""

from functools import cache

import pytest

from tests.examples.domains.adder import bugs as adder
from tests.examples.domains.life import bugs as life
from tests.examples.domains.planted import breaks
from tests.examples.domains.subleq import bugs as subleq
from tests.slow import mostly_slow
from turncheck.engine.sampling import sample
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking import truth as truth_module
from turncheck.properties.checking.check import check_law
from turncheck.properties.checking.draw import Budget, run
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws import laws_of

EXAMPLES = {"adder": adder, "life": life, "subleq": subleq}
BUGS = [(name, bug) for name, example in EXAMPLES.items() for bug in example.BUGS]
SAME = [(name, engine) for name, example in EXAMPLES.items() for engine in example.SAME]
AGREEMENT = (
    "answer_agrees_with_the_reference",
    "play_is_followed_step_by_step",
    "own_answers_lead_where_the_reference_does",
)
SAMPLED = 2500
"""Cases behind those that are drawn: a jump target that its own instruction changes shows on one in 600."""


@cache
def about_cases(name):
    """The laws of a domain that say something of one case, but those that only compare with the reference."""
    laws = laws_of(EXAMPLES[name].DOMAIN)
    return [law for law in laws if law.form == "case" and law.kind != "stability" and law.id not in AGREEMENT]


@cache
def drawn(name):
    """For each of these laws some of the cases of a usual run."""
    found = []
    for law in about_cases(name):
        cases = []
        run(law, EXAMPLES[name].DOMAIN, Budget(80), cases.append)
        found.append((law, cases))
    return found


@cache
def sampled(name):
    """Cases that mix all that the domain has."""
    return list(sample(EXAMPLES[name].DOMAIN, "mixed", 0, SAMPLED))


def named(pair):
    return f"{pair[0]}-{getattr(pair[1], 'id', None) or pair[1].name}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_twenty_bugs_or_more_each_with_a_name_of_its_own(name):
    names = {bug.name for bug in EXAMPLES[name].BUGS}
    assert len(names) == len(EXAMPLES[name].BUGS) >= 20


@pytest.mark.parametrize("pair", BUGS, ids=named)
def test_a_law_besides_agreement_catches_the_bug(pair):
    name, bug = pair
    in_a_run = any(breaks(law, bug, case, bug.domain) for law, cases in drawn(name) for case in cases)
    assert in_a_run or any(breaks(law, bug, case, bug.domain) for case in sampled(name) for law in about_cases(name))


@pytest.mark.parametrize("pair", SAME, ids=named)
def test_an_engine_that_works_differently_and_answers_rightly_breaks_no_law(pair):
    name, engine = pair
    broken = {law.id for law, cases in drawn(name) for case in cases[:50] if breaks(law, engine, case, engine.domain)}
    assert broken == set()


@pytest.mark.parametrize("pair", SAME, ids=named)
def test_an_engine_that_works_differently_answers_as_the_reference_does(pair):
    name, engine = pair
    prompts = [engine.domain.write(case) for case in sampled(name)[:500]]
    assert engine(prompts) == [engine.domain.resolve_text(prompt) for prompt in prompts]


@pytest.mark.parametrize("pair", [(name, law) for name in EXAMPLES for law in about_cases(name)], ids=named)
def test_each_law_of_one_case_catches_a_bug(pair):
    name, law = pair
    cases = dict(drawn(name))[law]
    assert any(breaks(law, bug, case, bug.domain) for case in cases for bug in EXAMPLES[name].BUGS)


@pytest.mark.parametrize("seed", mostly_slow(range(20), 0))
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_truth_breaks_no_law(name, seed, monkeypatch):
    if not seed:
        monkeypatch.setattr(truth_module, "TRIED", 200)
    domain = EXAMPLES[name].DOMAIN
    truth = Subject("truth", "py", PythonFunction(lambda prompts: list(map(domain.resolve_text, prompts))), domain)
    budget = Budget(examples=200 if seed else 50, seed=seed)
    verdicts = {law.id: check_law(law, truth, budget).verdict for law in laws_of(domain)}
    assert verdicts == dict.fromkeys(verdicts, "PASS")
