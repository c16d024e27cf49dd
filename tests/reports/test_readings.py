"""How answers are compared with the schema: places, values by name, and neighbouring fields."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.domains import ADDER, DIVIDER, GAME, MACHINE, PICTURE, POLICY
from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD, WORDS, Battle, MalformedTextError, Turn, Unit, read_answer, write
from turncheck.engine.duel.tables import FIELDS
from turncheck.reports.readings import Difference, Place, Wrong, first_difference, readings

HOUSE = settings(deadline=None, database=None, derandomize=True)
TURN = write(Turn(Battle(7, Unit(31, 40, shield=4, poison=2, cd_guard=2), Unit(22, 35, burn=3, stun=1))))
STATE = DOMAIN.resolve_text(TURN)
DUEL = readings(DOMAIN)
PLACES = DUEL.places


def place(line, piece, usual, *names):
    return Place(line, piece, usual, names, None)


# --- places ----------------------------------------------------------------------------------------------------------


def test_a_place_is_a_label_or_holds_values():
    assert PLACES[:5] == (
        place(1, 1, "turn"),
        place(1, 2, "01", "turn"),
        place(2, 1, "hero"),
        place(2, 2, "hp"),
        place(2, 3, "01/01", "hero.hp", "hero.max"),
    )
    assert PLACES[-2:] == (place(3, 29, "brace"), place(3, 30, "0", "foe.cd.brace"))
    assert [each.usual for each in PLACES if not each.names] == [
        piece for piece in write(Battle()).split() if piece in WORDS
    ]


def test_the_places_of_other_domains():
    assert readings(ADDER).places == (place(1, 1, "0000", "sum"),)
    assert readings(DIVIDER).places == (
        place(1, 1, "0/0", "whole", "rest"),
        place(1, 2, "of"),
        place(1, 3, "0", "n"),
    )
    assert readings(MACHINE).places[:7] == (
        place(1, 1, "at"),
        place(1, 2, "0", "at"),
        place(2, 1, "mem"),
        *(place(2, 2 + index, "+000", f"mem[{index}]") for index in range(4)),
    )
    assert readings(PICTURE).places == (
        place(1, 1, "....", "top"),
        place(1, 2, "....", "bottom"),
        place(2, 1, "." * 60, "wide"),
    )


@pytest.mark.parametrize(
    ("place", "piece", "takes"),
    [
        (PLACES[0], "turn", True),
        (PLACES[0], "hero", False),
        (PLACES[0], "", False),
        (PLACES[1], "99", True),
        (PLACES[1], "9", False),
        (PLACES[1], "999", False),
        (PLACES[1], "\u0661\u0662", False),
        (PLACES[1], "\u00b2\u00b2", False),
        (PLACES[1], "-1", False),
        (PLACES[1], "01\n", False),
        (PLACES[4], "31/40", True),
        (PLACES[4], "3140", False),
        (PLACES[4], "31/4", False),
        (PLACES[4], "31/40/", False),
        (readings(MACHINE).places[3], "-128", True),
        (readings(MACHINE).places[3], "+999", True),
        (readings(MACHINE).places[3], "-000", False),
        (readings(MACHINE).places[3], "128", False),
        (readings(DIVIDER).places[0], "123/0", True),
        (readings(DIVIDER).places[0], "0123/0", False),
        (readings(DIVIDER).places[0], "-1/0", False),
        (readings(GAME).places[1], "o", True),
        (readings(GAME).places[1], ".", False),
        (readings(PICTURE).places[0], ".##.", True),
        (readings(PICTURE).places[0], ".##", False),
    ],
)
def test_a_place_takes_its_label_or_values_in_their_form(place, piece, takes):
    assert place.takes(piece) == takes


@pytest.mark.parametrize(
    "text", ["", "\n", STATE[:-1], STATE + "\n", STATE + "x", STATE.replace(" ", "  ", 1), STATE.replace("\n", " ", 1)]
)
def test_a_text_of_another_shape_has_nothing_in_any_place(text):
    assert DUEL.placed(text) == []


def test_what_stands_in_the_places_of_a_text_without_a_newline():
    (only,) = readings(ADDER).places
    assert readings(ADDER).placed("12") == [(only, "12")]
    assert [readings(ADDER).placed(text) for text in ("12\n", "1 2", "\n")] == [[], [], []]


# --- kinds of answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "text", "is_answer", "rejects"),
    [
        (DOMAIN, STATE, True, False),
        (DOMAIN, STATE.replace("turn 08", "turn 00"), True, False),
        (DOMAIN, STATE[:-1], False, False),
        (DOMAIN, "reject truncated\n", False, True),
        (DOMAIN, "reject foo bar\n", False, True),
        (DOMAIN, "reject \n", False, False),
        (DOMAIN, "reject truncated", False, False),
        (DOMAIN, "", False, False),
        (ADDER, "0042", True, False),
        (ADDER, "9999", True, False),
        (ADDER, "42", False, False),
        (ADDER, "0042\n", False, False),
        (ADDER, "reject truncated", False, True),
        (ADDER, "reject truncated\n", False, False),
        (PICTURE, ".... ####\n" + "#" * 60 + "\n", True, False),
        (GAME, "to_move x\nrow . . .\nrow . . x\n", True, False),
        (GAME, "to_move .\nrow . . .\nrow . . x\n", False, False),
    ],
)
def test_an_answer_is_well_formed_or_a_rejection_or_neither(domain, text, is_answer, rejects):
    assert (readings(domain).is_answer(text), readings(domain).rejects(text)) == (is_answer, rejects)


@HOUSE
@given(
    st.lists(st.tuples(st.integers(0, 61), st.text("09/ \nhero\u0661\r", max_size=3)), max_size=3)
    | st.lists(st.tuples(st.integers(0, 61), st.sampled_from(STATE.split())), max_size=3)
)
def test_a_text_has_values_where_the_domain_reads_it_as_an_answer(changes):
    pieces = STATE.split(" ")
    for place, piece in changes:
        pieces[place % len(pieces)] = piece
    text = " ".join(pieces)
    try:
        state = isinstance(read_answer(text), Battle)
    except MalformedTextError:
        state = False
    assert DUEL.is_answer(text) == state
    assert tuple(DUEL.values(text)) == (DOMAIN.answer.names if state else ())


# --- labels and pieces -----------------------------------------------------------------------------------------------


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
    assert (DUEL.lost_labels(got), DUEL.moved_piece(STATE, got)) == (lost, moved)


def test_of_what_a_rejection_holds_nothing_can_be_moved():
    """The rejection has as many pieces as an answer of this domain."""
    assert readings(POLICY).moved_piece("reject truncated\n", "to truncated\n") is None
    assert readings(POLICY).moved_piece("to c1\n", "c1 to\n") == Difference(1, 1, "to", "c1")


@pytest.mark.parametrize(
    ("expected", "got", "line", "piece", "wanted", "given"),
    [
        ("a b\n", "a c\n", 1, 2, "b\n", "c\n"),
        ("a b\n", "a b", 1, 2, "b\n", "b"),
        ("a b\nc\n", "a b\n", 2, 1, "c\n", None),
        ("a", "a\nb", 1, 1, "a", "a\n"),
        ("0042", "", 1, 1, "0042", None),
    ],
)
def test_where_two_texts_part(expected, got, line, piece, wanted, given):
    assert first_difference(expected, got) == Difference(line, piece, wanted, given)


# --- values ----------------------------------------------------------------------------------------------------------


def test_the_wrong_values_of_a_state_are_named_each():
    got = STATE.replace("turn 08", "turn 99").replace("hp 29/40", "hp 28/41").replace("cleanse 0", "cleanse 5")
    assert DUEL.wrong_values(STATE, got) == [
        Wrong("turn", "08", "99", 91),
        Wrong("hero.hp", "29", "28", -1),
        Wrong("hero.max", "40", "41", 1),
        Wrong("hero.cd.cleanse", "0", "5", 5),
        Wrong("foe.cd.cleanse", "0", "5", 5),
    ]
    assert DUEL.wrong_values(STATE, STATE) == []


def test_the_wrong_values_of_other_kinds_of_fields():
    assert readings(MACHINE).wrong_values(
        "at 1\nmem +000 -128 +127 +001\nleft acc -001 flag up\nright acc +000 flag up\n",
        "at 3\nmem +000 +127 +128 +001\nleft acc -003 flag down\nright acc +000 flag up\n",
    ) == [
        Wrong("at", "1", "3", 2),
        Wrong("mem[1]", "-128", "+127", 255),
        Wrong("mem[2]", "+127", "+128", 1),
        Wrong("left.acc", "-001", "-003", -2),
        Wrong("left.flag", "up", "down", None),
    ]
    assert readings(DIVIDER).wrong_values("120/3 of 987\n", "12/13 of 987\n") == [
        Wrong("whole", "120", "12", -108),
        Wrong("rest", "3", "13", 10),
    ]
    assert readings(ADDER).wrong_values("0042", "0142") == [Wrong("sum", "0042", "0142", 100)]


@pytest.mark.parametrize("got", ["", STATE[:-1], "reject truncated\n", STATE.replace("29/40", "2/40")])
def test_a_text_that_is_no_state_has_no_wrong_values(got):
    assert DUEL.wrong_values(STATE, got) == DUEL.wrong_values(got, STATE) == []


# --- fields beside each other ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("turn", ()),
        ("hero.hp", ("hero.max", "foe.hp")),
        ("hero.max", ("hero.hp", "hero.shield", "foe.max")),
        ("hero.fragile", ("hero.stun", "hero.cd.heal", "foe.fragile")),
        ("hero.cd.brace", ("hero.cd.ignite", "foe.cd.brace")),
        ("foe.hp", ("foe.max", "hero.hp")),
        ("foe.cd.brace", ("foe.cd.ignite", "hero.cd.brace")),
    ],
)
def test_beside_a_number_are_the_numbers_around_it_and_the_other_units(name, beside):
    assert DUEL.beside[name] == beside


def test_the_numbers_of_the_duel_are_the_fields_of_both_units():
    names = [field.name.replace("cd_", "cd.") for field in FIELDS]
    assert tuple(DUEL.beside) == ("turn", *(f"{unit}.{name}" for unit in ("hero", "foe") for name in names))


def test_what_stands_beside_the_fields_of_other_domains():
    assert readings(MACHINE).beside == {
        "at": (),
        "mem[0]": ("mem[1]",),
        "mem[1]": ("mem[0]", "mem[2]"),
        "mem[2]": ("mem[1]", "mem[3]"),
        "mem[3]": ("mem[2]",),
        "left.acc": ("left.flag", "right.acc"),
        "left.flag": ("left.acc", "right.flag"),
        "right.acc": ("right.flag", "left.acc"),
        "right.flag": ("right.acc", "left.flag"),
    }
    assert readings(ADDER).beside == {"sum": ()}
    assert readings(PICTURE).beside == {"top": ("bottom",), "bottom": ("top",), "wide": ()}


def test_a_field_of_three_values_stands_beside_none():
    assert readings(GAME).beside == dict.fromkeys(GAME.answer.names, ())


def test_of_a_variant_the_ranges_do_not_count():
    narrow = duel(STANDARD.with_field("stun", high=2))
    assert readings(narrow).beside == DUEL.beside


def test_a_domain_is_held_against_its_schema_once():
    assert readings(DOMAIN) is readings(DOMAIN)
    assert readings(DOMAIN) is not readings(duel(STANDARD.without("E4")))
