"""A limit on the time that a call may take, where calls can be interrupted."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


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
