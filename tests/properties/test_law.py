"""Laws as values: what their functions are given, when they apply, and that they are true of the reference."""

from collections import Counter

import attrs
import pytest

from tests.bench.hold import hold
from turncheck.engine import STANDARD, Battle, Order, Turn, Unit, resolve_text, write
from turncheck.properties.law import (
    DIRECTION,
    KNOWN_ANSWER,
    MALFORMED,
    STABILITY,
    Law,
    UnreadableError,
    law,
    state,
    text_law,
    unit_law,
)
from turncheck.properties.laws import LAWS
from turncheck.properties.laws.cases import any_turn, swapped
from turncheck.properties.run import Budget, check_law, draw
from turncheck.properties.spec import Reference, load_subject
from turncheck.properties.subject import Subject

TURN = Turn(Battle(7, Unit(5, 9, burn=1), Unit(3, 4)), Order("foe", "guard"), Order("hero", "wait"))
AFTER = state(resolve_text(write(TURN)))

IDS = [
    "answer_agrees_with_the_reference",
    "finished_battle_stays_as_it_is",
    "turn_counter_rises_by_one",
    "turn_counter_changes_only_itself",
    "swapped_units_swap_the_answer",
    "self_aimed_orders_commute",
    "max_never_changes",
    "nobody_is_healed_above_max",
    "fallen_unit_is_left_blank",
    "stunned_unit_does_nothing",
    "action_on_cooldown_is_wait",
    "guard_never_leaves_less_hp",
    "thick_shield_takes_an_attack",
    "cooldowns_count_down",
    "spent_slot_takes_its_cooldown",
    "hp_never_rises_under_poison",
    "more_poison_never_leaves_more_hp",
    "burn_meets_the_shield_first",
    "statuses_count_down",
    "malformed_turn_gets_no_state",
    "malformed_turn_gets_its_reason",
    "same_answer_asked_again_alone",
    "same_answer_asked_again_in_a_batch",
]


def test_the_laws_stand_in_this_order():
    assert [law.id for law in LAWS] == IDS


# --- what a law's function is given ----------------------------------------------------------------------------------


def test_a_turn_law_is_given_the_turn_and_the_battle_after_it():
    given = []

    @law("T1", KNOWN_ANSWER, cases=any_turn)
    def takes_two(turn, after):
        given.append((turn, after))

    takes_two.check(TURN, [resolve_text(prompt) for prompt in takes_two.asks(TURN)])
    assert takes_two.asks(TURN) == (write(TURN),)
    assert given == [(TURN, AFTER)]


def test_a_turn_law_that_compares_is_given_the_battle_after_the_other_turn_too():
    given = []

    @law("T1", KNOWN_ANSWER, cases=any_turn, also=swapped)
    def takes_three(turn, after, after_other):
        given.append((turn, after, after_other))

    prompts = takes_three.asks(TURN)
    assert prompts == (write(TURN), write(swapped(TURN, STANDARD)))
    takes_three.check(TURN, [resolve_text(prompt) for prompt in prompts])
    assert given == [(TURN, AFTER, Battle(8, AFTER.foe, AFTER.hero))]


def test_a_law_is_given_the_rules_where_it_has_a_parameter_for_them():
    given = []

    @law("T1", KNOWN_ANSWER, cases=any_turn)
    def takes_rules(turn, after, rules):
        given.append(rules)

    variant = attrs.evolve(STANDARD, burn_damage=4)
    takes_rules.check(TURN, [resolve_text(write(TURN))])
    takes_rules.check(TURN, [resolve_text(write(TURN))], variant)
    assert given == [STANDARD, variant]


def test_a_unit_law_is_given_each_unit_that_it_is_about_before_and_after():
    given = []

    @unit_law("E2", KNOWN_ANSWER, cases=any_turn, who=lambda turn, name, rules: turn.battle.unit(name).burn > 0)
    def takes_units(before, after):
        given.append((before, after))

    takes_units.check(TURN, [resolve_text(write(TURN))])
    assert given == [(TURN.battle.hero, AFTER.hero)]


def test_a_unit_law_is_given_those_of_turn_name_and_rules_for_which_it_has_a_parameter():
    given = []

    @unit_law("E2", KNOWN_ANSWER, cases=any_turn, who=lambda turn, name, rules: True)
    def takes_all(before, after, rules, name, turn):
        given.append((turn, name, rules))

    @unit_law("E2", KNOWN_ANSWER, cases=any_turn, who=lambda turn, name, rules: True)
    def takes_name(before, after, name):
        given.append(name)

    takes_all.check(TURN, [resolve_text(write(TURN))])
    takes_name.check(TURN, [resolve_text(write(TURN))])
    assert given == [(TURN, "hero", STANDARD), (TURN, "foe", STANDARD), "hero", "foe"]


def test_a_unit_law_applies_where_it_is_about_one_unit_at_least():
    @unit_law("E2", KNOWN_ANSWER, cases=any_turn, who=lambda turn, name, rules: turn.battle.unit(name).burn > 0)
    def about_burn(before, after):
        pass

    assert about_burn.applies(TURN, STANDARD)
    assert not about_burn.applies(Turn(), STANDARD)


def test_a_text_law_is_given_the_text_and_the_answer_as_it_was_written():
    given = []

    @text_law("M1", MALFORMED, cases=any_turn)
    def takes_texts(text, answer):
        given.append((text, answer))

    takes_texts.check("turn\n", ["\x1b[31m"])
    takes_texts.check(TURN, ["anything"])
    assert takes_texts.asks("turn\n") == ("turn\n",)
    assert given == [("turn\n", "\x1b[31m"), (write(TURN), "anything")]


def test_a_text_law_that_asks_again_is_given_the_second_answer_too():
    given = []

    @text_law("all", STABILITY, cases=any_turn, again="alone", share=0.5)
    def takes_again(text, answer, again):
        given.append((answer, again))

    takes_again.check(TURN, ["first", "second"])
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

READING = [
    law for law in LAWS if law.kind not in (MALFORMED, STABILITY) and law.id != "answer_agrees_with_the_reference"
]


@pytest.mark.parametrize("answer", ["", "turn 01\n", "reject bad_number\n", "reject nothing\n", "\ud800", "ok"])
@pytest.mark.parametrize("law", READING, ids=lambda law: law.id)
def test_an_answer_that_is_no_state_breaks_a_law_that_reads_it(law, answer):
    (case,) = draw(law, load_subject("reference"), Budget(1))
    with pytest.raises(UnreadableError):
        law.check(case, [answer] * len(law.asks(case)))


def test_an_unreadable_answer_is_an_assertion_error_that_says_why():
    with pytest.raises(AssertionError) as caught:
        state("turn 01\n")
    assert str(caught.value) == "truncated at line 2, piece 1: the text ends too early (M2)"
    with pytest.raises(AssertionError) as caught:
        state("reject bad_number\n")
    assert str(caught.value) == "the answer rejects: bad_number"


def test_an_answer_outside_the_ranges_is_read():
    answer = write(Battle()).replace("hp 01/01", "hp 09/01", 1).replace("burn 0", "burn 9", 1)
    hero = state(answer).hero
    assert (hero.hp, hero.max, hero.burn) == (9, 1, 9)


# --- true of the reference -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_every_case_that_is_drawn_applies(law):
    cases = draw(law, load_subject("reference"), Budget(examples=round(100 / law.share)))
    assert len(cases) == 100
    assert [case for case in cases if not law.applies(case, STANDARD)] == []


def test_the_laws_hold_of_the_reference_on_1000_sampled_turns():
    applied = sum((hold(start, 500, seed=1) for start in (0, 500)), Counter())
    assert {law.id for law in LAWS} == set(applied)
    everywhere = {law.id for law in LAWS if applied[law.id] == 1000}
    assert everywhere == {
        "answer_agrees_with_the_reference",
        "swapped_units_swap_the_answer",
        "max_never_changes",
        "malformed_turn_gets_no_state",
        "malformed_turn_gets_its_reason",
        "same_answer_asked_again_alone",
        "same_answer_asked_again_in_a_batch",
    }


VARIANTS = {
    "burn takes 4": attrs.evolve(STANDARD, burn_damage=4),
    "heal cools for 2 turns": STANDARD.with_action("heal", cooldown=2),
    "shield up to 30": STANDARD.with_field("shield", high=30),
    "fragile doubles nothing": attrs.evolve(STANDARD, fragile_numerator=2),
    "fragile halves": attrs.evolve(STANDARD, fragile_numerator=1),
    "turns pass by two": attrs.evolve(STANDARD, turn_step=2),
    "statuses fall by two": attrs.evolve(STANDARD, status_step=2),
    "slots fall by two": attrs.evolve(STANDARD, slot_step=2),
    "attack takes 9": STANDARD.with_action("attack", power=9),
    "poison takes 2 a stack": attrs.evolve(STANDARD, poison_damage=2),
    "max up to 30": STANDARD.with_field("max", high=30),
    "burn before poison": STANDARD.swapped("E1", "E2"),
}


@pytest.mark.parametrize("rules", VARIANTS.values(), ids=VARIANTS.keys())
def test_the_laws_hold_of_other_rules_too(rules):
    subject = Subject("variant", "reference", Reference(rules), rules=rules)
    broken = [law.id for law in LAWS if check_law(law, subject, Budget(25, seed=1)).verdict != "PASS"]
    assert broken == []
