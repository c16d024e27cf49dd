"""The curve of a run: a line for each time that it was saved, and no line twice."""

import pytest

from turncheck.model.curve import Curve

HEADER = "step,loss,held_out_exact,learning_rate,core_seconds\n"


def lines(path):
    return path.read_text(encoding="utf-8").splitlines()[1:]


def test_a_point_has_the_mean_loss_since_the_last_one(tmp_path):
    curve = Curve(tmp_path / "curve.csv", 0)
    for loss in (3.0, 2.0, 1.0):
        curve.add(loss)
    curve.save(3, 0.5, 0.001, 7.25)
    curve.add(0.5)
    curve.save(4, None, 0.0005, 9.0)
    assert lines(tmp_path / "curve.csv") == ["3,2,0.5000,0.001,7.2", "4,0.5,,0.0005,9.0"]
    assert (tmp_path / "curve.csv").read_text(encoding="utf-8").startswith(HEADER)


def test_nothing_new_is_no_line(tmp_path):
    curve = Curve(tmp_path / "curve.csv", 0)
    curve.add(1.0)
    curve.save(1, None, 0.1, 1.0)
    curve.save(1, None, 0.1, 2.0)
    assert lines(tmp_path / "curve.csv") == ["1,1,,0.1,1.0"]


def test_a_resumed_run_goes_on_with_its_curve_and_drops_what_was_not_saved(tmp_path):
    curve = Curve(tmp_path / "curve.csv", 0)
    for step in (2, 4, 6):
        curve.add(1.0 / step)
        curve.save(step, 0.25, 0.1, step)
    again = Curve(tmp_path / "curve.csv", 4)  # the state of step 6 was lost
    again.add(0.125)
    again.save(6, None, 0.1, 6.5)
    assert lines(tmp_path / "curve.csv") == ["2,0.5,0.2500,0.1,2.0", "4,0.25,0.2500,0.1,4.0", "6,0.125,,0.1,6.5"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"other,file\n",
        HEADER.encode() + b"2,0.5,0.25,0.1\n",
        HEADER.encode() + b"two,0.5,0.25,0.1,2.0\n",
        HEADER.encode() + b"9,0.5,0.25,0.1,2.0\n",
        HEADER.encode() + b"0,0.5,0.25,0.1,2.0\n",
    ],
)
def test_lines_of_no_curve_are_dropped(tmp_path, content):
    (tmp_path / "curve.csv").write_bytes(content)
    assert Curve(tmp_path / "curve.csv", 5).points == []


def test_a_line_that_was_cut_and_a_step_that_comes_twice_are_dropped(tmp_path):
    content = HEADER + "2,0.5,0.2500,0.1,2.0\n2,0.4,0.2500,0.1,2.0\n4,0.25,,0.1,4.0\n5,0.2"
    (tmp_path / "curve.csv").write_text(content, encoding="utf-8")
    assert [(point.step, point.loss) for point in Curve(tmp_path / "curve.csv", 5).points] == [(2, 0.5), (4, 0.25)]
