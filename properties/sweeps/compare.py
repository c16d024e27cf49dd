"""Compare two sweeps of the same cases: whether one model is worse than the other."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import attrs

from turncheck.properties.sweeps.faults import SweepError
from turncheck.properties.sweeps.kept import State, read_whole
from turncheck.properties.sweeps.lines import read_lines
from turncheck.properties.sweeps.statistics import paired

OWN = "own answer"
"""The name of the pairing of the cases' own answers."""


@attrs.frozen
class Pairing:
    """Two sweeps of the same cases, case by case.

    Attributes:
        name: a law, or `own answer`.
        both: the number of cases on which both failed.
        first: the number of cases on which only the first failed.
        second: the number of cases on which only the second failed.
    """

    name: str
    both: int
    first: int
    second: int

    @property
    def p(self) -> float:
        """McNemar's exact p-value: the probability of so uneven a split of the cases on which only one failed."""
        return paired(self.first, self.second)

    @property
    def verdict(self) -> str:
        """`worse` or `better` for the second sweep, at p < 0.01; else empty."""
        if self.p >= 0.01:
            return ""
        return "worse" if self.second > self.first else "better"


@attrs.frozen
class Swept:
    """One of two compared sweeps: its folder and its model."""

    folder: Path
    model: str

    def __str__(self) -> str:
        return f"{self.model} ({self.folder})"


@attrs.frozen
class Comparison:
    """Two sweeps of the same cases.

    Attributes:
        first: the first sweep.
        second: the second sweep, which is better or worse than the first.
        sampler: the sampler of both sweeps.
        seed: the seed of the sample.
        turns: the number of cases.
        pairs: the cases' own answers, then every law that failed in one of the sweeps.
    """

    first: Swept
    second: Swept
    sampler: str
    seed: int
    turns: int
    pairs: tuple[Pairing, ...]

    @property
    def verdict(self) -> Literal["worse", "better", "no difference shown"]:
        """Whether the second sweep is worse than the first in anything; else whether it is better in anything."""
        verdicts = {pair.verdict for pair in self.pairs}
        return "worse" if "worse" in verdicts else "better" if "better" in verdicts else "no difference shown"

    @property
    def in_short(self) -> str:
        """The verdict and what it is about, in one line."""
        cases = f"{self.turns:,} cases of {self.sampler}, seed {self.seed}"
        if self.verdict == "no difference shown":
            return f"{self.verdict}: {self.second} and {self.first}; {cases}"
        what = _named(self._that_are(self.verdict))
        better = _named(self._that_are("better")) if self.verdict == "worse" else ""
        but = f", but better in {better}" if better else ""
        return f"{self.verdict}: {self.second} is, than {self.first}, in {what}{but}; {cases}"

    def _that_are(self, verdict: str) -> list[str]:
        return [pair.name for pair in self.pairs if pair.verdict == verdict]


def _named(names: list[str]) -> str:
    """Return the own answer and the number of laws; a single law by its name."""
    laws = [name for name in names if name != OWN]
    parts = [OWN] * (OWN in names) + (laws if len(laws) == 1 else [f"{len(laws)} laws"] * bool(laws))
    return " and ".join(parts)


def compared(first: Path, second: Path) -> Comparison:
    """Pair two whole sweeps of the same cases, case by case: the cases' own answers, then every law.

    Raises:
        SweepError: one is not a sweep, or they differ in cases, domain or rules.
        NoVerdictError: one is unfinished, or cannot be trusted.
    """
    states = read_whole(first), read_whole(second)
    one, another = (state.about for state in states)
    for name in ("domain", "rules", "sampler", "seed", "turns"):
        if one[name] != another[name]:
            raise SweepError(second, f"its {name} must be {one[name]!r:.60}, as of {first}, got {another[name]!r:.60}")
    failed = [_failed(folder, state) for folder, state in zip((first, second), states, strict=True)]
    laws = dict.fromkeys([*one["laws"], *another["laws"]])
    names = ["", *(law for law in laws if any(law in found for found in failed))]
    pairs = tuple(_pairing(name, *(found.get(name, set()) for found in failed)) for name in names)
    these = (Swept(first, one["model"]["name"]), Swept(second, another["model"]["name"]))
    return Comparison(*these, one["sampler"], one["seed"], one["turns"], pairs)


def _failed(folder: Path, state: State) -> dict[str, set[int]]:
    """Return the numbers of the failed cases, by law; under the empty name, the cases whose own answer diverged."""
    failed: dict[str, set[int]] = {}
    for found in read_lines(folder, state):
        failed.setdefault(found["law"], set()).add(found["turn"])
    return failed


def _pairing(name: str, first: set[int], second: set[int]) -> Pairing:
    return Pairing(name or OWN, len(first & second), len(first - second), len(second - first))
