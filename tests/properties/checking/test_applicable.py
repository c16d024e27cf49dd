"""Laws that do not apply to a model: NOT_APPLICABLE, and why."""

import attrs
import pytest
from hypothesis import strategies as st

from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD, Battle, Turn, Unit, resolve_text
from turncheck.model.adapters.calibration import Reference
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking import truth
from turncheck.properties.checking.check import Budget, check_law
from turncheck.properties.checking.counterexamples import counterexample
from turncheck.properties.checking.law import KNOWN_ANSWER, MALFORMED
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.truth import SAMPLED, first_broken, holds_of_reference
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.laws.duel.written import law
from turncheck.strategies.duel import turns

BY_ID = {each.id: each for each in LAWS}
CHEAP = Budget(15, seed=2)
NO_REGEN = duel(STANDARD.without("E4"))
HOT = duel(attrs.evolve(STANDARD, burn_damage=4))


@pytest.fixture(autouse=True)
def fewer_sampled_turns(monkeypatch):
    """Samples a tenth of the turns on which a variant's reference is tried."""
    monkeypatch.setattr(truth, "SAMPLED", 1_000)


def reference_of(domain, **said):
    return Subject("variant", "reference", Reference(domain), domain, **said)


def outcome(law, subject):
    result = check_law(law, subject, CHEAP)
    return result.verdict, result.applied, result.why


def test_of_a_model_that_rejects_nothing_the_laws_about_rejecting_say_nothing():
    subject = reference_of(DOMAIN, rejects=False)
    why = "the model was not trained to reject (rejects = false)"
    malformed = [each for each in LAWS if each.kind == MALFORMED]
    assert len(malformed) == 16
    assert {outcome(each, subject) for each in malformed} == {("NOT_APPLICABLE", 0, why)}


def test_of_a_model_that_rejects_nothing_the_laws_on_form_say_what_they_always_do():
    engine = PythonFunction(lambda prompts: ["reject truncated\n"] * len(prompts))
    rejecting = Subject("mine", "py", engine, DOMAIN, rejects=False)
    for name in ("valid_turn_is_never_rejected", "numbers_stay_in_their_ranges"):
        assert check_law(BY_ID[name], rejecting, CHEAP).verdict == "FAIL"
    assert check_law(BY_ID["answer_can_be_read"], rejecting, CHEAP).verdict == "PASS"


def test_a_law_that_a_variants_own_reference_breaks_says_on_which_turn():
    verdict, applied, why = outcome(BY_ID["regen_gives_three"], reference_of(NO_REGEN))
    assert (verdict, applied) == ("NOT_APPLICABLE", 0)
    assert why.startswith("not true of these rules' own reference: turn ")
    assert "regen" in why
    assert outcome(BY_ID["regen_gives_three"], reference_of(HOT))[0] == "PASS"


def test_what_the_reference_breaks_is_looked_for_on_10_000_sampled_turns():
    assert first_broken(BY_ID["regen_gives_three"], NO_REGEN, 1) is None
    found = first_broken(BY_ID["regen_gives_three"], NO_REGEN, 10_000)
    assert SAMPLED == 10_000
    assert not holds_of_reference(BY_ID["regen_gives_three"], found, NO_REGEN)
    assert holds_of_reference(BY_ID["regen_gives_three"], found, DOMAIN)


@law("T5", KNOWN_ANSWER, cases=lambda rules: turns(rules=rules), applies=lambda turn, rules: turn.battle.turn == 37)
def turn_37_is_followed_by_38(turn, after):
    """It is, where turns pass by one."""
    assert after.turn == 38


def test_a_law_may_be_false_on_a_drawn_case_alone(monkeypatch):
    from turncheck.properties.checking import check as module

    monkeypatch.setattr(module, "first_broken", lambda law, domain: None)
    two = duel(attrs.evolve(STANDARD, turn_step=2))
    case = Turn(Battle(37))
    drawn = attrs.evolve(turn_37_is_followed_by_38, cases=lambda domain: st.just(case))
    assert outcome(drawn, reference_of(two)) == (
        "NOT_APPLICABLE",
        0,
        "not true of these rules' own reference: turn 37",
    )
    assert outcome(drawn, reference_of(DOMAIN))[0] == "INCONCLUSIVE"


def test_a_case_on_which_the_reference_breaks_the_law_is_no_breach_of_the_models():
    wrong = Subject("mine", "py", PythonFunction(lambda prompts: [""] * len(prompts)), NO_REGEN)
    regenerating = Turn(Battle(hero=Unit(3, 9, regen=1)))
    assert counterexample(BY_ID["regen_gives_three"], wrong, regenerating) is None
    assert counterexample(BY_ID["regen_gives_three"], attrs.evolve(wrong, domain=DOMAIN), regenerating) is not None


def _impossible(domain):
    raise ValueError("shield must be 1 or more, got 0")


@pytest.mark.parametrize(
    ("cases", "why"),
    [
        (_impossible, "ValueError: shield must be 1 or more, got 0"),
        (lambda domain: st.integers(3, 2), "InvalidArgument: Cannot have max_value=2 < min_value=3"),
        (lambda domain: st.nothing(), "Unsatisfiable: Cannot generate test cases from empty strategy"),
    ],
    ids=["no state", "no range", "nothing"],
)
def test_a_law_of_which_a_variant_leaves_no_case_says_so(cases, why):
    drawn = attrs.evolve(turn_37_is_followed_by_38, cases=cases)
    verdict, applied, said = outcome(drawn, reference_of(HOT))
    assert (verdict, applied) == ("NOT_APPLICABLE", 0)
    assert said.startswith(f"no case can be drawn for it under these rules: {why}")
    if why.startswith("Unsatisfiable"):  # as where a law's own condition leaves nothing: it is no pass
        assert outcome(drawn, reference_of(DOMAIN))[:2] == ("INCONCLUSIVE", 0)
    else:
        with pytest.raises(Exception, match=why.split(": ")[1][:20]):
            check_law(drawn, reference_of(DOMAIN), CHEAP)


def test_under_a_variant_a_model_of_the_published_rules_breaks_laws_and_one_of_the_variant_none():
    published = Subject("mine", "py", PythonFunction(lambda prompts: list(map(resolve_text, prompts))), HOT)
    burning = BY_ID["burn_meets_the_shield_first"]
    result = check_law(burning, published, CHEAP)
    assert (result.verdict, [each.mode for each in result.failures]) == ("FAIL", ["wrong_value", "stale_copy"])
    assert outcome(burning, reference_of(HOT)) == ("PASS", result.applied, "")


def test_a_rule_that_is_left_out_is_not_asked_to_be_at_work():
    result = check_law(BY_ID["answer_agrees_with_the_reference"], reference_of(NO_REGEN), CHEAP)
    assert "E4" not in result.at_work
    assert "E1" in result.at_work
