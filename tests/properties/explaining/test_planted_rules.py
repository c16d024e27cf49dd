"""Each single change of the rules that the mutants plant is named among the explanations of its wrong answers."""

import pytest

from tests.mutants.of_rules import MUTANTS
from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel.alternatives import alternatives
from turncheck.engine.duel.rules import STANDARD
from turncheck.engine.table import arrays_of
from turncheck.properties.explaining import explain
from turncheck.properties.explaining.rules import variants_of

PROMPTS = arrays_of(DOMAIN, "mixed").sample("mixed", 0, 120).texts()
RIGHT = [DOMAIN.resolve_text(prompt) for prompt in PROMPTS]
WORDS = {each.domain.variant: each.words for each in variants_of(DOMAIN)}

NEVER_SHOWN = {"without_A8", "without_S1"}
"""Rules that change no answer when they are left out; the domain exempts them."""


def test_every_planted_change_of_the_rules_has_a_name():
    assert {each.name for each in MUTANTS if each.rules not in WORDS} == NEVER_SHOWN
    assert len(set(WORDS.values())) == len(WORDS)


def test_no_alternative_is_the_rules_themselves_or_another_alternative():
    found = list(alternatives(STANDARD).values())
    assert STANDARD not in found
    assert len(set(found)) == len(found)


def test_alternatives_of_other_rules_are_single_changes_of_those():
    found = duel(STANDARD.without("E4")).alternatives()
    assert found["burn_damage were 2"].variant == alternatives(STANDARD)["burn_damage were 2"].without("E4")


@pytest.mark.parametrize("group", dict.fromkeys(each.group for each in MUTANTS))
def test_a_planted_change_is_among_the_fewest_changes_that_explain_each_of_its_answers(group):
    shown = 0
    for mutant in (each for each in MUTANTS if each.group == group):
        prompt, given = first_shown(duel(mutant.rules))
        if given:
            found = explain(DOMAIN, prompt, given, most=1)
            assert (found.changes, WORDS[mutant.rules] in [each.words for each in found.of("rule")]) == (1, True)
            shown += 1
    assert shown > 0


def first_shown(variant):
    """The first prompt that a variant answers otherwise, and its answer; nothing if there is none."""
    for prompt, right in zip(PROMPTS, RIGHT, strict=True):
        given = variant.resolve_text(prompt)
        if given != right:
            return prompt, given
    return "", ""
