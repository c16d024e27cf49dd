"""Laws as users write them, and their cases, as data."""

from functools import partial

import pytest

from tests.small_domains import ADDER, TICTACTOE
from turncheck.engine.attached import ANY, KINDS, LawFunction, LawFunctionError, Narrowed, belongs
from turncheck.engine.fields import Choice, Int
from turncheck.engine.schema import Schema


def adds_up(case, answer):
    """The answer is
    the sum.
    """


@pytest.mark.parametrize(
    ("narrowed", "belonging"),
    [
        (3, [3]),
        (range(2, 5), [2, 3, 4]),
        ((1, 5), [1, 5]),
        ([1, 5], [1, 5]),
        ({1, 5}, [1, 5]),
        ((), []),
        (lambda value: value % 2, [1, 3, 5]),
    ],
)
def test_a_number_is_narrowed_to_a_value_to_some_values_or_by_a_function(narrowed, belonging):
    assert [value for value in range(6) if belongs(value, narrowed)] == belonging


@pytest.mark.parametrize(
    ("narrowed", "belonging"),
    [
        ("x", ["x"]),
        ("xo", []),
        (("x", "o"), ["x", "o"]),
        (str.isalpha, ["x", "o"]),
    ],
)
def test_a_word_is_narrowed_as_a_whole(narrowed, belonging):
    assert [value for value in ("x", "o", ".") if belongs(value, narrowed)] == belonging


@pytest.mark.parametrize(
    ("narrowed", "belonging"),
    [
        ((0, 1), [(0, 1)]),
        ([0, 1], [(0, 1)]),
        ([(0, 1), (1, 1)], [(0, 1), (1, 1)]),
        ({(0, 0)}, [(0, 0)]),
        (lambda members: sum(members) == 1, [(0, 1), (1, 0)]),
    ],
)
def test_a_repeated_field_is_narrowed_as_the_tuple_of_its_members(narrowed, belonging):
    assert [value for value in ((0, 0), (0, 1), (1, 0), (1, 1)) if belongs(value, narrowed)] == belonging


def test_a_case_is_one_of_those_whose_fields_all_belong():
    narrowed = ADDER.cases(a=range(5), b=lambda b: b > 90)
    assert narrowed == Narrowed(narrowed.fields)
    assert [narrowed.has(ADDER.case(a=a, b=b)) for a, b in ((4, 91), (5, 91), (4, 90))] == [True, False, False]
    assert ANY.has(ADDER.case())
    tape = Schema("{cell[0..1]}", cell=Int(0, 1)).neutral
    assert [Narrowed({"cell": each}).has(tape) for each in ((0, 0), (0, 1))] == [True, False]
    assert Narrowed({"cell[1]": 0, "cell": (0, 0)}).has(tape)
    assert TICTACTOE.cases(player="x").has(TICTACTOE.case())


def test_a_law_has_the_name_and_the_docstring_of_its_function():
    law = LawFunction(adds_up)
    assert (law.name, law.sentence, law.kind, law.cases) == ("adds_up", "The answer is the sum.", "", ANY)


def test_the_kinds_are_those_of_checklist():
    assert KINDS == ("known answer", "invariance", "direction", "malformed", "rollout", "stability")
    assert [LawFunction(adds_up, kind=kind).kind for kind in KINDS] == list(KINDS)


def nameless(case, answer):
    pass


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: LawFunction(nameless),
            "law nameless: it must have a docstring, which is the sentence that it asserts",
        ),
        (
            lambda: LawFunction(adds_up, kind="invariant"),
            f"law adds_up: its kind must be one of {', '.join(KINDS)}, got 'invariant'",
        ),
        (
            lambda: LawFunction(adds_up, plays=True, also=dict),
            "law adds_up: a law about plays must have neither cases= nor also=",
        ),
        (
            lambda: LawFunction(adds_up, plays=True, cases=Narrowed({"a": 0})),
            "law adds_up: a law about plays must have neither cases= nor also=",
        ),
        (lambda: LawFunction("adds_up"), "law 'adds_up': it must be a function with a name, def NAME(case, answer)"),
    ],
)
def test_a_function_that_cannot_be_a_law_is_refused(make, message):
    with pytest.raises(LawFunctionError) as caught:
        make()
    assert str(caught.value) == message


def test_a_partial_function_has_no_name_and_is_no_law():
    with pytest.raises(LawFunctionError, match="it must be a function with a name"):
        LawFunction(partial(adds_up, None))


def test_narrowing_to_words_is_to_one_of_them():
    field = Choice("x", "o")
    assert all(belongs(word, field.words) for word in field.words)
