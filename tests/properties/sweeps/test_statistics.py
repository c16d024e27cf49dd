"""Intervals and tests for counts, compared with published tables and with their definitions."""

from math import comb

import pytest

from turncheck.properties.sweeps.statistics import Rate, paired


def at_most(broke, applied, rate):
    """How likely so few are broken, or fewer, at that rate."""
    return sum(comb(applied, k) * rate**k * (1 - rate) ** (applied - k) for k in range(broke + 1))


@pytest.mark.parametrize(
    ("broke", "applied", "low", "high"),
    [
        # Clopper and Pearson's intervals as R's binom.test prints them.
        (0, 10, 0.0, 0.3084971),
        (1, 10, 0.002528579, 0.4450161),
        (5, 10, 0.187086, 0.812914),
        (10, 10, 0.6915029, 1.0),
        (3, 100, 0.006229972, 0.08517605),
    ],
)
def test_the_interval_is_clopper_and_pearsons(broke, applied, low, high):
    assert Rate(broke, applied).interval == pytest.approx((low, high), rel=1e-6)


@pytest.mark.parametrize(("broke", "applied"), [(1, 7), (3, 50), (49, 50), (20, 400)])
def test_at_its_ends_what_was_seen_has_a_probability_of_a_fortieth(broke, applied):
    low, high = Rate(broke, applied).interval
    assert at_most(broke, applied, high) == pytest.approx(0.025, rel=1e-6)
    assert 1 - at_most(broke - 1, applied, low) == pytest.approx(0.025, rel=1e-6)


def test_none_of_n_is_bounded_by_about_3_in_n():
    assert Rate(0, 1000).highest == pytest.approx(1 - 0.05 ** (1 / 1000), rel=1e-9)
    assert Rate(0, 100_000).highest == pytest.approx(3 / 100_000, rel=0.002)
    assert Rate(5, 5).highest == 1.0


def test_of_nothing_nothing_is_known():
    assert (Rate(0, 0).value, Rate(0, 0).interval, Rate(0, 0).highest) == (0.0, (0.0, 1.0), 1.0)
    assert Rate(1, 4).value == 0.25


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [(0, 0, 1.0), (0, 5, 2 * 0.5**5), (5, 0, 2 * 0.5**5), (1, 7, 2 * 9 * 0.5**8), (4, 4, 1.0)],
)
def test_mcnemars_test_is_exact(first, second, p):
    assert paired(first, second) == pytest.approx(p, rel=1e-12)
