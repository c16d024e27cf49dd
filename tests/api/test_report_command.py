"""`turncheck report`: the page of a saved report, of several, and what changed since another."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from turncheck.cli import main
from turncheck.reports.page import report_page
from turncheck.reports.saved import read_report, together

GOLDEN = Path(__file__).parents[1] / "reports" / "golden"


@pytest.fixture
def turncheck(tmp_path, monkeypatch):
    """Runs `turncheck report` in a folder with two saved reports."""
    (tmp_path / "now").mkdir()
    for place, name in (("now", "divergence"), (".", "divergence-6")):
        content = (GOLDEN / f"{name}.json").read_text(encoding="utf-8")
        (tmp_path / place / f"{name}.json").write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, ["report", *arguments], prog_name="turncheck")


def test_the_page_is_written_beside_the_file(turncheck, tmp_path):
    result = turncheck("now/divergence.json")
    assert (result.exit_code, result.output) == (0, "page: now/report.html\n")
    expected = report_page(read_report(tmp_path / "now" / "divergence.json"))
    assert (tmp_path / "now" / "report.html").read_text(encoding="utf-8") == expected


def test_of_several_files_the_models_stand_side_by_side(turncheck, tmp_path):
    result = turncheck("divergence-6.json", "now/divergence.json", "--out", "both.html")
    assert (result.exit_code, result.output) == (0, "page: both.html\n")
    files = (tmp_path / "divergence-6.json", tmp_path / "now" / "divergence.json")
    page = (tmp_path / "both.html").read_text(encoding="utf-8")
    assert page == report_page(together([read_report(file) for file in files]))
    assert "4 models side by side" in page


def test_it_says_what_changed_since_another_report(turncheck, tmp_path):
    before = json.loads((tmp_path / "now" / "divergence.json").read_text(encoding="utf-8"))
    law = before["models"][0]["laws"][1]
    law["failures"] = [{**law["failures"][0], "mode": "silent_acceptance"}, law["failures"][1]]
    (tmp_path / "before.json").write_text(json.dumps(before), encoding="utf-8")
    assert turncheck("now/divergence.json", "--before", "before.json").exit_code == 0
    page = (tmp_path / "now" / "report.html").read_text(encoding="utf-8")
    assert "6<small> new</small> 5<small> still</small> 1<small> mended</small></span>" in page
    assert "ways of failing, since the earlier report" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.json",), "nowhere.json cannot be read: No such file or directory"),
        (("now",), "File 'now' is a directory"),
        (("now/divergence.json", "--before", "nowhere.json"), "nowhere.json cannot be read: No such file or directory"),
        (
            ("now/divergence.json", "--out", "no/where.html"),
            "no/where.html cannot be written: No such file or directory",
        ),
        ((), "Missing argument 'FILES...'"),
    ],
)
def test_what_cannot_be_used_is_one_line(turncheck, arguments, said):
    result = turncheck(*arguments)
    assert (result.exit_code, result.stdout) == (4, "")
    assert said in result.stderr.splitlines()[-1]


def test_a_file_that_is_no_report_is_said_in_one_line(turncheck, tmp_path):
    (tmp_path / "other.json").write_text('{"schema": 7, "seed": "\\u001b[31m"}', encoding="utf-8")
    result = turncheck("other.json")
    fault = "other.json is no divergence.json: it: seed must be a whole number, 0 or more, got '\\\\x1b[31m'"
    assert (result.exit_code, result.stderr) == (4, f"Error: {fault}\n")
