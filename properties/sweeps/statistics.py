"""Exact intervals and tests for counts, by scipy."""

from __future__ import annotations

import attrs
from scipy.stats import beta, binomtest

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
        low = float(beta.ppf(tail, broke, held + 1)) if broke else 0.0
        high = float(beta.ppf(1 - tail, broke + 1, held)) if held else 1.0
        return low, high

    @property
    def highest(self) -> float:
        """The one-sided 95 % upper bound, which is about 3/n for no failure in n (Hanley and Lippman-Hand, 1983)."""
        held = self.applied - self.broke
        return float(beta.ppf(LEVEL, self.broke + 1, held)) if held else 1.0


def paired(first_alone: int, second_alone: int) -> float:
    """Return the exact two-sided p-value of McNemar's test, for the pairs in which only one failed.

    Args:
        first_alone: pairs in which only the first failed.
        second_alone: pairs in which only the second failed.
    """
    pairs = first_alone + second_alone
    return float(binomtest(first_alone, pairs).pvalue) if pairs else 1.0
