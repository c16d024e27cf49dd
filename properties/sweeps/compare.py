"""Two sweeps of the same cases compared: whether one model is worse than another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs

from turncheck.properties.sweeps.statistics import paired
from turncheck.properties.sweeps.sweep import FOUND, SCHEMA, STATE, SweepError


@attrs.frozen
class Pairing:
    """Two sweeps of the same cases, case by case.

    Attributes:
        name: a law, or `own answer`.
        both: cases on which both failed.
        first: cases on which the first alone did.
        second: cases on which the second alone did.
    """

    name: str
    both: int
    first: int
    second: int

    @property
    def p(self) -> float:
        """McNemar's exact p-value: how likely so uneven a split of the cases on which one alone failed is by chance."""
        return paired(self.first, self.second)

    @property
    def verdict(self) -> str:
        """Whether the second is worse or better than the first, at p < 0.01; else nothing."""
        if self.p >= 0.01:
            return ""
        return "worse" if self.second > self.first else "better"


def compared(first: Path, second: Path) -> list[Pairing]:
    """Two whole sweeps of the same cases, paired case by case: the cases' own answers, then every law.

    Raises:
        SweepError: one is no whole sweep, or they are of other cases, another domain or other rules.
    """
    one, another = _read_whole(first), _read_whole(second)
    for name in ("domain", "rules", "sampler", "seed", "turns"):
        if one[name] != another[name]:
            raise SweepError(second, f"its {name} must be {one[name]!r:.60}, as of {first}, got {another[name]!r:.60}")
    failed = [_failed(folder) for folder in (first, second)]
    laws = dict.fromkeys([*one["laws"], *another["laws"]])
    names = ["", *(law for law in laws if any(law in found for found in failed))]
    return [_pairing(name, *(found.get(name, set()) for found in failed)) for name in names]


def _read_whole(folder: Path) -> dict[str, Any]:
    try:
        kept = json.loads((folder / STATE).read_bytes())
        about: dict[str, Any] = kept["about"]
        schema, done = about["schema"], kept["counts"]["done"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SweepError(
            folder, f"it holds no sweep that can be read ({error}): turncheck sweep --out makes one"
        ) from error
    if schema != SCHEMA:
        raise SweepError(folder, f"its schema must be {SCHEMA}, got {schema!r:.60}: sweep again with this version")
    if done != about["turns"]:
        raise SweepError(folder, f"it holds {done:,} of {about['turns']:,} turns: --resume goes on with it")
    return about


def _failed(folder: Path) -> dict[str, set[int]]:
    """The numbers of the cases that failed, by law; those whose own answer diverged under the empty name."""
    failed: dict[str, set[int]] = {}
    with open(folder / FOUND, encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            failed.setdefault(found["law"], set()).add(found["turn"])
    return failed


def _pairing(name: str, first: set[int], second: set[int]) -> Pairing:
    return Pairing(name or "own answer", len(first & second), len(first - second), len(second - first))
