"""What follows from sweeps: whether one passes a gate, and whether a model is worse than another on the same turns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import attrs

from turncheck.properties.laws.duel import LAWS
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.statistics import Rate, paired
from turncheck.properties.sweeps.sweep import FOUND, STATE, Counts, SweepError


def gate(counts: Counts, plan: Plan, rate: float) -> Literal["PASS", "FAIL", "INCONCLUSIVE"]:
    """Whether the rate of divergence is below that one: PASS or FAIL where its whole 95 % interval says so.

    Args:
        counts: of a whole sweep.
        plan: what was to be swept, fixed beforehand.
        rate: 0..1.

    Raises:
        ValueError: the sweep is a part of what was planned; a verdict on it would depend on when it was left.
    """
    if counts.done < plan.turns:
        raise ValueError(f"a gate needs the whole sweep, got {counts.done:,} of {plan.turns:,} turns: --resume goes on")
    low, high = Rate(counts.diverged, counts.done).interval
    return "PASS" if high < rate else "FAIL" if low > rate else "INCONCLUSIVE"


@attrs.frozen
class Pairing:
    """Two sweeps of the same turns, turn by turn.

    Attributes:
        name: a law, or `own answer`.
        both: turns on which both failed.
        first: turns on which the first alone did.
        second: turns on which the second alone did.
    """

    name: str
    both: int
    first: int
    second: int

    @property
    def p(self) -> float:
        """McNemar's exact p-value: how likely so uneven a split of the turns on which one alone failed is by chance."""
        return paired(self.first, self.second)

    @property
    def verdict(self) -> str:
        """Whether the second is worse or better than the first, at p < 0.01; else nothing."""
        if self.p >= 0.01:
            return ""
        return "worse" if self.second > self.first else "better"


def compared(first: Path, second: Path) -> list[Pairing]:
    """Two whole sweeps of the same sampler, seed, turns and rules, paired by turn: own answers, then every law.

    Raises:
        SweepError: one is no whole sweep, or they are of other turns.
    """
    one, another = _read_whole(first), _read_whole(second)
    for name in ("sampler", "seed", "turns", "rules", "schema"):
        if one[name] != another[name]:
            raise SweepError(second, f"its {name} must be {one[name]!r:.60}, as of {first}, got {another[name]!r:.60}")
    failed = [_failed(folder) for folder in (first, second)]
    names = ["", *(law.id for law in LAWS if any(law.id in found for found in failed))]
    return [_pairing(name, *(found.get(name, set()) for found in failed)) for name in names]


def _read_whole(folder: Path) -> dict[str, Any]:
    try:
        kept = json.loads((folder / STATE).read_bytes())
        about: dict[str, Any] = kept["about"]
        done = kept["counts"]["done"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SweepError(
            folder, f"it holds no sweep that can be read ({error}): turncheck sweep --out makes one"
        ) from error
    if done != about["turns"]:
        raise SweepError(folder, f"it holds {done:,} of {about['turns']:,} turns: --resume goes on with it")
    return about


def _failed(folder: Path) -> dict[str, set[int]]:
    """The turns that failed, by law; those whose own answer diverged under the empty name."""
    failed: dict[str, set[int]] = {}
    with open(folder / FOUND, encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            failed.setdefault(found["law"], set()).add(found["turn"])
    return failed


def _pairing(name: str, first: set[int], second: set[int]) -> Pairing:
    return Pairing(name or "own answer", len(first & second), len(first - second), len(second - first))
