"""What a map asks: cells of one operator at one strength, and the texts of each cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.sampling import UnknownSamplerError, samplers_of, stream
from turncheck.engine.table import arrays_of
from turncheck.engine.visible import one_of, quoted
from turncheck.reports.brittleness import UNDAMAGED, Kind
from turncheck.strategies.operators import ImpossibleDamageError
from turncheck.strategies.perturbations import Perturbation

WORDING = "wording"
"""The family of the domain's other templates."""


class UnknownOperatorError(ValueError):
    """There is no operator, or no family, of that name.

    Attributes:
        what: `operator` or `family`.
        name: the name that was given.
        known: the names that there are.
    """

    def __init__(self, what: str, name: str, known: Sequence[str]) -> None:
        super().__init__(what, name, known)
        self.what, self.name, self.known = what, name, tuple(known)

    def __str__(self) -> str:
        return f"{self.what} must be {one_of(self.known, self.name)}, got {quoted(self.name)}"


def chosen(
    known: Mapping[str, Perturbation], operators: Sequence[str] = (), families: Sequence[str] = ()
) -> dict[str, Perturbation]:
    """Return the operators of those names or of those families; all if neither is given.

    Raises:
        UnknownOperatorError: there is no such operator or family.
    """
    for what, given, names in (
        ("operator", operators, list(known)),
        ("family", families, list(dict.fromkeys(each.family for each in known.values()))),
    ):
        for name in given:
            if name not in names:
                raise UnknownOperatorError(what, name, names)
    if not operators and not families:
        return dict(known)
    return {name: each for name, each in known.items() if name in operators or each.family in families}


@attrs.frozen
class Cell:
    """One operator at one strength.

    Attributes:
        operator: its name; for the cases that nothing changes, `UNDAMAGED`; for a wording, the template's name.
        family: its family; empty for `UNDAMAGED`.
        strength: its strength; 0 without one.
        kind: what its texts are.
    """

    operator: str
    family: str
    strength: int
    kind: Kind


def cells_of(operators: Mapping[str, Perturbation]) -> list[Cell]:
    """Return the cells of a map: the undamaged cases, then each operator at each strength, by family."""
    families = list(dict.fromkeys(each.family for each in operators.values()))
    ordered = sorted(operators.values(), key=lambda each: families.index(each.family))
    cells = [Cell(UNDAMAGED, "", 0, "plain")]
    for each in ordered:
        kind: Kind = "valid" if each.keeps_valid else "malformed"
        cells += [Cell(each.name, each.family, strength, kind) for strength in each.strengths]
    return cells


def sampler_of(asked: str | None, domain: Domain) -> str:
    """Return the sampler of a map: by default `mixed`, which draws boundaries often, else the domain's first.

    Raises:
        UnknownSamplerError: the domain has no such sampler.
    """
    known = samplers_of(domain)
    if asked is not None and asked not in known:
        raise UnknownSamplerError(asked, tuple(known))
    return asked or ("mixed" if "mixed" in known else next(iter(known)))


UNDAMAGED_TIMES = 10
"""So many times the cases of another cell are asked undamaged: regions of states are told apart on them."""


@attrs.frozen
class MapPlan:
    """The cases of a map: in each cell cases 0 to `turns - 1` of a sampler and a seed, undamaged `UNDAMAGED_TIMES` as
    many.

    Attributes:
        sampler: the sampler.
        seed: the seed of the cases, and of the operators' choices.
        turns: the number of cases of a cell.
    """

    sampler: str
    seed: int
    turns: int

    def count(self, cell: Cell) -> int:
        """Return the number of cases of a cell."""
        return self.turns * (UNDAMAGED_TIMES if cell.kind == "plain" else 1)


@attrs.frozen
class Asked:
    """A text of a cell.

    Attributes:
        index: the number of its case.
        prompt: the text.
        plain: the text of the undamaged case.
    """

    index: int
    prompt: str
    plain: str


def texts_of(
    domain: Domain, plan: MapPlan, cell: Cell, operators: Mapping[str, Perturbation], start: int, count: int
) -> Iterator[Asked | None]:
    """Yield the texts that a cell has for cases `start` to `start + count - 1`; None for a case that the operator
    cannot change.

    Raises:
        UnknownSamplerError: the domain has no such sampler.
    """
    cases = arrays_of(domain, plan.sampler).sample(plan.sampler, plan.seed, count, start)
    operator = operators.get(cell.operator) if cell.strength else None
    for place, plain in enumerate(cases.texts()):
        index = start + place
        if operator is None:
            yield Asked(index, plain, plain)
            continue
        choice = stream(f"map/{cell.operator}/{cell.strength}", plan.seed, index).getrandbits(64)
        yield _changed(operator, cases.case(place), cell.strength, choice, index, plain)


def _changed(operator: Perturbation, case: Any, strength: int, choice: int, index: int, plain: str) -> Asked | None:
    try:
        return Asked(index, operator.apply(case, strength, choice), plain)
    except ImpossibleDamageError:
        return None
