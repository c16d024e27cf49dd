"""Models by size: who is on the front, who reaches how many nines, and how it is told, written and drawn."""

import csv
import io
import json
import sys
import xml.etree.ElementTree as ET

import attrs
import pytest

from turncheck.properties.sweeps.statistics import Rate, cases_to_show
from turncheck.reports.plots import NoPlotsError
from turncheck.reports.screen import Screen
from turncheck.reports.size_up import SizedModel, SizeUp, Speed, front
from turncheck.reports.size_up_plot import size_up_picture
from turncheck.reports.size_up_text import size_up_csv, size_up_text

TURNS = 10_000
NEEDS = tuple(cases_to_show(10.0**-count) for count in range(1, 7))


def model(name, size, mixed=0, play=0, turns=TURNS, **more):
    samples = (Rate(mixed, turns).row("mixed"), Rate(play, turns).row("play"))
    return SizedModel(name, "native", size, "abc", (), samples, 97, 96, Rate(1, 3000).row("malformed"), **more)


def result(*models, turns=TURNS):
    return SizeUp("duel/1", "duel/1", "turn", 0, {"mixed": turns, "play": turns}, 3000, 50, 256, NEEDS, models)


NEVER = model("never right", 10, TURNS, TURNS)
BAD = model("bad", 20_000, 9_000, 9_000)
FAIR = model("fair", 80_000, 500, 100)
DEAR = model("dear", 90_000, 501, 100)
GOOD = model("good", 500_000, 0, 0, speed=Speed(210.4, 4321.0, 3300.0), training=1_000_000, core_hours=0.75)
NO_SIZE = model("by hand", None, notes=("it raised on 2 prompts, which count as wrong: ValueError: no",))
FAILED = SizedModel("nowhere", fault="there is no such file")
ALL = result(GOOD, NO_SIZE, BAD, FAILED, DEAR, NEVER, FAIR)


def names(models):
    return [each.name for each in models]


# --- the front and the nines -----------------------------------------------------------------------------------------


def test_a_model_is_on_the_front_if_no_smaller_one_is_as_good():
    assert names(ALL.front) == ["bad", "fair", "good"]


def test_a_model_that_is_never_right_is_not_on_the_front_however_small():
    assert front([NEVER]) == []


def test_of_two_models_of_the_same_size_the_better_is_on_the_front_and_equal_ones_both_are():
    worse, twin = model("worse", 80_000, 600), model("twin", 80_000, 500, 100)
    assert names(front([worse, FAIR])) == ["fair"]
    assert names(front([FAIR, twin])) == ["fair", "twin"]
    assert names(front([FAIR, attrs.evolve(twin, bytes=80_001)])) == ["fair"]


def test_a_model_is_as_good_as_its_worst_sample():
    uneven = model("uneven", 70_000, 0, 9_000)
    assert uneven.bound == Rate(9_000, TURNS).interval[1]
    assert uneven.nines == 0
    assert ALL.smallest(1).name == "fair"
    both = result(uneven, FAIR)
    assert (both.smallest(1, "mixed").name, both.smallest(1, "play").name) == ("uneven", "fair")


def test_no_number_of_bad_models_reaches_a_nine():
    assert result(NEVER, BAD).smallest(1) is None


def test_nines_need_cases():
    assert [GOOD.nines, FAIR.nines, BAD.nines, FAILED.nines] == [3, 1, 0, 0]
    assert (ALL.most_nines, NEEDS[3]) == (3, 29_956)
    for count, need in enumerate(NEEDS, 1):
        assert Rate(0, need).highest < 10.0**-count <= Rate(0, need - 1).highest
        assert model("right", 1, turns=need).nines == count
        assert model("right", 1, turns=need - 1).nines == count - 1


def test_the_least_bound_is_that_of_no_wrong_answer():
    assert ALL.least_bound == pytest.approx(Rate(0, TURNS).highest)


# --- as text ---------------------------------------------------------------------------------------------------------

WIDE = """\
duel/1, seed 0: 10,000 turns of mixed, 10,000 turns of play, 3,000 malformed texts, 50 cases for each law

   model          bytes  mixed wrong     below  play wrong     below  laws held  right rejects  turns/s by 1  turns/s by 256  trained on  core-hours
-  -----------  -------  -----------  --------  ----------  --------  ---------  -------------  ------------  --------------  ----------  ----------
   never right       10       10,000  100.000%      10,000  100.000%  96 of 97           99.9%             -               -           -           -
*  bad           20,000        9,000   90.581%       9,000   90.581%  96 of 97           99.9%             -               -           -           -
*  fair          80,000          500    5.445%         100    1.215%  96 of 97           99.9%             -               -           -           -
   dear          90,000          501    5.456%         100    1.215%  96 of 97           99.9%             -               -           -           -
*  good         500,000            0    0.030%           0    0.030%  96 of 97           99.9%           210           4,320   1,000,000        0.75
   by hand            -            0    0.030%           0    0.030%  96 of 97           99.9%             -               -           -           -
   nowhere            -            -         -           -         -  -                      -             -               -           -           -

* on the Pareto front: no smaller model is as good, by its worst sample's bound
of unknown size, so not compared by it: by hand
the reference engine, measured beside each model: 3,300 turns/s
by hand: it raised on 2 prompts, which count as wrong: ValueError: no
nowhere was not measured: there is no such file

nines  wrong, below  the smallest model on all  on mixed             on play
-----  ------------  -------------------------  -------------------  -------------------
    1       10.000%  fair, 80,000 bytes         fair, 80,000 bytes   fair, 80,000 bytes
    2        1.000%  good, 500,000 bytes        good, 500,000 bytes  good, 500,000 bytes
    3        0.100%  good, 500,000 bytes        good, 500,000 bytes  good, 500,000 bytes
4 to 6 nines cannot be shown: none wrong of 10,000 only shows a rate below 0.030%; 4 need 29,956 turns"""  # noqa: E501


def test_the_tables_of_a_wide_terminal():
    assert size_up_text(ALL, Screen(150)).splitlines() == WIDE.splitlines()


def test_a_narrow_terminal_leaves_columns_out_and_says_so():
    lines = size_up_text(ALL, Screen(80)).splitlines()
    assert max(map(len, lines)) <= 80
    assert "5 columns are left out: a wider terminal, --csv or --json has more" in lines


def test_where_nothing_is_left_out_and_nothing_marked_no_line_says_so():
    lines = size_up_text(result(NO_SIZE), Screen(140)).splitlines()
    assert lines[2].startswith("model ")
    assert "left out" not in "".join(lines)
    narrower = [size_up_text(result(NO_SIZE), Screen(width)) for width in range(80, 125)]
    assert any("1 column is left out: a wider terminal, --csv or --json has more" in each for each in narrower)


def test_with_enough_cases_nothing_is_left_to_show():
    found = size_up_text(result(model("right", 9, turns=NEEDS[5]), turns=NEEDS[5]), Screen(140))
    assert found.splitlines()[-1] == "    6      0.00010%  right, 9 bytes             right, 9 bytes  right, 9 bytes"


def test_models_of_unknown_size_have_no_table_of_nines():
    assert "nines" not in size_up_text(result(NO_SIZE), Screen(140))


def test_names_cannot_change_the_terminal():
    hostile = attrs.evolve(GOOD, name="\x1b[31m\nred")
    for text in (size_up_text(result(hostile), Screen(140)), size_up_csv(result(hostile))):
        assert "\\x1b[31m\\nred" in text
        assert "\x1b" not in text


def test_the_csv_has_a_line_for_each_model_and_is_empty_where_nothing_is_known():
    rows = list(csv.DictReader(io.StringIO(size_up_csv(ALL))))
    assert [row["model"] for row in rows] == ["never right", "bad", "fair", "dear", "good", "by hand", "nowhere"]
    good, failed = rows[4], rows[6]
    assert good | {"mixed_upper_bound": "", "play_upper_bound": "", "bound": ""} == {
        "model": "good", "kind": "native", "bytes": "500000", "sha256": "abc",
        "mixed_turns": "10000", "mixed_wrong": "0", "mixed_upper_bound": "",
        "play_turns": "10000", "play_wrong": "0", "play_upper_bound": "",
        "bound": "", "nines": "3", "front": "1", "laws": "97", "laws_held": "96",
        "malformed": "3000", "rejected_rightly": "2999",
        "turns_per_second_1": "210.4", "turns_per_second_256": "4321.0", "reference_turns_per_second": "3300.0",
        "training_turns": "1000000", "training_core_hours": "0.75", "fault": "",
    }  # fmt: skip
    assert {name for name, value in failed.items() if value} == {"model", "fault"}


def test_the_json_is_plain_and_has_the_front_and_the_nines():
    values = json.loads(json.dumps(ALL.to_json()))
    assert [each["name"] for each in values["models"] if each["front"]] == ["good", "bad", "fair"]
    assert values["nines"][0] == {
        "nines": 1,
        "needs": 29,
        "smallest": "fair",
        "by_sampler": {"mixed": "fair", "play": "fair"},
    }
    assert values["nines"][3]["smallest"] is None


def test_the_json_holds_the_whole_result():
    assert SizeUp.from_json(json.loads(json.dumps(ALL.to_json()))) == ALL


# --- as a picture ----------------------------------------------------------------------------------------------------


def test_the_picture_names_the_models_and_the_least_bound():
    pytest.importorskip("matplotlib")
    content = size_up_picture(ALL, ".svg")
    assert content == size_up_picture(ALL, ".svg")
    texts = {
        "".join(each.itertext()).strip() for each in ET.fromstring(content).iter("{http://www.w3.org/2000/svg}text")
    }
    assert {"bad", "fair", "dear", "good", "500,000", "0.1%", "none wrong of 10,000: below 0.030%"} <= texts
    assert texts.isdisjoint({"by hand", "nowhere"})


def test_of_two_models_of_one_size_each_name_stands_on_the_side_of_its_own_dot():
    pytest.importorskip("matplotlib")
    for better, worse in (("one", "two"), ("two", "one")):
        models = sorted([model(better, 50_000, mixed=1), model(worse, 50_000, mixed=9)], key=lambda each: each.name)
        texts = ET.fromstring(size_up_picture(result(*models), ".svg")).iter("{http://www.w3.org/2000/svg}text")
        heights = {each.text: float(each.attrib["y"]) for each in texts if each.text in ("one", "two")}
        assert heights[worse] < heights[better] - 20  # y counts downwards


@pytest.mark.parametrize("models", [(), (NO_SIZE, FAILED), (NEVER,), (attrs.evolve(GOOD, bytes=0),)])
def test_any_models_can_be_drawn(models):
    pytest.importorskip("matplotlib")
    assert size_up_picture(result(*models), ".png").startswith(b"\x89PNG\r\n\x1a\n")


def test_without_the_library_a_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NoPlotsError, match="pip install"):
        size_up_picture(ALL, ".png")
