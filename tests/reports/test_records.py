"""Records: what `divergence.json` holds, to the last key."""

import json

import pytest

from turncheck.engine import Turn, resolve_text, write
from turncheck.reports.modes import FalseRejection, diverge
from turncheck.reports.records import Failure, LawResult, ModelResult, Report, Witness

TURN = write(Turn())
ANSWER = resolve_text(TURN)
WITNESS = Witness(TURN, ANSWER, "reject \ud800\n")
LAW = LawResult("a_law", "E1", "direction", "FAIL", 10, (Failure("false_rejection", 3, WITNESS),))
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
            "witness": {"turn": TURN, "expected": ANSWER, "got": "reject \ud800\n"},
        }
    ],
}


def in_json(record):
    return json.loads(json.dumps(record.to_json()))


def test_the_schema_of_a_report():
    report = Report(
        7, (ModelResult("small", "native", 12, "ab", (LAW,)), ModelResult("reference", "py", None, None, ()))
    )
    assert in_json(report) == {
        "schema": 1,
        "seed": 7,
        "models": [
            {"name": "small", "kind": "native", "bytes": 12, "sha256": "ab", "laws": [AS_JSON]},
            {"name": "reference", "kind": "py", "bytes": None, "sha256": None, "laws": []},
        ],
    }


def test_the_schema_of_a_report_in_the_order_of_its_keys(report):
    values = in_json(report)
    (model, _), law = values["models"], values["models"][0]["laws"][1]
    assert list(values) == ["schema", "seed", "models"]
    assert list(model) == ["name", "kind", "bytes", "sha256", "laws"]
    assert list(law) == ["id", "rule", "kind", "verdict", "applied", "failures"]
    assert list(law["failures"][0]) == ["mode", "count", "witness"]
    assert list(law["failures"][0]["witness"]) == ["turn", "expected", "got"]


def test_a_law_comes_back_from_json(report):
    for law in (LAW, *(law for model in report.models for law in model.laws)):
        assert LawResult.from_json(law.to_json()) == law
        assert LawResult.from_json(in_json(law)) == law


def test_a_law_as_json():
    assert in_json(LAW) == AS_JSON


def test_in_how_many_cases_a_law_was_broken_is_the_sum_over_its_failures():
    failures = tuple(Failure("wrong_value", count, WITNESS) for count in (4, 2, 1))
    assert LawResult("a_law", "E1", "direction", "FAIL", 10, failures).diverged == 7
    assert LawResult("a_law", "E1", "direction", "PASS", 10).diverged == 0


def test_a_witness_is_its_divergence():
    divergence = diverge(TURN, ANSWER, "reject truncated\n")
    witness = Witness.of(divergence)
    assert witness == Witness(TURN, ANSWER, "reject truncated\n")
    assert type(witness.divergence) is FalseRejection
    assert str(witness.divergence) == str(divergence)


def test_a_witness_of_nothing_is_our_own_mistake():
    with pytest.raises(AssertionError, match="a witness shows a divergence"):
        _ = Witness(TURN, ANSWER, ANSWER).divergence
