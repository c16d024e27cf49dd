"""The brittleness map on the page, and in a saved report."""

import json

import attrs
import pytest

from tests.reports.maps import BREAKS, MODELS, NEVER_REJECTS
from tests.reports.page.test_page import Parsed
from turncheck.reports.github import short_markdown
from turncheck.reports.page import report_page
from turncheck.reports.page.brittle import map_view
from turncheck.reports.records import ModelResult, Report
from turncheck.reports.saved import read_report
from turncheck.reports.table import to_markdown


@pytest.fixture
def report():
    models = (ModelResult(each.name, "py", None, None, (), "duel/1", noun="turn", map=each.map) for each in MODELS)
    return Report(7, 0, 0, tuple(models))


def test_the_page_has_a_heat_map_for_each_family_and_what_to_fix(report):
    page = Parsed(report_page(report))
    titles = {text.strip() for text in page.texts}
    assert {"Brittleness map", "What to fix next", "All operators together", "labels", "reject reasons"} <= titles
    assert "where hero.thorns is above 0: 18.0% of 50 wrong, elsewhere 2.0% of 50" in titles
    assert "misspelt label 2, wrong: 50 of 50, 100% to 100%" in titles
    assert "the map is not finished" in titles


def test_several_maps_stand_side_by_side_at_the_top_of_the_page(report):
    page = Parsed(report_page(report))
    titles = {text.strip() for text in page.texts}
    assert {"Brittleness maps side by side", "model 1, misspelt label 2, wrong: 50 of 50, 100% to 100%"} <= titles
    assert "Share of wrong answers. 1: breaks \\x1b[31m, 2: never rejects." in titles
    assert "What only one gets right" not in titles
    assert "laws held" not in titles
    assert "Brittleness maps side by side" not in report_page(attrs.evolve(report, models=report.models[:1]))


def test_nothing_of_the_page_moves_or_loads_anything(report):
    text = report_page(report)
    page = Parsed(text)
    assert page.loaded == []
    assert len(page.ids) == len(set(page.ids))
    assert "\x1b" not in text
    assert "<i>" not in text
    assert [given for tag, given in page.tags if "style" in given or any(name.startswith("on") for name in given)] == []


def test_a_model_that_was_only_mapped_has_no_laws_and_no_verdict(report):
    page = Parsed(report_page(attrs.evolve(report, models=report.models[:1])))
    said = {text.strip() for text in page.texts}
    assert {"MAPPED", "Its brittleness was mapped; no law was checked."} <= said
    assert "laws held" not in said
    assert "### Turncheck: mapped" in short_markdown(report)
    assert not report.failed
    assert "## breaks \\\\x1b\\[31m (py): mapped" in to_markdown(report)
    assert "### Brittleness map: " in to_markdown(report)


def test_cells_are_the_darker_the_more_is_wrong():
    boxes = {box.about: box for heat in map_view(BREAKS).heats for box in heat.boxes}
    assert boxes["misspelt label 2, wrong: 50 of 50, 100% to 100%"].level == 5
    assert boxes["unknown_label • 1, wrong: 0 of 50, 0% to 50.0%"].level == 0


def test_cells_without_a_right_answer_are_not_called_wrong():
    (_, heat) = map_view(NEVER_REJECTS).heats
    said = {box.about.partition(":")[0] for box in heat.boxes if box.text}
    assert said == {"misspelt label 1, silent_acceptance", "misspelt label 1, repairs"}


def test_a_saved_report_with_maps_is_read_back(report, tmp_path):
    path = tmp_path / "divergence.json"
    path.write_text(json.dumps(report.to_json()), encoding="utf-8")
    assert read_report(path) == report
    damaged = json.loads(path.read_text())
    damaged["models"][0]["map"]["cells"][0]["asked"] = "many"
    path.write_text(json.dumps(damaged), encoding="utf-8")
    with pytest.raises(ValueError, match=r"it: models\[0\]: map: cells\[0\]: asked must be a whole number"):
        read_report(path)


def test_a_report_without_a_map_is_read_as_before(report, tmp_path):
    values = attrs.evolve(report, models=(attrs.evolve(report.models[0], map=None),)).to_json()
    del values["models"][0]["map"]
    path = tmp_path / "divergence.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    assert read_report(path).models[0].map is None
