"""The map on a terminal, as Markdown and as JSON."""

import json
import re

import attrs
import pytest

from tests.reports.maps import BREAKS, MODELS, NEVER_REJECTS
from turncheck.reports.brittleness import MapResult, maps_to_json, short_percent
from turncheck.reports.map_terminal import maps_text
from turncheck.reports.map_text import map_markdown, maps_markdown
from turncheck.reports.screen import Screen, cells


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(width):
    shown = maps_text(MODELS, Screen(width))
    assert max(map(cells, shown.splitlines())) <= width
    assert "\x1b" not in shown


def test_a_wide_terminal_shows_the_interval_of_each_mode():
    narrow, wide = (maps_text(MODELS, Screen(width)) for width in (100, 200))
    interval = "silent_acceptance 20.0% (10.0% to 40.0%)"
    assert (interval in narrow, interval in wide) == (False, True)


def test_each_operator_and_strength_has_a_row_and_its_mark():
    shown = maps_text(MODELS[:1], Screen(200))
    rows = [re.split("  +", line.strip()) for line in shown.splitlines()]
    assert ["misspelt label", "2", "50", "0%", "0% to 0%"] in [row[:5] for row in rows]
    assert ["unknown_label •", "1", "50", "100%", "50.0% to 100%"] in [row[:5] for row in rows]


def test_rows_without_a_wrong_answer_are_counted_unless_all_are_asked_for():
    shown = maps_text(MODELS[:1], Screen(100), every_row=False, option="--table=all")
    assert "unknown_label" not in shown
    assert "1 more row: every answer right, each share of wrong answers below 50.0%; --table=all shows them" in shown


def test_texts_without_a_right_answer_have_none():
    shown = maps_text(MODELS[1:], Screen(120))
    row = next(line for line in shown.splitlines() if line.startswith("misspelt label"))
    assert re.split("  +", row.strip())[:5] == ["misspelt label", "1", "50", "-", "no right answer"]
    assert row.endswith("repairs 100%")
    assert "silent_acceptance" not in row


def test_models_stand_side_by_side():
    shown = maps_text(MODELS, Screen(120))
    part = shown.split("right answers, side by side\n")[1].splitlines()
    assert re.split("  +", part[0]) == ["operator", "by", "breaks \\x1b[31m", "never rejects"]
    assert re.split("  +", part[3]) == ["misspelt label", "1", "80.0%", "-"]


def test_the_advice_stands_at_the_end_and_an_unfinished_map_has_none():
    shown = maps_text(MODELS, Screen(120))
    *_, last = shown.split("what to fix next: breaks")
    assert "rules that it leaves out\n- rule S4: as if it did not exist in 18.0% of 50" in last
    assert shown.count("what to fix next") == 1
    assert "PARTIAL: 2,500 of 3,000 are done" in shown


def test_a_map_without_advice_says_so():
    silent = attrs.evolve(MODELS[0], map=attrs.evolve(BREAKS, advice=()))
    assert maps_text([silent]).splitlines()[-1].startswith("nothing that these figures show: ")


def test_colours_change_nothing_but_the_colour():
    plain, painted = (maps_text(MODELS, Screen(80, colour)) for colour in (False, True))
    assert "\x1b[31m0%\x1b[0m" in painted
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == plain


# --- Markdown and JSON -----------------------------------------------------------------------------------------------


def test_markdown_has_a_table_for_each_family_with_the_interval_of_each_mode():
    page = maps_markdown(MODELS)
    assert page.count("<details>") == 5
    row = "| misspelt label | 1 | 50 | 80.0% | 40.0% to 100% | silent\\_acceptance 20.0% (10.0% to 40.0%) |"
    assert row in re.sub(" +", " ", page)
    assert "\x1b" not in page
    assert "<b>" not in page
    assert "## Side by side" in page


def test_markdown_of_one_map_says_what_to_fix():
    assert "#### What to fix next\n\nRules that it leaves out:\n\n- rule S4" in map_markdown(BREAKS)
    assert "The map is not finished." in map_markdown(NEVER_REJECTS)


def test_a_map_survives_json():
    for found in (BREAKS, NEVER_REJECTS):
        assert MapResult.from_json(json.loads(json.dumps(found.to_json()))) == found
    values = json.loads(json.dumps(maps_to_json(MODELS)))
    assert (values["schema"], [each["name"] for each in values["models"]]) == (1, ["breaks \x1b[31m", "never rejects"])


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (1, "100%"), (0.99999, ">99.9%"), (1e-6, "<0.1%"), (0.5, "50.0%")]
)
def test_only_all_and_none_are_written_so(share, text):
    assert short_percent(share) == text
