"""The meter: prompts and seconds, limits, and the size of calls. The tests use their own clock."""

import pytest

from turncheck.properties.checking import asking
from turncheck.properties.checking.asking import Limit, LimitReachedError, Meter, duration, price_of

PROMPTS = [str(number) for number in range(1000)]


class Clock:
    """A clock that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def fails_after(self, seconds: float) -> None:
        self.now += seconds
        raise ZeroDivisionError


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(asking, "time", clock)
    return clock


def sizes(meter, clock, prompts, cost, found=None):
    """The sizes of the calls in which prompts are asked, where a call of n prompts takes `cost(n)` seconds."""
    found = [] if found is None else found
    for piece in meter.pieces(prompts):
        found.append(len(piece))
        with meter.asking(len(piece)):
            clock.now += cost(len(piece))
    return found


def test_a_fast_model_is_asked_a_few_prompts_and_then_all(clock):
    assert sizes(Meter(), clock, PROMPTS, lambda n: n * 0.001) == [8, 992]


def test_a_model_that_takes_2_s_a_prompt_is_asked_8_at_a_time(clock):
    meter = Meter()
    assert sizes(meter, clock, PROMPTS[:30], lambda n: n * 2.0) == [8, 16, 6]
    assert sizes(meter, clock, PROMPTS[:64], lambda n: n * 2.0) == [16, 16, 16, 16]
    assert (meter.prompts, meter.seconds, meter.price) == (94, 188.0, 2.0)


def test_a_model_whose_batches_are_cheap_is_asked_larger_ones(clock):
    assert sizes(Meter(), clock, PROMPTS, lambda n: 20 + n * 0.01) == [8, 16, 32, 64, 128, 256, 496]


def test_a_limit_on_prompts_is_kept_to_the_prompt(clock):
    meter, found = Meter(), []
    with pytest.raises(LimitReachedError) as error, meter.within(Limit(prompts=13)):
        sizes(meter, clock, PROMPTS, lambda n: 0.001, found)
    assert (found, error.value.limit, meter.prompts) == ([8, 5], "13 prompts", 13)
    assert sizes(meter, clock, PROMPTS, lambda n: 0.001) == [1000]


def test_a_limit_on_time_makes_calls_that_fit_what_is_left(clock):
    meter, found = Meter(), []
    with pytest.raises(LimitReachedError) as error, meter.within(Limit(seconds=20), "--budget=20"):
        sizes(meter, clock, PROMPTS, lambda n: n * 2.0, found)
    assert (found, error.value.limit) == ([8, 2], "--budget=20")


def test_a_limit_on_time_is_one_on_the_models_time_but_for_a_deadline(clock):
    meter = Meter()
    with meter.within(Limit(seconds=20)):
        clock.now += 1000
        assert sizes(meter, clock, PROMPTS, lambda n: n * 0.001) == [8, 992]
    late = meter.within(Limit(until=clock.now + 5), "--budget=5")
    clock.now += 5
    with pytest.raises(LimitReachedError, match=r"^--budget=5$"), late:
        sizes(meter, clock, PROMPTS, lambda n: 0.001)


def test_the_narrower_of_two_limits_counts(clock):
    meter = Meter()
    outer, inner = meter.within(Limit(prompts=100), "outer"), meter.within(Limit(prompts=3), "inner")
    with outer, pytest.raises(LimitReachedError) as error, inner:
        sizes(meter, clock, PROMPTS, lambda n: 0.001)
    assert (error.value.limit, meter.prompts) == ("inner", 3)


def test_a_limit_of_nothing_lets_nothing_be_asked(clock):
    meter = Meter()
    with pytest.raises(LimitReachedError), meter.within(Limit(prompts=0)):
        sizes(meter, clock, PROMPTS, lambda n: 0.001)
    assert meter.prompts == 0


def test_a_call_that_raises_is_measured_too_and_limits_end_with_it(clock):
    meter = Meter()
    with pytest.raises(ZeroDivisionError), meter.within(Limit(prompts=9)), meter.asking(8):
        clock.fails_after(4)
    assert (meter.prompts, meter.seconds, meter.waiting) == (8, 4.0, 0)
    assert sizes(meter, clock, PROMPTS[:40], lambda n: 0.001) == [16, 24]


def test_while_a_call_runs_the_meter_says_for_how_long(clock):
    meter = Meter()
    with meter.asking(10):
        clock.now += 30
        assert (meter.waiting, meter.price, meter.spent) == (10, 3.0, 30.0)
    assert (meter.waiting, meter.price, meter.spent) == (0, 3.0, 30.0)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("100", Limit(prompts=100)),
        ("0", Limit(prompts=0)),
        ("30s", Limit(seconds=30)),
        ("1.5s", Limit(seconds=1.5)),
        ("5m", Limit(seconds=300)),
        ("1h", Limit(seconds=3600)),
    ],
)
def test_a_limit_is_read(text, limit):
    assert Limit.parse(text) == limit


@pytest.mark.parametrize("text", ["", "-1", "1.5", "ten", "1e3", "30 sec", "nan", "inf", "9" * 5000, "s", "٣"])
def test_what_is_no_limit_is_refused(text):
    with pytest.raises(ValueError, match=r"^must be a number of prompts \(100\), or a time \(30s, 5m, 1h\), got '"):
        Limit.parse(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (2.14, "2.1 s"), (40, "40 s"), (99, "99 s"), (720, "12 min"), (4800, "80 min"), (7200, "2 h"),
     (8000, "2 h 13 min")],
)  # fmt: skip
def test_a_duration_is_said_for_people(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (2.14, "2.1 s per answer"),
        (18, "18.0 s per answer"),
        (0.331, "331 ms per answer"),
        (0.0351, "35 ms per answer"),
        (0.00123, "1.2 ms per answer"),
        (0, "0.01 ms per answer"),
    ],
)
def test_a_price_is_said_for_people(seconds, text):
    assert price_of(seconds) == text
