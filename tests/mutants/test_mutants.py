"""The catalogue: names of mutants are unique, and a rule's mutant is the reference under its rules."""

from collections import Counter

import attrs
import pytest

from tests.mutants.catalogue import MUTANTS
from tests.mutants.equivalence import prompts
from tests.mutants.of_rules import amounts, by_rules
from turncheck.engine.duel import RULE_IDS, STANDARD, RulesError, resolve_text
from turncheck.engine.duel.rules import PHASES, Rules
from turncheck.engine.duel.tables import ACTIONS, FIELDS

ASKED = tuple(prompts(0, 100, seed=0))
NAMES = [mutant.name for mutant in MUTANTS]


def test_no_two_mutants_have_one_name():
    assert [name for name, count in Counter(NAMES).items() if count > 1] == []


@pytest.mark.parametrize("rule", RULE_IDS)
def test_every_rule_is_left_out_once(rule):
    assert NAMES.count(f"without_{rule}") == 1


def test_every_two_phases_are_swapped():
    assert sum(mutant.group == "phases swapped" for mutant in MUTANTS) == len(PHASES) * (len(PHASES) - 1) / 2


def test_every_number_of_the_rules_is_put_off_by_one():
    single = {field.name for field in attrs.fields(Rules) if field.type == "int"}
    rows = {f"{action.name}_{part}" for action in ACTIONS for part in ("power", "cooldown")}
    effects = {f"{each.name}_{effect.field}" for each in ACTIONS for effect in each.effects if effect.amount}
    highest = {f"highest_{field.name}" for field in FIELDS} | {"highest_turn"}
    assert {amount.name for amount in amounts()} == single | rows | effects | highest


VARIANTS = {f"{amount.name} {by:+}": (amount.put, amount.value + by) for amount in amounts() for by in (-1, 1)}


def is_possible(put, value):
    try:
        return bool(put(value))
    except RulesError:
        return False


@pytest.mark.parametrize("variant", [name for name, each in VARIANTS.items() if is_possible(*each)])
def test_a_number_off_by_one_makes_the_reference_under_such_rules(variant):
    put, value = VARIANTS[variant]
    answer = by_rules(put(value))
    assert [answer(prompt) for prompt in ASKED] == [resolve_text(prompt.text, put(value)) for prompt in ASKED]


def test_a_mutant_is_wrong_now_and_then():
    answer = by_rules(STANDARD.without("E5"))
    right = [answer(prompt) == prompt.right for prompt in ASKED]
    assert 0 < sum(right) < len(ASKED)
