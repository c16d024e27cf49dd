import json

import attrs
import pytest

from turncheck.engine.duel import STANDARD, Battle, FieldError, Order, Turn, Unit, other
from turncheck.engine.duel.state import (
    FallenWithStatusError,
    HpAboveMaxError,
    NotAnIntegerError,
    OutOfRangeError,
    UnknownNameError,
    change,
)
from turncheck.engine.duel.tables import BLANK, FIELDS

HIGHER_SHIELD = STANDARD.with_field("shield", high=30).limits
LOWER_BURN = STANDARD.with_field("burn", high=3).limits
ACTIONS = "attack, heal, guard, cleanse, poison_strike, ignite, brace, wait"

REFUSED = [
    (lambda: Unit(hp=41, max=40), HpAboveMaxError, "hp must be 0..40 (its max), got 41"),
    (lambda: Unit(hp=-1, max=40), OutOfRangeError, "hp must be 0..99, got -1"),
    (lambda: Unit(hp=100, max=100), OutOfRangeError, "hp must be 0..99, got 100"),
    (lambda: Unit(hp=0, max=0), OutOfRangeError, "max must be 1..99, got 0"),
    (lambda: Unit(shield=21), OutOfRangeError, "shield must be 0..20, got 21"),
    (lambda: Unit(poison=10), OutOfRangeError, "poison must be 0..9, got 10"),
    (lambda: Unit(burn=6), OutOfRangeError, "burn must be 0..5, got 6"),
    (lambda: Unit(regen=6), OutOfRangeError, "regen must be 0..5, got 6"),
    (lambda: Unit(thorns=6), OutOfRangeError, "thorns must be 0..5, got 6"),
    (lambda: Unit(stun=4), OutOfRangeError, "stun must be 0..3, got 4"),
    (lambda: Unit(fragile=6), OutOfRangeError, "fragile must be 0..5, got 6"),
    (lambda: Unit(cd_heal=6), OutOfRangeError, "cd_heal must be 0..5, got 6"),
    (lambda: Unit(cd_brace=-1), OutOfRangeError, "cd_brace must be 0..5, got -1"),
    (lambda: Unit(stun=True), NotAnIntegerError, "stun must be an int, 0..3, got True"),
    (lambda: Unit(hp=1.0), NotAnIntegerError, "hp must be an int, 0..99, got 1.0"),
    (lambda: Unit(shield="5"), NotAnIntegerError, "shield must be an int, 0..20, got '5'"),
    (lambda: Unit(0, 9, cd_guard=2), FallenWithStatusError, "cd_guard must be 0 (its unit has fallen), got 2"),
    (lambda: Battle(0), OutOfRangeError, "turn must be 1..99, got 0"),
    (lambda: Battle(100), OutOfRangeError, "turn must be 1..99, got 100"),
    (lambda: Battle(True), NotAnIntegerError, "turn must be an int, 1..99, got True"),
    (lambda: Order("villain", "wait"), UnknownNameError, "unit must be hero or foe, got 'villain'"),
    (lambda: Order("hero", "Wait"), UnknownNameError, f"action must be one of {ACTIONS}, got 'Wait'"),
    (lambda: Turn(second=Order("hero", "wait")), UnknownNameError, "second order's unit must be foe, got 'hero'"),
    (lambda: attrs.evolve(Unit(40, 40), hp=41), HpAboveMaxError, "hp must be 0..40 (its max), got 41"),
    (lambda: attrs.evolve(Unit(5, 40), max=4), HpAboveMaxError, "hp must be 0..4 (its max), got 5"),
    (
        lambda: attrs.evolve(Unit(5, 40, stun=1), hp=0),
        FallenWithStatusError,
        "stun must be 0 (its unit has fallen), got 1",
    ),
    (lambda: attrs.evolve(Battle(), turn=100), OutOfRangeError, "turn must be 1..99, got 100"),
    (
        lambda: attrs.evolve(Order("foe", "wait"), action="do"),
        UnknownNameError,
        f"action must be one of {ACTIONS}, got 'do'",
    ),
    (lambda: Unit(shield=31, limits=HIGHER_SHIELD), OutOfRangeError, "shield must be 0..30, got 31"),
    (lambda: Unit(burn=4, limits=LOWER_BURN), OutOfRangeError, "burn must be 0..3, got 4"),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED)
def test_a_state_that_the_rules_do_not_allow_is_refused(make, error, message):
    with pytest.raises(FieldError) as caught:
        make()
    assert type(caught.value) is error
    assert str(caught.value) == message


def test_an_error_carries_its_parts():
    with pytest.raises(OutOfRangeError) as caught:
        Unit(stun=4)
    assert (caught.value.field, caught.value.demand, caught.value.value) == ("stun", "0..3", 4)


@pytest.mark.parametrize("error", [OutOfRangeError, HpAboveMaxError, FallenWithStatusError, UnknownNameError])
def test_a_refused_value_is_a_value_error(error):
    assert issubclass(error, ValueError)


def test_a_number_that_is_no_int_is_a_type_error_too():
    assert issubclass(NotAnIntegerError, TypeError)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_both_ends_of_every_range_are_allowed(field):
    lowest = {"hp": 0, "max": 1}.get(field.name, 0)
    make = {"hp": lambda n: Unit(n, 99), "max": lambda n: Unit(1, n)}.get(
        field.name, lambda n: Unit(1, 1, **{field.name: n})
    )
    assert [getattr(make(n), field.name) for n in (lowest, field.high)] == [lowest, field.high]


@pytest.mark.parametrize("name", BLANK)
def test_a_fallen_unit_has_nothing_left(name):
    assert getattr(Unit(1, 9, **{name: 1}), name) == 1
    with pytest.raises(FallenWithStatusError) as caught:
        Unit(0, 9, **{name: 1})
    assert str(caught.value) == f"{name} must be 0 (its unit has fallen), got 1"


def test_a_battle_is_made_of_units_and_a_turn_of_a_battle():
    with pytest.raises(TypeError):
        Battle(1, "hero", Unit())
    with pytest.raises(TypeError):
        Turn(Unit())


def test_limits_of_other_rules_allow_what_they_allow():
    assert Unit(shield=25, limits=HIGHER_SHIELD).shield == 25
    assert attrs.evolve(Unit(shield=25, limits=HIGHER_SHIELD), shield=30).shield == 30


def test_limits_are_no_part_of_the_state():
    assert Unit(shield=5, limits=HIGHER_SHIELD) == Unit(shield=5)
    assert hash(Unit(shield=5, limits=HIGHER_SHIELD)) == hash(Unit(shield=5))
    assert Battle(limits=LOWER_BURN) == Battle()


def test_limits_are_not_shown():
    assert repr(Unit(5, 9, poison=2)) == (
        "Unit(hp=5, max=9, shield=0, poison=2, burn=0, regen=0, thorns=0, stun=0, fragile=0, "
        "cd_heal=0, cd_guard=0, cd_cleanse=0, cd_poison_strike=0, cd_ignite=0, cd_brace=0)"
    )
    assert repr(Battle(7)) == f"Battle(turn=7, hero={Unit()!r}, foe={Unit()!r})"


def test_limits_are_given_by_name():
    with pytest.raises(TypeError):
        Unit(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, HIGHER_SHIELD)
    with pytest.raises(TypeError):
        Battle(1, Unit(), Unit(), HIGHER_SHIELD)


def test_change_does_not_check():
    unit = change(Unit(5, 9, shield=3), hp=0)
    assert (unit.hp, unit.max, unit.shield) == (0, 9, 3)
    assert change(Battle(), turn=0).turn == 0


def test_change_leaves_the_state_that_it_was_given():
    unit = Unit(5, 9)
    change(unit, hp=4)
    assert unit == Unit(5, 9)


def test_a_state_is_frozen():
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Unit().hp = 3


def test_the_smallest_turn_is_two_units_that_wait():
    unit = Unit(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert Turn() == Turn(Battle(1, unit, unit), Order("hero", "wait"), Order("foe", "wait"))


def test_a_battle_is_over_when_either_unit_has_fallen():
    standing, fallen = Unit(1, 9), Unit(0, 9)
    assert not Battle(1, standing, standing).over
    assert Battle(1, fallen, standing).over
    assert Battle(1, standing, fallen).over
    assert Battle(1, fallen, fallen).over


def test_units_and_orders_are_found_by_name():
    battle = Battle(1, Unit(1, 9), Unit(2, 9))
    turn = Turn(battle, Order("foe", "heal"), Order("hero", "guard"))
    assert (battle.unit("hero"), battle.unit("foe")) == (Unit(1, 9), Unit(2, 9))
    assert (turn.order("hero"), turn.order("foe")) == (Order("hero", "guard"), Order("foe", "heal"))
    assert turn.orders == (Order("foe", "heal"), Order("hero", "guard"))
    assert (other("hero"), other("foe")) == ("foe", "hero")


def test_a_name_that_was_read_counts_as_any_other():
    """A name that a program reads is equal to the one in the code and another object."""
    hero, foe = json.loads('["hero", "foe"]')
    turn = Turn(Battle(), Order(foe, "heal"), Order(hero, "guard"))
    assert (turn.order("hero").action, turn.order("foe").action) == ("guard", "heal")
    with pytest.raises(UnknownNameError):
        Turn(Battle(), Order("hero", "heal"), Order(hero, "guard"))
