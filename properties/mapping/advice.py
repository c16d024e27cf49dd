"""What to fix next: the rules, regions, words and malformed texts on which a model fails, each with its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.sampling import samplers_of
from turncheck.properties.explaining import blame
from turncheck.properties.mapping.plan import WORDING, texts_of
from turncheck.properties.mapping.portions import apart, portion, portion_of
from turncheck.properties.mapping.regions import Region, draw_share, worst_regions
from turncheck.properties.mapping.run import Map, Mapped
from turncheck.reports.brittleness import Advice, CellResult, Kind, Portion, short_percent

MOST = 5
"""Most lines of each kind of advice."""

BLAMED = 0.05
"""Least share of a blamed rule: of the turns where leaving it out changes the answer, those that were answered so."""

FEWEST = 5
"""Least number of wrong answers that a line of advice rests on."""

SELDOM = 0.1
"""A region that the samplers draw less often than this is drawn seldom."""


def advice_of(work: Map, model: Mapped, cells: Sequence[CellResult]) -> Iterator[Advice]:
    """Yield what to fix next, by kind."""
    yield from _rules(work.domain, _answers(work, model, ("plain", "valid")))
    yield from _regions(model, work.domain, _answers(work, model, ("plain",)))
    yield from _wordings(model, cells)
    yield from _labels(model)
    yield from _acceptance(cells)


@attrs.frozen
class Answered:
    """A case that the model was asked in its own wording, undamaged or changed: the text, and the model's answer."""

    prompt: str
    got: str
    is_wrong: bool


def _answers(work: Map, model: Mapped, kinds: Sequence[Kind]) -> list[Answered]:
    """Return the different cases of those cells with the model's answers: the right ones are the reference's."""
    found: dict[str, Answered] = {}
    for cell, tally in zip(model.cells, model.tallies, strict=True):
        if cell.kind not in kinds or cell.family == WORDING or not tally.done:
            continue
        for each in texts_of(work.domain, work.plan, cell, work.operators, 0, tally.done):
            if each is not None and each.prompt not in found:
                got = tally.wrong.get(each.index)
                answer = work.domain.resolve_text(each.prompt) if got is None else got
                found[each.prompt] = Answered(each.prompt, answer, got is not None)
    return list(found.values())


# --- rules -----------------------------------------------------------------------------------------------------------


def _rules(domain: Domain, answered: Sequence[Answered]) -> Iterator[Advice]:
    """Yield the rules that the model leaves out most often, of the cases in which that changes the answer."""
    blamed = blame(domain, [each.prompt for each in answered], [each.got for each in answered])
    worst = sorted(blamed, key=lambda each: (-each.rate, -each.answered, each.rule))
    for each in [one for one in worst if one.answered >= FEWEST and one.rate >= BLAMED][:MOST]:
        part = portion(each.rule, each.answered, each.at_work)
        about = domain.rules.get(each.rule, "")
        sentence = f" ({about.rstrip('.')})" if about else ""
        text = (
            f"rule {each.rule}{sentence}: it answers as if the rule did not exist in {figures(part)} of the cases in "
            "which leaving the rule out changes the answer"
        )
        yield Advice("rule", each.rule, part, None, None, text)


# --- regions ---------------------------------------------------------------------------------------------------------


def _regions(model: Mapped, domain: Domain, answered: Sequence[Answered]) -> Iterator[Advice]:
    values = [domain.reader.values(each.prompt) for each in answered]
    training = model.subject.training()
    samplers = tuple(samplers_of(domain)) if training is None else training.samplers
    whose = "the domain's samplers" if training is None else "the samplers of its training"
    for region in worst_regions(domain, values, [each.is_wrong for each in answered]):
        if region.inside.broke >= FEWEST:
            yield _region(region, domain, samplers, whose)


def _region(region: Region, domain: Domain, samplers: Sequence[str], whose: str) -> Advice:
    name = region.condition.name
    inside, outside = portion_of(name, region.inside), portion_of("elsewhere", region.outside)
    share = draw_share(domain, region.condition, samplers)
    text = f"where {name}: {figures(inside)} wrong, elsewhere {figures(outside)}; {_drawn(share, samplers, whose)}"
    return Advice("region", name, inside, outside, share, text)


def _drawn(share: float | None, samplers: Sequence[str], whose: str) -> str:
    """Return how often the samplers draw a region, and what follows."""
    if share is None:
        return f"how often {whose} ({', '.join(samplers)}) draw it is not known"
    said = f"{whose} ({', '.join(samplers)}) draw it in {short_percent(share)} of the cases"
    if share < SELDOM:
        return f"{said}: draw it more often"
    return f"{said}, not seldom: see whether its training data really had such cases, then train longer"


# --- words -----------------------------------------------------------------------------------------------------------


def _wordings(model: Mapped, cells: Sequence[CellResult]) -> Iterator[Advice]:
    """Yield the wordings in which the same cases go better than in the model's own."""
    own = cells[0]
    here = _wrong(own, model.subject.template)
    for cell in cells:
        if cell.family == WORDING and apart(here, there := _wrong(cell, cell.operator)):
            text = (
                f"the same cases in the wording {cell.operator}: {figures(there)} wrong, in {model.subject.template} "
                f"{figures(here)}: the format makes them hard"
            )
            yield Advice("wording", cell.operator, here, there, None, text)


def _labels(model: Mapped) -> Iterator[Advice]:
    """Yield the words whose damage the model misjudges more often than that of all others."""
    texts: dict[str, list[int]] = {}
    for cell, tally in zip(model.cells, model.tallies, strict=True):
        if cell.kind == "malformed" and cell.family == "labels":
            for label, counts in tally.labels.items():
                entry = texts.setdefault(label, [0, 0])
                entry[0] += counts[0]
                entry[1] += counts[1]
    every, failed = (sum(entry[at] for entry in texts.values()) for at in (0, 1))
    found = []
    for label, (asked, wrong) in texts.items():
        here, rest = portion(label, wrong, asked), portion("other labels", failed - wrong, every - asked)
        if wrong >= FEWEST and apart(here, rest):
            found.append((here, rest))
    for here, rest in sorted(found, key=lambda pair: -pair[0].rate)[:MOST]:
        text = f"damaged at the label {here.name}: {figures(here)} wrong, at other labels {figures(rest)}"
        yield Advice("label", here.name, here, rest, None, text)


# --- malformed texts -------------------------------------------------------------------------------------------------


def _acceptance(cells: Sequence[CellResult]) -> Iterator[Advice]:
    """Yield the operators whose malformed texts the model answers as if they were cases, the worst first."""
    parts: dict[str, tuple[CellResult, Portion]] = {}
    for cell in cells:
        part = cell.share("silent_acceptance") if cell.kind == "malformed" and cell.has_right else None
        if part is None or part.count < FEWEST:
            continue
        if cell.operator not in parts or part.rate > parts[cell.operator][1].rate:
            parts[cell.operator] = cell, part
    for cell, part in sorted(parts.values(), key=lambda pair: (-pair[1].low, pair[0].operator))[:MOST]:
        reasons = ", ".join(list(cell.reasons)[:2])
        text = (
            f"{cell.label}: {figures(part)} of these malformed texts pass; the right reason is {reasons}{_seen(cell)}"
        )
        yield Advice("acceptance", cell.label, part, None, None, text)


def _seen(cell: CellResult) -> str:
    return {True: "; it was trained on them", False: "; it never saw them", None: ""}[cell.trained]


def _wrong(cell: CellResult, name: str) -> Portion:
    return portion(name, cell.asked - cell.right.count, cell.asked)


def figures(part: Portion) -> str:
    """Return a share with its numbers and its interval: `31.0% of 200 (24.7% to 37.9%)`."""
    return f"{part.percent} of {part.of:,} ({part.interval})"
