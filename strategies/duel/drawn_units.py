"""The strategy for units. Each number of a unit can be narrowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypedDict, Unpack

from hypothesis import strategies as st

from turncheck.engine.duel import STANDARD, Rules, Unit
from turncheck.engine.duel.tables import Field
from turncheck.strategies.drawn_values import Coded, Drawn, joined, strategy_of
from turncheck.strategies.duel.drawn_numbers import often, usual
from turncheck.strategies.duel.drawn_options import Number, OptionError, narrowed


class UnitNumbers(TypedDict, total=False):
    """The options that narrow a unit's numbers, each named as its field."""

    hp: Number
    max: Number
    shield: Number
    poison: Number
    burn: Number
    regen: Number
    thorns: Number
    stun: Number
    fragile: Number
    cd_heal: Number
    cd_guard: Number
    cd_cleanse: Number
    cd_poison_strike: Number
    cd_ignite: Number
    cd_brace: Number


class HpAboveMaxOptionsError(ValueError):
    """Both hp and max were narrowed, and hp is above max in an example.

    Attributes:
        hp: the example's hp.
        max: its max.
    """

    def __init__(self, hp: int, most: int) -> None:
        super().__init__(hp, most)
        self.hp, self.max = hp, most

    def __str__(self) -> str:
        return (
            f"hp must be 0..{self.max} (its max) in every example of units(hp=..., max=...), got {self.hp}; "
            f"narrow one of them further, or leave max out to draw it from hp upwards"
        )


def units(
    *, fallen: bool = False, at_once: bool = True, rules: Rules = STANDARD, **numbers: Unpack[UnitNumbers]
) -> st.SearchStrategy[Unit]:
    """Draw units that stand. Shrinks towards `Unit()`, hp 1/1 with all else 0, or the lowest that the options allow.

    An option narrows the field of its name: `units(poison=9)`, `units(hp=st.integers(5, 9))`, `units(burn=positive)`.
    A unit drawn with hp 0 has fallen: its shield, statuses and slots are 0, whatever the other options say (V1).

    Args:
        fallen: whether to draw fallen units too, sometimes, if hp is not narrowed.
        at_once: if true, a unit is one draw, which is fast; else each number is a draw, which shrinks better.
        rules: the rules that give the ranges of numbers.
        numbers: options for hp, max and so on: an int, a strategy of ints, or a function of the field's row. If hp is
            narrowed, max is at least hp. If max is narrowed, hp is at most max. Both may be narrowed.

    Raises:
        OptionError: no field has the option's name, or its value is of the wrong kind.
        OutOfRangeError: a number is outside its field's range. Raised at once for an int, else when drawing.
        HpAboveMaxOptionsError: hp and max were both narrowed, and hp was drawn above max. Raised when drawing.
    """
    _check_names(numbers, rules)
    options: dict[str, Number] = {**numbers}  # type: ignore[dict-item]  # mypy types a TypedDict's values as object
    return strategy_of(unit(fallen, rules, options, at_once=at_once))


def unit(fallen: bool, rules: Rules, options: Mapping[str, Number], *, at_once: bool) -> Drawn:
    """Return how to draw a unit together with other parts; the options are those of `units`."""
    pair, make = _hp_and_max(options.get("hp"), options.get("max"), fallen, rules)
    hp_and_max = joined(pair, make, at_once=at_once)
    rest = [narrowed(row, options.get(row.name), usual(row)) for row in rules.fields[2:]]
    return joined((hp_and_max, *rest), partial(_unit, rules), at_once=at_once)


def _check_names(numbers: UnitNumbers, rules: Rules) -> None:
    known = [row.name for row in rules.fields]
    for name in numbers:
        if name not in known:
            raise OptionError("units' option", f"one of fallen, at_once, rules, {', '.join(known)}", name)


def _unit(rules: Rules, drawn: tuple[tuple[int, int], *tuple[int, ...]]) -> Unit:
    (hp, most), *rest = drawn
    return Unit(hp, most, *(rest if hp else ()), limits=rules.limits)


# --- hp and max ------------------------------------------------------------------------------------------------------


def _hp_and_max(
    hp: Number | None, most: Number | None, fallen: bool, rules: Rules
) -> tuple[tuple[Drawn, Drawn], Callable[[tuple[int, int]], tuple[int, int]]]:
    """Return how to draw two numbers, and the function that makes hp and max of them."""
    rows = rules.field("hp"), rules.field("max")
    highest = min(row.high for row in rows)
    if hp is not None and most is not None:
        return (narrowed(rows[0], hp, st.nothing()), narrowed(rows[1], most, st.nothing())), _checked
    if most is not None:
        return (_usual_hp(highest, fallen), narrowed(rows[1], most, st.nothing())), partial(_hp_within_max, highest)
    pair = narrowed(rows[0], hp, _usual_hp(highest, fallen)), _missing(rows[1])
    return pair, partial(_max_from_missing, rows[1].high)


def _usual_hp(highest: int, fallen: bool) -> Coded:
    """Draw low hp often, because a unit with low hp falls easily."""
    low = dict.fromkeys(range(1, min(12, highest) + 1), 0.02)
    shares = low | {1: 0.05, max(highest - 1, 1): 0.03, highest: 0.10}
    return often(range(1, highest + 1), shares | ({0: 0.12} if fallen else {}))


def _missing(row: Field) -> Coded:
    """Draw how much hp a unit lacks to its max. -1, the last entry of the table, gives the highest max."""
    return often(range(row.high), {0: 0.25, 1: 0.05, -1: 0.10})


def _max_from_missing(highest: int, drawn: tuple[int, int]) -> tuple[int, int]:
    """Make max of hp and what is missing to it, so that every hp has a max and 0 missing is the simplest."""
    hp, missing = drawn
    lowest = max(hp, 1)
    return hp, lowest + missing % max(highest - lowest + 1, 1)


def _hp_within_max(highest: int, drawn: tuple[int, int]) -> tuple[int, int]:
    """Bring an hp above max into range; the highest two hp become the highest two of that range."""
    hp, most = drawn
    if hp == 0:
        return hp, most
    top = min(most, highest)
    if hp >= highest - 1:
        return max(top - (highest - hp), 1), most
    return (hp if hp <= top else 1 + hp % top), most


def _checked(drawn: tuple[int, int]) -> tuple[int, int]:
    hp, most = drawn
    if hp > most:
        raise HpAboveMaxOptionsError(hp, most)
    return drawn
