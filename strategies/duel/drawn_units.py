"""Units, drawn: `units`, of which any number can be narrowed."""

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
    """Both hp and max were narrowed, and one example has its hp above its max.

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
            f"narrow one of them further, or leave max out and it is drawn from hp upwards"
        )


def units(
    *, fallen: bool = False, at_once: bool = True, rules: Rules = STANDARD, **numbers: Unpack[UnitNumbers]
) -> st.SearchStrategy[Unit]:
    """Units that stand. Shrinks towards `Unit()`, hp 1/1 with all else 0, or to the lowest that the options allow.

    An option narrows the field of its name: `units(poison=9)`, `units(hp=st.integers(5, 9))`, `units(burn=positive)`.
    A unit drawn with hp 0 has fallen, and so has nothing else above 0, whatever the other options say (V1).

    Args:
        fallen: whether units that have fallen are drawn besides, at times, where hp is not narrowed.
        at_once: whether a unit is one draw, which is fast; else each number is one, and shrinks better.
        rules: whose ranges the numbers come from.
        numbers: what narrows hp, max and so on: an int, a strategy of ints, or a function of the field's row. With hp
            narrowed max is at least hp, with max narrowed hp is at most max. Both may be narrowed.

    Raises:
        OptionError: an option has no field, or is of no use as numbers.
        OutOfRangeError: a number is outside its field's range: at once for an int, else when it is drawn.
        HpAboveMaxOptionsError: when drawing, hp and max were both narrowed and have crossed.
    """
    _check_names(numbers, rules)
    options: dict[str, Number] = {**numbers}  # type: ignore[dict-item]  # a TypedDict's values are objects to mypy
    return strategy_of(unit(fallen, rules, options, at_once=at_once))


def unit(fallen: bool, rules: Rules, options: Mapping[str, Number], *, at_once: bool) -> Drawn:
    """How a unit is drawn together with others; the options are those of `units`."""
    pair, make = _hp_and_max(options.get("hp"), options.get("max"), fallen, rules)
    hp_and_max = joined(pair, make, at_once=at_once)
    rest = [narrowed(row, options.get(row.name), usual(row)) for row in rules.fields[2:]]
    return joined((hp_and_max, *rest), partial(_unit, rules), at_once=at_once)


def _check_names(numbers: UnitNumbers, rules: Rules) -> None:
    known = [row.name for row in rules.fields]
    for name in numbers:
        if name not in known:
            raise OptionError("units' option", f"one of fallen, rules, {', '.join(known)}", name)


def _unit(rules: Rules, drawn: tuple[tuple[int, int], *tuple[int, ...]]) -> Unit:
    (hp, most), *rest = drawn
    return Unit(hp, most, *(rest if hp else ()), limits=rules.limits)


# --- hp and max ------------------------------------------------------------------------------------------------------


def _hp_and_max(
    hp: Number | None, most: Number | None, fallen: bool, rules: Rules
) -> tuple[tuple[Drawn, Drawn], Callable[[tuple[int, int]], tuple[int, int]]]:
    """How two numbers are drawn, and what makes hp and max of them."""
    rows = rules.field("hp"), rules.field("max")
    highest = min(row.high for row in rows)
    if hp is not None and most is not None:
        return (narrowed(rows[0], hp, st.nothing()), narrowed(rows[1], most, st.nothing())), _checked
    if most is not None:
        return (_usual_hp(highest, fallen), narrowed(rows[1], most, st.nothing())), partial(_hp_within_max, highest)
    pair = narrowed(rows[0], hp, _usual_hp(highest, fallen)), _missing(rows[1])
    return pair, partial(_max_from_missing, rows[1].high)


def _usual_hp(highest: int, fallen: bool) -> Coded:
    """Low hp often, since it takes little to fall from there."""
    low = dict.fromkeys(range(1, min(12, highest) + 1), 0.02)
    shares = low | {1: 0.05, max(highest - 1, 1): 0.03, highest: 0.10}
    return often(range(1, highest + 1), shares | ({0: 0.12} if fallen else {}))


def _missing(row: Field) -> Coded:
    """How much of max a unit lacks. -1, the last of any row, leads to the highest max."""
    return often(range(row.high), {0: 0.25, 1: 0.05, -1: 0.10})


def _max_from_missing(highest: int, drawn: tuple[int, int]) -> tuple[int, int]:
    """Max is drawn as what is missing to it, from hp upwards: so any hp has a max, and 0 missing is the simplest."""
    hp, missing = drawn
    lowest = max(hp, 1)
    return hp, lowest + missing % max(highest - lowest + 1, 1)


def _hp_within_max(highest: int, drawn: tuple[int, int]) -> tuple[int, int]:
    """An hp that is above max is brought into its range; the highest two become the highest two there."""
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
