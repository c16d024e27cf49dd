"""A map in a folder: asked chunk by chunk, for one model after the other, and resumed where it was left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from turncheck.properties.checking.asking import FIRST
from turncheck.properties.checking.subject import Subject
from turncheck.properties.mapping.counts import Tally, counted
from turncheck.properties.mapping.kept import Kept
from turncheck.properties.mapping.plan import WORDING, Cell, MapPlan, cells_of, texts_of
from turncheck.properties.mapping.wordings import in_other_wordings
from turncheck.strategies.perturbations import Perturbation

CHUNK = 512
"""Most cases that are asked and saved at a time."""

CHUNK_SECONDS = 30.0
"""A chunk of a slow model has as many cases as it answers in that time, or the few that show what an answer costs."""


@attrs.frozen
class Mapped:
    """A model of a map.

    Attributes:
        subject: the model.
        cells: its cells, in the order in which they are asked.
        tallies: the counts of each cell.
        wordings: the model behind the domain's other templates, by name.
        unworded: why the model is not asked in other wordings; empty if it is, or if there are none.
    """

    subject: Subject
    cells: list[Cell]
    tallies: list[Tally]
    wordings: Mapping[str, Subject]
    unworded: str

    @property
    def done(self) -> int:
        """The number of cases that it was asked."""
        return sum(tally.done for tally in self.tallies)

    def asked_as(self, cell: Cell) -> Subject:
        """Return the subject to ask the texts of a cell: the model, behind the cell's wording if it has one."""
        return self.wordings[cell.operator] if cell.family == WORDING else self.subject


class Map:
    """A map of some models of one domain in a folder, which can be resumed.

    Args:
        subjects: the models.
        plan: the cases.
        operators: the operators by name.
        folder: the folder of the map.
        resume: whether to resume a map in the folder.
        lasts: whether saved data must survive a crash of the machine, not only a crash of the process.

    Attributes:
        models: the models with their counts so far.

    Raises:
        SweepError: the folder cannot be written, holds another map, or holds a map and `resume` is not set.
        NoVerdictError: the content cannot be trusted, or another process maps in the folder.
    """

    def __init__(
        self,
        subjects: Sequence[Subject],
        plan: MapPlan,
        operators: Mapping[str, Perturbation],
        folder: Path,
        resume: bool = False,
        lasts: bool = True,
    ) -> None:
        self.plan, self.operators, self.folder, self.lasts = plan, operators, folder, lasts
        self.domain = subjects[0].domain
        self.models = [_mapped(subject, operators) for subject in subjects]
        self._kept = Kept(folder, self._about(), resume)
        for line in self._kept.lines:
            model = self.models[line["model"]]
            model.tallies[line["cell"]].add(line)

    @property
    def planned(self) -> int:
        """The number of cases to ask, of all models."""
        return sum(self.planned_of(model) for model in self.models)

    def planned_of(self, model: Mapped) -> int:
        """Return the number of cases to ask of a model."""
        return sum(map(self.plan.count, model.cells))

    @property
    def done(self) -> int:
        """The number of cases that were asked."""
        return sum(model.done for model in self.models)

    @property
    def whole(self) -> bool:
        """Whether all cases were asked."""
        return self.done == self.planned

    def chunks(self, model: Mapped) -> Iterator[int]:
        """Continue the map of a model chunk by chunk, saving each; yield the number of cases that were asked in all.

        Raises:
            NoVerdictError: another process continues the map, or a chunk cannot be saved.
        """
        number = self.models.index(model)
        with self._kept.writing(self.lasts):
            for place, cell in enumerate(model.cells):
                while (start := model.tallies[place].done) < self.plan.count(cell):
                    line = self._chunk(model, cell, start)
                    self._kept.save({"model": number, "cell": place, **line})
                    model.tallies[place].add(self._kept.lines[-1])
                    yield self.done

    def _chunk(self, model: Mapped, cell: Cell, start: int) -> dict[str, Any]:
        subject = model.asked_as(cell).without_memory()  # its own memory is dropped after the chunk
        count = min(_affordable(subject), self.plan.count(cell) - start)
        return counted(subject, list(texts_of(self.domain, self.plan, cell, self.operators, start, count)))

    def _about(self) -> dict[str, Any]:
        """Return what the map is of, as plain values."""
        known = ("name", "kind", "sha256", "template", "arguments", "rejects")
        models = [{name: getattr(model.subject, name) for name in known} for model in self.models]
        cells = [[[cell.operator, cell.strength, cell.kind] for cell in model.cells] for model in self.models]
        domain = {"domain": self.domain.name, "rules": self.domain.fingerprint}
        return {**attrs.asdict(self.plan), **domain, "models": models, "cells": cells}


def _mapped(subject: Subject, operators: Mapping[str, Perturbation]) -> Mapped:
    wordings, why = in_other_wordings(subject)
    cells = [*cells_of(operators), *(Cell(name, WORDING, 0, "valid") for name in wordings)]
    return Mapped(subject, cells, [Tally() for _ in cells], wordings, why)


def _affordable(subject: Subject) -> int:
    """Return how many cases the next chunk may have: an unfinished chunk is lost if the map is stopped."""
    price = subject.meter.price or 0.0
    return max(min(CHUNK, int(CHUNK_SECONDS / price)), FIRST) if price > CHUNK_SECONDS / CHUNK else CHUNK
