"""The blame of each rule: of the turns where it is at work, how many were answered as if it did not exist."""

import pytest

from tests.small_domains import ADDER, adder
from turncheck.duel import DOMAIN
from turncheck.engine.table import arrays_of
from turncheck.properties.explaining import Blame, blame
from turncheck.properties.explaining import blame as blaming_function

PROMPTS = arrays_of(DOMAIN, "mixed").sample("mixed", 5, 300).texts()


def by_rule(found):
    return {each.rule: each for each in found}


@pytest.mark.parametrize("rule", ["S4", "E2", "O2"])
def test_a_model_without_a_rule_answers_so_wherever_it_is_at_work(rule):
    without = DOMAIN.without(rule)
    found = by_rule(blame(DOMAIN, PROMPTS, [without.resolve_text(prompt) for prompt in PROMPTS]))
    at_work = sum(without.resolve_text(prompt) != DOMAIN.resolve_text(prompt) for prompt in PROMPTS)
    assert at_work > 0
    assert found[rule] == Blame(rule, at_work, at_work)
    assert max(found.values(), key=lambda each: each.rate).rule == rule


def test_a_correct_model_is_blamed_for_no_rule():
    found = blame(DOMAIN, PROMPTS, [DOMAIN.resolve_text(prompt) for prompt in PROMPTS])
    assert [each.rule for each in found][:3] == ["T1", "T2", "T3"]
    assert {each.answered for each in found} == {0}


def test_malformed_prompts_and_answers_that_cannot_be_read_count_for_nothing_but_the_denominator():
    prompt = next(each for each in PROMPTS if DOMAIN.without("T5").resolve_text(each) != DOMAIN.resolve_text(each))
    asked = [prompt, "turn 1\n", prompt, prompt]
    found = by_rule(blame(DOMAIN, asked, ["", DOMAIN.resolve_text(prompt), "9" * 9_000, "reject truncated\n"]))
    assert found["T5"] == Blame("T5", 0, 3)
    assert found["T5"].rate == 0
    assert found["T5"].interval[0] == 0


def test_arrays_and_single_cases_blame_alike(monkeypatch):
    without = DOMAIN.without("S2")
    answers = [without.resolve_text(prompt) for prompt in PROMPTS[:40]]
    together = blame(DOMAIN, PROMPTS[:40], answers)
    monkeypatch.setitem(blaming_function.__globals__, "rows_resolver", lambda domain: None)
    assert blame(DOMAIN, PROMPTS[:40], answers) == together


def test_rules_of_any_domain_are_blamed_and_a_domain_without_rules_has_none():
    without = adder(resolve=lambda case: {"sum": case.a})
    domain = adder(rules={"R1": "the terms are added"}, without=lambda rule: without)
    prompts = ["12+30=", "12+00=", "01+01="]
    assert blame(domain, prompts, ["012", "012", "002"]) == (Blame("R1", 1, 2),)
    assert blame(ADDER, prompts, ["012", "012", "002"]) == ()
    assert blame(domain, [], []) == (Blame("R1", 0, 0),)


def test_other_changes_of_the_rules_are_blamed_if_asked_for():
    variant = DOMAIN.alternatives()["burn_damage were 2"]
    found = blame(DOMAIN, PROMPTS, [variant.resolve_text(prompt) for prompt in PROMPTS], alternatives=True)
    highest = max(found, key=lambda each: each.interval[0])
    assert (highest.rule, highest.words, highest.rate) == ("", "burn_damage were 2", 1)
    assert "the highest shield were 19" not in {each.words for each in found}
    assert found[: len(blame(DOMAIN, [], []))] == blame(
        DOMAIN, PROMPTS, [variant.resolve_text(prompt) for prompt in PROMPTS]
    )
