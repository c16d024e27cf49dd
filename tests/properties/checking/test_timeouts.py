"""The time limit of a call: what it interrupts, and what it restores."""

import signal
import threading
import time

import pytest

from turncheck.engine.learned import DraftedWriter, Verdict, Verifier
from turncheck.properties.checking.timeouts import TimeUp, limited, time_limit

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarm signals")


def test_what_takes_too_long_is_interrupted():
    with pytest.raises(TimeUp) as caught, time_limit(0.05):
        time.sleep(30)
    assert (caught.value.seconds, str(caught.value)) == (0.05, "it took longer than 0.05 s")


def test_a_model_that_catches_every_exception_is_interrupted_all_the_same():
    def stubborn():
        while True:
            try:
                time.sleep(30)
            except Exception:
                continue

    with pytest.raises(TimeUp), time_limit(0.05):
        stubborn()


@pytest.mark.parametrize("seconds", [None, 30])
def test_what_ends_in_time_is_left_alone(seconds):
    before = signal.getsignal(signal.SIGALRM)
    with time_limit(seconds):
        found = sum(range(1000))
    assert found == 499_500
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_what_a_call_raises_passes_through():
    with pytest.raises(KeyboardInterrupt), time_limit(30):
        raise KeyboardInterrupt
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_an_alarm_that_was_set_before_still_comes():
    heard = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: heard.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(TimeUp), time_limit(0.02):
            time.sleep(30)
        assert heard == []
        time.sleep(0.2)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert heard == [signal.SIGALRM]


def test_in_another_thread_nothing_is_interrupted():
    found = []

    def work():
        with time_limit(0.01):
            time.sleep(0.05)
            found.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == ["done"]


class Hangs:
    """Answers at once, but for one prompt."""

    def predict(self, prompts):
        if "hang" in prompts:
            time.sleep(60)
        return list(prompts)


class Verifies(Hangs):
    def verify(self, prompts, drafts):
        return [Verdict(0, draft == prompt, 9.0) for prompt, draft in zip(prompts, drafts, strict=True)]


def test_a_limited_engine_offers_what_it_did_and_raises_when_the_time_is_up():
    engine = limited(Verifies(), 0.2)
    assert engine.predict(["a"]) == ["a"]
    assert engine.verify(["a", "b"], ["a", "a"]) == [Verdict(0, True, 9.0), Verdict(0, False, 9.0)]
    assert (isinstance(engine, Verifier), isinstance(engine, DraftedWriter)) == (True, False)
    assert not isinstance(limited(Hangs(), 0.2), Verifier)
    with pytest.raises(TimeoutError, match=r"it took longer than 0\.2 s"):
        engine.predict(["hang"])


def test_without_a_limit_an_engine_stays_as_it_is():
    engine = Hangs()
    assert limited(engine, None) is engine
