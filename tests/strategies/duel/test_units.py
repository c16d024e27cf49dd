import pytest
from hypothesis import strategies as st

from turncheck.engine.duel import STANDARD, Unit
from turncheck.engine.duel.state import OutOfRangeError
from turncheck.engine.duel.tables import BLANK, FIELDS
from turncheck.strategies.duel import HpAboveMaxOptionsError, OptionError, between, positive, units

NAMES = [row.name for row in FIELDS]
NARROW = STANDARD.with_field("max", high=30).with_field("hp", high=30).with_field("shield", high=7)


def ends(row):
    return (1 if row.name == "hp" else row.low), row.high


@pytest.fixture(scope="module")
def many(examples_of):
    return examples_of(units(), 800)


@pytest.fixture(scope="module")
def many_fallen(examples_of):
    return examples_of(units(fallen=True), 400)


# --- what is drawn ---------------------------------------------------------------------------------------------------


def test_every_unit_is_valid_and_stands(many):
    for unit in many:
        assert Unit(**{name: getattr(unit, name) for name in NAMES}) == unit
        assert not unit.fallen


@pytest.mark.parametrize("row", FIELDS, ids=NAMES)
def test_both_ends_of_every_field_are_drawn(row, many):
    assert set(ends(row)) <= {getattr(unit, row.name) for unit in many}


@pytest.mark.parametrize("row", FIELDS[3:], ids=NAMES[3:])
def test_every_number_of_a_status_and_a_slot_is_drawn(row, many):
    assert {getattr(unit, row.name) for unit in many} == set(range(row.low, row.high + 1))


@pytest.mark.parametrize("missing", [0, 1])
def test_units_lack_nothing_or_just_1_of_their_max_often(missing, many):
    assert sum(unit.max - unit.hp == missing for unit in many) > 10


def test_the_smallest_unit_is_the_neutral_one(smallest):
    assert smallest(units()) == Unit(hp=1, max=1)
    assert smallest(units(fallen=True)) == Unit(hp=1, max=1)


@pytest.mark.parametrize("name", ["shield", "poison", "stun", "cd_brace"])
def test_a_unit_shrinks_to_the_one_number_that_matters(name, smallest):
    assert smallest(units(), lambda unit: getattr(unit, name) >= 2) == Unit(**{name: 2})


def test_hp_shrinks_with_its_max(smallest):
    assert smallest(units(), lambda unit: unit.hp >= 7) == Unit(hp=7, max=7)
    assert smallest(units(), lambda unit: unit.max - unit.hp >= 7) == Unit(hp=1, max=8)


def test_units_that_may_have_fallen_are_blank_where_they_have(many_fallen):
    fallen = [unit for unit in many_fallen if unit.fallen]
    assert 20 < len(fallen) < 200
    assert {getattr(unit, name) for unit in fallen for name in BLANK} == {0}
    assert {1, 99} <= {unit.max for unit in fallen}


# --- narrowing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", FIELDS, ids=NAMES)
def test_a_number_narrows_its_field(row, examples_of):
    drawn = {getattr(unit, row.name) for value in ends(row) for unit in examples_of(units(**{row.name: value}), 15)}
    assert drawn == set(ends(row))


@pytest.mark.parametrize("row", FIELDS, ids=NAMES)
def test_a_strategy_narrows_its_field(row, examples_of):
    narrow = st.integers(row.high - 1, row.high)
    drawn = {getattr(unit, row.name) for unit in examples_of(units(**{row.name: narrow}), 40)}
    assert drawn == {row.high - 1, row.high}


@pytest.mark.parametrize("row", FIELDS, ids=NAMES)
def test_positive_narrows_its_field_to_1_and_more(row, examples_of, smallest):
    strategy = units(**{row.name: positive})
    drawn = {getattr(unit, row.name) for unit in examples_of(strategy, 60)}
    assert {1, row.high} <= drawn <= set(range(1, row.high + 1))
    assert getattr(smallest(strategy), row.name) == 1


def test_narrowing_hp_leaves_max_at_or_above_it(examples_of, smallest):
    strategy = units(hp=st.integers(5, 9))
    drawn = examples_of(strategy, 200)
    assert {unit.hp for unit in drawn} == {5, 6, 7, 8, 9}
    assert {unit.max - unit.hp == 0 for unit in drawn} == {True, False}
    assert max(unit.max for unit in drawn) == 99
    assert smallest(strategy) == Unit(hp=5, max=5)


def test_narrowing_max_leaves_hp_at_or_below_it(examples_of, smallest):
    strategy = units(max=40)
    drawn = examples_of(strategy, 300)
    assert {unit.max for unit in drawn} == {40}
    assert {1, 39, 40} <= {unit.hp for unit in drawn} <= set(range(1, 41))
    assert smallest(strategy) == Unit(hp=1, max=40)


@pytest.mark.parametrize("most", [1, 2, 3, 98, 99])
def test_every_max_has_its_hp_from_1_to_max(most, examples_of):
    drawn = {unit.hp for unit in examples_of(units(max=most), 150)}
    assert {1, most} <= drawn <= set(range(1, most + 1))


def test_hp_and_max_are_narrowed_together(examples_of, smallest):
    strategy = units(hp=st.integers(2, 5), max=st.integers(5, 8))
    drawn = {(unit.hp, unit.max) for unit in examples_of(strategy, 150)}
    assert {hp for hp, _ in drawn} == {2, 3, 4, 5}
    assert {most for _, most in drawn} == {5, 6, 7, 8}
    assert smallest(strategy) == Unit(hp=2, max=5)


def test_a_unit_narrowed_to_hp_0_has_fallen_and_is_blank(examples_of, smallest):
    drawn = examples_of(units(hp=0, poison=9, cd_heal=positive), 50)
    assert all(unit == Unit(hp=0, max=unit.max) for unit in drawn)
    assert smallest(units(hp=0)) == Unit(hp=0, max=1)


def test_hp_0_within_a_strategy_is_blank_too(examples_of):
    drawn = examples_of(units(hp=st.integers(0, 2), shield=4), 60)
    assert {(unit.hp, unit.shield) for unit in drawn} == {(0, 0), (1, 4), (2, 4)}


def test_fallen_units_have_the_max_that_was_asked_for(examples_of):
    drawn = examples_of(units(max=40, fallen=True), 150)
    assert {(unit.fallen, unit.max) for unit in drawn} == {(True, 40), (False, 40)}


def test_all_fields_are_narrowed_at_once(examples_of):
    whole = Unit(31, 40, 4, 2, 1, 1, 1, 1, 2, 1, 2, 3, 1, 2, 1)
    assert set(examples_of(units(**{name: getattr(whole, name) for name in NAMES}), 5)) == {whole}


def test_between_draws_both_ends_and_shrinks_to_the_lower(examples_of, smallest):
    strategy = units(shield=between(3, 11))
    drawn = {unit.shield for unit in examples_of(strategy, 100)}
    assert {3, 11} <= drawn <= set(range(3, 12))
    assert smallest(strategy) == Unit(shield=3)


# --- rules -----------------------------------------------------------------------------------------------------------


def test_the_ranges_are_those_of_the_rules_in_force(examples_of):
    drawn = examples_of(units(rules=NARROW), 300)
    assert max(unit.max for unit in drawn) == max(unit.hp for unit in drawn) == 30
    assert max(unit.shield for unit in drawn) == 7
    assert {unit.limits for unit in drawn} == {NARROW.limits}


def test_wider_rules_have_wider_numbers(examples_of):
    wide = STANDARD.with_field("shield", high=50)
    assert max(unit.shield for unit in examples_of(units(rules=wide), 200)) == 50
    assert {unit.shield for unit in examples_of(units(rules=wide, shield=50), 5)} == {50}


def test_positive_goes_to_the_highest_of_the_rules_in_force(examples_of):
    assert max(unit.shield for unit in examples_of(units(rules=NARROW, shield=positive), 100)) == 7


# --- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"poison": 10}, OutOfRangeError, "poison must be 0..9, got 10"),
        ({"max": 0}, OutOfRangeError, "max must be 1..99, got 0"),
        ({"shield": 8, "rules": NARROW}, OutOfRangeError, "shield must be 0..7, got 8"),
        ({"stun": between(4, 5)}, OutOfRangeError, "stun must be 0..3, got 4"),
        ({"stun": between(1, 5)}, OutOfRangeError, "stun must be 0..3, got 5"),
        (
            {"burn": "3"},
            OptionError,
            "burn must be an int, a strategy of ints or a function of the field's row, got '3'",
        ),
        (
            {"burn": True},
            OptionError,
            "burn must be an int, a strategy of ints or a function of the field's row, got True",
        ),
        (
            {"mana": 3},
            OptionError,
            f"units' option must be one of fallen, at_once, rules, {', '.join(NAMES)}, got 'mana'",
        ),
    ],
)
def test_an_option_of_no_use_is_refused_at_once(options, error, message):
    with pytest.raises(error) as raised:
        units(**options)
    assert str(raised.value) == message


def test_a_range_that_is_upside_down_is_refused():
    with pytest.raises(OptionError) as raised:
        between(5, 3)
    assert str(raised.value) == "high must be 5 (low) or more, got 3"


def test_what_a_strategy_draws_is_checked(examples_of):
    with pytest.raises(OutOfRangeError) as raised:
        examples_of(units(poison=st.just(12)), 1)
    assert str(raised.value) == "poison must be 0..9, got 12"


def test_hp_and_max_that_cross_are_refused_with_the_way_out(examples_of):
    with pytest.raises(HpAboveMaxOptionsError) as raised:
        examples_of(units(hp=9, max=st.just(7)), 1)
    assert str(raised.value) == (
        "hp must be 0..7 (its max) in every example of units(hp=..., max=...), got 9; "
        "narrow one of them further, or leave max out to draw it from hp upwards"
    )
