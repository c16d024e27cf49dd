"""Whose an exception is that comes out of a model's call: the model's own, or that of somebody who interrupted it.

A model's code may raise whatever it likes, pytest's own outcomes and KeyboardInterrupt too: that is its answer. What a
signal handler raised while it ran is not: Python's own does at Ctrl-C, that of pytest-timeout at its alarm.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any


class StoppedError(BaseException):
    """An alarm that was set before the laws ran has ended one of them; the message is what its handler raised.

    No failure as Hypothesis knows them, which would go on and look for a smaller one.
    """


def is_interrupt(error: BaseException) -> bool:
    """Whether a signal handler raised it that is in place now, and not the code that it came out of.

    Of a KeyboardInterrupt that cannot be told it is taken for the user's: see `hearing_interrupts`.
    """
    codes = [_code_of(signal.getsignal(number)) for number in signal.valid_signals()]
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code in codes:
            return True
        step = step.tb_next
    return isinstance(error, KeyboardInterrupt) and not _can_tell()


def _code_of(handler: object) -> CodeType | None:
    """What runs when the signal comes, if that is a function or a method written in Python."""
    code = getattr(getattr(handler, "__func__", handler), "__code__", None)
    return code if isinstance(code, CodeType) else None


def _can_tell() -> bool:
    """Whether a KeyboardInterrupt that no known handler raised is nobody's but the code's own."""
    handler = signal.getsignal(signal.SIGINT)
    return not _in_main_thread() or not callable(handler) or _code_of(handler) is not None


def _in_main_thread() -> bool:
    """Whether this thread is the one that hears signals."""
    return threading.current_thread() is threading.main_thread()


@contextmanager
def hearing_interrupts() -> Iterator[None]:
    """Within it Ctrl-C can be told from a KeyboardInterrupt that a model raises, and is raised again at the end where a
    model has caught it. Where another handler than Python's own is in place, that one stays.
    """
    if not _in_main_thread() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    is_heard = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal is_heard
        is_heard = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is interrupt:
            signal.signal(signal.SIGINT, signal.default_int_handler)
    if is_heard:
        raise KeyboardInterrupt


SOON, AGAIN = 0.1, 1.0
"""Seconds until an alarm that came between two calls of a model is looked at again, and until one comes again that a
model has caught.
"""

PATIENCE = 5.0
"""Seconds that are left to what runs between two calls of a model: not all of that bears to be interrupted anywhere."""

ASKS = "turncheck.properties.checking.subject"
"""The module whose functions call a model."""


@contextmanager
def stopped_by_alarm() -> Iterator[None]:
    """Within it an alarm that was set before raises StoppedError, whatever its handler raises: at once in a model's
    call, else in the next one or at the end.

    Raises:
        StoppedError: the alarm has come.
    """
    theirs: Any = signal.getsignal(signal.SIGALRM) if hasattr(signal, "SIGALRM") else None
    if not callable(theirs) or not _in_main_thread():
        yield
        return
    stopped: StoppedError | None = None
    waited = 0.0

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopped, waited
        if stopped is None and (stopped := _raised_by(theirs, number, frame)) is None:
            return
        is_now = waited >= PATIENCE or _asks(frame)
        waited += SOON
        signal.setitimer(signal.ITIMER_REAL, AGAIN if is_now else SOON)
        if is_now:
            raise stopped

    signal.signal(signal.SIGALRM, stop)
    try:
        yield
    finally:
        if stopped is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, theirs)
    if stopped is not None:
        raise stopped


def _raised_by(handler: Any, number: int, frame: FrameType | None) -> StoppedError | None:
    """What a handler raises, as the message of an error of ours; None where it raises nothing."""
    try:
        handler(number, frame)
    except BaseException as error:
        return StoppedError(str(error))
    return None


def _asks(frame: FrameType | None) -> bool:
    """Whether a model's code runs, or is about to."""
    while frame is not None:
        if frame.f_globals.get("__name__") == ASKS:
            return True
        frame = frame.f_back
    return False
