"""Counts as portions: shares with their intervals."""

from __future__ import annotations

from turncheck.properties.sweeps.statistics import Rate
from turncheck.reports.brittleness import Portion


def portion(name: str, count: int, of: int) -> Portion:
    """Return a part of some texts, with its interval."""
    return Portion(name, count, of, *Rate(count, of).interval)


def portion_of(name: str, rate: Rate) -> Portion:
    """Return a rate as a portion."""
    return Portion(name, rate.broke, rate.applied, *rate.interval)


def apart(one: Portion, other: Portion) -> bool:
    """Return whether the first share is higher, and the intervals do not touch."""
    return one.low > other.high
