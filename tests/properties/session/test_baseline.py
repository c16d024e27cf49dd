"""The baseline: what it holds, what it marks in a result, and what is said of a file that is none."""

import json

import pytest

from turncheck.properties.session.baseline import BaselineError, compared, load_baseline, write_baseline
from turncheck.reports.records import Failure, LawResult, Witness

LAWS = ("a_law", "another_law", "third_law")


def result(law, *modes):
    failures = tuple(Failure(mode, 2, Witness("c\n", "p\n", "e\n", "g\n")) for mode in modes)
    return LawResult(law, "E1", "direction", "FAIL" if modes else "PASS", 200, failures)


def test_what_was_written_is_read(tmp_path):
    path = tmp_path / "deep" / "baseline.json"
    write_baseline(path, [result("another_law", "wrong_value", "no_answer"), result("a_law")], {})
    assert path.read_text("utf-8") == (
        '{\n "schema": 1,\n "known": {\n  "another_law": [\n   "no_answer",\n   "wrong_value"\n  ]\n }\n}\n'
    )
    assert load_baseline(path, LAWS) == {"another_law": ("no_answer", "wrong_value")}


def test_laws_that_did_not_run_stay_as_they_were(tmp_path):
    path = tmp_path / "baseline.json"
    before = {"a_law": ("wrong_value",), "third_law": ("no_answer",)}
    write_baseline(path, [result("a_law", "unstable"), result("another_law")], before)
    assert load_baseline(path, LAWS) == {"a_law": ("unstable",), "third_law": ("no_answer",)}


@pytest.mark.parametrize(
    ("modes", "known", "marked", "mended", "all_known"),
    [
        (("wrong_value",), ("wrong_value",), [True], (), True),
        (("wrong_value", "unstable"), ("wrong_value",), [True, False], (), False),
        (("unstable",), ("wrong_value",), [False], ("wrong_value",), False),
        ((), ("wrong_value", "unstable"), [], ("wrong_value", "unstable"), False),
        (("wrong_value",), (), [False], (), False),
    ],
    ids=["known", "one is new", "another is new", "mended", "no baseline"],
)
def test_a_failure_is_known_by_its_law_and_mode(modes, known, marked, mended, all_known):
    found = compared(result("a_law", *modes), {"a_law": known, "another_law": ("no_answer",)})
    assert [failure.known for failure in found.failures] == marked
    assert (found.mended, found.known) == (mended, all_known)


WRITE = "write it anew with --turncheck-write-baseline"
MODES = (
    "no_answer, unstable, silent_acceptance, wrong_reason, false_rejection, label_collapse, boundary_confusion, "
    "token_drift, stale_copy, wrong_value"
)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "it must be JSON, as --turncheck-write-baseline writes it"),
        ("[" * 100_000, "it must be JSON, as --turncheck-write-baseline writes it"),
        ("[]", f"schema must be 1, got None; {WRITE}"),
        ('{"known": {}}', f"schema must be 1, got None; {WRITE}"),
        ('{"schema": 2, "known": {}}', f"schema must be 1, got 2; {WRITE}"),
        ('{"schema": 1}', f"known must give a list of modes for each law; {WRITE}"),
        ('{"schema": 1, "known": {"a_law": "wrong_value"}}', f"known must give a list of modes for each law; {WRITE}"),
        ('{"schema": 1, "known": {"no_law": []}}', f"law must be one that turncheck laws lists, got no_law; {WRITE}"),
        ('{"schema": 1, "known": {"a_law": ["odd"]}}', f"mode must be one of {MODES}, got 'odd'"),
        ('{"schema": 1, "known": {"a_law": [1]}}', f"mode must be one of {MODES}, got 1"),
    ],
    ids=["empty", "deep", "a list", "no schema", "newer", "nothing known", "no list", "no law", "no mode", "a number"],
)
def test_a_file_that_is_no_baseline_says_why_in_one_line(tmp_path, content, fault):
    path = tmp_path / "baseline.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BaselineError) as caught:
        load_baseline(path, LAWS)
    assert str(caught.value) == f"baseline {path}: {fault}"


def test_a_file_that_is_not_there_says_how_to_make_it(tmp_path):
    with pytest.raises(BaselineError) as caught:
        load_baseline(tmp_path / "no.json", LAWS)
    assert caught.value.fault == (
        "it cannot be read: No such file or directory; make it with --turncheck-write-baseline"
    )


def test_what_is_written_holds_no_empty_lists(tmp_path):
    path = tmp_path / "baseline.json"
    write_baseline(path, [result("a_law")], {"a_law": ("wrong_value",)})
    assert json.loads(path.read_bytes()) == {"schema": 1, "known": {}}
