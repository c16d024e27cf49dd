"""Shrinking in batches: from a turn that breaks a law to a small one that breaks it in the same mode.

Hypothesis tries one simplification after the other, each a call of the model at batch 1. Here all single
simplifications of a turn go to the subject as one batch; then what several of those make together, halves and all, as
another; the smallest turn that still breaks the law in the same mode is the next. What comes out is minimal: no single
simplification of it breaks the law in that mode.

A simplification makes a number its simplest, half of it or one less, an order `wait`, the hero's order the first; the
same number of both units at once; hp with max. One turn is smaller than another by `Breach.simplicity`, a total order:
fewer pieces unlike the neutral turn's, then lower numbers, then the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from turncheck.engine import UNIT_NAMES, Battle, FieldError, Order, Rules, Turn, Unit, write
from turncheck.engine.tables import BLANK
from turncheck.properties.law import Law
from turncheck.properties.run import Breach, breach
from turncheck.properties.subject import Subject

Place = tuple[str, str]
"""What of a turn: `("hero", "hp")`, `("turn", "")`, `("orders", "hero")`, `("orders", "first")`."""

Edit = Mapping[Place, int | str]
"""New values for some places of a turn."""

MOST_ROUNDS = 100
"""Rounds of a search. Each makes the turn smaller, so that it ends by itself; this is for what cannot be foreseen."""


def shrink(law: Law, subject: Subject, found: Breach) -> Breach:
    """A small turn that breaks the law in the mode of that breach, minimal under single simplifications.

    Args:
        law: a law about turns.
        subject: asked in batches; what it was asked before is remembered.
        found: a breach whose case is a turn.
    """
    for _ in range(MOST_ROUNDS):
        assert isinstance(found.case, Turn)
        breaking = _breaking(law, subject, found, _singles(found.case))
        if not breaking:
            break
        together = _breaking(law, subject, found, _unions([edit for edit, _ in breaking]))
        found = min((each for _, each in [*breaking, *together]), key=lambda each: each.simplicity)
    return found


def is_minimal(law: Law, subject: Subject, found: Breach) -> bool:
    """Whether no single simplification of the turn breaks the law in the same mode."""
    assert isinstance(found.case, Turn)
    return not _breaking(law, subject, found, _singles(found.case))


def _breaking(law: Law, subject: Subject, found: Breach, edits: Iterable[Edit]) -> list[tuple[Edit, Breach]]:
    """The edits that leave a smaller turn which breaks the law in the same mode, all of them asked as one batch."""
    assert isinstance(found.case, Turn)
    cases: dict[str, tuple[Edit, Turn]] = {}
    for edit in edits:
        turn = edited(found.case, edit, subject.rules)
        if turn is not None and law.applies(turn, subject.rules):
            cases.setdefault(write(turn), (edit, turn))
    subject.ask([prompt for _, turn in cases.values() for prompt in law.asks(turn, subject.rules)])
    if law.again:
        subject.ask_again(list(cases), law.again)
    breaches = [(edit, breach(law, subject, turn)) for edit, turn in cases.values()]
    return [
        (edit, other)
        for edit, other in breaches
        if other is not None and other.mode is found.mode and other.simplicity < found.simplicity
    ]


def edited(turn: Turn, edit: Edit, rules: Rules) -> Turn | None:
    """The turn with those values; None where there is no such turn under the rules."""
    units: dict[str, dict[str, Any]] = {name: {} for name in UNIT_NAMES}
    for (part, name), value in edit.items():
        if part in units:
            units[part][name] = int(value)
    try:
        hero, foe = (evolve(turn.battle.unit(name), **units[name]) for name in UNIT_NAMES)
        counter = int(edit.get(("turn", ""), turn.battle.turn))
        battle = Battle(counter, hero, foe, limits=rules.limits)
    except FieldError:
        return None
    actions = {name: str(edit.get(("orders", name), turn.order(name).action)) for name in UNIT_NAMES}
    orders = Order("hero", actions["hero"]), Order("foe", actions["foe"])
    hero_first = turn.first.unit == "hero" or ("orders", "first") in edit
    return Turn(battle, *(orders if hero_first else orders[::-1]))


# --- simplifications -------------------------------------------------------------------------------------------------


def _singles(turn: Turn) -> Iterator[Edit]:
    """Every single simplification of the turn."""
    yield {("orders", "hero"): "wait", ("orders", "foe"): "wait"}
    for name in UNIT_NAMES:
        yield {("orders", name): "wait"}
    yield {("orders", "first"): "hero"}
    for value in _lower(turn.battle.turn, 1):
        yield {("turn", ""): value}
    hero, foe = turn.battle.hero, turn.battle.foe
    for field in BLANK:
        values = getattr(hero, field), getattr(foe, field)
        for name, value in zip(UNIT_NAMES, values, strict=True):
            for lower in _lower(value, 0):
                yield {(name, field): lower}
        for one, another in zip(_lower(values[0], 0), _lower(values[1], 0), strict=False):
            yield {("hero", field): one, ("foe", field): another}
    of_hero, of_foe = _hit_points("hero", hero), _hit_points("foe", foe)
    yield from (*of_hero, *of_foe)
    yield from ({**one, **another} for one, another in zip(of_hero, of_foe, strict=False))


def _lower(value: int, simplest: int) -> list[int]:
    """The simplest, half of it, one less: those that are lower."""
    return list(dict.fromkeys(lower for lower in (simplest, value // 2, value - 1) if simplest <= lower < value))


def _hit_points(name: str, unit: Unit) -> list[Edit]:
    """Of hp and max: both to their simplest, half, one less; max down to hp; each by itself."""
    hp, most = (name, "hp"), (name, "max")
    both: list[Edit] = [{hp: max(lower - (unit.max - unit.hp), 1), most: lower} for lower in _lower(unit.max, 1)]
    both += [{hp: min(lower, unit.hp), most: lower} for lower in _lower(unit.max, 1)]
    alone: list[Edit] = [{hp: lower} for lower in _lower(unit.hp, 1)]
    return [*both, {most: max(unit.hp, 1)}, *alone, {hp: unit.max}]


def _unions(edits: Sequence[Edit]) -> Iterator[Edit]:
    """What several edits make together: all, each half, each quarter; of two about one place the first counts."""
    parts = 1
    while parts <= min(4, len(edits)):
        size = -(-len(edits) // parts)
        for start in range(0, len(edits), size):
            yield _union(edits[start : start + size])
        parts *= 2


def _union(edits: Sequence[Edit]) -> Edit:
    together: dict[Place, int | str] = {}
    for edit in edits:
        if not together.keys() & edit.keys():
            together.update(edit)
    return together
