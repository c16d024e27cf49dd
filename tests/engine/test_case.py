"""A case is a frozen value with the fields of a schema, by name and as attributes, in groups and repeated."""

import copy
import pickle

import pytest

from turncheck.engine.case import Case, MemberCountError, UnknownFieldError
from turncheck.engine.fields import Choice, Int
from turncheck.engine.schema import Schema

SCHEMA = Schema(
    """
    turn {turn}
    hero hp {hero.hp}/{hero.max} arms {hero.arm[0..1]}
    foe hp {foe.hp}/{foe.max} arms {foe.arm[0..1]}
    tape {cell[0..2]}
    """,
    turn=Int(1, 99),
    hp=Int(0, 40),
    max=Int(1, 40),
    arm=Choice("none", "sword"),
    cell=Choice(".", "x"),
)
CASE = SCHEMA.neutral.changed({"hero.hp": 3, "cell[1]": "x"}, turn=7)


def test_a_field_is_had_by_its_name_and_as_an_attribute():
    assert (CASE["turn"], CASE.turn) == (7, 7)
    assert (CASE["hero.hp"], CASE.hero.hp, CASE.hero["hp"]) == (3, 3, 3)
    assert (CASE["cell[1]"], CASE.cell[1]) == ("x", "x")


def test_a_repeated_field_is_the_tuple_of_its_members():
    assert (CASE.cell, CASE["cell"], CASE.hero.arm) == ((".", "x", "."), (".", "x", "."), ("none", "none"))


def test_a_case_is_a_mapping_of_the_names_of_its_schema():
    assert dict(CASE) == {
        "turn": 7,
        "hero.hp": 3,
        "hero.max": 1,
        "hero.arm[0]": "none",
        "hero.arm[1]": "none",
        "foe.hp": 0,
        "foe.max": 1,
        "foe.arm[0]": "none",
        "foe.arm[1]": "none",
        "cell[0]": ".",
        "cell[1]": "x",
        "cell[2]": ".",
    }
    assert len(CASE) == 12
    assert ("turn" in CASE, "hp" in CASE, CASE.get("hp", 5)) == (True, False, 5)


@pytest.mark.parametrize("name", ["hp", "hero.armour", "cell[3]", "turns", ""])
def test_a_field_that_is_none_is_a_key_error_and_an_attribute_error(name):
    message = (
        "a field must be one of turn, hero.hp, hero.max, hero.arm[0], hero.arm[1], foe.hp, foe.max, foe.arm[0], "
        f"foe.arm[1], cell[0], cell[1], cell[2], got {name!r}"
    )
    for get in (lambda: CASE[name], lambda: getattr(CASE, name), lambda: CASE.changed({name: 1})):
        with pytest.raises(UnknownFieldError) as caught:
            get()
        assert str(caught.value) == message
    assert not hasattr(CASE, name)


def test_an_error_names_no_more_than_twelve_fields():
    many = Schema("{mem[0..19]}", mem=Int(0, 9)).neutral
    with pytest.raises(KeyError) as caught:
        many["men"]
    assert str(caught.value).endswith("mem[10], mem[11], ..., got 'men'")


def test_a_case_cannot_be_changed():
    with pytest.raises(
        AttributeError, match=r"a case is immutable: case\.changed\(turn=\.\.\.\) returns a changed copy"
    ):
        CASE.turn = 8
    with pytest.raises(TypeError):
        CASE["turn"] = 8
    assert CASE.turn == 7


def test_changed_replaces_fields_members_and_repeated_fields_and_leaves_the_rest():
    other = CASE.changed({"hero.hp": 5, "cell[0]": "x"}, cell=(".", ".", "x"), turn=100)
    assert dict(other) == {**CASE, "hero.hp": 5, "turn": 100, "cell[0]": ".", "cell[1]": ".", "cell[2]": "x"}
    assert CASE.hero.hp == 3
    assert CASE.changed() == CASE


@pytest.mark.parametrize("value", [(), (".", "."), ["."] * 4, 5, None])
def test_a_repeated_field_takes_one_value_for_each_member(value):
    with pytest.raises(MemberCountError) as caught:
        CASE.changed(cell=value)
    assert str(caught.value) == f"cell must be 3 values, one for each member, got {value!r}"


def test_cases_are_equal_by_the_names_and_the_values_of_their_fields():
    same = SCHEMA.neutral.changed({"hero.hp": 3}, turn=7, cell=(".", "x", "."))
    assert (same == CASE, hash(same) == hash(CASE)) == (True, True)
    assert dict(CASE) == CASE
    assert {CASE: "kept"}[same] == "kept"
    assert SCHEMA.neutral != CASE
    assert CASE.values_ != CASE
    one, another = (Schema(f"{{{name}}}", **{name: Int(0, 9)}).neutral for name in ("a", "b"))
    assert one.values_ == another.values_
    assert one != another


def test_groups_are_equal_by_what_they_hold_whatever_they_are_called():
    assert CASE.hero != CASE.foe
    alike = CASE.changed({"foe.hp": 3})
    assert (alike.hero == alike.foe, hash(alike.hero) == hash(alike.foe)) == (True, True)
    assert CASE.hero != CASE


def test_a_part_has_the_fields_of_another_schema():
    small = Schema("{turn} {cell[0..2]}", turn=Int(0, 9), cell=Choice(".", "x"))
    part = CASE.part(small)
    assert (part, part.schema) == (Case(small, (7, ".", "x", ".")), small)
    assert CASE.part(SCHEMA) is CASE
    with pytest.raises(UnknownFieldError, match="got 'other'"):
        CASE.part(Schema("{other}", other=Int(0, 9)))


def test_cases_and_groups_show_their_fields():
    assert repr(Schema("{a}+{b}", a=Int(0, 9), b=Choice("x")).neutral) == "Case(a=0, b='x')"
    assert repr(CASE.hero) == "Part(hero.hp=3, hero.max=1, hero.arm[0]='none', hero.arm[1]='none')"


@pytest.mark.parametrize("made_again", [copy.copy, copy.deepcopy, lambda case: pickle.loads(pickle.dumps(case))])
def test_a_case_can_be_copied_and_pickled(made_again):
    other = made_again(CASE)
    assert (other, hash(other), SCHEMA.write(other)) == (CASE, hash(CASE), SCHEMA.write(CASE))


def test_groups_within_groups_are_had_by_attributes():
    schema = Schema("{hero.cd.heal} {hero.cd.guard} {hero.hp}", heal=Int(0, 3), guard=Int(0, 4), hp=Int(0, 9))
    case = schema.neutral.changed({"hero.cd.guard": 4})
    assert (case.hero.cd.guard, case.hero.cd.heal, case.hero.hp) == (4, 0, 0)
