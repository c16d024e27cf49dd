"""How the shrinker simplifies a turn of the duel: hp together with max, an order to `wait`, the hero's order first.

A single simplification makes a number its simplest value, half of it or one less, changes an order to `wait`, or puts
the hero's order first. It may change the same number of both units at once, or hp together with max.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

import attrs
from attrs import evolve

from turncheck.engine.duel import UNIT_NAMES, Battle, FieldError, Order, Rules, Turn, Unit, other, write
from turncheck.engine.duel.size import size_of
from turncheck.engine.duel.tables import ACTION_NAMES, BLANK
from turncheck.properties.checking.edits import Step, union

Part = tuple[str, str]
"""A place of a turn: `("hero", "hp")`, `("turn", "")`, `("orders", "hero")`, `("orders", "first")`."""

Edit = Mapping[Part, int | str]
"""New values for some places of a turn."""

NUMBERS: tuple[Part, ...] = (*((name, field) for name in UNIT_NAMES for field in BLANK), ("turn", ""))
"""The places of numbers that can be changed independently."""


@attrs.frozen
class DuelEdits:
    """Edits of turns under some rules."""

    rules: Rules

    def edited(self, turn: Turn, edit: Edit) -> Turn | None:
        """Return the turn with these values; None if it is not valid under the rules."""
        return edited(turn, edit, self.rules)

    def unlike(self, turn: Turn) -> int:
        """Count the pieces that differ from the neutral turn."""
        return size_of(write(turn))[1]

    def exchanged(self, turn: Turn) -> Sequence[Turn]:
        """Return the turn with its units exchanged."""
        return [mirrored(turn)]

    def pieces(self, turn: Turn) -> Sequence[Edit]:
        """Return, for each piece that differs from the neutral turn, the edit that makes it neutral."""
        return _pieces(turn)

    def steps(self) -> Sequence[Step]:
        """Return steps that lower each number, then each unit's hp with max, and make its action an attack."""
        return [*map(_lowered, NUMBERS), *(step for name in UNIT_NAMES for step in (_hp_lowered(name), _simpler(name)))]

    def neighbour(self, turn: Turn, random: Random) -> Turn | None:
        """Return a similar turn, sometimes with its units exchanged."""
        base = mirrored(turn) if random.random() < _MIRRORED[turn.first.unit] else turn
        return edited(base, _changed(base, random), self.rules)

    def singles(self, turn: Turn) -> Iterator[Edit]:
        """Yield every single simplification of the turn."""
        return _singles(turn)


# --- pieces ----------------------------------------------------------------------------------------------------------


def _pieces(turn: Turn) -> list[Edit]:
    """Return the edit that makes each piece neutral; pieces that often do not matter come first."""
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


def _hp(name: str, hp: int, most: int) -> Edit:
    return {(name, "hp"): hp, (name, "max"): most}


# --- steps down ------------------------------------------------------------------------------------------------------


def _lowered(place: Part) -> Step:
    return lambda turn: _lower_at(turn, place)


def _hp_lowered(name: str) -> Step:
    return lambda turn: _lower_hp(name, turn.battle.unit(name))


def _simpler(name: str) -> Step:
    def attack(turn: Turn) -> list[Edit]:
        edits: list[Edit] = [{("orders", name): "attack"}]
        return edits if turn.order(name).action != "wait" else []  # type: ignore[arg-type]  # a unit's name

    return attack


def _value(turn: Turn, place: Part) -> int:
    part, name = place
    if part == "turn":
        return turn.battle.turn
    return int(getattr(turn.battle.hero if part == "hero" else turn.battle.foe, name))


def _low(place: Part) -> int:
    """Return the lowest number in this place that differs from the neutral turn."""
    return 2 if place == ("turn", "") else 1


def _lower_at(turn: Turn, place: Part) -> list[Edit]:
    """Return edits to the number just above the neutral value, half way down to it, and one less."""
    low, value = _low(place), _value(turn, place)
    return [{place: lower} for lower in dict.fromkeys((low, (low + value) // 2, value - 1)) if low <= lower < value]


def _lower_hp(name: str, unit: Unit) -> Iterator[Edit]:
    """Yield full hp, then less hp with the same distance to max, then a smaller distance to max."""
    lost = unit.max - unit.hp
    yield _hp(name, unit.hp, unit.hp)
    for hp in dict.fromkeys((1, 2, 3, unit.hp // 2 + 1, unit.hp - 1)):
        if 1 <= hp < unit.hp:
            yield _hp(name, hp, hp + lost)
    for less in (1, lost // 2):
        yield _hp(name, unit.hp, unit.hp + less)


# --- neighbours ------------------------------------------------------------------------------------------------------


_MIRRORED = {"hero": 0.12, "foe": 0.5}
"""How often a neighbour has its units exchanged, by whose order is first. The foe's order first is two pieces."""


def _changed(turn: Turn, random: Random) -> Edit:
    """Make one piece neutral, most of the time, and change up to three other places."""
    pieces = _pieces(turn)
    neutral = random.choice(pieces) if pieces and random.random() < 0.8 else {}
    kinds = random.choices((_another_number, _another_hp, _another_action), k=random.choice((0, 1, 1, 2, 2, 3)))
    # The last edit of a place counts: a piece that is made neutral stays so.
    return union([*(another(turn, random) for another in kinds), neutral])


def _another_number(turn: Turn, random: Random) -> Edit:
    """Change a number that is not neutral: a little higher, lower, or just above neutral."""
    places = [place for place in NUMBERS if _value(turn, place) >= _low(place)]
    if not places:
        return {}
    place = random.choice(places)
    low, value = _low(place), _value(turn, place)
    return {place: max(random.choice((low, low, value // 2, value - 1, value + 1, value + 1, value * 2)), low)}


def _another_hp(turn: Turn, random: Random) -> Edit:
    """Change a unit's hp, seldom at 1/1. Small hp are frequent. The distance to max stays or becomes 0."""
    units = [(name, turn.battle.unit(name)) for name in UNIT_NAMES]
    standing = [(name, unit) for name, unit in units if (unit.hp, unit.max) != (1, 1) or random.random() < 0.2]
    if not standing:
        return {}
    name, unit = random.choice(standing)
    hp = random.choice((random.randint(2, 9), random.randint(2, 99), unit.hp + 1, unit.hp - 1, unit.hp // 2))
    return _hp(name, max(hp, 1), max(hp, 1) + random.choice((0, unit.max - unit.hp)))


def _another_action(turn: Turn, random: Random) -> Edit:
    """Replace an action other than `wait` by any action, often by the simplest."""
    names = [name for name in UNIT_NAMES if turn.order(name).action != "wait"]
    if not names:
        return {}
    return {("orders", random.choice(names)): random.choice(("attack", *ACTION_NAMES))}


def mirrored(turn: Turn) -> Turn:
    """Exchange the units of a turn, with their orders."""
    battle = turn.battle
    first, second = (Order(other(order.unit), order.action) for order in turn.orders)
    return Turn(evolve(battle, hero=battle.foe, foe=battle.hero), first, second)


# --- edits -----------------------------------------------------------------------------------------------------------


def edited(turn: Turn, edit: Edit, rules: Rules) -> Turn | None:
    """Return the turn with these values; None if it is not valid under the rules."""
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
    """Yield every single simplification of the turn."""
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
    """Return the simplest value, half of the value and one less, as far as they are lower."""
    return list(dict.fromkeys(lower for lower in (simplest, value // 2, value - 1) if simplest <= lower < value))


def _hit_points(name: str, unit: Unit) -> list[Edit]:
    """Return edits of hp and max: both to their simplest, half, one less; max down to hp; each alone."""
    hp, most = (name, "hp"), (name, "max")
    both: list[Edit] = [{hp: max(lower - (unit.max - unit.hp), 1), most: lower} for lower in _lower(unit.max, 1)]
    both += [{hp: min(lower, unit.hp), most: lower} for lower in _lower(unit.max, 1)]
    alone: list[Edit] = [{hp: lower} for lower in _lower(unit.hp, 1)]
    return [*both, {most: max(unit.hp, 1)}, *alone, {hp: unit.max}]
