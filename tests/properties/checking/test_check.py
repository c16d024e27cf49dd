"""Checking a law on a subject: what is drawn, counted and shrunk."""

import importlib.util
import re
import signal
import subprocess
import sys
import time
from collections import Counter

import attrs
import pytest
from hypothesis import settings

from turncheck.duel import DOMAIN
from turncheck.engine.duel import RULE_IDS, STANDARD, Battle, Turn, read, resolve_text, write
from turncheck.engine.duel.tables import BLANK
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking.asking import Limit
from turncheck.properties.checking.check import Budget, InterruptedLawError, check_law, draw
from turncheck.properties.checking.counterexamples import FalseLawError, counterexample
from turncheck.properties.checking.draw import run
from turncheck.properties.checking.law import KNOWN_ANSWER, MALFORMED, text_of
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.laws.duel.cases import any_turn
from turncheck.properties.laws.duel.written import law
from turncheck.properties.session.loading import load_subject
from turncheck.reports.cases import describe
from turncheck.reports.modes import (
    FalseRejection,
    NoAnswer,
    SilentAcceptance,
    TokenDrift,
    WrongReason,
    WrongValue,
    diverge,
)
from turncheck.reports.records import LawResult, Witness

LAWS_BY_ID = {law.id: law for law in LAWS}
AGREES = LAWS_BY_ID["answer_agrees_with_the_reference"]
SMALLEST = write(Turn())
FEW = Budget(20, min_cases=1)


def subject_of(predict):
    return Subject("mine", "py", PythonFunction(predict), DOMAIN)


def answering(answer):
    """A subject that answers each prompt by itself."""
    return subject_of(lambda prompts: [answer(prompt) for prompt in prompts])


def under(rules):
    """A subject that plays by other rules."""
    return answering(lambda prompt: resolve_text(prompt, rules))


def witness_of(turn, got, fault=""):
    """The witness that a turn is by the answer to itself."""
    return Witness(turn, turn, resolve_text(turn), got, fault, short=describe(DOMAIN, turn))


def late_under_poison(prompt):
    """Counts thirty turns too many where the hero has three stacks of poison or more."""
    answer = resolve_text(prompt)
    poisoned = not answer.startswith("reject") and read(prompt).battle.hero.poison >= 3
    return f"turn {(int(answer[5:7]) + 30) % 100:02}{answer[7:]}" if poisoned else answer


def unknown_for_misplaced(prompt):
    return resolve_text(prompt).replace("misplaced", "unknown")


COUNTED = LAWS_BY_ID["turn_counter_rises_by_one"]
SWAPPED = LAWS_BY_ID["swapped_units_swap_the_answer"]
REASONED = LAWS_BY_ID["malformed_turn_gets_its_reason"]
ABOVE_MAX = attrs.evolve(STANDARD, regen_capped=False)

# --- counting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("law", "answer"),
    [
        (COUNTED, late_under_poison),
        (SWAPPED, lambda prompt: resolve_text(prompt, STANDARD.without("T2"))),
        (REASONED, unknown_for_misplaced),
    ],
    ids=["late", "hero first", "unknown"],
)
def test_the_counts_are_those_of_checking_the_drawn_cases_by_hand(law, answer):
    counts, budget = Counter(), Budget(100, seed=0)
    cases = draw(law, load_subject("reference", DOMAIN), budget)
    for case in cases:
        prompts = law.asks(case, DOMAIN)
        answers = [answer(prompt) for prompt in prompts]
        try:
            law.check(case, answers, DOMAIN)
        except AssertionError:
            differ = [diverge(DOMAIN, *each) for each in zip(prompts, map(resolve_text, prompts), answers, strict=True)]
            counts[next(found.mode for found in differ if found)] += 1
    result = check_law(law, answering(answer), budget)
    assert (result.id, result.rule, result.kind, result.applied) == (law.id, law.rule, law.kind, len(cases))
    assert {failure.mode: failure.count for failure in result.failures} == counts
    assert result.diverged == counts.total() > 0


def test_a_case_that_is_drawn_twice_counts_once():
    drawn = []
    law = LAWS_BY_ID["thick_shield_takes_an_attack"]
    run(law, DOMAIN, Budget(200), drawn.append)
    cases = draw(law, load_subject("reference", DOMAIN), Budget(200))
    assert len(drawn) == 200
    assert [text_of(case, DOMAIN) for case in cases] == list(dict.fromkeys(text_of(case, DOMAIN) for case in drawn))
    assert check_law(law, load_subject("reference", DOMAIN), Budget(200)).applied == len(cases) < 200


@pytest.mark.parametrize(
    ("examples", "least", "drawn"), [(200, 10, 20), (1000, 10, 100), (15, 10, 15), (60, 1, 6), (200, 30, 60)]
)
def test_a_law_that_takes_a_share_of_the_cases_draws_twice_what_its_verdict_needs(examples, least, drawn):
    law = LAWS_BY_ID["same_answer_asked_again_alone"]
    assert law.share == 0.1
    assert Budget(examples, min_cases=least).of(law) == drawn
    assert Budget(examples, min_cases=least).of(AGREES) == examples


def test_a_law_that_applies_to_no_case_is_inconclusive():
    never = attrs.evolve(AGREES, applies=lambda case, domain: False)
    result = check_law(never, load_subject("reference", DOMAIN), Budget(10))
    why = "no case was drawn to which it applies: look at its cases, its also= and what narrows them"
    at_work = dict.fromkeys(RULES_AT_WORK, 0)
    assert result == LawResult(
        AGREES.id, "all", KNOWN_ANSWER, "INCONCLUSIVE", 0, (), at_work, why=why, sentence=AGREES.sentence
    )


RULES_AT_WORK = [rule for rule in RULE_IDS if rule not in ("A8", "S1")]


TOO_FEW = "it applied to 8 different cases of 20 drawn, fewer than 9"


@pytest.mark.parametrize(("least", "verdict", "why"), [(8, "PASS", ""), (9, "INCONCLUSIVE", TOO_FEW)])
def test_a_law_that_applies_to_fewer_cases_than_stated_is_inconclusive(least, verdict, why):
    cases = draw(AGREES, load_subject("reference", DOMAIN), Budget(20))[:8]
    some = attrs.evolve(AGREES, applies=lambda case, domain: case in cases)
    result = check_law(some, load_subject("reference", DOMAIN), Budget(20, min_cases=least))
    assert (result.verdict, result.applied, result.failures, result.why) == (verdict, 8, (), why)


def test_a_law_that_is_broken_once_fails_however_few_its_cases():
    once = attrs.evolve(AGREES, applies=lambda case, domain: case == Turn())
    result = check_law(once, answering(lambda prompt: "no\n"), Budget(20))
    assert (result.verdict, result.applied, result.diverged) == ("FAIL", 1, 1)


def test_cases_to_which_a_law_does_not_apply_are_not_counted():
    early = attrs.evolve(AGREES, applies=lambda turn, domain: turn.battle.turn < 50)
    subject = load_subject("reference", DOMAIN)
    cases = draw(AGREES, subject, Budget(30))
    assert 0 < check_law(early, subject, Budget(30)).applied == sum(case.battle.turn < 50 for case in cases) < 30


# --- the same cases every time ---------------------------------------------------------------------------------------


def test_the_same_seed_draws_the_same_cases_and_another_seed_others():
    subject = load_subject("reference", DOMAIN)
    for about in (AGREES, LAWS_BY_ID["malformed_turn_gets_no_state"]):
        first = draw(about, subject, Budget(20, seed=1))
        assert draw(about, subject, Budget(20, seed=1)) == first
        assert draw(about, subject, Budget(20, seed=2)) != first
        assert 15 < len(first) <= 20


def test_the_same_seed_gives_the_same_result():
    law = LAWS_BY_ID["nobody_is_healed_above_max"]
    results = [check_law(law, under(ABOVE_MAX), Budget(30, seed)) for seed in (3, 3, 4)]
    assert results[0] == results[1]
    assert results[0].diverged != results[2].diverged


def test_no_profile_of_hypothesis_changes_what_is_drawn():
    subject = load_subject("reference", DOMAIN)
    expected = draw(AGREES, subject, Budget(20, seed=1))
    loaded = settings.get_current_profile_name()
    settings.register_profile("foreign", max_examples=3, derandomize=True, database=None, phases=[])
    try:
        for profile in ("ci", "foreign"):
            settings.load_profile(profile)
            assert draw(AGREES, subject, Budget(20, seed=1)) == expected
    finally:
        settings.load_profile(loaded)


DRAWS = """
from turncheck.duel import DOMAIN
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.checking.check import Budget, draw
from turncheck.properties.session.loading import load_subject
print(draw(LAWS[0], load_subject("reference", DOMAIN), Budget(20, seed=1)))
"""


def test_the_ci_variable_and_a_new_process_change_nothing():
    drawn = {f"{draw(AGREES, load_subject('reference', DOMAIN), Budget(20, seed=1))}\n"}
    for environment in ({"CI": "true", "PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2"}):
        found = subprocess.run([sys.executable, "-c", DRAWS], capture_output=True, text=True, env=environment)
        assert (found.returncode, found.stderr) == (0, "")
        drawn.add(found.stdout)
    assert len(drawn) == 1


def test_the_constants_of_a_loaded_module_change_nothing(tmp_path, monkeypatch):
    # Hypothesis draws constants that it reads in the source of local modules: of a model given as py:, for one.
    subject = load_subject("reference", DOMAIN)
    expected = draw(AGREES, subject, Budget(60, seed=1))
    source = tmp_path / "constants.py"
    source.write_text(f"NUMBERS = {list(range(130))}\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("constants_of_a_model", source)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "constants_of_a_model", module)
    spec.loader.exec_module(module)
    assert draw(AGREES, subject, Budget(60, seed=1)) == expected


def test_what_was_asked_before_changes_no_result():
    asked = answering(late_under_poison)
    check_law(AGREES, asked, Budget(30))
    assert check_law(COUNTED, asked, Budget(30)) == check_law(COUNTED, answering(late_under_poison), Budget(30))


# --- shrinking -------------------------------------------------------------------------------------------------------


def shorter(turn):
    """The turns that are one step smaller: a number lower by 1, or an order that is wait, or the hero first."""
    battle = turn.battle
    if battle.turn > 1:
        yield attrs.evolve(turn, battle=attrs.evolve(battle, turn=battle.turn - 1))
    for name in ("hero", "foe"):
        unit = battle.unit(name)
        smaller = [{field: getattr(unit, field) - 1} for field in BLANK if getattr(unit, field)]
        smaller += [{"max": unit.max - 1}] if unit.max > unit.hp else []
        smaller += [{"hp": unit.hp - 1, "max": unit.max - 1}] if unit.hp > 1 else []
        for change in smaller:
            yield attrs.evolve(turn, battle=attrs.evolve(battle, **{name: attrs.evolve(unit, **change)}))


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("law", "subject"),
    [
        (COUNTED, answering(late_under_poison)),
        (LAWS_BY_ID["nobody_is_healed_above_max"], under(ABOVE_MAX)),
        (LAWS_BY_ID["poison_takes_its_stacks"], under(attrs.evolve(STANDARD, poison_damage=3))),
    ],
    ids=["late", "above max", "poison hurts more"],
)
def test_a_witness_is_a_local_minimum(law, subject, seed):
    result = check_law(law, subject, Budget(60, seed))
    (turn,) = (read(failure.witness.case) for failure in result.failures if failure.mode == "wrong_value")
    assert counterexample(law, subject, turn).mode is WrongValue
    smaller = [case for case in shorter(turn) if law.applies(case, DOMAIN)]
    found = [counterexample(law, subject, case) for case in smaller]
    assert [each.case for each in found if each is not None and each.mode is WrongValue] == []


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_another_seed_comes_to_the_same_smallest_witness(seed):
    result = check_law(COUNTED, answering(late_under_poison), Budget(100, seed))
    turn = SMALLEST.replace("poison 0", "poison 3", 1)
    (failure,) = result.failures
    witness = witness_of(turn, resolve_text(turn).replace("turn 02", "turn 32"))
    assert (failure.mode, attrs.evolve(failure.witness, as_if=None)) == ("wrong_value", witness)
    assert failure.witness.as_if_line == "as if turn were 31"


def three_ways(prompt):
    """Wrong in three ways, where the hero is poisoned, stunned or burns."""
    hero = read(prompt).battle.hero
    if hero.poison:
        return "reject truncated\n"
    if hero.stun:
        return "what?\n"
    return write(Battle(turn=50)) if hero.burn else resolve_text(prompt)


def test_each_mode_has_its_own_witness_the_most_frequent_first():
    result = check_law(AGREES, answering(three_ways), Budget(100, seed=1))
    counts = [failure.count for failure in result.failures]
    assert counts == sorted(counts, reverse=True)
    burning, poisoned, stunned = (SMALLEST.replace(f"{it} 0", f"{it} 1", 1) for it in ("burn", "poison", "stun"))
    witnesses = {failure.mode: attrs.evolve(failure.witness, as_if=None) for failure in result.failures}
    assert witnesses == {
        WrongValue.mode: witness_of(burning, write(Battle(turn=50))),
        FalseRejection.mode: witness_of(poisoned, "reject truncated\n"),
        TokenDrift.mode: witness_of(stunned, "what?\n"),
    }


def test_malformed_turns_have_modes_of_their_own():
    law = LAWS_BY_ID["malformed_turn_gets_its_reason"]
    answers = {"reject bad_number\n": write(Battle()), "reject truncated\n": "reject bad_number\n"}
    subject = answering(lambda prompt: answers.get(resolve_text(prompt), resolve_text(prompt)))
    result = check_law(law, subject, Budget(200))
    assert (result.kind, result.verdict) == (MALFORMED, "FAIL")
    assert {(failure.mode, failure.witness.expected, failure.witness.got) for failure in result.failures} == {
        (SilentAcceptance.mode, "reject bad_number\n", write(Battle())),
        (WrongReason.mode, "reject truncated\n", "reject bad_number\n"),
    }


# --- a law that is wrong ---------------------------------------------------------------------------------------------


@law("T5", KNOWN_ANSWER, cases=any_turn)
def turn_counter_stands_still(turn, after):
    """It does not."""
    assert after.turn == turn.battle.turn


def test_a_law_that_is_false_of_the_reference_is_a_fault_of_the_law():
    only_the_smallest = attrs.evolve(turn_counter_stands_still, applies=lambda turn, domain: turn == Turn())
    subject = load_subject("reference", DOMAIN)
    with pytest.raises(FalseLawError) as caught:
        counterexample(only_the_smallest, subject, Turn())
    assert str(caught.value) == (
        "turn_counter_stands_still does not hold for the reference, which is a fault of the law and not of the model: "
        f"fix the law, or narrow its cases; shown by {SMALLEST!r}"
    )
    assert (caught.value.law, caught.value.prompts) == (only_the_smallest.id, (SMALLEST,))
    with pytest.raises(FalseLawError):
        check_law(turn_counter_stands_still, subject, Budget(20))


def test_a_false_law_is_no_fault_of_a_model_whose_answer_differs():
    subject = answering(lambda prompt: "no\n")
    result = check_law(turn_counter_stands_still, subject, Budget(10))
    assert [failure.mode for failure in result.failures] == ["token_drift"]


# --- engines that do not answer --------------------------------------------------------------------------------------


def raise_on_poison(prompts):
    if any(read(prompt).battle.hero.poison for prompt in prompts):
        raise RuntimeError("poisoned")
    return [resolve_text(prompt) for prompt in prompts]


def test_what_a_subject_raises_is_no_answer_and_the_run_goes_on():
    subject = subject_of(raise_on_poison)
    result = check_law(AGREES, subject, Budget(60))
    prompt = SMALLEST.replace("poison 0", "poison 1", 1)
    poisoned = sum(case.battle.hero.poison > 0 for case in draw(AGREES, subject, Budget(60)))
    (failure,) = result.failures
    witness = witness_of(prompt, "", "RuntimeError: poisoned")
    assert (failure.mode, failure.count, failure.witness) == (NoAnswer.mode, poisoned, witness)
    assert 0 < poisoned < result.applied


@pytest.mark.parametrize(
    ("predict", "demand"),
    [
        (lambda prompts: [], "1 answers, one for each prompt, got 0"),
        (lambda prompts: ["a", "b", *prompts], "1 answers, one for each prompt, got 3"),
        (lambda prompts: [None for _ in prompts], "a list of texts, got a NoneType in it"),
        (lambda prompts: [b"bytes" for _ in prompts], "a list of texts, got a bytes in it"),
    ],
    ids=["too few", "too many", "no text", "bytes"],
)
def test_an_engine_that_breaks_the_contract_has_answered_nothing(predict, demand):
    result = check_law(AGREES, subject_of(predict), FEW)
    fault = f"ContractError: predict must return {demand}"
    (failure,) = result.failures
    assert (failure.mode, failure.count) == ("no_answer", result.applied)
    assert failure.witness == witness_of(SMALLEST, "", fault)


def test_an_engine_that_hangs_is_interrupted_and_the_run_goes_on():
    def hang_at_turn_99(prompts):
        if any(prompt.startswith("turn 99") for prompt in prompts):
            time.sleep(60)
        return [resolve_text(prompt) for prompt in prompts]

    subject = attrs.evolve(subject_of(hang_at_turn_99), limit=0.05)
    result = check_law(AGREES, subject, Budget(30))
    prompt = SMALLEST.replace("turn 01", "turn 99")
    (failure,) = result.failures
    assert failure.witness == witness_of(prompt, "", "it took longer than 0.05 s")
    assert 0 < failure.count < result.applied


# --- engines that change their mind ----------------------------------------------------------------------------------


class Moody:
    """Never answers the same prompt twice in the same way."""

    def __init__(self):
        self.asked = 0

    def predict(self, prompts, /):
        self.asked += 1
        return [f"mood {self.asked}\n" for _ in prompts]


@pytest.mark.parametrize("manner", ["alone", "in_a_batch"])
def test_another_answer_to_the_same_prompt_is_unstable_and_flaky_is_never_said(manner):
    law = LAWS_BY_ID[f"same_answer_asked_again_{manner}"]
    result = check_law(law, Subject("moody", "py", Moody(), DOMAIN), Budget(40))
    (failure,) = result.failures
    assert (result.verdict, failure.mode, failure.count) == ("FAIL", "unstable", result.applied)
    assert failure.witness.expected != failure.witness.got
    assert {failure.witness.expected[:5], failure.witness.got[:5]} == {"mood "}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_no_law_minds_a_model_that_answers_at_random(law):
    result = check_law(law, Subject("moody", "py", Moody(), DOMAIN), FEW)
    if law.id != "what_follows_the_first_fault_changes_nothing":  # two prompts of one call are answered alike
        assert (result.verdict == "PASS") == (law.id == "valid_turn_is_never_rejected")  # it never rejects


# --- kept witnesses --------------------------------------------------------------------------------------------------


def wrong_at_turn_42(prompt):
    return write(Battle()) if prompt.startswith("turn 42") else resolve_text(prompt)


def test_a_kept_case_that_still_breaks_the_law_makes_it_fail_and_is_not_counted():
    kept = attrs.evolve(Turn(), battle=Battle(turn=42))
    without = check_law(AGREES, answering(wrong_at_turn_42), Budget(20))
    result = check_law(AGREES, answering(wrong_at_turn_42), Budget(20), [kept, Turn()])
    (failure,) = result.failures
    assert (without.verdict, result.verdict, result.applied) == ("PASS", "FAIL", without.applied)
    assert (failure.count, failure.witness.case) == (0, write(kept))


def test_kept_cases_that_hold_change_nothing():
    subject = load_subject("reference", DOMAIN)
    assert check_law(AGREES, subject, Budget(20), [Turn()]) == check_law(AGREES, subject, Budget(20))


def test_the_simpler_of_the_kept_and_the_shrunk_witness_is_shown():
    wrong = answering(lambda prompt: "no\n")
    kept = Turn(Battle(turn=42))
    (failure,) = check_law(AGREES, wrong, Budget(20), [kept]).failures
    assert failure.witness.case == SMALLEST


# --- limits and interrupts -------------------------------------------------------------------------------------------


def no_poison(prompt):
    """The answer of a model that knows no poison."""
    return resolve_text(re.sub(r"poison \d", "poison 0", prompt))


class Interrupted:
    """A model that knows no poison; the user presses Ctrl-C while it is asked so many prompts."""

    def __init__(self, after: int) -> None:
        self.left = after

    def predict(self, prompts):
        self.left -= len(prompts)
        if self.left < 0:
            signal.raise_signal(signal.SIGINT)
        return [no_poison(prompt) for prompt in prompts]


def interrupted(after, budget=FEW):
    """The result of a law whose check is interrupted after so many prompts."""
    with pytest.raises(InterruptedLawError) as error:
        check_law(AGREES, Subject("mine", "py", Interrupted(after), DOMAIN), budget)
    return error.value.result


def test_an_interrupt_while_a_counterexample_is_shrunk_leaves_the_smallest_so_far():
    whole = check_law(AGREES, answering(no_poison), FEW)
    result = interrupted(after=40)
    assert (result.verdict, result.applied, result.diverged) == ("FAIL", whole.applied, whole.diverged)
    (failure,) = [each for each in result.failures if each.mode == whole.failures[0].mode]
    assert failure.left == "shrinking was interrupted"
    smallest, known = (DOMAIN.simplicity(each.witness.case) for each in (whole.failures[0], failure))
    assert smallest < known
    texts = [write(each) for each in draw(AGREES, answering(no_poison), FEW)]
    assert known <= min(DOMAIN.simplicity(text) for text in texts if no_poison(text) != resolve_text(text))


def test_an_interrupt_while_cases_are_asked_leaves_what_was_answered():
    result = interrupted(after=8)
    assert (result.verdict, result.applied) == ("FAIL", 8)
    assert {failure.left for failure in result.failures} == {"shrinking was interrupted"}


def test_a_law_that_is_interrupted_before_anything_broke_it_is_inconclusive():
    with pytest.raises(InterruptedLawError) as error:
        check_law(AGREES, Subject("mine", "py", Interrupted(after=0), DOMAIN), FEW)
    assert (error.value.result.verdict, error.value.result.why) == (
        "INCONCLUSIVE",
        "it was interrupted after 0 of its 20 cases",
    )


def test_shrinking_stops_at_its_limit():
    subject = answering(no_poison)
    asked = Limit(prompts=len(draw(AGREES, subject, FEW)))
    before = check_law(AGREES, subject, attrs.evolve(FEW, shrink=Limit(prompts=0)))
    assert [failure.left for failure in before.failures] == ["not shrunk"] * len(before.failures)
    assert subject.meter.prompts == asked.prompts
    result = check_law(AGREES, subject, attrs.evolve(FEW, shrink=Limit(prompts=3)))
    assert {failure.left for failure in result.failures} <= {"shrinking stopped at 3 prompts", ""}
    assert subject.meter.prompts <= asked.prompts + 3 * len(result.failures)
    assert result.diverged == before.diverged


def test_a_law_whose_limit_is_spent_counts_the_cases_that_were_answered():
    subject = answering(resolve_text)
    with subject.meter.within(Limit(prompts=12), "--budget=5"):
        result = check_law(AGREES, subject, Budget(50))
        rest = check_law(LAWS_BY_ID["stunned_unit_does_nothing"], subject, Budget(50))
    assert (result.verdict, result.applied, result.why) == ("PASS", 12, "")
    assert (rest.verdict, rest.applied) == ("INCONCLUSIVE", 0)
    assert rest.why == "--budget=5 was spent after 0 of its 45 cases, fewer than 10"


def test_turns_are_shrunk_in_batches():
    calls = []

    def predict(prompts):
        calls.append(len(prompts))
        return [no_poison(prompt) for prompt in prompts]

    result = check_law(AGREES, subject_of(predict), FEW)
    assert result.failures[0].left == ""
    assert sum(calls) / len(calls) > 2


def test_a_case_that_was_answered_wrongly_to_another_law_is_tried_first():
    known = SMALLEST.replace("hp 01/01", "hp 02/02", 1).replace("poison 0", "poison 9", 1)
    subject = answering(no_poison)
    subject.ask([SMALLEST, known])
    assert subject.answered_wrongly() == [(DOMAIN.simplicity(known), DOMAIN.read(known))]
    result = check_law(AGREES, subject, attrs.evolve(FEW, shrink=Limit(prompts=1)))
    assert known in [failure.witness.case for failure in result.failures]
