"""Laws as values: the arguments of their functions, when they apply, and that they are true of the reference."""

import re
from collections import Counter
from functools import lru_cache

import attrs
import pytest

from tests.bench.hold import hold
from tests.slow import mostly_slow
from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import REASONS, RULE_IDS, STANDARD, Battle, Order, Turn, Unit, resolve_text, write
from turncheck.engine.duel.tables import gain
from turncheck.model.adapters.calibration import Reference
from turncheck.properties.checking import truth
from turncheck.properties.checking.check import Budget, check_law, draw
from turncheck.properties.checking.draw import run
from turncheck.properties.checking.law import (
    DIRECTION,
    KNOWN_ANSWER,
    MALFORMED,
    STABILITY,
    Law,
    UnreadableError,
    lenient_answer,
)
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.truth import holds_of_reference
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.laws.duel.cases import any_turn, swapped
from turncheck.properties.laws.duel.written import law, text_law, unit_law
from turncheck.properties.session.loading import load_subject

TURN = Turn(Battle(7, Unit(5, 9, burn=1), Unit(3, 4)), Order("foe", "guard"), Order("hero", "wait"))
AFTER = lenient_answer(DOMAIN, resolve_text(write(TURN)))

IDS = [
    "answer_agrees_with_the_reference",
    "valid_turn_is_never_rejected",
    "answer_can_be_read",
    "numbers_stay_in_their_ranges",
    "fallen_unit_is_blank_in_every_answer",
    "finished_battle_stays_as_it_is",
    "turn_counter_rises_by_one",
    "turn_counter_changes_only_itself",
    "swapped_units_swap_the_answer",
    "self_aimed_orders_commute",
    "self_aimed_orders_do_not_meet",
    "max_never_changes",
    "nobody_is_healed_above_max",
    "max_matters_only_to_healing",
    "fallen_unit_is_left_blank",
    "regen_never_revives",
    "felled_unit_does_nothing",
    "first_to_fell_is_not_struck_back",
    "fall_ends_no_turn",
    "strike_at_the_fallen_is_wait",
    "stunned_unit_does_nothing",
    "stun_hinders_at_once",
    "action_on_cooldown_is_wait",
    "hindered_unit_spends_no_slot",
    "slot_is_spent_in_vain_too",
    "waiting_is_nothing",
    "heal_restores_hp",
    "heal_gives_regen",
    "heal_at_full_hp_restores_nothing",
    "guard_adds_to_the_shield",
    "guard_never_leaves_less_hp",
    "cleanse_ends_poison_burn_and_fragile",
    "cleanse_comes_before_the_harm",
    "cleanse_keeps_what_helps",
    "brace_gives_thorns",
    "brace_ends_fragile",
    "attack_takes_its_power",
    "poison_strike_takes_its_power",
    "ignite_takes_its_power",
    "fragile_unit_takes_half_as_much_again",
    "shield_absorbs_an_attack_first",
    "thick_shield_takes_an_attack",
    "more_shield_never_leaves_less_hp",
    "broken_shield_leaves_its_unit_fragile",
    "only_a_broken_shield_leaves_fragile",
    "poison_strike_adds_two_stacks",
    "poison_strike_stuns_the_fragile",
    "nobody_is_stunned_who_was_not_fragile",
    "ignite_sets_alight",
    "effects_pass_a_whole_shield",
    "thorns_cost_the_striker",
    "striking_costs_nothing_without_thorns",
    "thorns_of_the_felled_cost_nothing",
    "more_thorns_never_hurt_less",
    "brace_first_costs_the_striker",
    "brace_after_the_strike_costs_nothing",
    "poison_burn_and_regen_in_this_order",
    "poison_takes_its_stacks",
    "hp_never_rises_under_poison",
    "more_poison_never_leaves_more_hp",
    "burn_meets_the_shield_first",
    "burn_breaks_no_shield",
    "regen_gives_three",
    "statuses_count_down",
    "shield_does_not_count_down",
    "longer_burn_hurts_no_more",
    "longer_regen_gives_no_more",
    "longer_thorns_cost_no_more",
    "longer_fragile_is_no_weaker",
    "cooldowns_count_down",
    "only_the_ordered_slot_is_spent",
    "spent_slot_takes_its_cooldown",
    "malformed_turn_gets_no_state",
    "malformed_turn_gets_its_reason",
    "odd_spacing_is_bad_spacing",
    "early_end_is_truncated",
    "late_end_is_trailing_text",
    "another_word_is_misplaced_label",
    "no_word_is_unknown_label",
    "miswritten_number_is_bad_number",
    "only_ascii_digits_are_digits",
    "number_beyond_its_range_is_out_of_range",
    "every_range_ends_where_it_should",
    "more_hp_than_max_is_hp_above_max",
    "no_action_is_unknown_action",
    "second_order_for_one_unit_is_duplicate_order",
    "fallen_unit_with_anything_is_fallen_with_status",
    "what_follows_the_first_fault_changes_nothing",
    "played_battle_is_followed_turn_by_turn",
    "own_answers_lead_where_the_reference_does",
    "own_answers_stay_within_the_rules",
    "own_battle_that_is_over_stays_over",
    "own_turn_counter_counts_the_turns",
    "own_hp_only_falls_without_healing",
    "everything_wears_off",
    "same_answer_asked_again_alone",
    "same_answer_asked_again_in_a_batch",
]


def test_the_laws_stand_in_this_order():
    assert [law.id for law in LAWS] == IDS


ABOUT_TURNS = {"V1", *RULE_IDS}
ABOUT_TEXTS = {rule for rule, _ in REASONS.values()}


@pytest.mark.parametrize("rule", tuple(DOMAIN.rules))
def test_every_rule_has_a_law_that_names_it(rule):
    laws = [law for law in LAWS if law.rule != "all" and rule in law.rules(DOMAIN)]
    assert laws
    assert all((law.kind == MALFORMED) == (rule in ABOUT_TEXTS) for law in laws)


@pytest.mark.parametrize(
    ("rule", "rules"),
    [
        ("E1", ("E1",)),
        ("S4, E2", ("S4", "E2")),
        ("E2, S4", ("S4", "E2")),
        ("T3, E1-E4", ("T3", "E1", "E2", "E3", "E4")),
        ("M1-M11", tuple(f"M{number}" for number in range(1, 12))),
        ("M1", ("M1",)),
        ("all", tuple(DOMAIN.rules)),
    ],
)
def test_a_law_knows_its_rules_by_their_ids(rule, rules):
    assert attrs.evolve(LAWS[0], rule=rule).rules(DOMAIN) == rules


def test_every_rule_that_a_law_names_is_one():
    named = {rule for law in LAWS for rule in re.findall(r"[A-Z]\d+", law.rule)}
    assert named == ABOUT_TURNS | ABOUT_TEXTS


# --- what a law's function is given ----------------------------------------------------------------------------------


def test_a_turn_law_is_given_the_turn_and_the_battle_after_it():
    given = []

    @law("T1", KNOWN_ANSWER, cases=any_turn)
    def takes_two(turn, after):
        given.append((turn, after))

    takes_two.check(TURN, [resolve_text(prompt) for prompt in takes_two.asks(TURN, DOMAIN)], DOMAIN)
    assert takes_two.asks(TURN, DOMAIN) == (write(TURN),)
    assert given == [(TURN, AFTER)]


def test_a_turn_law_that_compares_is_given_the_battle_after_the_other_turn_too():
    given = []

    @law("T1", KNOWN_ANSWER, cases=any_turn, also=swapped)
    def takes_three(turn, after, after_other):
        given.append((turn, after, after_other))

    prompts = takes_three.asks(TURN, DOMAIN)
    assert prompts == (write(TURN), write(swapped(TURN, STANDARD)))
    takes_three.check(TURN, [resolve_text(prompt) for prompt in prompts], DOMAIN)
    assert given == [(TURN, AFTER, Battle(8, AFTER.foe, AFTER.hero))]


def test_a_law_is_given_the_rules_where_it_has_a_parameter_for_them():
    given = []

    @law("T1", KNOWN_ANSWER, cases=any_turn)
    def takes_rules(turn, after, rules):
        given.append(rules)

    variant = attrs.evolve(STANDARD, burn_damage=4)
    takes_rules.check(TURN, [resolve_text(write(TURN))], DOMAIN)
    takes_rules.check(TURN, [resolve_text(write(TURN))], duel(variant))
    assert given == [STANDARD, variant]


def test_a_unit_law_is_given_each_unit_that_it_is_about_before_and_after():
    given = []

    @unit_law("E2", KNOWN_ANSWER, cases=any_turn, who=lambda turn, name, rules: turn.battle.unit(name).burn > 0)
    def takes_units(before, after):
        given.append((before, after))

    takes_units.check(TURN, [resolve_text(write(TURN))], DOMAIN)
    assert given == [(TURN.battle.hero, AFTER.hero)]


def test_a_unit_law_is_given_those_of_turn_name_and_rules_for_which_it_has_a_parameter():
    given = []

    @unit_law("E2", KNOWN_ANSWER, cases=any_turn, who=lambda turn, name, rules: True)
    def takes_all(before, after, rules, name, turn):
        given.append((turn, name, rules))

    @unit_law("E2", KNOWN_ANSWER, cases=any_turn, who=lambda turn, name, rules: True)
    def takes_name(before, after, name):
        given.append(name)

    takes_all.check(TURN, [resolve_text(write(TURN))], DOMAIN)
    takes_name.check(TURN, [resolve_text(write(TURN))], DOMAIN)
    assert given == [(TURN, "hero", STANDARD), (TURN, "foe", STANDARD), "hero", "foe"]


def test_a_unit_law_applies_where_it_is_about_one_unit_at_least():
    @unit_law("E2", KNOWN_ANSWER, cases=any_turn, who=lambda turn, name, rules: turn.battle.unit(name).burn > 0)
    def about_burn(before, after):
        pass

    assert about_burn.applies(TURN, DOMAIN)
    assert not about_burn.applies(Turn(), DOMAIN)


def test_a_text_law_is_given_the_text_and_the_answer_as_it_was_written():
    given = []

    @text_law("M1", MALFORMED, cases=any_turn)
    def takes_texts(text, answer):
        given.append((text, answer))

    takes_texts.check("turn\n", ["\x1b[31m"], DOMAIN)
    takes_texts.check(TURN, ["anything"], DOMAIN)
    assert takes_texts.asks("turn\n", DOMAIN) == ("turn\n",)
    assert given == [("turn\n", "\x1b[31m"), (write(TURN), "anything")]


def test_a_text_law_that_asks_again_is_given_the_second_answer_too():
    given = []

    @text_law("all", STABILITY, cases=any_turn, again="alone", share=0.5)
    def takes_again(text, answer, again):
        given.append((answer, again))

    takes_again.check(TURN, ["first", "second"], DOMAIN)
    assert given == [("first", "second")]
    assert (takes_again.again, takes_again.share) == ("alone", 0.5)


def test_a_law_has_its_function_s_name_and_docstring():
    @law("T5", DIRECTION, cases=any_turn)
    def turns_pass(turn, after):
        """Turns
        pass.
        """

    assert isinstance(turns_pass, Law)
    assert (turns_pass.id, turns_pass.rule, turns_pass.kind) == ("turns_pass", "T5", DIRECTION)
    assert turns_pass.sentence == "Turns\npass."


# --- answers that cannot be read -------------------------------------------------------------------------------------

OF_TEXTS = ("answer_agrees_with_the_reference", "valid_turn_is_never_rejected", "answer_can_be_read")
READING = [law for law in LAWS if law.kind not in (MALFORMED, STABILITY) and law.id not in OF_TEXTS]


@lru_cache(maxsize=len(READING))
def first_case(law):
    (case,) = draw(law, load_subject("reference", DOMAIN), Budget(1))
    return case


@pytest.mark.parametrize("answer", ["", "turn 01\n", "reject bad_number\n", "reject nothing\n", "\ud800", "ok"])
@pytest.mark.parametrize("law", READING, ids=lambda law: law.id)
def test_an_answer_that_is_no_state_breaks_a_law_that_reads_it(law, answer):
    case = first_case(law)
    with pytest.raises(UnreadableError):
        law.check(case, [answer] * len(law.asks(case, DOMAIN)), DOMAIN)


def test_an_unreadable_answer_is_an_assertion_error_that_says_why():
    with pytest.raises(AssertionError) as caught:
        lenient_answer(DOMAIN, "turn 01\n")
    assert str(caught.value) == "truncated at line 2, piece 1: the text ends too early (M2)"
    with pytest.raises(AssertionError) as caught:
        lenient_answer(DOMAIN, "reject bad_number\n")
    assert str(caught.value) == "the answer rejects: bad_number"


def test_an_answer_outside_the_ranges_is_read():
    answer = write(Battle()).replace("hp 01/01", "hp 09/01", 1).replace("burn 0", "burn 9", 1)
    hero = lenient_answer(DOMAIN, answer).hero
    assert (hero.hp, hero.max, hero.burn) == (9, 1, 9)


# --- true of the reference -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", mostly_slow((30, 300), 0))
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_every_case_that_is_drawn_applies(law, count):
    drawn = []
    run(law, DOMAIN, Budget(examples=round(count / law.share)), drawn.append)
    assert len(drawn) == count
    assert [case for case in drawn if not law.applies(case, DOMAIN)] == []


def test_the_laws_hold_of_the_reference_on_1000_sampled_turns():
    applied = sum((hold(start, 250, seed=1) for start in (0, 250, 500, 750)), Counter())
    everywhere = {law.id for law in LAWS if applied[law.id] == 1000}
    assert everywhere == {
        "answer_agrees_with_the_reference",
        "valid_turn_is_never_rejected",
        "answer_can_be_read",
        "numbers_stay_in_their_ranges",
        "fallen_unit_is_blank_in_every_answer",
        "swapped_units_swap_the_answer",
        "max_never_changes",
        "malformed_turn_gets_no_state",
        "malformed_turn_gets_its_reason",
        "same_answer_asked_again_alone",
        "same_answer_asked_again_in_a_batch",
    }
    assert len(set(applied)) > 85


# Which rule each is about: the laws that name it are those that it may make false.
# fmt: off
VARIANTS = {
    "burn takes 4":             ("E2", attrs.evolve(STANDARD, burn_damage=4)),
    "heal cools for 2 turns":   ("E7", STANDARD.with_action("heal", cooldown=2)),
    "shield up to 30":          ("A3", STANDARD.with_field("shield", high=30)),
    "fragile doubles nothing":  ("S2", attrs.evolve(STANDARD, fragile_numerator=2)),
    "fragile halves":           ("S2", attrs.evolve(STANDARD, fragile_numerator=1)),
    "turns pass by two":        ("T5", attrs.evolve(STANDARD, turn_step=2)),
    "statuses fall by two":     ("E5", attrs.evolve(STANDARD, status_step=2)),
    "slots fall by two":        ("E6", attrs.evolve(STANDARD, slot_step=2)),
    "attack takes 9":           ("A1", STANDARD.with_action("attack", power=9)),
    "poison takes 2 a stack":   ("E1", attrs.evolve(STANDARD, poison_damage=2)),
    "max up to 30":             ("A2", STANDARD.with_field("max", high=30)),
    "burn before poison":       ("E2", STANDARD.swapped("E1", "E2")),
    "poison_strike takes 5":    ("A5", STANDARD.with_action("poison_strike", power=5)),
    "ignite takes 4":           ("A6", STANDARD.with_action("ignite", power=4)),
    "regen gives 4":            ("E4", attrs.evolve(STANDARD, regen_heal=4)),
    "thorns cost 3":            ("S6", attrs.evolve(STANDARD, thorns_damage=3)),
    "a broken shield leaves 3": ("S4", attrs.evolve(STANDARD, broken_fragile=3)),
    "guard adds 7":             ("A3", STANDARD.with_action("guard", effects=(gain("shield", 7),))),
    "fragile trebles":          ("S2", attrs.evolve(STANDARD, fragile_numerator=6)),
}
# fmt: on
WHOLE = (
    "shield up to 30",
    "fragile halves",
    "turns pass by two",
    "statuses fall by two",
    "max up to 30",
    "guard adds 7",
)


def about(rule):
    return [law for law in LAWS if law.rule != "all" and rule in law.rules(DOMAIN)]


def reference_under(rules):
    return Subject("variant", "reference", Reference(duel(rules)), duel(rules))


@pytest.mark.parametrize("name", VARIANTS)
def test_of_the_cases_drawn_under_other_rules_the_laws_are_true_too(name):
    rule, rules = VARIANTS[name]
    laws, count = (LAWS, 8) if name in WHOLE else (about(rule), 25)
    subject = reference_under(rules)
    drawn = [(law, case) for law in laws for case in draw(law, subject, Budget(count, seed=1))]
    assert {law.id for law, _ in drawn} == {law.id for law in laws}
    assert [(law.id, case) for law, case in drawn if not holds_of_reference(law, case, subject.domain)] == []


@pytest.mark.parametrize("name", mostly_slow(VARIANTS, 5, 14))
def test_the_laws_about_a_rule_are_true_of_other_rules_too(name, monkeypatch):
    monkeypatch.setattr(truth, "SAMPLED", 1_000)
    rule, rules = VARIANTS[name]
    found = {law.id: check_law(law, reference_under(rules), Budget(25, seed=1)).verdict for law in about(rule)}
    assert found == dict.fromkeys(found, "PASS") != {}


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIANTS)
def test_all_laws_are_true_of_other_rules_too(name):
    _, rules = VARIANTS[name]
    found = {law.id: check_law(law, reference_under(rules), Budget(25, seed=1)).verdict for law in LAWS}
    assert found == dict.fromkeys(IDS, "PASS")
