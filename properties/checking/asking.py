"""What asking a subject costs: a meter of prompts and seconds, limits on both, and calls small enough to be watched.

A real model may take seconds for an answer. So a long list of prompts goes to it in several calls, between which a run
can report how far it is, be interrupted without losing what was answered, and notice that its time is spent.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import inf, isfinite

import attrs

FIRST = 8
"""Prompts in the first call, which shows what an answer costs."""

CALL = 10.0
"""Seconds that a call should take: as many prompts as fit, or more where larger batches turn out to be cheaper."""

CHEAPER = 0.8
"""A call of twice as many prompts pays where a prompt then costs less than so much of what it cost."""


class SpentError(BaseException):
    """The limit on what may be asked is reached. Not an `Exception`, so that nothing between takes it for the model's.

    Attributes:
        limit: as the user typed it, or in words.
    """

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


Stop = SpentError | KeyboardInterrupt
"""What ends a search or the check of a law before its end."""


@attrs.frozen
class Limit:
    """The most that may be spent on something.

    Attributes:
        prompts: that are asked, 0 or more.
        seconds: of the model's time, 0 or more: a slow machine that draws the cases does not use them up.
        until: a time of `time.monotonic`, after which no call begins.
    """

    prompts: float = inf
    seconds: float = inf
    until: float = inf

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all may be asked."""
        return not self.prompts or not self.seconds

    @classmethod
    def parse(cls, text: str) -> Limit:
        """The limit that was typed: `100` prompts, or `30s`, `5m`, `1h`.

        Raises:
            ValueError: it is neither. The message says what it must be.
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
    """What was asked of a subject so far, and how long that took.

    Attributes:
        prompts: how many were answered, each time that they were asked.
        seconds: what their calls took.
        waiting: the prompts of the call that is running; 0 between calls.
        hears: called after every call.
    """

    prompts: int = 0
    seconds: float = 0.0
    waiting: int = 0
    hears: Callable[[], None] = attrs.field(default=lambda: None, repr=False)
    _size: int = attrs.field(default=FIRST, init=False, repr=False)
    _last: float | None = attrs.field(default=None, init=False, repr=False)
    _started: float = attrs.field(default=0.0, init=False, repr=False)
    _limits: list[tuple[Limit, str]] = attrs.field(factory=list, init=False, repr=False)

    @property
    def price(self) -> float | None:
        """Seconds an answer, as the last call had it; of a call that is running and takes longer, what it takes."""
        if not self.waiting:
            return self._last
        running = (time.monotonic() - self._started) / self.waiting
        return max(running, self._last or 0.0)

    @property
    def spent(self) -> float:
        """Seconds of all calls, the one that is running too."""
        return self.seconds + (time.monotonic() - self._started if self.waiting else 0.0)

    @contextmanager
    def asking(self, count: int) -> Iterator[None]:
        """Measures a call of so many prompts."""
        self.waiting, self._started = count, time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - self._started
            self.waiting = 0
            self.prompts += count
            self.seconds += took
            self._learn(count, took)
        self.hears()

    def _learn(self, count: int, took: float) -> None:
        price = took / count
        is_full = count >= self._size
        if is_full and (took < CALL or self._last is None or price < CHEAPER * self._last):
            self._size = 2 * count
        if is_full or self._last is None:
            self._last = price

    @property
    def is_limited(self) -> bool:
        """Whether any limit counts now."""
        return bool(self._limits)

    @contextmanager
    def within(self, limit: Limit, called: str = "") -> Iterator[None]:
        """Within it no more may be asked than the limit says; limits within limits all count.

        Args:
            limit: on what is asked from here on.
            called: what the limit is called where it is reached; else it is said in words.
        """
        ends = Limit(self.prompts + limit.prompts, self.seconds + limit.seconds, limit.until)
        self._limits.append((ends, called or str(limit)))
        try:
            yield
        finally:
            self._limits.pop()

    def pieces(self, prompts: Sequence[str]) -> Iterator[list[str]]:
        """The prompts in as many calls as it takes to watch them.

        Raises:
            SpentError: a limit is reached.
        """
        start = 0
        while start < len(prompts):
            size = self._fitting(len(prompts) - start)
            yield list(prompts[start : start + size])
            start += size

    def _fitting(self, count: int) -> int:
        """How many of so many prompts the next call may have."""
        cheap = self._last is not None and self._last * count <= CALL
        size = count if cheap else min(count, self._size)
        for ends, called in self._limits:
            prompts, seconds = (
                ends.prompts - self.prompts,
                min(ends.seconds - self.seconds, ends.until - time.monotonic()),
            )
            if prompts <= 0 or seconds <= 0:
                raise SpentError(called)
            affordable = seconds / self._last if self._last else inf
            size = max(int(min(size, prompts, affordable)), 1)
        return size


def duration(seconds: float) -> str:
    """A length of time for people: `40 s`, `12 min`, `1 h 20 min`."""
    if seconds < 99.5:
        return f"{seconds:.0f} s" if seconds >= 9.95 or seconds == int(seconds) else f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def price_of(seconds: float) -> str:
    """Seconds an answer, for people: `2.1 s an answer`, `35 ms an answer`."""
    if seconds >= 0.95:
        return f"{seconds:.1f} s an answer"
    milliseconds = max(seconds * 1000, 0.01)
    return f"{milliseconds:.0f} ms an answer" if milliseconds >= 9.5 else f"{milliseconds:.2g} ms an answer"
