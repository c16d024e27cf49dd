"""The kept witnesses: for each mutant the smallest case found that breaks the law that names it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import attrs

from tests.mutants.hunt import cases, counterexample_by_itself
from tests.mutants.mutant import Mutant
from turncheck.duel import DOMAIN
from turncheck.properties.checking.check import Budget, shrunk
from turncheck.properties.checking.counterexamples import Counterexample, counterexample
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.properties.laws.duel import LAWS

PATH = Path(__file__).parent / "witnesses.jsonl"

ENOUGH = 20
"""Breaches among a law's cases, of which one may be smaller than what Hypothesis makes of the first."""

LAWS_BY_ID = {law.id: law for law in LAWS}


@attrs.frozen
class Kept:
    """A mutant, the law that names it, the mode in which it breaks that, and the text of the case."""

    mutant: str
    law: str
    mode: str
    case: str

    def replayed(self) -> AnyForm:
        """The case that the text is."""
        return LAWS_BY_ID[self.law].reads(self.case, DOMAIN)


def load() -> dict[str, Kept]:
    """The kept witnesses, by mutant."""
    kept = [Kept(**json.loads(line)) for line in PATH.read_text(encoding="utf-8").splitlines()]
    return {each.mutant: each for each in kept}


def save(kept: Iterable[Kept], path: Path = PATH) -> None:
    """Writes them, one a line."""
    lines = [json.dumps(attrs.asdict(each)) + "\n" for each in kept]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def find(law: Law, mutant: Mutant, budget: Budget) -> Kept:
    """The smallest witness that can be found by the seed, in the mode of the first case that breaks the law."""
    drawn = [asked.case for asked in cases(law, budget)]
    broken = list(islice((found for case in drawn if (found := alone(law, mutant, case))), ENOUGH))
    mode, subject = broken[0].mode, mutant.subject()
    best = min((each for each in broken if each.mode is mode), key=lambda each: each.simplicity)
    start = counterexample(law, subject, best.case)
    small = shrunk(law, subject, start)[0] if start is not None and start.mode is mode else best
    # What a mutant answered while it was shrunk may depend on what it was asked before.
    again = alone(law, mutant, small.case)
    best = again if again is not None and again.mode is mode else best
    return Kept(mutant.name, law.id, mode.mode, best.text)


def alone(law: Law, mutant: Mutant, case: AnyForm) -> Counterexample | None:
    """How a new engine with the mutant's fault breaks the law on that case."""
    return counterexample_by_itself(law, case, mutant.subject())
