"""A gate: whether a sweep shows that a model diverges less often than demanded, and how many cases this takes."""

from __future__ import annotations

from math import floor, log, log1p
from typing import Literal

from turncheck.properties.sweeps.counts import Counts
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.statistics import LEVEL, Rate


def gate(counts: Counts, plan: Plan, rate: float) -> Literal["PASS", "FAIL", "INCONCLUSIVE"]:
    """Return whether the rate of divergence is below `rate`: PASS or FAIL if the whole 95 % interval is on one side.

    Args:
        counts: the counts of a whole sweep.
        plan: the plan, fixed in advance.
        rate: 0..1.

    Raises:
        ValueError: the sweep is unfinished; a verdict would depend on when it was stopped.
    """
    if counts.done < plan.turns:
        turns = f"{counts.done:,} of {plan.turns:,} turns"
        raise ValueError(f"a gate needs the whole sweep, got {turns}: --resume continues it")
    low, high = Rate(counts.diverged, counts.done).interval
    return "PASS" if high < rate else "FAIL" if low > rate else "INCONCLUSIVE"


def least_turns(gate: float) -> int:
    """Return the smallest number of cases that can pass a gate. With fewer cases, the interval's upper end is above the
    gate even without a divergence.

    Args:
        gate: a rate, above 0 and at most 1.
    """
    # With 0 of n failures the upper end is 1 - tail ** (1 / n), which must be below the gate.
    return 1 if gate == 1 else floor(log((1 - LEVEL) / 2) / log1p(-gate)) + 1
