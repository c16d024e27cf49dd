"""Records: the content of `divergence.json`, to the last key."""

import json
from pathlib import Path

import attrs
import pytest

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.reports.as_if import AsIf, Explanation
from turncheck.reports.modes import FalseRejection, Unstable, diverge
from turncheck.reports.records import Drawn, Failure, Form, LawResult, ModelResult, Replay, Report, Step, Witness
from turncheck.reports.sweeps import Row, Smallest, SweepResult

GOLDEN = Path(__file__).parent / "golden"
TURN = write(Turn())
ANSWER = resolve_text(TURN)
AS_IF = AsIf(
    (Explanation("rule", 1, "S4 did not exist"), Explanation("input", 1, "turn were 2", 3, {"turn": "02"})), 855
)
TRACK = (Step("do", "expected", "given"),)
WITNESS = Witness("a play", TURN, ANSWER, "reject \ud800\n", "a fault", 2, 4, "four turns", TRACK, AS_IF)
LAW = LawResult(
    "a_law",
    "E1",
    "direction",
    "FAIL",
    10,
    (
        Failure(
            "false_rejection",
            3,
            WITNESS,
            ambiguous=1,
            off_by_one=2,
            known=True,
            said="so and so",
            left="not shrunk",
            fields={"hero hp changed": 2},
            strata={"hero wait, foe heal": 1},
            at=(0, 4, 7),
            simplest=(Drawn(4, TURN, "a turn"),),
        ),
    ),
    {"E1": 4},
    (Replay("no_answer", "STILL FAILS", TURN, "a turn"),),
    ("unstable",),
    sentence="A law holds.",
    again="pytest -k a_law",
    kept="a_law.txt",
)
AS_JSON = {
    "id": "a_law",
    "rule": "E1",
    "kind": "direction",
    "verdict": "FAIL",
    "applied": 10,
    "failures": [
        {
            "mode": "false_rejection",
            "count": 3,
            "witness": {
                "case": "a play",
                "turn": TURN,
                "expected": ANSWER,
                "got": "reject \ud800\n",
                "fault": "a fault",
                "step": 2,
                "steps": 4,
                "short": "four turns",
                "track": [{"done": "do", "expected": "expected", "given": "given"}],
                "as_if": {
                    "found": [
                        {"kind": "rule", "changes": 1, "words": "S4 did not exist", "ways": 1, "values": {}},
                        {"kind": "input", "changes": 1, "words": "turn were 2", "ways": 3, "values": {"turn": "02"}},
                    ],
                    "tried": 855,
                    "cut": "",
                },
                "expert": "",
            },
            "ambiguous": 1,
            "off_by_one": 2,
            "known": True,
            "said": "so and so",
            "left": "not shrunk",
            "fields": {"hero hp changed": 2},
            "strata": {"hero wait, foe heal": 1},
            "at": [0, 4, 7],
            "simplest": [{"at": 4, "case": TURN, "short": "a turn"}],
        }
    ],
    "at_work": {"E1": 4},
    "replayed": [{"mode": "no_answer", "outcome": "STILL FAILS", "case": TURN, "short": "a turn"}],
    "mended": ["unstable"],
    "why": "",
    "sentence": "A law holds.",
    "again": "pytest -k a_law",
    "kept": "a_law.txt",
}


SWEEP = SweepResult(
    sampler="play",
    seed=7,
    stream="numpy-1",
    training_seeds=(1_000_000, 1_999_999),
    turns=400,
    done=400,
    diverged=3,
    low=0.001,
    high=0.02,
    unreadable=1,
    more=200,
    damaged=20,
    played=500,
    again=5000,
    laws=(Row("a_law", "E1", 40, 1, 0.01, 0.2), Row("another", "A2", 0, 0, 0.0, 1.0)),
    modes=(Row("any", "", 400, 3, 0.001, 0.02),),
    fields=(Row("hero hp changed", "", 4, 1, 0.01, 0.9),),
    strata=(Row("hero wait, foe heal", "", 8, 2, 0.03, 0.7),),
    silent={"a_third": "it says nothing"},
    smallest=(Smallest("a_law", "no_answer", TURN, "a turn", "", TURN, ANSWER, "", "nothing"),),
    shrunk=False,
    gate=0.25,
    verdict="PASS",
    noun="turn",
    fields_title="number",
    strata_title="orders",
    sentences={"a_law": "A law holds."},
)
SWEEP_AS_JSON = {
    "sampler": "play",
    "seed": 7,
    "stream": "numpy-1",
    "training_seeds": [1_000_000, 1_999_999],
    "turns": 400,
    "done": 400,
    "diverged": 3,
    "low": 0.001,
    "high": 0.02,
    "unreadable": 1,
    "more": 200,
    "damaged": 20,
    "played": 500,
    "again": 5000,
    "laws": [
        {"name": "a_law", "rule": "E1", "applied": 40, "broke": 1, "rate": 0.025, "low": 0.01, "high": 0.2},
        {"name": "another", "rule": "A2", "applied": 0, "broke": 0, "rate": None, "low": 0.0, "high": 1.0},
    ],
    "modes": [{"name": "any", "rule": "", "applied": 400, "broke": 3, "rate": 0.0075, "low": 0.001, "high": 0.02}],
    "fields": [
        {"name": "hero hp changed", "rule": "", "applied": 4, "broke": 1, "rate": 0.25, "low": 0.01, "high": 0.9}
    ],
    "strata": [
        {"name": "hero wait, foe heal", "rule": "", "applied": 8, "broke": 2, "rate": 0.25, "low": 0.03, "high": 0.7}
    ],
    "silent": {"a_third": "it says nothing"},
    "smallest": [
        {
            "law": "a_law",
            "mode": "no_answer",
            "case": TURN,
            "short": "a turn",
            "left": "",
            "turn": TURN,
            "expected": ANSWER,
            "got": "",
            "said": "nothing",
        }
    ],
    "shrunk": False,
    "gate": 0.25,
    "verdict": "PASS",
    "noun": "turn",
    "fields_title": "number",
    "strata_title": "orders",
    "sentences": {"a_law": "A law holds."},
    "experts": [],
}


def in_json(record):
    return json.loads(json.dumps(record.to_json()))


def result(verdict, *known):
    failures = tuple(Failure("wrong_value", 1, WITNESS, known=each) for each in known)
    return LawResult("a_law", "E1", "direction", verdict, 10, failures)


# --- as JSON ---------------------------------------------------------------------------------------------------------


def test_the_schema_of_a_report():
    said = ("duel/1", "duel-json/1", "duel/1 with burn_damage 4", ("E1", "T2"), ("A8",), 200, 1)
    missing, again = {"another": "the run was interrupted"}, ("pytest", "kept.txt")
    forms = ("turn", Form("turn {turn}\n", "turn 01\n"), Form("{turn}", "01"))
    models = (
        ModelResult(
            "small", "native", 12, "ab", (LAW,), *said, missing, 97, {"worker restarts": 2}, *again, SWEEP, *forms
        ),
        ModelResult("reference", "py", None, None, (), "adder/1"),
    )
    assert in_json(Report(7, 200, 10, models, "known.json", {"model": "small"}, {"python": "3.12"})) == {
        "schema": 9,
        "seed": 7,
        "examples": 200,
        "min_cases": 10,
        "models": [
            {
                "name": "small",
                "kind": "native",
                "bytes": 12,
                "sha256": "ab",
                "laws": [AS_JSON],
                "domain": "duel/1",
                "template": "duel-json/1",
                "rules": "duel/1 with burn_damage 4",
                "rules_order": ["E1", "T2"],
                "exempt": ["A8"],
                "audited": 200,
                "refuted": 1,
                "missing": {"another": "the run was interrupted"},
                "in_all": 97,
                "troubles": {"worker restarts": 2},
                "again": "pytest",
                "witness": "kept.txt",
                "sweep": SWEEP_AS_JSON,
                "noun": "turn",
                "prompt": {"text": "turn {turn}\n", "neutral": "turn 01\n"},
                "answer": {"text": "{turn}", "neutral": "01"},
                "map": None,
            },
            {
                "name": "reference",
                "kind": "py",
                "bytes": None,
                "sha256": None,
                "laws": [],
                "domain": "adder/1",
                "template": "adder/1",
                "rules": "adder/1",
                "rules_order": [],
                "exempt": [],
                "audited": 0,
                "refuted": 0,
                "missing": {},
                "in_all": 0,
                "troubles": {},
                "again": "",
                "witness": "",
                "sweep": None,
                "noun": "case",
                "prompt": None,
                "answer": None,
                "map": None,
            },
        ],
        "baseline": "known.json",
        "options": {"model": "small"},
        "versions": {"python": "3.12"},
    }


def test_the_schema_of_a_report_in_the_order_of_its_keys(report):
    values = in_json(report)
    (model, _), law = values["models"], values["models"][0]["laws"][1]
    facts = ["baseline", "options", "versions"]
    assert list(values) == ["schema", "seed", "examples", "min_cases", "models", *facts]
    facts = ["domain", "template", "rules", "rules_order", "exempt", "audited", "refuted"]
    more = ["missing", "in_all", "troubles", "again", "witness", "sweep", "noun", "prompt", "answer", "map"]
    assert list(model) == ["name", "kind", "bytes", "sha256", "laws", *facts, *more]
    assert list(law) == list(AS_JSON)
    assert list(law["failures"][0]) == list(AS_JSON["failures"][0])
    assert list(model["sweep"]) == list(SWEEP_AS_JSON)
    assert list(model["sweep"]["laws"][0]) == list(SWEEP_AS_JSON["laws"][0])
    assert list(law["failures"][0]["witness"]) == list(AS_JSON["failures"][0]["witness"])


def test_a_law_as_json():
    assert in_json(LAW) == AS_JSON


def test_a_law_comes_back_from_json(report):
    for law in (LAW, *(law for model in report.models for law in model.laws)):
        assert LawResult.from_json(law.to_json()) == law
        assert LawResult.from_json(in_json(law)) == law


def test_a_report_comes_back_from_json(report):
    assert Report.from_json(in_json(report)) == report


def test_a_sweep_comes_back_from_json(report):
    for sweep in (SWEEP, report.models[0].sweep):
        assert SweepResult.from_json(sweep.to_json()) == sweep
        assert SweepResult.from_json(in_json(sweep)) == sweep


@pytest.mark.parametrize("schema", [1, 2, 3, 4, 5, 10, None, "6", True])
def test_a_report_of_another_schema_is_refused(report, schema):
    with pytest.raises(ValueError, match=f"schema must be 6, 7, 8 or 9, got {schema!r}; write the report anew"):
        Report.from_json({**in_json(report), "schema": schema})


def test_a_report_of_schema_6_is_read_and_what_it_lacks_is_empty(report):
    old = Report.from_json(json.loads((GOLDEN / "divergence-6.json").read_text(encoding="utf-8")))
    assert (old.seed, old.baseline, old.options, old.versions) == (7, "", {}, {})
    (one, two), (same, other) = old.models, report.models
    assert (one.name, two.name, one.sha256, one.sweep.laws) == (same.name, other.name, same.sha256, same.sweep.laws)
    assert (one.noun, one.prompt, one.answer, one.sweep.sentences) == ("case", None, None, {})
    assert [law.id for law in one.laws] == [law.id for law in same.laws]
    failure = one.laws[1].failures[0]
    assert (failure.count, failure.fields, failure.at, failure.simplest) == (12, {}, (), ())
    assert (one.laws[3].failures[0].witness.step, one.laws[3].failures[0].witness.track) == (3, ())


# --- what follows from a record --------------------------------------------------------------------------------------


def test_in_how_many_cases_a_law_was_broken_is_the_sum_over_its_failures():
    failures = tuple(Failure("wrong_value", count, WITNESS) for count in (4, 2, 1))
    assert LawResult("a_law", "E1", "direction", "FAIL", 10, failures).diverged == 7
    assert LawResult("a_law", "E1", "direction", "PASS", 10).diverged == 0


@pytest.mark.parametrize(
    ("law", "known", "failed"),
    [
        (result("PASS"), False, False),
        (result("INCONCLUSIVE"), False, True),
        (result("TIMED_OUT"), False, True),
        (result("FAIL"), False, True),
        (result("FAIL", False), False, True),
        (result("FAIL", True, False), False, True),
        (result("FAIL", True), True, False),
        (result("FAIL", True, True), True, False),
    ],
)
def test_a_report_failed_where_a_law_did_in_a_way_that_is_not_known(law, known, failed):
    assert law.known == known
    for laws in ((law,), (result("PASS"), law), (law, result("FAIL", True))):
        assert Report(0, 200, 10, (ModelResult("small", "py", None, None, laws, "duel/1"),)).failed == failed


def test_what_applies_to_nothing_is_no_pass():
    def failed(*laws, **values):
        return Report(0, 200, 10, (ModelResult("small", "py", None, None, laws, "duel/1", **values),)).failed

    assert failed()
    assert failed(result("NOT_APPLICABLE"), result("NOT_APPLICABLE"))
    assert not failed(result("NOT_APPLICABLE"), result("PASS"))
    assert not failed(sweep=attrs.evolve(SWEEP, verdict="PASS"))


def test_a_law_without_a_result_is_no_pass():
    laws = (result("PASS"),)
    assert Report(
        0, 200, 10, (ModelResult("small", "py", None, None, laws, "duel/1", missing={"b": "it was skipped"}),)
    ).failed


def test_a_report_failed_where_a_verify_was_wrong():
    laws = (result("PASS"),)
    assert Report(0, 200, 10, (ModelResult("small", "py", None, None, laws, "duel/1", audited=200, refuted=1),)).failed
    assert not Report(0, 200, 10, (ModelResult("small", "py", None, None, laws, "duel/1", audited=200),)).failed


@pytest.mark.parametrize(
    ("verdict", "failed"), [(None, False), ("PASS", False), ("FAIL", True), ("INCONCLUSIVE", True)]
)
def test_a_report_failed_where_a_gate_did_not_say_pass(verdict, failed):
    sweep = attrs.evolve(SWEEP, verdict=verdict)
    model = ModelResult("small", "py", None, None, (result("PASS"),), "duel/1", sweep=sweep)
    assert Report(0, 200, 10, (model,)).failed == failed


def test_a_report_of_several_models_failed_where_one_did():
    models = [
        ModelResult("small", "py", None, None, (result(verdict, False),), "duel/1") for verdict in ("PASS", "FAIL")
    ]
    assert Report(0, 200, 10, tuple(models)).failed
    assert not Report(0, 200, 10, (models[0],)).failed


def test_a_report_without_models_has_passed_nothing():
    assert Report(0, 200, 10, ()).failed


def test_a_failure_is_the_divergence_of_its_mode():
    expected = diverge(DOMAIN, TURN, ANSWER, "reject truncated\n", fault="a fault")
    witness = Witness(TURN, TURN, ANSWER, "reject truncated\n", "a fault")
    found = Failure("false_rejection", 1, witness, said="truncated").divergence
    assert (type(found), vars(found)) == (FalseRejection, vars(expected))
    assert type(Failure("unstable", 1, witness).divergence) is Unstable


def test_records_can_be_told_apart():
    assert len({LAW, attrs.evolve(LAW, applied=11), attrs.evolve(LAW, at_work={})}) == 3
