"""How answers are held against the template: its places, and the numbers of a state by name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.engine.duel import WORDS, Battle, MalformedTextError, Turn, Unit, read_answer, resolve_text, write
from turncheck.engine.duel.tables import FIELDS
from turncheck.reports.readings import (
    NUMBERS,
    TEMPLATE,
    Difference,
    Place,
    lost_labels,
    moved_piece,
    neighbours,
    numbers,
    placed,
    wrong_values,
)

HOUSE = settings(deadline=None, database=None, derandomize=True)
STATE = resolve_text(write(Turn(Battle(7, Unit(31, 40, shield=4, poison=2, cd_guard=2), Unit(22, 35, burn=3, stun=1)))))


def test_a_place_is_a_label_or_holds_numbers():
    assert TEMPLATE[:5] == (
        Place(1, 1, "turn", ()),
        Place(1, 2, "01", ("turn",)),
        Place(2, 1, "hero", ()),
        Place(2, 2, "hp", ()),
        Place(2, 3, "01/01", ("hero hp", "hero max")),
    )
    assert TEMPLATE[-2:] == (Place(3, 29, "brace", ()), Place(3, 30, "0", ("foe cd brace",)))
    assert [place.usual for place in TEMPLATE if not place.numbers] == [
        piece for piece in write(Battle()).split() if piece in WORDS
    ]


def test_the_numbers_are_the_fields_of_both_units():
    labels = [
        ("cd " if field.kind == "slot" else "") + ("max" if field.name == "max" else field.label) for field in FIELDS
    ]
    assert ("turn", *(f"{unit} {label}" for unit in ("hero", "foe") for label in labels)) == NUMBERS


@pytest.mark.parametrize(
    ("place", "piece", "takes"),
    [
        (TEMPLATE[0], "turn", True),
        (TEMPLATE[0], "hero", False),
        (TEMPLATE[0], "", False),
        (TEMPLATE[1], "99", True),
        (TEMPLATE[1], "9", False),
        (TEMPLATE[1], "999", False),
        (TEMPLATE[1], "\u0661\u0662", False),
        (TEMPLATE[1], "\u00b2\u00b2", False),
        (TEMPLATE[1], "-1", False),
        (TEMPLATE[1], "01\n", False),
        (TEMPLATE[4], "31/40", True),
        (TEMPLATE[4], "3140", False),
        (TEMPLATE[4], "31/4", False),
        (TEMPLATE[4], "31/40/", False),
    ],
)
def test_a_place_takes_its_label_or_digits_of_its_width(place, piece, takes):
    assert place.takes(piece) == takes


@pytest.mark.parametrize(
    "text", ["", "\n", STATE[:-1], STATE + "\n", STATE + "x", STATE.replace(" ", "  ", 1), STATE.replace("\n", " ", 1)]
)
def test_a_text_of_another_shape_has_nothing_in_any_place(text):
    assert placed(text) == []


@pytest.mark.parametrize(
    ("got", "lost", "moved"),
    [
        (STATE.replace("burn", "poison", 1), [("poison", "burn")], None),
        (STATE.replace("burn", "bum", 1), [], None),
        (STATE.replace("burn 0 regen", "regen 0 burn", 1), [], Difference(2, 8, "burn", "regen")),
        (STATE.replace("burn 0 regen", "regen 0 burn", 1).replace("stun", "cd"), [("cd", "stun")] * 2, None),
        (STATE[:-1], [], None),
    ],
)
def test_labels_are_lost_or_moved_and_never_both(got, lost, moved):
    assert (lost_labels(got), moved_piece(STATE, got)) == (lost, moved)


@HOUSE
@given(
    st.lists(st.tuples(st.integers(0, 61), st.text("09/ \nhero\u0661\r", max_size=3)), max_size=3)
    | st.lists(st.tuples(st.integers(0, 61), st.sampled_from(STATE.split())), max_size=3)
)
def test_a_text_has_numbers_where_the_engine_reads_it_as_a_state(changes):
    pieces = STATE.split(" ")
    for place, piece in changes:
        pieces[place % len(pieces)] = piece
    text = " ".join(pieces)
    try:
        state = isinstance(read_answer(text), Battle)
    except MalformedTextError:
        state = False
    assert bool(numbers(text)) == state
    assert tuple(numbers(text)) == (NUMBERS if state else ())


def test_the_wrong_values_of_a_state_are_named_each():
    got = STATE.replace("turn 08", "turn 99").replace("hp 29/40", "hp 28/41").replace("cleanse 0", "cleanse 5")
    assert wrong_values(STATE, got) == [
        ("turn", "08", "99"),
        ("hero hp", "29", "28"),
        ("hero max", "40", "41"),
        ("hero cd cleanse", "0", "5"),
        ("foe cd cleanse", "0", "5"),
    ]
    assert wrong_values(STATE, STATE) == []


@pytest.mark.parametrize("got", ["", STATE[:-1], "reject truncated\n", STATE.replace("29/40", "2/40")])
def test_a_text_that_is_no_state_has_no_wrong_values(got):
    assert wrong_values(STATE, got) == wrong_values(got, STATE) == []


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("turn", []),
        ("hero hp", ["hero max", "foe hp"]),
        ("hero max", ["hero hp", "hero shield", "foe max"]),
        ("hero fragile", ["hero stun", "hero cd heal", "foe fragile"]),
        ("hero cd brace", ["hero cd ignite", "foe cd brace"]),
        ("foe hp", ["foe max", "hero hp"]),
        ("foe cd brace", ["foe cd ignite", "hero cd brace"]),
    ],
)
def test_neighbours_are_the_numbers_beside_it_and_the_other_units(name, beside):
    assert neighbours(name) == beside
