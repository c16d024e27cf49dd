"""The brittleness map of a model: for each operator and strength the shares of right answers and of failure modes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import attrs

Kind = Literal["plain", "valid", "malformed"]
"""What a cell's texts are: undamaged cases, cases that an operator changed or wrote differently, or texts that are to
be rejected.
"""

AdviceKind = Literal["rule", "region", "wording", "label", "acceptance"]

FATES = ("repairs", "collapses", "drifts")
"""What a model does with a malformed text that it does not reject rightly: it answers the undamaged case, it gives the
same answer to most texts of the cell, or neither.
"""

ABOUT_FATES = {
    "repairs": "the answer to the undamaged case",
    "collapses": "one answer for more than half of the texts",
    "drifts": "anything else that is wrong",
}

UNDAMAGED = "undamaged cases"
"""The name of the cell that no operator changes."""


def short_percent(rate: float) -> str:
    """Write a share in percent with one decimal, so that only all is 100% and only nothing is 0%.

    >>> short_percent(1.0), short_percent(0.9999), short_percent(0.042), short_percent(0.0002), short_percent(0.0)
    ('100%', '>99.9%', '4.2%', '<0.1%', '0%')
    """
    if rate in (0.0, 1.0):
        return f"{rate:.0%}"
    return "<0.1%" if rate < 0.0005 else ">99.9%" if rate >= 0.9995 else f"{rate:.1%}"


@attrs.frozen
class Portion:
    """A part of some texts, with its two-sided 95 % interval.

    Attributes:
        name: what the texts of this part have in common: a failure mode, `right`, a region.
        count: the number of texts in this part.
        of: the number of all texts.
        low: the lower end of the interval, 0..1.
        high: the upper end.
    """

    name: str
    count: int
    of: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        """The share; 0 without texts."""
        return self.count / self.of if self.of else 0.0

    @property
    def percent(self) -> str:
        """The share in percent; empty without texts."""
        return short_percent(self.rate) if self.of else ""

    @property
    def interval(self) -> str:
        """The interval in percent; empty without texts."""
        return f"{short_percent(self.low)} to {short_percent(self.high)}" if self.of else ""


@attrs.frozen
class CellResult:
    """How a model answers the texts of one operator at one strength, or of several such cells together.

    Attributes:
        operator: the operator's name; for several cells, what they have in common.
        family: the operator's family; empty for several cells.
        strength: the operator's strength; 0 without an operator.
        kind: what the texts are.
        trained: whether the model was trained on the operator; None if that is not known, and for valid texts.
        asked: the number of texts.
        impossible: the number of cases that the operator could not change.
        has_right: whether the texts have a right answer: malformed texts have none for a model that never learned to
            reject.
        right: the right answers.
        modes: the wrong answers by failure mode, the most frequent first.
        fates: what the model does with the malformed texts that it does not reject rightly (`FATES`); none for valid
            texts.
        reasons: the reasons for which the reference rejects the texts, each with its number.
    """

    operator: str
    family: str
    strength: int
    kind: Kind
    trained: bool | None
    asked: int
    impossible: int
    has_right: bool
    right: Portion
    modes: tuple[Portion, ...] = ()
    fates: tuple[Portion, ...] = ()
    reasons: dict[str, int] = attrs.field(factory=dict, hash=False)

    @property
    def label(self) -> str:
        """The operator and its strength, such as `misspelt 2`."""
        return f"{self.operator} {self.strength}" if self.strength else self.operator

    def share(self, name: str) -> Portion | None:
        """Return the part of that name: `right`, a failure mode or a fate; None if there is none."""
        return next((part for part in (self.right, *self.modes, *self.fates) if part.name == name), None)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> CellResult:
        """Return the cell from plain values."""
        parts = {name: tuple(Portion(**each) for each in values[name]) for name in ("modes", "fates")}
        return cls(**{**values, **parts, "right": Portion(**values["right"])})


@attrs.frozen
class Advice:
    """Something to fix next, with the figures that it rests on.

    Attributes:
        kind: `rule` (a rule that it leaves out), `region` (states on which it fails), `wording`, `label` (what the
            format makes hard) or `acceptance` (malformed texts that pass).
        name: the rule, the region, the wording, the label or the operator.
        wrong: the wrong answers there.
        rest: the wrong answers elsewhere, to compare with; None without a comparison.
        drawn: for a region, its share of the cases that the samplers of the training draw; else None.
        text: the advice in words, with its figures.
    """

    kind: AdviceKind
    name: str
    wrong: Portion
    rest: Portion | None
    drawn: float | None
    text: str

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Advice:
        """Return the advice from plain values."""
        rest = None if values["rest"] is None else Portion(**values["rest"])
        return cls(**{**values, "wrong": Portion(**values["wrong"]), "rest": rest})


@attrs.frozen
class MapResult:
    """The brittleness map of one model.

    Attributes:
        sampler: the sampler of the cases.
        seed: the seed of the cases and of the operators' choices.
        turns: the number of cases of each cell.
        noun: the word for a case.
        done: the number of cases that were asked, in all cells.
        planned: the number of cases to ask.
        samplers: the samplers of the cases that the model was trained on; None if they are not known.
        operators: the operators that it was trained on; None if they are not known.
        rejects: whether the model was trained to reject malformed texts.
        cells: the cells: the undamaged cases first, then the operators, by family.
        sums: cells together: harmless changes, and malformed texts by whether the model was trained on the operator.
        advice: what to fix next.
        notes: what the map does not tell, and why.
    """

    sampler: str
    seed: int
    turns: int
    noun: str
    done: int
    planned: int
    samplers: tuple[str, ...] | None
    operators: tuple[str, ...] | None
    rejects: bool
    cells: tuple[CellResult, ...]
    sums: tuple[CellResult, ...] = ()
    advice: tuple[Advice, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all cases were asked."""
        return self.done == self.planned

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return attrs.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> MapResult:
        """Return the map from the values of `to_json`."""
        cells = {name: tuple(map(CellResult.from_json, values[name])) for name in ("cells", "sums")}
        known = {name: None if values[name] is None else tuple(values[name]) for name in ("samplers", "operators")}
        advice = tuple(map(Advice.from_json, values["advice"]))
        return cls(**{**values, **cells, **known, "advice": advice, "notes": tuple(values["notes"])})


@attrs.frozen
class MappedModel:
    """A model and its map.

    Attributes:
        name: the model's name in tables.
        kind: how it is run.
        sha256: the hash of its file; None without a file.
        domain: the domain that it was asked about.
        template: the wording in which it was asked.
        map: its map.
    """

    name: str
    kind: str
    sha256: str | None
    domain: str
    template: str
    map: MapResult


SCHEMA = 1
"""The schema of `map.json`."""


def maps_to_json(models: Sequence[MappedModel]) -> dict[str, Any]:
    """Return plain values, as in `map.json`."""
    return {"schema": SCHEMA, "models": [attrs.asdict(model) for model in models]}


def modes_of(maps: Sequence[MapResult]) -> list[str]:
    """Return the failure modes that occur, the most frequent first."""
    counts: dict[str, int] = {}
    for part in (part for each in maps for cell in each.cells for part in cell.modes):
        counts[part.name] = counts.get(part.name, 0) + part.count
    return sorted(counts, key=lambda name: (-counts[name], name))


def by_family(cells: Sequence[CellResult]) -> Iterator[tuple[str, list[CellResult]]]:
    """Yield each family with its cells, in order."""
    families: dict[str, list[CellResult]] = {}
    for cell in cells:
        families.setdefault(cell.family, []).append(cell)
    yield from families.items()
