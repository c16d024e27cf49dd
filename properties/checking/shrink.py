"""Shrinking in batches: from a turn that breaks a law to a small one that breaks it in the same mode.

What costs is the model's arithmetic. So the search asks for few turns, and for none that is not smaller than the best
so far, that was asked before, or of which the law says nothing:

1. The two units exchanged.
2. Delta debugging (Zeller and Hildebrandt 2002): half of the pieces that are unlike the neutral turn's become neutral
   at once, then a quarter, down to single pieces.
3. The numbers, one after the other, by binary descent.
4. Neighbours at random: a piece made neutral and up to three other places changed, since a smaller turn may break the
   law only with other numbers. This ends after so many in a row that keep the law.
5. All single simplifications, until none breaks the law: what comes out is minimal under them.

A single simplification makes a number its simplest, half of it or one less, an order `wait`, the hero's order the
first; the same number of both units at once; hp with max. One turn is smaller than another by `Breach.simplicity`, a
total order: fewer pieces unlike the neutral turn's, then lower numbers, then the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from random import Random
from typing import Any

import attrs
from attrs import evolve

from turncheck.engine.duel import UNIT_NAMES, Battle, FieldError, Order, Rules, Turn, Unit, write
from turncheck.engine.duel.state import other
from turncheck.engine.duel.tables import ACTION_NAMES, BLANK
from turncheck.engine.sampling import stream
from turncheck.properties.checking.counterexamples import Breach, breach, simplicity_of
from turncheck.properties.checking.law import Law
from turncheck.properties.checking.subject import Subject

Place = tuple[str, str]
"""What of a turn: `("hero", "hp")`, `("turn", "")`, `("orders", "hero")`, `("orders", "first")`."""

Edit = Mapping[Place, int | str]
"""New values for some places of a turn."""

BATCH = 8
"""Turns in a batch of which few are expected to break the law: more take a small model longer, each, than these."""

PATIENCE = 6
"""Neighbours in a row that may keep the law, for each piece that is unlike the neutral turn's."""

TRIES = 60
"""Neighbours that are drawn to fill a batch: of a small turn few are smaller."""

NUMBERS: tuple[Place, ...] = (*((name, field) for name in UNIT_NAMES for field in BLANK), ("turn", ""))
"""The places of numbers that stand by themselves."""


def shrink(law: Law, subject: Subject, found: Breach) -> Breach:
    """A small turn that breaks the law in the mode of that breach, minimal under single simplifications.

    The same subject, law and breach give the same turn.

    Args:
        law: a law about turns.
        subject: asked in batches; what it was asked before is remembered.
        found: a breach whose case is a turn.
    """
    search = Search(law, subject, found)
    search.finds([mirrored(search.turn)])
    delete(search)
    descend(search)
    explore(search, stream("shrink", 0, 0))
    while search.finds_among(search.edited(_singles(search.turn))):
        pass
    return search.best


def is_minimal(law: Law, subject: Subject, found: Breach) -> bool:
    """Whether no single simplification of the turn breaks the law in the same mode."""
    search = Search(law, subject, found)
    return not search.finds(search.edited(_singles(search.turn)))


@attrs.define
class Search:
    """The smallest breach so far, and the texts of the turns that were tried.

    Attributes:
        law: which is to be broken.
        subject: which is asked.
        best: the smallest breach; its mode stays.
    """

    law: Law
    subject: Subject
    best: Breach
    _tried: set[str] = attrs.field(factory=set, init=False)

    @property
    def turn(self) -> Turn:
        """The smallest turn so far."""
        assert isinstance(self.best.case, Turn)
        return self.best.case

    @property
    def unlike(self) -> int:
        """How many pieces of it are unlike the neutral turn's."""
        return self.best.simplicity[1]

    def edited(self, edits: Iterable[Edit]) -> list[Turn]:
        """The smallest turn with each of the edits that leaves a valid one."""
        turns = (edited(self.turn, edit, self.subject.rules) for edit in edits)
        return [turn for turn in turns if turn is not None]

    def is_worth_asking(self, turn: Turn) -> bool:
        """Whether the turn is smaller than the best, was not tried, and the law says something about it."""
        text = write(turn)
        if text in self._tried or simplicity_of(text) >= self.best.simplicity:
            return False
        return self.law.applies(turn, self.subject.rules)

    def finds(self, turns: Iterable[Turn]) -> bool:
        """Asks for those that are worth it as one batch; whether any breaks the law, of which the smallest is best."""
        asked = {write(turn): turn for turn in turns if self.is_worth_asking(turn)}
        if not asked:
            return False
        self._tried.update(asked)
        self.subject.ask([prompt for turn in asked.values() for prompt in self.law.asks(turn, self.subject.rules)])
        if self.law.again:
            self.subject.ask_again(list(asked), self.law.again)
        breaches = [breach(self.law, self.subject, turn) for turn in asked.values()]
        found = [each for each in breaches if each is not None and each.mode is self.best.mode]
        self.best = min([self.best, *found], key=lambda each: each.simplicity)
        return bool(found)

    def finds_among(self, turns: Iterable[Turn], size: int = BATCH) -> bool:
        """The same in batches of that size, of which the first that finds one is the last."""
        worth = iter([turn for turn in turns if self.is_worth_asking(turn)])
        return any(self.finds(batch) for batch in iter(lambda: list(islice(worth, size)), []))


# --- delta debugging -------------------------------------------------------------------------------------------------


def delete(search: Search) -> None:
    """Makes pieces neutral, in chunks of half of them down to one, until no single one can be."""
    size = max(len(_pieces(search.turn)) // 2, 1)
    while delete_chunks(search, size) or size > 1:
        size = max(size // 2, 1)


def delete_chunks(search: Search, size: int) -> bool:
    """Makes each chunk of so many pieces neutral, where the law stays broken; whether it does anywhere."""
    start, deleted = 0, False
    while chunk := _pieces(search.turn)[start : start + size]:
        if search.finds(search.edited([_union(chunk)])):
            deleted = True
        else:
            start += size
    return deleted


def _pieces(turn: Turn) -> list[Edit]:
    """For each piece that is unlike the neutral turn's what makes it neutral; what often does not matter first."""
    battle = turn.battle
    counter: list[Edit] = [{("turn", ""): 1}] if battle.turn > 1 else []
    numbers: list[Edit] = [
        {(name, field): 0} for name in UNIT_NAMES for field in reversed(BLANK) if getattr(battle.unit(name), field)
    ]
    first: list[Edit] = [{("orders", "first"): "hero"}] if turn.first.unit == "foe" else []
    actions: list[Edit] = [{("orders", name): "wait"} for name in UNIT_NAMES if turn.order(name).action != "wait"]
    standing: list[Edit] = [
        _hp(name, 1, 1) for name in UNIT_NAMES if (battle.unit(name).hp, battle.unit(name).max) != (1, 1)
    ]
    return [*counter, *numbers, *first, *actions, *standing]


def _union(edits: Sequence[Edit]) -> Edit:
    return {place: value for edit in edits for place, value in edit.items()}


def _hp(name: str, hp: int, most: int) -> Edit:
    return {(name, "hp"): hp, (name, "max"): most}


# --- binary descent --------------------------------------------------------------------------------------------------


def descend(search: Search) -> None:
    """Lowers each number, then each unit's hp with max, and makes each action an attack, which is the simplest."""
    for place in NUMBERS:
        while search.finds_among(search.edited(_lower_at(search.turn, place)), size=1):
            pass
    for name in UNIT_NAMES:
        while search.finds_among(search.edited(_lower_hp(name, search.turn.battle.unit(name))), size=1):
            pass
        if search.turn.order(name).action != "wait":
            search.finds(search.edited([{("orders", name): "attack"}]))


def _value(turn: Turn, place: Place) -> int:
    part, name = place
    if part == "turn":
        return turn.battle.turn
    return int(getattr(turn.battle.hero if part == "hero" else turn.battle.foe, name))


def _low(place: Place) -> int:
    """The lowest number there that is unlike the neutral turn's."""
    return 2 if place == ("turn", "") else 1


def _lower_at(turn: Turn, place: Place) -> list[Edit]:
    """A number just above its neutral value, half way down to that, and one less."""
    low, value = _low(place), _value(turn, place)
    return [{place: lower} for lower in dict.fromkeys((low, (low + value) // 2, value - 1)) if low <= lower < value]


def _lower_hp(name: str, unit: Unit) -> Iterator[Edit]:
    """All hp, then less hp with as much of it lost, then less of it lost."""
    lost = unit.max - unit.hp
    yield _hp(name, unit.hp, unit.hp)
    for hp in dict.fromkeys((1, 2, 3, unit.hp // 2 + 1, unit.hp - 1)):
        if 1 <= hp < unit.hp:
            yield _hp(name, hp, hp + lost)
    for less in (1, lost // 2):
        yield _hp(name, unit.hp, unit.hp + less)


# --- neighbours ------------------------------------------------------------------------------------------------------


def explore(search: Search, random: Random) -> None:
    """Goes from neighbour to smaller neighbour until many in a row keep the law."""
    patience = PATIENCE * search.unlike
    while patience > 0 and (batch := _neighbours(search, random)):
        unlike = search.unlike
        if search.finds(batch):
            if search.unlike < unlike:
                delete(search)
            patience = PATIENCE * search.unlike
        else:
            patience -= len(batch)


def _neighbours(search: Search, random: Random) -> list[Turn]:
    """A batch of neighbours that are worth asking."""
    turns: dict[str, Turn] = {}
    for _ in range(TRIES):
        base = mirrored(search.turn) if random.random() < _MIRRORED[search.turn.first.unit] else search.turn
        turn = edited(base, _changed(base, random), search.subject.rules)
        if turn is not None and search.is_worth_asking(turn):
            turns[write(turn)] = turn
        if len(turns) == BATCH:
            break
    return list(turns.values())


_MIRRORED = {"hero": 0.12, "foe": 0.5}
"""How often a neighbour has its units exchanged, by whose order is the first: the foe's as the first is two pieces."""


def _changed(turn: Turn, random: Random) -> Edit:
    """One piece made neutral, most of the time, and up to three other places changed."""
    pieces = _pieces(turn)
    neutral = random.choice(pieces) if pieces and random.random() < 0.8 else {}
    kinds = random.choices((_another_number, _another_hp, _another_action), k=random.choice((0, 1, 1, 2, 2, 3)))
    # The last one counts: a piece that is made neutral stays so.
    return _union([*(another(turn, random) for another in kinds), neutral])


def _another_number(turn: Turn, random: Random) -> Edit:
    """A number that is unlike the neutral turn's, a little higher, lower, or just above neutral."""
    places = [place for place in NUMBERS if _value(turn, place) >= _low(place)]
    if not places:
        return {}
    place = random.choice(places)
    low, value = _low(place), _value(turn, place)
    return {place: max(random.choice((low, low, value // 2, value - 1, value + 1, value + 1, value * 2)), low)}


def _another_hp(turn: Turn, random: Random) -> Edit:
    """Any hp for a unit, seldom for one at 1/1; small ones often, as much of it lost as there is or none."""
    units = [(name, turn.battle.unit(name)) for name in UNIT_NAMES]
    standing = [(name, unit) for name, unit in units if (unit.hp, unit.max) != (1, 1) or random.random() < 0.2]
    if not standing:
        return {}
    name, unit = random.choice(standing)
    hp = random.choice((random.randint(2, 9), random.randint(2, 99), unit.hp + 1, unit.hp - 1, unit.hp // 2))
    return _hp(name, max(hp, 1), max(hp, 1) + random.choice((0, unit.max - unit.hp)))


def _another_action(turn: Turn, random: Random) -> Edit:
    """Any action in the place of one that is not `wait`; the simplest often."""
    names = [name for name in UNIT_NAMES if turn.order(name).action != "wait"]
    if not names:
        return {}
    return {("orders", random.choice(names)): random.choice(("attack", *ACTION_NAMES))}


def mirrored(turn: Turn) -> Turn:
    """The turn with its units exchanged, their orders with them."""
    battle = turn.battle
    first, second = (Order(other(order.unit), order.action) for order in turn.orders)
    return Turn(evolve(battle, hero=battle.foe, foe=battle.hero), first, second)


# --- edits -----------------------------------------------------------------------------------------------------------


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
