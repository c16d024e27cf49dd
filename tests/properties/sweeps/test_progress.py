"""The progress lines of a sweep, and limits on shrinking. The tests use their own clock."""

import re

import pytest

from tests.properties.slow_models import Clock
from turncheck.duel import DOMAIN
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking import asking
from turncheck.properties.checking.asking import Limit
from turncheck.properties.checking.subject import Subject
from turncheck.properties.sweeps import progress
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.progress import Watch, run
from turncheck.properties.sweeps.result import found
from turncheck.properties.sweeps.sweep import Sweep


@pytest.fixture
def sweeping(monkeypatch, tmp_path):
    """Makes a sweep of some turns by a model that takes so long for a prompt."""

    def made(price, turns):
        clock = Clock(price)
        for module in (asking, progress):
            monkeypatch.setattr(module, "time", clock)
        subject = Subject("mine", "py", PythonFunction(clock.predict), DOMAIN)
        return Sweep(subject, Plan("play", 0, turns), tmp_path / "swept"), clock

    return made


def test_a_fast_sweep_says_nothing(sweeping):
    sweep, _ = sweeping(0.0001, 60)
    said = []
    run(sweep, said.append)
    assert (said, sweep.whole) == ([], True)


def test_a_slow_sweep_says_its_price_before_it_goes_on(sweeping):
    sweep, clock = sweeping(2.0, 60)
    said = []
    run(sweep, said.append)
    assert sweep.whole
    (line,) = said
    price, prompts, less = re.fullmatch(
        r"about (\d+ min) at 2\.0 s per answer \((\d+) prompts\); 6 turns take (\d+ s)", line
    ).groups()
    assert int(prompts) == pytest.approx(clock.prompts, rel=0.2)
    assert (price, less) == ("2 min", "15 s")


def test_a_sweep_says_every_half_minute_how_far_it_is(sweeping):
    sweep, clock = sweeping(1.0, 60)
    said = []
    watch = Watch(sweep, said.append, lambda line: None)
    for now, lines in ((29, 0), (30, 1), (59, 1), (60, 2)):
        clock.now = now
        watch.beat()
        assert len(said) == lines
    assert said == ["0 of 60 turns, 0 diverged"] * 2


def test_without_shrinking_the_simplest_turn_that_was_met_is_shown_and_nothing_is_asked(sweeping):
    sweep, clock = sweeping(0.0001, 60)
    run(sweep, lambda line: None)
    asked = clock.prompts
    result = found(sweep, limit=Limit(prompts=0))
    assert clock.prompts == asked
    assert not result.shrunk
    assert {each.left for each in result.smallest} == {""}


def test_shrinking_of_each_turn_stops_at_its_limit(sweeping):
    sweep, clock = sweeping(0.0001, 60)
    run(sweep, lambda line: None)
    asked = clock.prompts
    met = found(sweep, limit=Limit(prompts=0)).smallest
    result = found(sweep, limit=Limit(prompts=3))
    assert asked < clock.prompts <= asked + len(met) * 5
    assert [(each.law, each.mode) for each in result.smallest] == [(each.law, each.mode) for each in met]
    assert "shrinking stopped at 3 prompts" in {each.left for each in result.smallest}


def test_what_shrinking_takes_in_all_is_limited_by_what_the_sweep_took(sweeping):
    sweep, clock = sweeping(2.0, 60)
    run(sweep, lambda line: None)
    swept = clock.now
    result = found(sweep)
    assert clock.now - swept <= swept + 16
    assert any(each.left for each in result.smallest)
