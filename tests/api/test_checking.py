"""`turncheck.check`: the laws from Python, a value back."""

import json

import attrs
import pytest

import turncheck
from tests.properties import adder, tictactoe
from turncheck.duel import duel
from turncheck.engine.duel import STANDARD, resolve_text
from turncheck.properties.checking import truth
from turncheck.properties.checking.counterexamples import FalseLawError
from turncheck.reports.records import Report

SOME = tuple(law for law in turncheck.LAWS if law.id in ("turn_counter_rises_by_one", "max_never_changes"))


def right(prompts):
    return [resolve_text(prompt) for prompt in prompts]


def late(prompts):
    return [resolve_text(prompt).replace("turn 02", "turn 03") for prompt in prompts]


class Engine:
    def predict(self, prompts, /):
        return right(prompts)


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "model",
    [right, pytest.param(Engine(), marks=SLOW), pytest.param(Engine().predict, marks=SLOW)],
    ids=["function", "engine", "method"],
)
def test_a_function_or_an_engine_is_held_against_all_laws(model):
    report = turncheck.check(model, examples=2, min_cases=1, seed=3)
    assert isinstance(report, Report)
    assert (report.seed, report.examples, report.min_cases, report.failed) == (3, 2, 1, False)
    (result,) = report.models
    assert [law.id for law in result.laws] == [law.id for law in turncheck.LAWS]
    assert {law.verdict for law in result.laws} == {"PASS"}
    assert (result.name, result.kind, result.bytes, result.sha256) == ("model", "py", None, None)


def test_what_breaks_is_in_the_report():
    report = turncheck.check(late, laws=SOME, examples=20, name="late")
    assert report.failed
    verdicts = {law.id: law.verdict for law in report.models[0].laws}
    assert verdicts == {"turn_counter_rises_by_one": "FAIL", "max_never_changes": "PASS"}
    assert turncheck.divergence_table(report.models[0]).endswith("\n\n1 law held")
    assert json.loads(json.dumps(report.to_json()))["models"][0]["name"] == "late"


def test_it_finds_what_the_pytest_suite_finds(pytester):
    pytester.makepyfile(check_models="from tests.api.test_checking import late\n")
    pytester.syspathinsert(pytester.path)
    options = ["--turncheck-examples=20", "--turncheck-report=out", "-k", "counter_rises or max_never", "-q"]
    pytester.runpytest_inprocess("--pyargs", "turncheck.properties", "--model", "py:check_models:late", *options)
    found = json.loads((pytester.path / "out" / "divergence.json").read_text())["models"][0]["laws"]
    report = json.loads(json.dumps(turncheck.check(late, laws=SOME, examples=20).to_json()))
    assert [way_back(law) for law in found] == [(True, True), (False, False)]
    assert [way_back(law) for law in report["models"][0]["laws"]] == [(False, False)] * 2
    assert found == report["models"][0]["laws"]


def way_back(law):
    """Takes out of a law how its failure is repeated and where its case is kept; whether either was there."""
    return bool(law.pop("again")), bool(law.pop("kept"))


def test_a_law_with_too_few_cases_makes_the_report_fail():
    never = attrs.evolve(SOME[0], applies=lambda turn, domain: False)
    report = turncheck.check(right, laws=[never], examples=10)
    assert (report.models[0].laws[0].verdict, report.failed) == ("INCONCLUSIVE", True)


@pytest.mark.slow
def test_a_model_of_other_numbers_is_held_against_those():
    hotter = attrs.evolve(STANDARD, burn_damage=4)

    def burning(prompts):
        return [resolve_text(prompt, hotter) for prompt in prompts]

    laws = [law for law in turncheck.LAWS if law.id == "burn_meets_the_shield_first"]
    assert not turncheck.check(burning, laws=laws, domain=duel(hotter), examples=20).failed
    assert turncheck.check(burning, laws=laws, examples=20).failed


def test_the_same_seed_gives_the_same_report():
    reports = [turncheck.check(late, laws=SOME, examples=20, seed=seed) for seed in (1, 1, 2)]
    assert reports[0] == reports[1] != reports[2]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"predict": 7}, TypeError, "it must be a callable or have a method predict, got int"),
        ({"examples": 0}, ValueError, "examples must be 1 or more, got 0"),
        ({"examples": 5, "min_cases": 10}, ValueError, r"min_cases must be 1\.\.5 \(examples\), got 10"),
        ({"min_cases": 0}, ValueError, r"min_cases must be 1\.\.200 \(examples\), got 0"),
        (
            {"laws": []},
            ValueError,
            "laws must be one law or more, got none: a run without laws checks nothing",
        ),
    ],
)
def test_what_cannot_be_checked_is_refused(options, error, message):
    with pytest.raises(error, match=f"^{message}$"):
        turncheck.check(**{"predict": right, "laws": SOME, **options})


def test_a_false_law_is_raised():
    def never_true(turn, answers, domain):
        raise AssertionError

    with pytest.raises(FalseLawError, match="turn_counter_rises_by_one does not hold for the reference"):
        turncheck.check(right, laws=[attrs.evolve(SOME[0], holds=never_true)], examples=10)


# --- any domain ------------------------------------------------------------------------------------------------------


def plays(prompts):
    return [tictactoe.DOMAIN.resolve_text(prompt) for prompt in prompts]


def forgetful(prompts):
    return [answer.replace("row x ", "row . ", 1) for answer in plays(prompts)]


def test_a_model_is_held_against_the_laws_of_its_domain(monkeypatch):
    monkeypatch.setattr(truth, "TRIED", 50)
    report = turncheck.check(plays, domain=tictactoe.DOMAIN, examples=20, min_cases=1)
    assert not report.failed
    (model,) = report.models
    assert [law.id for law in model.laws] == [law.id for law in turncheck.laws_of(tictactoe.DOMAIN)]
    assert (model.domain, model.template, model.rules, model.rules_order) == (*["tictactoe/1"] * 3, ())
    laws = [law for law in turncheck.laws_of(tictactoe.DOMAIN) if law.id == "marks_are_never_taken_back"]
    broken = turncheck.check(forgetful, domain=tictactoe.DOMAIN, laws=laws, examples=20, min_cases=1).models[0]
    failed = {law.id: law.failures[0].witness for law in broken.laws if law.verdict == "FAIL"}
    assert tictactoe.DOMAIN.is_case(failed["marks_are_never_taken_back"].case)
    assert "marks_are_never_taken_back" in turncheck.divergence_table(broken)


def test_a_domain_that_rejects_nothing_has_no_law_about_that():
    report = turncheck.check(
        lambda prompts: [adder.DOMAIN.resolve_text(prompt) for prompt in prompts],
        domain=adder.DOMAIN,
        examples=20,
        min_cases=1,
    )
    assert (report.failed, {law.verdict for law in report.models[0].laws}) == (False, {"PASS"})
    assert "malformed" not in {law.kind for law in report.models[0].laws}


def test_what_applied_to_nothing_is_no_pass():
    laws = [law for law in turncheck.LAWS if law.kind == "malformed"][:2]
    report = turncheck.check(right, laws=laws, rejects=False, examples=10)
    assert {law.verdict for law in report.models[0].laws} == {"NOT_APPLICABLE"}
    assert report.failed


def test_a_reference_that_raises_is_raised_as_the_domain_s_before_the_model_is_asked():
    asked = []
    domain = attrs.evolve(adder.DOMAIN, resolve=lambda case: {"sum": 100 // case.a})
    with pytest.raises(turncheck.DomainError, match=r"domain adder/1: its resolve raised ZeroDivisionError"):
        turncheck.check(asked.append, domain=domain, examples=10)
    assert asked == []


@pytest.mark.parametrize(("examples", "least"), [(1, 1), (5, 5), (10, 10), (11, 10), (200, 10)])
def test_no_law_needs_more_cases_than_are_drawn_where_nobody_says_how_many(examples, least):
    report = turncheck.check(right, laws=SOME[:1], examples=examples)
    assert (report.examples, report.min_cases, report.failed) == (examples, least, False)


def test_how_many_laws_there_are_is_in_the_report():
    mine = attrs.evolve(SOME[0], id="mine")
    report = turncheck.check(right, laws=[*SOME, mine], examples=2)
    assert report.models[0].in_all == len(turncheck.LAWS) + 1


def test_what_went_wrong_on_the_way_to_the_answers_is_in_the_report():
    def refuses(prompts):
        return right(prompts[:1])

    report = turncheck.check(refuses, laws=SOME, examples=20)
    (name,) = report.models[0].troubles
    assert (report.failed, name) == (False, "batches that failed and were asked again in halves")
