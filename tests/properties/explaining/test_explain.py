"""What explains a wrong answer, of the duel and of domains without rules and arrays."""

import random
from itertools import islice

import pytest

from tests.small_domains import ADDER, TICTACTOE, adder
from turncheck.duel import DOMAIN
from turncheck.engine.fields import Int
from turncheck.engine.sampling import sample
from turncheck.engine.schema import Schema
from turncheck.properties.explaining import AsIf, Explanation, explain
from turncheck.properties.explaining import inputs as searching
from turncheck.properties.explaining.rules import variants_of

FRAGILE = DOMAIN.write(
    DOMAIN.case(
        **{"hero.hp": 9, "hero.max": 9, "foe.hp": 20, "foe.max": 20, "foe.fragile": 2, "first.action": "attack"}
    )
)
"""The hero attacks a fragile foe: 9 damage."""


def changed(domain, prompt, **changes):
    """The text of a prompt with other values."""
    return domain.prompt.write(domain.fields_of(domain.read(prompt)).changed(changes))


def words(found):
    """What explains an answer, in words."""
    return [each.words for each in found.found]


# --- one change ------------------------------------------------------------------------------------------------------


def test_an_answer_to_another_value_of_one_field_is_explained_by_that_value():
    given = DOMAIN.resolve_text(changed(DOMAIN, FRAGILE, turn=7))
    assert explain(DOMAIN, FRAGILE, given).found == (Explanation("input", 1, "turn were 7", values={"turn": "07"}),)


def test_an_answer_to_another_action_is_explained_by_the_action_alone_if_no_other_unit_has_it():
    given = DOMAIN.resolve_text(changed(DOMAIN, FRAGILE, **{"first.action": "poison_strike"}))
    assert "attack were poison_strike" in words(explain(DOMAIN, FRAGILE, given))


def test_a_label_says_whose_action_changes_if_both_have_the_same():
    prompt = changed(DOMAIN, FRAGILE, **{"second.action": "attack"})
    given = DOMAIN.resolve_text(changed(DOMAIN, prompt, **{"second.action": "guard"}))
    assert "second action were guard" in words(explain(DOMAIN, prompt, given))


def test_a_rule_and_an_input_that_explain_an_answer_by_one_change_are_both_kept_and_the_rule_comes_first():
    given = DOMAIN.without("S2").resolve_text(FRAGILE)
    found = explain(DOMAIN, FRAGILE, given)
    assert words(found)[0] == "S2 did not exist"
    assert [each.kind for each in found.found] == sorted((each.kind for each in found.found), reverse=True)
    assert {each.changes for each in found.found} == {1}


def test_another_number_of_the_rules_explains_an_answer():
    prompt = DOMAIN.write(DOMAIN.case(**{"foe.burn": 2, "foe.hp": 20, "foe.max": 20}))
    given = DOMAIN.alternatives()["burn_damage were 2"].resolve_text(prompt)
    assert "burn_damage were 2" in words(explain(DOMAIN, prompt, given))


def test_exchanged_orders_and_groups_explain_an_answer():
    prompt = DOMAIN.write(
        DOMAIN.case(
            **{"hero.hp": 3, "hero.max": 9, "foe.hp": 8, "foe.max": 9, "foe.thorns": 2},
            **{"first.action": "attack", "second.action": "poison_strike"},
        )
    )
    case = DOMAIN.fields_of(DOMAIN.read(prompt))
    orders = {"first.unit": "foe", "first.action": "poison_strike", "second.unit": "hero", "second.action": "attack"}
    given = DOMAIN.resolve_text(DOMAIN.prompt.write(case.changed(orders)))
    assert "the orders were exchanged" in words(explain(DOMAIN, prompt, given))
    sides = {name.replace("hero", "f0e").replace("foe", "hero").replace("f0e", "foe"): v for name, v in case.items()}
    units = {name: value for name, value in sides.items() if name.startswith(("hero", "foe"))}
    given = DOMAIN.resolve_text(DOMAIN.prompt.write(case.changed(units)))
    assert "hero and foe were exchanged" in words(explain(DOMAIN, prompt, given))


# --- two changes -----------------------------------------------------------------------------------------------------


def test_two_changes_explain_an_answer_that_one_does_not():
    given = DOMAIN.resolve_text(changed(DOMAIN, FRAGILE, turn=7, **{"hero.cd.guard": 4}))
    (only,) = explain(DOMAIN, FRAGILE, given).found
    values = {"turn": "07", "hero.cd.guard": "4"}
    assert only == Explanation("input", 2, "turn were 7 and hero cd guard were 4", values=values)
    assert explain(DOMAIN, FRAGILE, given, most=1).found == ()


def test_rows_and_single_cases_give_the_same_explanations(monkeypatch):
    given = DOMAIN.resolve_text(changed(DOMAIN, FRAGILE, **{"foe.shield": 3}))
    together = explain(DOMAIN, FRAGILE, given)
    monkeypatch.setattr(searching, "rows_resolver", lambda domain: None)
    alone = explain(DOMAIN, FRAGILE, given, alone=1_000)
    assert together.found == alone.found
    assert alone.tried < 5_000


def asked_wrongly(count):
    """Prompts, each with the reference's answer to another prompt, in which two fields have other values."""
    draw = random.Random(0)
    for case in sample(DOMAIN, "mixed", 0, 10 * count):
        prompt, names = DOMAIN.write(case), draw.sample(DOMAIN.answer.names, 2)
        edited = changed(DOMAIN, prompt, **{name: DOMAIN.prompt.fields[name].sample(draw) for name in names})
        if DOMAIN.is_case(edited) and not DOMAIN.agrees(prompt, DOMAIN.resolve_text(edited)):
            yield prompt, DOMAIN.resolve_text(edited)


def test_every_explanation_is_true_and_none_is_larger_than_what_was_planted():
    variants = {variant.words: variant.domain for variant in variants_of(DOMAIN)}
    explained = 0
    for prompt, given in islice(asked_wrongly(12), 12):
        found = explain(DOMAIN, prompt, given).found
        assert found
        assert {each.changes for each in found} in ({1}, {2})
        for each in found:
            read = {name: DOMAIN.prompt.fields[name].read(text) for name, text in each.values.items()}
            domain = variants[each.words] if each.kind == "rule" else DOMAIN
            assert domain.resolve_text(changed(DOMAIN, prompt, **read)) == given
            explained += 1
    assert explained >= 12


# --- any domain ------------------------------------------------------------------------------------------------------


def test_a_domain_without_rules_and_arrays_gets_explanations_of_its_inputs():
    found = explain(ADDER, "12+30=", "052")
    assert words(found) == ["a were 22", "b were 40"]
    assert found.tried == 198


def test_a_game_is_explained_by_two_changes_where_its_checks_allow_no_single_one():
    case = TICTACTOE.case(to="a1")
    prompt = TICTACTOE.write(case)
    given = TICTACTOE.resolve_text(TICTACTOE.write(TICTACTOE.case(to="b2")))
    assert words(explain(TICTACTOE, prompt, given)) == ["a1 were b2"]


def without_a_carry(case):
    return {"sum": case.a + case.b - 10 * (case.a % 10 + case.b % 10 > 9)}


def test_rules_of_any_domain_explain_its_answers():
    carried = adder(
        rules={"C1": "the units carry into the tens"},
        without=lambda rule: adder(
            resolve=lambda case: {"sum": (case.a + case.b) - 10 * ((case.a % 10 + case.b % 10) > 9)}
        ),
        alternatives=lambda: {"the terms were multiplied": adder(resolve=lambda case: {"sum": case.a * case.b % 199})},
    )
    assert words(explain(carried, "18+05=", "013"))[0] == "C1 did not exist"
    assert words(explain(carried, "09+09=", "081"))[0] == "the terms were multiplied"


def test_large_numbers_are_tried_near_their_value_and_with_one_other_digit():
    long = adder(
        prompt=Schema("{a}+{b}=", a=Int(0, 999_999), b=Int(0, 999_999), end=""),
        answer=Schema("{sum}", sum=Int(0, 1_999_998), end=""),
    )
    assert words(explain(long, "123456+000000=", "0923456"))[0] == "a were 923456"
    assert words(explain(long, "123456+000000=", "0123460"))[0] == "a were 123460"


# --- nothing explains it ---------------------------------------------------------------------------------------------


def test_an_answer_that_nothing_explains_is_counted_and_said_so():
    found = explain(ADDER, "12+30=", "198")
    assert found.found == ()
    assert found.told().startswith("nothing explains it: ")
    assert explain(ADDER, "12+30=", "042") == AsIf()


@pytest.mark.parametrize(
    "given", ["", "reject", "9" * 5_000, "042 " * 50_000, "\ud800", "reject nothing_known\n", "12+"]
)
def test_an_answer_that_cannot_be_read_has_no_explanation(given):
    assert explain(ADDER, "12+30=", given).found == ()
    assert explain(DOMAIN, FRAGILE, given).found == ()


def test_a_value_out_of_range_is_explained_by_rules_alone():
    prompt = DOMAIN.write(DOMAIN.case(**{"hero.shield": 18, "first.action": "guard"}))
    given = DOMAIN.alternatives()["guard knew no highest shield"].resolve_text(prompt)
    assert words(explain(DOMAIN, prompt, given)) == ["guard knew no highest shield"]


def test_a_rejection_of_a_turn_is_explained_where_one_field_makes_the_reference_reject_so():
    prompt = changed(DOMAIN, FRAGILE, **{"hero.stun": 1})
    found = explain(DOMAIN, prompt, "reject fallen_with_status\n")
    assert words(found) == ["hero hp were 0", "foe hp were 0"]
    assert explain(DOMAIN, prompt, "reject truncated\n").found == ()
