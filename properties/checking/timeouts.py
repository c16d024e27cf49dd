"""Time limits for calls, where calls can be interrupted."""

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
"""The methods that a learned engine may have."""


class TimeUp(BaseException):
    """A call exceeded its time limit. Like KeyboardInterrupt, it is not caught by a model's own `except Exception`.

    Attributes:
        seconds: the limit.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"it took longer than {self.seconds:g} s"


def can_interrupt() -> bool:
    """Whether calls can be interrupted here: the system has alarm signals, and this thread receives them."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Interrupt the block after that many seconds. Without a limit, or where this is impossible, do nothing.

    Compiled code is interrupted when it next returns to Python. An alarm that was set before is set again.

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
    """Return the engine with all its methods; each call raises TimeoutError when the time is up."""
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
