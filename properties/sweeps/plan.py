"""What a sweep asks, and on which cases each law is checked, computed for a block of cases at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from zlib import crc32

import attrs
import numpy as np
import numpy.typing as npt

from turncheck.engine.domain import Domain
from turncheck.engine.table import SMALL, Columns, Table, arrays_of
from turncheck.properties.checking.law import OF_EXPERTS, Law, always

PILOT = 2048
"""Most cases on which to measure, before a sweep, how often a law applies."""

MORE = 400
"""A law that asks a second prompt, derived from the case, asks about one such prompt for every this many cases."""

DAMAGED = 50
"""One case in this many is damaged, for the laws about malformed texts."""

PLAYED, AGAIN = 1000, 5000
"""One case in this many begins a play, and one is asked again, which takes two decodings token by token."""

HeldOn = Literal["own", "more", "malformed", "plays", "again"]
"""What a law is checked on: a case's own answer; also prompts made from it; a damaged text; a play; a second answer."""

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@attrs.frozen
class Plan:
    """The cases of a sweep: cases 0 to `turns - 1` of a sampler and a seed, of the subject's domain."""

    sampler: str
    seed: int
    turns: int

    def cases(self, start: int, count: int, domain: Domain) -> Table:
        """Return these cases of the plan.

        Raises:
            UnknownSamplerError: the domain has no such sampler.
        """
        if self.sampler == SMALL:
            return _small_scope(domain)[start : start + count]
        return arrays_of(domain, self.sampler).sample(self.sampler, self.seed, count, start)

    def pilot(self, domain: Domain) -> Table:
        """Return some cases that represent all: the first cases, or cases from everywhere in the small scope."""
        most = min(PILOT, arrays_of(domain, self.sampler).block)
        if self.sampler == SMALL:
            return self.cases(0, self.turns, domain)[:: max(1, -(-self.turns // most))]
        return self.cases(0, min(self.turns, most), domain)


def turns_in(sampler: str, turns: int, domain: Domain) -> int:
    """The number of cases to sweep; for `small`, at most the size of the scope.

    Raises:
        UnknownSamplerError: the domain has no such sampler.
    """
    arrays = arrays_of(domain, sampler)
    scope = arrays.small() if sampler == SMALL else None
    return turns if scope is None else min(turns, len(scope))


def _small_scope(domain: Domain) -> Table:
    scope = arrays_of(domain, SMALL).small()
    assert scope is not None
    return scope


def kind_of(law: Law) -> HeldOn:
    """Return what the law is checked on."""
    if law.again and law.again != OF_EXPERTS:  # experts are asked only where the composition is wrong
        return "again"
    if law.form == "play":
        return "plays"
    if law.form == "text":
        return "malformed"
    return "more" if law.asks_more else "own"


class Block:
    """A block of cases of a sweep.

    Attributes:
        start: the number of its first case.
        cases: the cases.
        after: the reference's answers.
    """

    def __init__(self, plan: Plan, start: int, laws: Sequence[Law], every: Mapping[str, int], domain: Domain) -> None:
        arrays = arrays_of(domain, plan.sampler)
        self.start = start
        self.cases = plan.cases(start, min(arrays.block, plan.turns - start), domain)
        self.after = arrays.resolve(self.cases)
        columns = arrays.columns(self.cases, self.after)
        self._held = {law.id: self._where_held(law, every[law.id], columns, domain) for law in laws}

    def _where_held(self, law: Law, every: int, columns: Columns, domain: Domain) -> Mask:
        held = self.chosen(every, law.id, slice(0, len(self.cases)))
        rows = np.flatnonzero(held)
        held[rows] = applying(law, columns, rows, domain)
        return held

    def held_on(self, law: Law, part: slice) -> Mask:
        """Return, for a law about single cases, the cases of a part of the block on which it is checked."""
        return self._held[law.id][part]

    def chosen(self, every: int, salt: str, part: slice) -> Mask:
        """Return every n-th case, evenly spread, by its number in the sweep only."""
        indices = np.arange(part.start, part.stop, dtype=np.uint64) + np.uint64(self.start)
        # Multiples of the golden ratio fill a circle evenly (Knuth, The Art of Computer Programming, vol. 3, 6.4).
        on_circle = (indices * np.uint64(0x9E3779B1) + np.uint64(crc32(salt.encode()))) % np.uint64(2**32)
        picked: Mask = on_circle * np.uint64(every) < np.uint64(2**32)
        return picked


def applying(law: Law, columns: Columns, rows: Rows, domain: Domain) -> Mask:
    """(len(rows),) bool: return whether the law applies to the case in each of these rows."""
    if law.applies is always:
        return np.ones(len(rows), bool)
    return columns.meet(lambda case: law.applies(case, domain), rows)


def how_often(laws: Sequence[Law], plan: Plan, domain: Domain) -> dict[str, int]:
    """Return the sampling stride of each law about single cases: it is checked on every n-th case to which it applies.

    Laws about a case's own answer are checked on every case. Laws that ask more all get about the same number of
    prompts, so a law that seldom applies is checked on a larger share.
    """
    if not any(law.asks_more for law in laws):
        return {law.id: 1 for law in laws}
    arrays, pilot = arrays_of(domain, plan.sampler), plan.pilot(domain)
    columns = arrays.columns(pilot, arrays.resolve(pilot))
    return {law.id: _how_often(law, columns, pilot, domain) if law.asks_more else 1 for law in laws}


def _how_often(law: Law, columns: Columns, pilot: Table, domain: Domain) -> int:
    rows = np.arange(len(pilot))
    met = rows[applying(law, columns, rows, domain)]
    if not len(met):
        return 1
    more = len(law.asks(pilot.case(int(met[0])), domain)) - 1
    return max(1, round(MORE * more * len(met) / len(pilot)))
