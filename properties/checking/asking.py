"""The cost of asking a subject: a meter of prompts and seconds, limits on both, and calls of a moderate size.

A real model may take seconds per answer. So a long list of prompts is split into several calls. Between two calls, a
run can report its progress, be interrupted without losing answers, and notice that its time is up.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import inf, isfinite

import attrs

FIRST = 8
"""Number of prompts in the first call, which measures the price of an answer."""

CALL = 10.0
"""Seconds that a call should take. A call may take longer if larger batches turn out to be cheaper per prompt."""

CHEAPER = 0.8
"""Calls above `CALL` seconds only grow while the price of an answer falls below this fraction of the price before."""


class LimitReachedError(BaseException):
    """A limit on asking is reached. It is not an `Exception`, so that no handler mistakes it for an error of the model.

    Attributes:
        limit: the limit as the user typed it, or in words.
    """

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


Stop = LimitReachedError | KeyboardInterrupt
"""What stops a search or the check of a law early."""


@attrs.frozen
class Limit:
    """A limit on asking.

    Attributes:
        prompts: the most prompts to ask, 0 or more.
        seconds: the most seconds of the model's time, 0 or more; the time for drawing cases does not count.
        until: a time of `time.monotonic`, after which no call begins.
    """

    prompts: float = inf
    seconds: float = inf
    until: float = inf

    @property
    def is_nothing(self) -> bool:
        """Whether the limit allows no prompt at all."""
        return not self.prompts or not self.seconds

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Parse a limit that a user typed: `100` prompts, or `30s`, `5m`, `1h`.

        Raises:
            ValueError: the text is neither. The message says what it must be.
        """
        match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)(s|m|h)?", text.strip(), re.ASCII)
        if match is None or (match[2] is None and "." in match[1]):
            raise ValueError(f"must be a number of prompts (100), or a time (30s, 5m, 1h), got {text[:40]!r}")
        if match[2] is None:
            return cls(prompts=int(match[1]))
        return cls(seconds=float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]])

    def __str__(self) -> str:
        prompts = [f"{self.prompts:,.0f} prompts"] if isfinite(self.prompts) else []
        seconds = [f"{duration(self.seconds)} of the model's time"] if isfinite(self.seconds) else []
        return " and ".join([*prompts, *seconds]) or "no limit"


UNLIMITED = Limit()


@attrs.define(eq=False)
class Meter:
    """Measures the prompts that a subject was asked, and the time that this took.

    Attributes:
        prompts: the number of prompts answered; a prompt that is asked twice counts twice.
        seconds: the time that all calls took.
        waiting: the number of prompts in the running call; 0 between calls.
        on_call: a function that is called after every call.
    """

    prompts: int = 0
    seconds: float = 0.0
    waiting: int = 0
    on_call: Callable[[], None] = attrs.field(default=lambda: None, repr=False)
    _size: int = attrs.field(default=FIRST, init=False, repr=False)
    _last: float | None = attrs.field(default=None, init=False, repr=False)
    _started: float = attrs.field(default=0.0, init=False, repr=False)
    _limits: list[tuple[Limit, str]] = attrs.field(factory=list, init=False, repr=False)

    @property
    def price(self) -> float | None:
        """Seconds per answer in the last call, or in the running call if that is slower; None before the first call."""
        if not self.waiting:
            return self._last
        running = (time.monotonic() - self._started) / self.waiting
        return max(running, self._last or 0.0)

    @property
    def spent(self) -> float:
        """Seconds of all calls, including the running call."""
        return self.seconds + (time.monotonic() - self._started if self.waiting else 0.0)

    @contextmanager
    def asking(self, count: int) -> Iterator[None]:
        """Context that measures a call of `count` prompts."""
        self.waiting, self._started = count, time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - self._started
            self.waiting = 0
            self.prompts += count
            self.seconds += took
            self._learn(count, took)
        self.on_call()

    def _learn(self, count: int, took: float) -> None:
        price = took / count
        is_full = count >= self._size
        if is_full and (took < CALL or self._last is None or price < CHEAPER * self._last):
            self._size = 2 * count
        if is_full or self._last is None:
            self._last = price

    @property
    def is_limited(self) -> bool:
        """Whether any limit is in force."""
        return bool(self._limits)

    @contextmanager
    def within(self, limit: Limit, called: str = "") -> Iterator[None]:
        """Context in which the limit is in force. Nested limits all count.

        Args:
            limit: the limit, counted from here on.
            called: the name of the limit for the message when it is reached; by default its description.
        """
        ends = Limit(self.prompts + limit.prompts, self.seconds + limit.seconds, limit.until)
        self._limits.append((ends, called or str(limit)))
        try:
            yield
        finally:
            self._limits.pop()

    def pieces(self, prompts: Sequence[str]) -> Iterator[list[str]]:
        """Yield the prompts, split into calls of a moderate size.

        Raises:
            LimitReachedError: a limit is reached.
        """
        start = 0
        while start < len(prompts):
            size = self._fitting(len(prompts) - start)
            yield list(prompts[start : start + size])
            start += size

    def _fitting(self, count: int) -> int:
        """Return the number of prompts for the next call, if `count` are left."""
        cheap = self._last is not None and self._last * count <= CALL
        size = count if cheap else min(count, self._size)
        for ends, called in self._limits:
            prompts, seconds = (
                ends.prompts - self.prompts,
                min(ends.seconds - self.seconds, ends.until - time.monotonic()),
            )
            if prompts <= 0 or seconds <= 0:
                raise LimitReachedError(called)
            affordable = seconds / self._last if self._last else inf
            size = max(int(min(size, prompts, affordable)), 1)
        return size


def duration(seconds: float) -> str:
    """Format a length of time: `40 s`, `12 min`, `1 h 20 min`."""
    if seconds < 99.5:
        return f"{seconds:.0f} s" if seconds >= 9.95 or seconds == int(seconds) else f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def price_of(seconds: float) -> str:
    """Format seconds per answer: `2.1 s per answer`, `35 ms per answer`."""
    if seconds >= 0.95:
        return f"{seconds:.1f} s per answer"
    milliseconds = max(seconds * 1000, 0.01)
    return f"{milliseconds:.0f} ms per answer" if milliseconds >= 9.5 else f"{milliseconds:.2g} ms per answer"
