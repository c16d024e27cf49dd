"""The picture of a training run."""

import sys

import pytest

from turncheck.reports.curve import curve_picture
from turncheck.reports.plots import HOW_TO_GET, NoPlotsError

LOSSES = [(200, 2.0), (400, 0.5), (500, 0.4)]


def test_a_curve_is_a_picture_and_the_same_curve_the_same_bytes():
    pytest.importorskip("matplotlib")
    made = [curve_picture("a run", LOSSES, [(200, 0.25), (400, last)], [0.1, 0.05, 0.0]) for last in (0.5, 0.5, 0.75)]
    assert made[0].startswith(b"\x89PNG\r\n")
    assert made[0] == made[1] != made[2]


@pytest.mark.parametrize("losses", [[(1, 0.0)], [(1, 3.0)]])
def test_a_curve_of_one_point_or_without_a_loss_is_drawn(losses):
    pytest.importorskip("matplotlib")
    assert curve_picture("", losses, [], [0.1]).startswith(b"\x89PNG")


def test_without_matplotlib_an_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NoPlotsError, match="pip install") as caught:
        curve_picture("", LOSSES, [], [0.1, 0.1, 0.1])
    assert str(caught.value) == HOW_TO_GET
