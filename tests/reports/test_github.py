"""The short table in the summary of a job of GitHub Actions."""

import attrs
import pytest

from turncheck.reports.github import MOST_LAWS, VARIABLE, short_markdown, tell_github
from turncheck.reports.records import LawResult, ModelResult, Report


def test_the_short_table_has_what_is_broken_and_what_the_sweep_says(report):
    shown = short_markdown(report)
    assert shown.startswith(
        "### Turncheck: FAIL\n\nduel-small (native, 932,976 bytes, sha256 0123456789ab): 1 of 6 laws held"
    )
    assert "| the\\_answer\\_is\\_the\\_references" in shown
    assert "poison\\_never" not in shown
    assert "gate 1.5%: INCONCLUSIVE, 280 of 20,000 turns of play diverge" in shown
    assert all(character.isprintable() or character == "\n" for character in shown)


def test_of_many_broken_laws_the_most_broken_have_rows_and_the_others_are_named(report):
    (failure, *_) = report.models[0].laws[1].failures
    laws = tuple(
        LawResult(f"law_{number}", "E1", "", "FAIL", 100, (attrs.evolve(failure, count=number),))
        for number in range(30)
    )
    shown = short_markdown(Report(0, 200, 10, (ModelResult("small", "py", None, None, laws, "duel/1"),)))
    assert shown.count("| law\\_") == MOST_LAWS
    assert "| law\\_29 " in shown
    assert "and 10 laws more: law\\_9, law\\_8" in shown


def test_a_model_that_passed_has_no_table():
    held = LawResult("a_law", "E1", "", "PASS", 100)
    shown = short_markdown(Report(0, 200, 10, (ModelResult("small", "py", None, None, (held,), "duel/1"),)))
    assert shown == "### Turncheck: PASS\n\nsmall (py): 1 of 1 laws held\n"


def test_a_sweep_that_demands_nothing_is_no_pass(report):
    swept = attrs.evolve(report.models[0].sweep, gate=None, verdict=None)
    shown = short_markdown(Report(0, 0, 0, (attrs.evolve(report.models[0], laws=(), sweep=swept),)))
    assert shown.startswith("### Turncheck: swept\n")
    assert "20,000 of 20,000 turns of play, seed 7: 280 diverge" in shown


def test_it_goes_behind_what_other_steps_wrote(report, tmp_path, monkeypatch):
    path = tmp_path / "summary.md"
    path.write_text("# Before\n", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(path))
    tell_github(report)
    assert path.read_text(encoding="utf-8") == f"# Before\n{short_markdown(report)}\n"


@pytest.mark.parametrize("value", [None, ""])
def test_elsewhere_nothing_is_written(report, tmp_path, monkeypatch, value):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False) if value is None else monkeypatch.setenv(VARIABLE, value)
    tell_github(report)
    assert list(tmp_path.iterdir()) == []
