"""How sure a rate is: exact intervals and tests for counts, by scipy."""

from __future__ import annotations

import attrs
from scipy.stats import beta, binomtest

LEVEL = 0.95
"""The confidence of an interval, two-sided unless it says otherwise."""


@attrs.frozen
class Rate:
    """So many of so many.

    Attributes:
        broke: how many.
        applied: of how many, 0 or more.
    """

    broke: int
    applied: int

    @property
    def value(self) -> float:
        """The rate; of nothing it is 0."""
        return self.broke / self.applied if self.applied else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The two-sided 95 % interval of Clopper and Pearson (1934); of nothing it is 0 to 1."""
        if not self.applied:
            return 0.0, 1.0
        tail = (1 - LEVEL) / 2
        broke, held = self.broke, self.applied - self.broke
        low = float(beta.ppf(tail, broke, held + 1)) if broke else 0.0
        high = float(beta.ppf(1 - tail, broke + 1, held)) if held else 1.0
        return low, high

    @property
    def highest(self) -> float:
        """The one-sided 95 % bound from above, which for none of n is about 3/n (Hanley and Lippman-Hand, 1983)."""
        held = self.applied - self.broke
        return float(beta.ppf(LEVEL, self.broke + 1, held)) if held else 1.0


def paired(first_alone: int, second_alone: int) -> float:
    """The exact two-sided p-value of McNemar's test: of pairs in which one alone failed, how likely so uneven a split.

    Args:
        first_alone: pairs in which the first alone failed.
        second_alone: pairs in which the second alone failed.
    """
    pairs = first_alone + second_alone
    return float(binomtest(first_alone, pairs).pvalue) if pairs else 1.0
