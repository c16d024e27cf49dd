"""The result of a map: shares with intervals for each cell, sums, and what to fix next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from turncheck.engine.learned import Training
from turncheck.properties.mapping.advice import advice_of
from turncheck.properties.mapping.counts import Tally
from turncheck.properties.mapping.plan import Cell
from turncheck.properties.mapping.portions import portion
from turncheck.properties.mapping.run import Map, Mapped
from turncheck.reports.brittleness import FATES, CellResult, Kind, MappedModel, MapResult
from turncheck.reports.cases import noun_of

TRAINED_ON, NEVER_SEEN, ALL_MALFORMED, HARMLESS = (
    "malformed, operators that it was trained on",
    "malformed, operators that it never saw",
    "malformed",
    "changed cases",
)
"""The names of sums."""


def found(work: Map, advises: bool = True) -> list[MappedModel]:
    """Return the maps so far, one for each model; without advice if `advises` is False."""
    return [_found(work, model, advises) for model in work.models]


def _found(work: Map, model: Mapped, advises: bool) -> MappedModel:
    subject, plan, training = model.subject, work.plan, model.subject.training()
    rejects = learned_to_reject(model)
    pairs = list(zip(model.cells, model.tallies, strict=True))
    cells = tuple(_cell(cell, tally, training, rejects) for cell, tally in pairs if tally.done)
    sums = tuple(_sums(pairs, training, rejects))
    result = MapResult(
        sampler=plan.sampler,
        seed=plan.seed,
        turns=plan.turns,
        noun=noun_of(subject.domain),
        done=model.done,
        planned=work.planned_of(model),
        samplers=None if training is None else training.samplers,
        operators=None if training is None else training.operators,
        rejects=rejects,
        cells=cells,
        sums=sums,
        advice=tuple(advice_of(work, model, cells)) if advises else (),
        notes=tuple(_notes(model, training, rejects)),
    )
    return MappedModel(subject.name, subject.kind, subject.sha256, subject.domain.name, subject.template, result)


def learned_to_reject(model: Mapped) -> bool:
    """Return whether the model was trained to reject: unless its card, its training or its domain says that it was
    not.
    """
    training = model.subject.training()
    return model.subject.rejects and (training is None or bool(training.operators))


def _cell(cell: Cell, tally: Tally, training: Training | None, rejects: bool) -> CellResult:
    trained = None if training is None or cell.kind != "malformed" else cell.operator in training.operators
    return _result((cell.operator, cell.family, cell.strength), cell.kind, trained, [tally], rejects)


def _sums(pairs: Sequence[tuple[Cell, Tally]], training: Training | None, rejects: bool) -> Iterator[CellResult]:
    """Yield the cells together: changed cases, and malformed texts by whether the model was trained on the operator."""
    valid = [tally for cell, tally in pairs if cell.kind == "valid" and cell.strength and tally.asked]
    if valid:
        yield _result((HARMLESS, "", 0), "valid", None, valid, rejects)
    malformed = [(cell, tally) for cell, tally in pairs if cell.kind == "malformed" and tally.asked]
    parts: list[tuple[str, bool | None, list[Tally]]]
    if training is None:
        parts = [(ALL_MALFORMED, None, [tally for _, tally in malformed])]
    else:
        seen = [tally for cell, tally in malformed if cell.operator in training.operators]
        unseen = [tally for cell, tally in malformed if cell.operator not in training.operators]
        parts = [(TRAINED_ON, True, seen), (NEVER_SEEN, False, unseen)]
    for name, trained, tallies in parts:
        if tallies:
            yield _result((name, "", 0), "malformed", trained, tallies, rejects)


def _result(
    named: tuple[str, str, int], kind: Kind, trained: bool | None, tallies: Sequence[Tally], rejects: bool
) -> CellResult:
    asked = sum(each.asked for each in tallies)
    modes, reasons = _added([each.modes for each in tallies]), _added([each.reasons for each in tallies])
    malformed = sum(each.malformed for each in tallies)
    fates = {name: sum(getattr(each, name) for each in tallies) for name in FATES}
    return CellResult(
        *named,
        kind=kind,
        trained=trained,
        asked=asked,
        impossible=sum(each.impossible for each in tallies),
        has_right=rejects or kind != "malformed",
        right=portion("right", sum(each.right for each in tallies), asked),
        modes=tuple(portion(name, count, asked) for name, count in modes.items()),
        fates=tuple(portion(name, count, malformed) for name, count in fates.items()) if kind == "malformed" else (),
        reasons=reasons,
    )


def _added(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Return the sum of some counts, the highest first."""
    whole: dict[str, int] = {}
    for each in counts:
        for name, count in each.items():
            whole[name] = whole.get(name, 0) + count
    return dict(sorted(whole.items(), key=lambda pair: (-pair[1], pair[0])))


def _notes(model: Mapped, training: Training | None, rejects: bool) -> Iterator[str]:
    """Yield what the map does not tell, and why."""
    if training is None:
        yield "what it was trained on is not known, so no operator is marked"
    if not rejects:
        yield "it was not trained to reject, so malformed texts have no right answer: see what it does instead"
    if model.unworded:
        yield model.unworded
    never = [f"{cell.operator} {cell.strength}" for cell, tally in zip(model.cells, model.tallies, strict=True)
             if tally.done and not tally.asked]  # fmt: skip
    if never:
        yield f"operators that could change none of the cases: {', '.join(never)}"
