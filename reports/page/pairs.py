"""Two models side by side: the cases that only one of them gets right, law by law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

import attrs

from turncheck.engine.visible import cut
from turncheck.reports.escape import printable, visible
from turncheck.reports.records import Drawn, LawResult, ModelResult

MOST_LAWS = 40
"""Most laws of a pair that are shown: those with the most such cases."""


@attrs.frozen
class Only:
    """A law on whose cases two models differ.

    Attributes:
        law: the law's id.
        cases: the number of cases that both models were asked.
        first, second: the number of these cases that only the first, or only the second, gets right.
        both: the number of cases that both get wrong.
        examples: for each model the short form of a case that only it gets right; empty if none was kept.
    """

    law: str
    cases: int
    first: int
    second: int
    both: int
    examples: tuple[str, str]


@attrs.frozen
class Pair:
    """Two models, and the laws on whose cases they differ. A case may count for several laws.

    Attributes:
        first, second: the numbers of the models.
        names: the names of the models.
        laws: the laws on which they differ, those with the most such cases first.
        beyond: the number of laws that are left out.
        only: the numbers of cases, of all laws together, that only the first, or only the second, gets right.
        both: the number of cases that both get wrong.
    """

    first: int
    second: int
    names: tuple[str, str]
    laws: list[Only]
    beyond: int
    only: tuple[int, int]
    both: int


def pairs(models: tuple[ModelResult, ...]) -> Iterator[Pair]:
    """Yield each pair of models that were asked the same cases: they have the same domain and the same rules."""
    for (first, one), (second, other) in combinations(enumerate(models), 2):
        if (one.domain, one.rules) == (other.domain, other.rules):
            found = sorted(_differing(one, other), key=lambda each: (-each.first - each.second, each.law))
            sums = tuple(sum(getattr(each, name) for each in found) for name in ("first", "second", "both"))
            shown, names = found[:MOST_LAWS], (visible(one.name), visible(other.name))
            yield Pair(first, second, names, shown, len(found) - len(shown), (sums[0], sums[1]), sums[2])


def _differing(one: ModelResult, other: ModelResult) -> Iterator[Only]:
    others = {law.id: law for law in other.laws}
    for law in one.laws:
        if law.id in others:
            found = _only(law, others[law.id])
            if found.first or found.second or found.both:
                yield found


def _only(law: LawResult, other: LawResult) -> Only:
    """Compare two models on the cases of a law. In a run, a case has the same number for every model."""
    cases = min(law.applied, other.applied)
    broken, others = ({at for failure in each.failures for at in failure.at if at < cases} for each in (law, other))
    examples = (_example(other, others - broken), _example(law, broken - others))
    return Only(visible(law.id), cases, len(others - broken), len(broken - others), len(broken & others), examples)


def _example(law: LawResult, wanted: set[int]) -> str:
    """Return the shortest short form of the wanted cases that were kept; empty if none was."""
    kept: Mapping[int, Drawn] = {each.at: each for failure in law.failures for each in failure.simplest}
    found = [kept[at].short for at in wanted if at in kept]
    return printable(cut(min(found, key=len), 160)) if found else ""
