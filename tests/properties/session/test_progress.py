"""Progress without a terminal: the estimate, and how far the run is."""

import time

import pytest

from turncheck.prompting import Lines
from turncheck.properties.checking.asking import Meter
from turncheck.properties.session import progress


@pytest.fixture
def quickly(monkeypatch):
    """Beats come at once, not once a second."""
    beating = progress.beating
    monkeypatch.setattr(progress, "beating", lambda beat, every=1.0: beating(beat, 0.01))


def asked_at(meter, price, prompts):
    """A model that takes so long for an answer has answered so many prompts."""
    meter.prompts, meter._last = prompts, price
    time.sleep(0.1)


def test_what_prompts_cost_is_said_as_soon_as_it_is_known(quickly):
    meter, said = Meter(), []
    with progress.counting(meter, "evaluating", 1_000, said.append):
        asked_at(meter, 0.5, 7)
        assert said == []
        asked_at(meter, 0.5, 10)
        assert said == ["evaluating: 10 of about 1,000 prompts, 500 ms per answer, about 8 min left"]
        asked_at(meter, 0.5, 500)
    assert len(said) == 1


def test_what_takes_seconds_is_not_said(quickly):
    meter, said = Meter(), []
    with progress.counting(meter, "evaluating", 1_000, said.append):
        asked_at(meter, 0.001, 10)
    assert said == []


def test_a_step_that_takes_long_is_named(quickly, monkeypatch):
    monkeypatch.setattr(progress, "FIRST", 0.05)
    said = []
    with progress.stepping("domain check", 3, said.append) as begins:
        begins("samplers")
        begins("texts")
        time.sleep(0.2)
    assert said == ["domain check: texts, 2 of 3, 0 s so far"]


def test_a_list_of_prompts_says_how_long_it_takes_and_every_half_minute_how_far_it_is():
    now, said = [0.0], []
    lines = Lines("turns", 1_000, said.append, lambda: now[0])
    for seconds, done, count in ((1, 10, 0), (2, 20, 1), (31, 300, 1), (33, 330, 2), (40, 400, 2)):
        now[0] = float(seconds)
        lines.hear(done)
        assert len(said) == count
    assert said == ["turns: 20 of 1,000, about 98 s left", "turns: 330 of 1,000, about 67 s left"]


def test_a_short_list_says_nothing():
    now, said = [0.0], []
    lines = Lines("turns", 100, said.append, lambda: now[0])
    now[0] = 3.0
    lines.hear(50)
    assert said == []
