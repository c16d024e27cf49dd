"""A saved report that is read again: every value is checked, whoever wrote the file."""

import copy
import json
import re
import time
from pathlib import Path

import pytest

from turncheck.reports.page import report_page
from turncheck.reports.records import Report
from turncheck.reports.saved import read_report, together

GOLDEN = Path(__file__).parent / "golden"
VALUES = json.loads((GOLDEN / "divergence.json").read_text(encoding="utf-8"))


def saved(folder, values):
    path = folder / "divergence.json"
    path.write_text(values if isinstance(values, str) else json.dumps(values), encoding="utf-8")
    return path


def test_a_report_is_read_as_it_was_written(report):
    assert read_report(GOLDEN / "divergence.json") == report


def test_a_report_of_the_schema_before_is_read_and_shown():
    older = read_report(GOLDEN / "divergence-6.json")
    assert "It breaks 3 of 6 laws" in report_page(older)


def test_reports_are_put_together_with_the_facts_of_the_first(report):
    both = together([Report(3, 200, 10, report.models[1:]), report])
    assert (both.models, both.seed) == ((report.models[1], *report.models), 3)


WRONG = [
    ("", "it must be JSON: Expecting value: line 1 column 1 (char 0)"),
    ("[" * 100_000, "it is nested too deeply"),
    ("[]", "it must be an object, got []"),
    ({}, "schema must be 6, 7, 8 or 9, got None; write the report anew"),
    ({"schema": 5}, "schema must be 6, 7, 8 or 9, got 5; write the report anew"),
    ({"schema": 7}, "it must have seed"),
    ({**VALUES, "seed": "1"}, "it: seed must be a whole number, 0 or more, got '1'"),
    ({**VALUES, "seed": True}, "it: seed must be a whole number, 0 or more, got True"),
    ({**VALUES, "seed": -1}, "it: seed must be a whole number, 0 or more, got -1"),
    ({**VALUES, "models": {}}, "it: models must be a list, got {}"),
    ({**VALUES, "models": [1]}, "it: models[0] must be an object, got 1"),
    ({**VALUES, "later": 1}, "it has 'later', which schema 9 does not have"),
    ({**VALUES, "options": {"model": 3}}, "it: options 'model' must be a text, got 3"),
]


@pytest.mark.parametrize(("values", "said"), WRONG)
def test_what_is_no_report_is_said_in_a_line(tmp_path, values, said):
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        read_report(saved(tmp_path, values))


def places(values, path=()):
    """The path to each value within values."""
    yield path
    parts = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for name, value in parts:
        yield from places(value, (*path, name))


def changed(path, value):
    values = copy.deepcopy(VALUES)
    holder = values
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    return values


def outcome(path):
    """The page of a saved report, or what is said of one that is none."""
    try:
        return report_page(read_report(path))
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("value", [None, [], {}, "x", 1.5, -3, float("nan"), [[]], {"x": {}}], ids=repr)
def test_whatever_stands_anywhere_a_file_is_refused_in_a_line_or_shown(tmp_path, value):
    every = [path for path in places(VALUES) if path and path[:2] != ("models", 1)]
    for path in every[:: max(len(every) // 80, 1)]:
        found = outcome(saved(tmp_path, changed(path, value)))
        assert found.startswith("<!doctype html>") or ("\n" not in found and len(found) < 300)


def test_a_large_report_is_read_in_seconds(tmp_path):
    path = saved(tmp_path, {**VALUES, "models": VALUES["models"] * 100})
    began = time.process_time()
    assert len(read_report(path).models) == 200
    assert time.process_time() - began < 10
