"""A limit on the time that a call may take, where calls can be interrupted."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, SimpleNamespace
from typing import Any, cast

from turncheck.engine.learned import LearnedEngine

METHODS = ("predict", "verify", "predict_with_drafts")
"""What a learned engine may offer."""


class TimeUp(BaseException):
    """A call has taken longer than it may. Like KeyboardInterrupt it passes by a model's own `except Exception`.

    Attributes:
        seconds: what it was given.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"it took longer than {self.seconds:g} s"


def can_interrupt() -> bool:
    """Whether a call can be interrupted here: where there are alarm signals, and in the thread that hears them."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Interrupts what runs within it after that many seconds; without seconds, or where it cannot, it does nothing.

    Compiled code is interrupted when it next comes back to Python. An alarm that was set before is set again.

    Raises:
        TimeUp: the time is up.
    """
    if seconds is None or not can_interrupt():
        yield
        return

    def raise_time_up(number: int, frame: FrameType | None) -> None:
        raise TimeUp(seconds)

    started = time.monotonic()
    handler = signal.signal(signal.SIGALRM, raise_time_up)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - started), 0.001), interval)


def limited(engine: LearnedEngine, seconds: float | None) -> LearnedEngine:
    """The engine, with all that it offers, each call of which raises TimeoutError once the time is up."""
    if seconds is None:
        return engine

    def within(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            try:
                with time_limit(seconds):
                    return method(*arguments)
            except TimeUp as error:
                raise TimeoutError(str(error)) from error

        return call

    offered = {name: getattr(engine, name) for name in METHODS if hasattr(engine, name)}
    wrapped: Any = SimpleNamespace(**{name: within(method) for name, method in offered.items()})
    return cast(LearnedEngine, wrapped)
