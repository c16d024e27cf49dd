"""Tell an exception of a model's code from an interrupt.

A model's code may raise anything, including pytest's outcomes and KeyboardInterrupt; that counts as its answer. What a
signal handler raises during the call is an interrupt: Python's handler at Ctrl-C, pytest-timeout's at its alarm.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any


class StoppedError(BaseException):
    """An alarm that was set before the laws ran ended a law. The message is that of its handler's error.

    It is not an Exception: Hypothesis would take it for a failure and look for a smaller one.
    """


def is_interrupt(error: BaseException) -> bool:
    """Whether a current signal handler raised the error, and not the code in which it was raised.

    If this cannot be told of a KeyboardInterrupt, it counts as the user's: see `hearing_interrupts`.
    """
    codes = [_code_of(signal.getsignal(number)) for number in signal.valid_signals()]
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code in codes:
            return True
        step = step.tb_next
    return isinstance(error, KeyboardInterrupt) and not _can_tell()


def _code_of(handler: object) -> CodeType | None:
    """Return the code of a signal handler that is a Python function or method; None for any other."""
    code = getattr(getattr(handler, "__func__", handler), "__code__", None)
    return code if isinstance(code, CodeType) else None


def _can_tell() -> bool:
    """Whether a KeyboardInterrupt that no known handler raised must come from the code itself."""
    handler = signal.getsignal(signal.SIGINT)
    return not _in_main_thread() or not callable(handler) or _code_of(handler) is not None


def _in_main_thread() -> bool:
    """Whether this thread receives signals."""
    return threading.current_thread() is threading.main_thread()


@contextmanager
def hearing_interrupts() -> Iterator[None]:
    """Context in which Ctrl-C can be told from a KeyboardInterrupt that a model raises.

    If a model catches Ctrl-C, it is raised again at the end. A handler other than Python's own stays in place.
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
"""Seconds until an alarm between two calls of a model is handled again, and until an alarm that a model caught comes
again.
"""

PATIENCE = 5.0
"""Seconds for code between two calls of a model to finish: some of it cannot be interrupted safely."""

ASKS = "turncheck.properties.checking.subject"
"""The module whose functions call models."""


@contextmanager
def stopped_by_alarm() -> Iterator[None]:
    """Context in which an alarm that was set before raises StoppedError, whatever its handler raises.

    It is raised at once in a model's call, else in the next call or at the end.

    Raises:
        StoppedError: the alarm came.
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
    """Call a handler and return its error as a StoppedError; None if it raises nothing."""
    try:
        handler(number, frame)
    except BaseException as error:
        return StoppedError(str(error))
    return None


def _asks(frame: FrameType | None) -> bool:
    """Whether a model's code is running, or is about to run."""
    while frame is not None:
        if frame.f_globals.get("__name__") == ASKS:
            return True
        frame = frame.f_back
    return False
