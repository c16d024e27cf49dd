"""The parts of a turn: units, a battle, two orders. Immutable values that are validated when they are created."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

import attrs

from turncheck.engine.duel.tables import ACTION_NAMES, BLANK, STANDARD_LIMITS, Limits

UnitName = Literal["hero", "foe"]
UNIT_NAMES: tuple[UnitName, UnitName] = ("hero", "foe")


class FieldError(ValueError):
    """A field of a state holds a value that the rules do not allow.

    Attributes:
        field: the field's name, `hp` or `cd_heal`.
        demand: the requirement of the rules, in words.
        value: the value that was given.
    """

    def __init__(self, field: str, demand: str, value: object) -> None:
        super().__init__(field, demand, value)
        self.field, self.demand, self.value = field, demand, value

    def __str__(self) -> str:
        return f"{self.field} must be {self.demand}, got {self.value!r}"


class OutOfRangeError(FieldError):
    """A number lies outside its field's range."""


class HpAboveMaxError(FieldError):
    """A unit has more hp than its max."""


class FallenWithStatusError(FieldError):
    """A fallen unit has a shield, a status or a cooldown slot that is not 0 (V1)."""


class NotAnIntegerError(FieldError, TypeError):
    """A number of the state is not an `int`; a `bool` does not count as an `int`."""


class UnknownNameError(FieldError):
    """The duel has no unit or action of this name."""


def other(name: UnitName) -> UnitName:
    """Return the unit on the other side."""
    return "foe" if name == "hero" else "hero"


def _in_limits(holder: Unit | Battle, attribute: attrs.Attribute[int], value: int) -> None:
    low, high = holder.limits.ranges[attribute.name]
    if type(value) is not int:
        raise NotAnIntegerError(attribute.name, f"an int, {low}..{high}", value)
    if not low <= value <= high:
        raise OutOfRangeError(attribute.name, f"{low}..{high}", value)


def _number() -> Any:
    return attrs.field(default=0, validator=_in_limits)


# Without slots, so that `change` can copy a state as one dictionary: resolving a turn makes about twenty copies.
@attrs.frozen(slots=False)
class Unit:
    """One side of a battle. By default, hp is 1/1 and everything else 0.

    Every number is an `int` in the closed range that `limits` gives for it: by default the standard duel's (hp
    0..max, max 1..99, shield 0..20, poison 0..9, stun 0..3, the other statuses and the cooldown slots 0..5). The unit
    is checked against `limits`, which is not part of the state and does not count in comparisons.

    Raises:
        FieldError: a number is out of its range, hp is above max, or V1 is broken; the subclass says which.
    """

    hp: int = attrs.field(default=1, validator=_in_limits)
    max: int = attrs.field(default=1, validator=_in_limits)
    shield: int = _number()
    poison: int = _number()
    burn: int = _number()
    regen: int = _number()
    thorns: int = _number()
    stun: int = _number()
    fragile: int = _number()
    cd_heal: int = _number()
    cd_guard: int = _number()
    cd_cleanse: int = _number()
    cd_poison_strike: int = _number()
    cd_ignite: int = _number()
    cd_brace: int = _number()
    limits: Limits = attrs.field(default=STANDARD_LIMITS, kw_only=True, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.hp > self.max:
            raise HpAboveMaxError("hp", f"0..{self.max} (its max)", self.hp)
        if self.hp == 0:
            for name in BLANK:
                if getattr(self, name):
                    raise FallenWithStatusError(name, "0 (its unit has fallen)", getattr(self, name))

    @property
    def fallen(self) -> bool:
        """Whether the unit is at 0 hp."""
        return self.hp == 0


@attrs.frozen(slots=False)
class Battle:
    """A turn counter, 1..99, and two units."""

    turn: int = attrs.field(default=1, validator=_in_limits)
    hero: Unit = attrs.field(factory=Unit, validator=attrs.validators.instance_of(Unit))
    foe: Unit = attrs.field(factory=Unit, validator=attrs.validators.instance_of(Unit))
    limits: Limits = attrs.field(default=STANDARD_LIMITS, kw_only=True, eq=False, repr=False)

    @property
    def over(self) -> bool:
        """Whether either unit has fallen (T1)."""
        return self.hero.fallen or self.foe.fallen

    def unit(self, name: UnitName) -> Unit:
        """Return the unit of that name."""
        return self.hero if name == "hero" else self.foe


@attrs.frozen
class Order:
    """The order of a unit: the unit's name and one of the duel's eight actions."""

    unit: UnitName = attrs.field()
    action: str = attrs.field()

    @unit.validator
    def _is_a_unit(self, attribute: attrs.Attribute[str], value: str) -> None:
        if value not in UNIT_NAMES:
            raise UnknownNameError("unit", "hero or foe", value)

    @action.validator
    def _is_an_action(self, attribute: attrs.Attribute[str], value: str) -> None:
        if value not in ACTION_NAMES:
            raise UnknownNameError("action", f"one of {', '.join(ACTION_NAMES)}", value)


@attrs.frozen(slots=False)
class Turn:
    """A battle and two orders, one for each unit, in the order in which they are carried out.

    Raises:
        UnknownNameError: both orders name the same unit.
    """

    battle: Battle = attrs.field(factory=Battle, validator=attrs.validators.instance_of(Battle))
    first: Order = Order("hero", "wait")
    second: Order = Order("foe", "wait")

    def __attrs_post_init__(self) -> None:
        if self.first.unit == self.second.unit:
            raise UnknownNameError("second order's unit", other(self.first.unit), self.second.unit)

    @property
    def orders(self) -> tuple[Order, Order]:
        """Both orders, first to last."""
        return self.first, self.second

    def order(self, name: UnitName) -> Order:
        """Return the order of the unit of that name."""
        return self.first if self.first.unit == name else self.second


Changed = TypeVar("Changed", bound=Unit | Battle | Turn)


def change(state: Changed, **values: object) -> Changed:
    """Return the state with some fields replaced, without checks.

    Only for the engine itself, where each rule keeps its own bounds, and for answers of a learned engine, which may
    hold anything that the text can hold. Otherwise use `attrs.evolve`, which checks.
    """
    changed = object.__new__(type(state))
    changed.__dict__.update(state.__dict__)
    changed.__dict__.update(values)
    return changed
