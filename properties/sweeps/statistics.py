"""Exact intervals and tests for counts, by scipy.special: scipy.stats takes half a second to import."""

from __future__ import annotations

from math import floor, log, log1p

import attrs
from scipy.special import bdtr, betaincinv

from turncheck.reports.sweeps import Row

LEVEL = 0.95
"""The confidence of an interval, two-sided unless it says otherwise."""


@attrs.frozen
class Rate:
    """A rate of counts.

    Attributes:
        broke: the number of failures.
        applied: the number of cases, 0 or more.
    """

    broke: int
    applied: int

    @property
    def value(self) -> float:
        """The rate; 0 without cases."""
        return self.broke / self.applied if self.applied else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The two-sided 95 % interval of Clopper and Pearson (1934); 0 to 1 without cases."""
        if not self.applied:
            return 0.0, 1.0
        tail = (1 - LEVEL) / 2
        broke, held = self.broke, self.applied - self.broke
        low = float(betaincinv(broke, held + 1, tail)) if broke else 0.0
        high = float(betaincinv(broke + 1, held, 1 - tail)) if held else 1.0
        return low, high

    @property
    def highest(self) -> float:
        """The one-sided 95 % upper bound, which is about 3/n for no failure in n (Hanley and Lippman-Hand, 1983)."""
        held = self.applied - self.broke
        return float(betaincinv(self.broke + 1, held, LEVEL)) if held else 1.0

    def row(self, name: str, rule: str = "") -> Row:
        """Return the rate as a row of a table; if nothing broke, with the one-sided bound."""
        low, high = self.interval
        return Row(name, rule, self.applied, self.broke, low, high if self.broke else self.highest)


def cases_to_show(below: float) -> int:
    """Return the smallest number of cases that shows a rate below that bound if no case fails, one-sided at 95 %.

    >>> cases_to_show(0.1), Rate(0, 29).highest < 0.1, Rate(0, 28).highest < 0.1
    (29, True, False)

    Args:
        below: a rate, above 0 and below 1.
    """
    return floor(log(1 - LEVEL) / log1p(-below)) + 1


def paired(first_alone: int, second_alone: int) -> float:
    """Return the exact two-sided p-value of McNemar's test, for the pairs in which only one failed.

    Args:
        first_alone: pairs in which only the first failed.
        second_alone: pairs in which only the second failed.
    """
    pairs = first_alone + second_alone
    return min(1.0, 2 * float(bdtr(min(first_alone, second_alone), pairs, 0.5)))
