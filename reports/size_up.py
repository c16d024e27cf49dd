"""Models by size: what each was measured to do, the smallest for each number of nines, and the Pareto front.

The *bound* of a model is the highest of its samplers' upper bounds on the rate of wrong answers, so that a model is as
good as its worst sample. A model *reaches* k nines if its bound is below 10 to the power of -k.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import expm1, log
from typing import Any

import attrs

from turncheck.reports.sweeps import Row

SCHEMA = 1
"""The version of the JSON file."""

LARGEST = 64 << 20
"""Most bytes of a JSON file that is read."""

MOST_NINES = 6
"""Most nines that are asked for."""


@attrs.frozen
class Speed:
    """Turns a second on one thread; None where it was not measured.

    Attributes:
        alone: of prompts asked one by one.
        together: of prompts asked in batches.
        reference: of the reference engine, asked just before the model.
    """

    alone: float | None = None
    together: float | None = None
    reference: float | None = None


@attrs.frozen
class SizedModel:
    """A model: its size, and what it was measured to do.

    Attributes:
        name: its name, or the SPEC as typed if it was not loaded.
        kind: its kind; empty if it was not loaded.
        bytes: the size of all files that are particular to it; None if nothing says so.
        sha256: the hash of its files; None without files.
        arguments: its options as the user typed them, `KEY=VALUE`.
        samples: for each sampler the rate of wrong answers.
        laws: the laws that apply to it; None if no laws were checked.
        held: of these, the laws that held.
        rejected: the rate of malformed texts that it did not reject for the right reason; None if it does not reject.
        speed: its speed.
        training: the number of cases that it was trained on, as its checkpoint says; None if nothing says so.
        core_hours: the processor time of its training in hours, as its checkpoint says; None if nothing says so.
        notes: what went wrong on the way, one line each.
        refuted: the number of drafts that its `verify` accepted and that it does not write.
        fault: why it was not measured, in one line; empty if it was.
    """

    name: str
    kind: str = ""
    bytes: int | None = None
    sha256: str | None = None
    arguments: tuple[str, ...] = ()
    samples: tuple[Row, ...] = ()
    laws: int | None = None
    held: int | None = None
    rejected: Row | None = None
    speed: Speed = Speed()
    training: int | None = None
    core_hours: float | None = None
    notes: tuple[str, ...] = ()
    refuted: int = 0
    fault: str = ""

    @property
    def bound(self) -> float | None:
        """The highest upper bound on its rate of wrong answers, of all samplers, 0..1; None if it was not measured."""
        return max((row.high for row in self.samples), default=None)

    @property
    def nines(self) -> int:
        """The number of nines that it reaches, 0..`MOST_NINES`."""
        return sum(reaches(self.bound, count) for count in range(1, MOST_NINES + 1))

    @property
    def identity(self) -> tuple[Any, ...]:
        """What tells that another measurement was of the same model, if it has files."""
        return self.name, self.kind, self.bytes, self.sha256, self.arguments

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SizedModel:
        """Return the model from the values of `SizeUp.to_json`.

        Raises:
            KeyError, TypeError: a value is missing or has another type.
        """
        known = {field.name: values[field.name] for field in attrs.fields(cls)}
        rejected = None if known["rejected"] is None else Row.from_json(known["rejected"])
        rows = {"samples": tuple(map(Row.from_json, known["samples"])), "rejected": rejected}
        texts = {name: tuple(known[name]) for name in ("arguments", "notes")}
        return cls(**{**known, **rows, **texts, "speed": Speed(**known["speed"])})

    def bound_of(self, sampler: str | None) -> float | None:
        """Return its upper bound for a sampler, or the highest of all if `sampler` is None."""
        if sampler is None:
            return self.bound
        return next((row.high for row in self.samples if row.name == sampler), None)


@attrs.frozen
class SizeUp:
    """Models of one domain, all measured in the same way.

    Attributes:
        domain: the name of the domain.
        rules: its rules in force.
        noun: the word for a case.
        seed: the seed of the cases, an evaluation seed.
        turns: for each sampler the number of cases, the same for all models.
        malformed: the number of malformed texts; 0 if the domain rejects none.
        examples: the number of cases drawn for each law; 0 if no laws were checked.
        together: the number of prompts in a batch, where the speed of batches is measured.
        needs: for 1 to `MOST_NINES` nines, the least number of cases that can show them, if none of them is wrong.
        models: the models, in the order in which they were named.
    """

    domain: str
    rules: str
    noun: str
    seed: int
    turns: dict[str, int] = attrs.field(hash=False)
    malformed: int
    examples: int
    together: int
    needs: tuple[int, ...]
    models: tuple[SizedModel, ...] = ()

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SizeUp:
        """Return the result from the values of `to_json`.

        Raises:
            AttributeError, KeyError, TypeError, ValueError: they are not the values of a result.
        """
        if values["schema"] != SCHEMA:
            raise ValueError(f"schema must be {SCHEMA}, got {values['schema']!r}")
        known = {field.name: values[field.name] for field in attrs.fields(cls)}
        models = tuple(map(SizedModel.from_json, known["models"]))
        return cls(**{**known, "needs": tuple(known["needs"]), "models": models})

    @property
    def measured(self) -> list[SizedModel]:
        """The models that were measured, the smallest first; those of unknown size last."""
        known = [model for model in self.models if not model.fault]
        return sorted(known, key=lambda model: (model.bytes is None, model.bytes or 0, model.bound))

    @property
    def front(self) -> list[SizedModel]:
        """The models on the Pareto front, the smallest first."""
        return front(self.measured)

    @property
    def most_nines(self) -> int:
        """The most nines that so many cases can show."""
        least = min(self.turns.values())
        return sum(need <= least for need in self.needs)

    @property
    def least_bound(self) -> float:
        """The upper bound of a model without a wrong answer, on the smallest sample: about 3/n, one-sided at 95 %."""
        return -expm1(log(0.05) / min(self.turns.values()))

    def smallest(self, nines: int, sampler: str | None = None) -> SizedModel | None:
        """Return the smallest model that reaches so many nines on a sampler, or on all; None if there is none."""
        known = [model for model in self.measured if model.bytes is not None]
        return next((model for model in known if reaches(model.bound_of(sampler), nines)), None)

    def to_json(self) -> dict[str, Any]:
        """Return plain values: the models, and for each whether it is on the front; the smallest for each nine."""
        on_front = self.front
        models = [_model_to_json(model, model in on_front) for model in self.models]
        return {"schema": SCHEMA, **attrs.asdict(self), "models": models, "nines": self._nines_to_json()}

    def _nines_to_json(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for count in range(1, MOST_NINES + 1):
            found = {name: self.smallest(count, name) for name in (*self.turns, None)}
            names = {name: None if model is None else model.name for name, model in found.items()}
            everywhere = names.pop(None)
            rows.append({"nines": count, "needs": self.needs[count - 1], "smallest": everywhere, "by_sampler": names})
        return rows


def _model_to_json(model: SizedModel, is_on_front: bool) -> dict[str, Any]:
    rejected = None if model.rejected is None else model.rejected.to_json()
    rows = {"samples": [row.to_json() for row in model.samples], "rejected": rejected}
    return {**attrs.asdict(model), **rows, "bound": model.bound, "nines": model.nines, "front": is_on_front}


def reaches(bound: float | None, nines: int) -> bool:
    """Return whether an upper bound on the rate of wrong answers shows so many nines of exact ones.

    >>> reaches(0.009, 2), reaches(0.01, 2), reaches(None, 1)
    (True, False, False)
    """
    return bound is not None and bound < 10.0**-nines


def front(models: Sequence[SizedModel]) -> list[SizedModel]:
    """Return the models for which no smaller model is as good, and none of the same size better; the smallest first.

    A model of unknown size is not among them, and neither is a model that was never right: an empty file is as good.
    """
    sized = sorted((_coordinates(model), place) for place, model in enumerate(models) if _is_comparable(model))
    kept: list[SizedModel] = []
    least, size = 1.0, -1
    for (number, bound), place in sized:
        if bound < least or (bound == least and number == size and kept):
            kept.append(models[place])
            least, size = bound, number
    return kept


def _is_comparable(model: SizedModel) -> bool:
    return model.bytes is not None and model.bound is not None


def _coordinates(model: SizedModel) -> tuple[int, float]:
    assert model.bytes is not None
    assert model.bound is not None
    return model.bytes, model.bound
