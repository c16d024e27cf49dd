"""How many prompts a learned engine answers a second, one by one and in batches, in wall-clock time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from turncheck.engine.learned import checked
from turncheck.properties.checking.interrupts import hearing_interrupts, is_interrupt
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.timeouts import time_limit

ROUNDS = 3
"""Number of measurements, of which the fastest counts: other work on the machine only makes one slower."""

SECONDS = 0.5
"""A measurement ends with the first call after that time."""

TOGETHER = 256
"""Prompts in a batch."""

PROMPTS = (2 * ROUNDS + 1) * TOGETHER
"""Prompts that a measurement needs: a few for a first call that does not count, and two batches for each round."""

FIRST = 16
"""Most prompts of the first call, which does not count."""

PATIENCE = 60.0
"""Calls are not asked if the first call shows that one takes more seconds."""

ENOUGH = 10.0
"""After so many seconds, no further round begins."""


def speed(subject: Subject, prompts: Sequence[str], size: int) -> float | None:
    """Return how many prompts a second the subject's engine answers, asked in calls of that size, without drafts.

    None if a call raises or times out, or if one would take too long.

    Args:
        subject: the subject; its own memory is not used.
        prompts: `PROMPTS` prompts, or fewer in a small domain.
        size: the number of prompts in a call, at most `TOGETHER`.
    """
    first, rest = prompts[: min(size, FIRST)], prompts[TOGETHER:] or prompts
    part, spent, found = -(-len(rest) // ROUNDS), 0.0, 0.0
    try:
        if _seconds(subject, first) / len(first) * size > PATIENCE:
            return None
        for start in range(0, len(rest), part):
            done, took = _round(subject, rest[start : start + part], size)
            found, spent = max(found, done / max(took, 1e-9)), spent + took
            if spent > ENOUGH:
                break
    except _FailedError:
        return None
    return found


class _FailedError(Exception):
    """A call raised or timed out."""


def _round(subject: Subject, prompts: Sequence[str], size: int) -> tuple[int, float]:
    """Return the number of prompts of one measurement, and the seconds that they took."""
    done, took = 0, 0.0
    for batch in _calls(prompts, size):
        took += _seconds(subject, batch)
        done += len(batch)
        if took >= SECONDS:
            break
    return done, took


def _calls(prompts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield full batches; if there are not enough prompts for one, all of them."""
    for start in range(0, max(len(prompts) - size, 0) + 1, size):
        yield prompts[start : start + size]


def _seconds(subject: Subject, batch: Sequence[str]) -> float:
    """Return the time of one call.

    Raises:
        _FailedError: it raised or timed out.
    """
    with hearing_interrupts():
        try:
            with subject.meter.asking(len(batch)), time_limit(subject.limit):
                begun = time.perf_counter()
                given = subject.engine.predict(list(batch))
                took = time.perf_counter() - begun
                checked(given, len(batch))
        except BaseException as error:
            if is_interrupt(error):
                raise
            raise _FailedError from error
    return took
