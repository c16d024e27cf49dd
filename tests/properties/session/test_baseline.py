"""The baseline: its content, what it marks in a result, and errors for other files."""

import json
import os

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
        ('{"schema": true, "known": {}}', f"schema must be 1, got True; {WRITE}"),
        ('{"schema": 1.0, "known": {}}', f"schema must be 1, got 1.0; {WRITE}"),
        ('{"schema": [1], "known": {}}', f"schema must be 1, got [1]; {WRITE}"),
        ('{"schema": 1, "known": []}', f"known must give a list of modes for each law; {WRITE}"),
        ('{"schema": ' + "1" * 5000 + "}", "it must be JSON, as --turncheck-write-baseline writes it"),
        ("\0" * 3000, "it must be JSON, as --turncheck-write-baseline writes it"),
        ('{"schema": 1, "known"', "it must be JSON, as --turncheck-write-baseline writes it"),
        (" " * 5_000_000, "it must have at most 4,000,000 bytes, got 5,000,000"),
        ('{"schema": 1}', f"known must give a list of modes for each law; {WRITE}"),
        ('{"schema": 1, "known": {"a_law": "wrong_value"}}', f"known must give a list of modes for each law; {WRITE}"),
        ('{"schema": 1, "known": {"no_law": []}}', f"law must be one that turncheck laws lists, got no_law; {WRITE}"),
        ('{"schema": 1, "known": {"a_law": ["odd"]}}', f"mode must be one of {MODES}, got 'odd'"),
        ('{"schema": 1, "known": {"a_law": [1]}}', f"mode must be one of {MODES}, got 1"),
        *(
            (f'{{"schema": 1, "known": {{"a_law": [{mode}]}}}}', f"mode must be one of {MODES}, got {mode}")
            for mode in ("[1]", "[[1]]", "{}", "1.5", "-1")
        ),
        ('{"schema": 1, "known": {"a_law": [null, true]}}', f"mode must be one of {MODES}, got None"),
    ],
)
def test_a_file_that_is_no_baseline_says_why_in_one_line(tmp_path, content, fault):
    path = tmp_path / "baseline.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BaselineError) as caught:
        load_baseline(path, LAWS)
    assert str(caught.value) == f"baseline {path}: {fault}"
    assert path.read_text("utf-8") == content


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


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_baseline_is_read_however_it_was_checked_out(tmp_path, end, mark):
    path = tmp_path / "baseline.json"
    write_baseline(path, [result("a_law", "wrong_value")], {})
    path.write_bytes(mark + path.read_bytes().replace(b"\n", end.encode()))
    assert load_baseline(path, LAWS) == {"a_law": ("wrong_value",)}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes")
def test_a_pipe_is_no_baseline_and_blocks_nobody(tmp_path):
    os.mkfifo(tmp_path / "baseline.json")
    with pytest.raises(BaselineError, match="it must be a regular file"):
        load_baseline(tmp_path / "baseline.json", LAWS)


def test_a_baseline_that_cannot_be_written_stays_as_it_was_and_a_link_stays_a_link(tmp_path, monkeypatch):
    path, link = tmp_path / "baseline.json", tmp_path / "link.json"
    link.symlink_to(path.name)
    write_baseline(link, [result("a_law", "wrong_value")], {})
    assert load_baseline(path, LAWS) == {"a_law": ("wrong_value",)}

    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        write_baseline(link, [result("another_law", "wrong_value")], {})
    assert load_baseline(path, LAWS) == {"a_law": ("wrong_value",)}
    assert sorted(each.name for each in tmp_path.iterdir()) == ["baseline.json", "link.json"]
