"""What the tables of costs share: a row, and the seconds that work takes."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

from turncheck.duel import DOMAIN
from turncheck.engine.learned import LearnedEngine
from turncheck.properties.checking.subject import Subject

REPEATS = 3
"""Repetitions, of which the fastest counts."""

Row = tuple[str, str, str, str, str]
"""What is measured, the figure, the peer, its figure, the ratio."""


def seconds(work: Callable[[], object]) -> float:
    """Return the process time that the work takes."""
    begun = process_time()
    work()
    return process_time() - begun


def best(work: Callable[[], object]) -> float:
    """Return the process time that the work takes at best, after a first time that does not count."""
    work()
    return min(seconds(work) for _ in range(REPEATS))


def subject_of(engine: LearnedEngine) -> Subject:
    """Return a subject that was asked nothing yet."""
    return Subject("bench", "native", engine, DOMAIN)
