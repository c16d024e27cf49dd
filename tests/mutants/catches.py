"""The result of a hunt: for each law, mutant and seed, the first of the law's cases that caught the mutant."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from statistics import median

import attrs

AGREEMENT = (
    "answer_agrees_with_the_reference",
    "played_battle_is_followed_turn_by_turn",
    "own_answers_lead_where_the_reference_does",
)
"""The laws that compare whole answers with the reference's: they catch whatever differs, and name nothing."""

Firsts = tuple[int | None, ...]
"""The first case that caught a mutant, from 1, by each seed; None where none did."""


@attrs.frozen
class Catches:
    """The catches of a hunt.

    Attributes:
        laws: the laws, in the order in which tables show them.
        mutants: the names of the mutants, likewise.
        seeds: how many seeds the cases were drawn by, from 0.
        found: the first case by seed, for each law and each mutant that it caught by some seed.
    """

    laws: tuple[str, ...]
    mutants: tuple[str, ...]
    seeds: int
    found: Mapping[tuple[str, str], Firsts] = attrs.field(repr=False)

    def firsts(self, law: str, mutant: str) -> Firsts:
        """At which case the law first caught the mutant, by seed."""
        return self.found.get((law, mutant), (None,) * self.seeds)

    def times(self, law: str, mutant: str) -> int:
        """By how many seeds the law caught the mutant."""
        return sum(first is not None for first in self.firsts(law, mutant))

    def always(self, law: str, mutant: str) -> bool:
        """Whether the law caught the mutant by every seed."""
        return self.times(law, mutant) == self.seeds

    def catchers(self, mutant: str) -> list[str]:
        """The laws that caught the mutant by every seed."""
        return [law for law in self.laws if self.always(law, mutant)]

    def caught(self, law: str) -> list[str]:
        """The mutants that the law caught by every seed."""
        return [mutant for mutant in self.mutants if self.always(law, mutant)]

    @cached_property
    def names(self) -> dict[str, str]:
        """For each mutant the law that names it.

        It is the most specific one: among those that caught it by the most seeds the one that caught the fewest
        mutants, and of several the one that was quickest. Agreement names nothing.
        """
        chosen = {mutant: self._most_specific(mutant) for mutant in self.mutants}
        return {mutant: law for mutant, law in chosen.items() if law}

    def _most_specific(self, mutant: str) -> str | None:
        laws = [law for law in self.laws if law not in AGREEMENT and self.times(law, mutant)]
        return min(laws, key=lambda law: self._specificity(law, mutant), default=None)

    def _specificity(self, law: str, mutant: str) -> tuple[int, int, float]:
        return -self.times(law, mutant), self._breadth[law], median(self.counted(law, mutant))

    @cached_property
    def _breadth(self) -> dict[str, int]:
        return {law: len(self.caught(law)) for law in self.laws}

    def counted(self, law: str, mutant: str) -> list[int]:
        """The first cases that caught the mutant, where any did."""
        return [first for first in self.firsts(law, mutant) if first is not None]

    def missed(self, mutant: str) -> list[int]:
        """The seeds by which no law but agreement caught the mutant."""
        laws = [law for law in self.laws if law not in AGREEMENT]
        return [seed for seed in range(self.seeds) if all(self.firsts(law, mutant)[seed] is None for law in laws)]

    def idle(self) -> list[str]:
        """The laws that caught no mutant by every seed."""
        return [law for law in self.laws if not self.caught(law)]
