"""Rules at work: leaving the rule out changes the answer; and rules that are never at work alone."""

import attrs
import pytest

from turncheck.duel import DOMAIN, EXEMPT
from turncheck.engine.duel import RULE_IDS, STANDARD, Battle, Order, Play, Turn, Unit, resolve
from turncheck.engine.duel.samplers import sample
from turncheck.properties.checking.coverage import rules_at_work
from turncheck.properties.laws.duel import LAWS

LAWS_BY_ID = {law.id: law for law in LAWS}
AGREES = LAWS_BY_ID["answer_agrees_with_the_reference"]
REASONED = LAWS_BY_ID["malformed_turn_gets_its_reason"]
UNDER_POISON = LAWS_BY_ID["hp_never_rises_under_poison"]

POISONED = Turn(Battle(1, Unit(9, 9, poison=2), Unit(5, 5)))
GUARDED = attrs.evolve(POISONED, first=Order("hero", "guard"))


def test_a_rule_is_at_work_where_leaving_it_out_changes_the_answer():
    assert rules_at_work(UNDER_POISON, [POISONED, Turn()], DOMAIN, enough=10) == {"E1": 1}
    working = {rule for rule, count in rules_at_work(AGREES, [GUARDED], DOMAIN, enough=10).items() if count}
    assert working == {"T3", "T5", "O4", "A3", "E1", "E5", "E7"}


def test_what_is_at_work_is_counted_up_to_what_is_enough():
    turns = [attrs.evolve(POISONED, battle=attrs.evolve(POISONED.battle, turn=turn)) for turn in range(1, 20)]
    assert rules_at_work(UNDER_POISON, turns, DOMAIN, enough=7) == {"E1": 7}
    assert rules_at_work(UNDER_POISON, turns, DOMAIN, enough=70) == {"E1": 19}


def test_a_play_has_a_rule_at_work_in_any_of_its_turns():
    wait, strike = Order("hero", "wait"), Order("foe", "attack")
    law = attrs.evolve(AGREES, rule="A1, E4")
    play = Play(Battle(1, Unit(40, 40), Unit(9, 9)), ((wait, Order("foe", "wait")), (wait, strike)))
    assert rules_at_work(law, [play], DOMAIN, enough=10) == {"A1": 1, "E4": 0}


def test_a_rule_of_malformed_texts_is_at_work_where_it_gives_the_reason():
    found = rules_at_work(REASONED, ["", "turn 1\n", "turn 2\n"], DOMAIN, enough=10)
    assert {rule: count for rule, count in found.items() if count} == {"M2": 1, "M6": 2}
    assert set(found) == {f"M{number}" for number in range(1, 12)}


def test_a_law_about_turns_says_nothing_of_the_rules_about_malformed_texts():
    assert set(rules_at_work(AGREES, [POISONED], DOMAIN, enough=1)) == set(RULE_IDS) - set(EXEMPT)


@pytest.mark.parametrize("rule", [rule for rule in EXEMPT if rule in RULE_IDS])
def test_leaving_out_an_exempt_rule_changes_nothing(rule):
    turns = [*sample("mixed", 0, 1000), *sample("play", 0, 1000)]
    assert [turn for turn in turns if resolve(turn, STANDARD.without(rule)) != resolve(turn)] == []


def test_every_other_rule_of_a_turn_is_at_work_somewhere():
    turns = list(sample("mixed", 0, 2000))
    counts = rules_at_work(AGREES, turns, DOMAIN, enough=1)
    assert counts == dict.fromkeys([rule for rule in RULE_IDS if rule not in EXEMPT], 1)


def test_the_exempt_are_rules():
    assert set(EXEMPT) < set(DOMAIN.rules)
