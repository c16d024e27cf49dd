"""Parsing by a schema: the values of a text, or its first error, with reason, line and piece."""

from random import Random

import attrs
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from tests.small_domains import COUNTED, FREE, TICTACTOE
from turncheck.engine.case import UnknownFieldError
from turncheck.engine.fields import Choice, Field, Int, SchemaError
from turncheck.engine.reading import (
    REASONS,
    BrokenPartError,
    Check,
    MalformedTextError,
    Reader,
    UndeclaredFieldError,
    may_be_out_of_range,
    reasons_of,
)
from turncheck.engine.schema import Schema


@attrs.frozen
class Cells(Field):
    """A row of cells; a pattern that is looser than what can be read."""

    size: int
    pattern = "[.#?!]+"

    @property
    def simplest(self):
        return (False,) * self.size

    def edges(self):
        return [self.simplest, (True,) * self.size]

    def sample(self, random):
        return tuple(random.random() < 0.5 for _ in range(self.size))

    def write(self, value):
        return "".join(".#"[cell] for cell in value)

    def read(self, text):
        if "!" in text:
            raise KeyError(text)
        return tuple((".", "#").index(cell) == 1 for cell in text)

    def allows(self, value):
        return len(value) == self.size


SCHEMA = Schema(
    """
    turn {turn}
    unit hp {hp}/{max} does {action}
    row {cells} tape {tape[0..1]}
    """,
    turn=Int(1, 99),
    hp=Int(0, 40),
    max=Int(1, 40),
    action=Choice("wait", "attack", reason="unknown_action"),
    cells=Cells(3),
    tape=Choice("o", "turn"),
)
ABOVE = Check("hp_above_max", "hp is at most max", ("hp", "max"), lambda unit: unit.hp <= unit.max)
IDLE = Check(
    "fallen_acts", "who has fallen waits", ("hp", "action"), lambda unit: unit.hp > 0 or unit.action == "wait", True
)
TAPE = Check("same_tape", "the tape has two words", "tape", lambda case: case.tape[0] != case.tape[1])
READER = Reader(SCHEMA, (ABOVE, IDLE, TAPE), about={"hp_above_max": ("no more hp than max", "M8")})
TEXT = "turn 07\nunit hp 31/40 does attack\nrow .#. tape o turn\n"
VALUES = (7, 31, 40, "attack", (False, True, False), "o", "turn")
ONE_LINE = Reader(Schema("{a}+{b}= ok", a=Int(0, 99), b=Int(-9, 9, digits=0), end=""))


def fault(reader, text, read="values"):
    """Why and where a text is no case."""
    with pytest.raises(MalformedTextError) as caught:
        getattr(reader, read)(text)
    return caught.value.reason, caught.value.line, caught.value.piece


def edited(old, new):
    assert TEXT.count(old) == 1, f"{old!r} stands {TEXT.count(old)} times"
    return TEXT.replace(old, new)


# --- what is read ----------------------------------------------------------------------------------------------------


def test_a_text_is_read_as_its_values_in_order():
    assert READER.values(TEXT) == READER.lenient(TEXT) == VALUES
    assert SCHEMA.write_values(VALUES) == TEXT
    assert READER.texts(TEXT) == ("07", "31", "40", "attack", ".#.", "o", "turn")
    assert READER.has_form(TEXT)


def test_a_text_without_a_newline_at_its_end_is_read_where_the_schema_has_none():
    assert ONE_LINE.values("07+-3= ok") == (7, -3)
    assert fault(ONE_LINE, "07+-3= ok\n") == ("bad_spacing", 2, 1)
    assert fault(READER, TEXT[:-1]) == ("bad_spacing", 3, 5)


@pytest.mark.parametrize(
    ("text", "reason", "line", "piece"),
    [
        # spacing, in the whole text before all else
        ("", "truncated", 1, 1),
        ("\n", "bad_spacing", 1, 1),
        (" ", "bad_spacing", 1, 2),
        (edited("hp 31", "hp  31"), "bad_spacing", 2, 3),
        (edited("turn 07", " turn 07"), "bad_spacing", 1, 1),
        (edited("07\n", "07 \n"), "bad_spacing", 1, 3),
        (edited("07\n", "07\n\n"), "bad_spacing", 2, 1),
        (edited("07\n", "07\r\n"), "bad_spacing", 1, 2),
        (edited("hp 31", "hp\t31"), "bad_spacing", 2, 2),
        (edited("hp 31", "hp\u00a031"), "bad_spacing", 2, 2),
        (edited("hp 31", "h\u2028p 31"), "bad_spacing", 2, 2),
        (edited("unit", "un\x00it"), "bad_spacing", 2, 1),
        (TEXT + "\n", "bad_spacing", 4, 1),
        (TEXT + "x", "bad_spacing", 4, 1),
        (TEXT + "x y", "bad_spacing", 4, 2),
        ("sing" + edited("row", "row "), "bad_spacing", 3, 2),
        # too little, too much
        ("turn\n", "truncated", 1, 2),
        ("turn 07\n", "truncated", 2, 1),
        (edited(" attack", ""), "truncated", 2, 5),
        (edited(" turn\n", "\n"), "truncated", 3, 5),
        (edited("07\n", "07 unit\n"), "trailing_text", 1, 3),
        (TEXT + "row\n", "trailing_text", 4, 1),
        # words
        (edited("turn 07", "unit 07"), "misplaced_label", 1, 1),
        (edited("turn 07", "wait 07"), "misplaced_label", 1, 1),
        (edited("turn 07", "sing 07"), "unknown_label", 1, 1),
        (edited("turn 07", "Turn 07"), "unknown_label", 1, 1),
        (edited("tape o", "tape row"), "misplaced_label", 3, 4),
        (edited("tape o", "tape x"), "unknown_label", 3, 4),
        (edited("attack", "turn"), "unknown_action", 2, 5),
        (edited("attack", "sing"), "unknown_action", 2, 5),
        # numbers and other values
        (edited("07", "7"), "bad_number", 1, 2),
        (edited("07", "007"), "bad_number", 1, 2),
        (edited("07", "+7"), "bad_number", 1, 2),
        (edited("07", "turn"), "bad_number", 1, 2),
        (edited("31/40", "31"), "bad_number", 2, 3),
        (edited("31/40", "31/4"), "bad_number", 2, 3),
        (edited(".#.", ".x."), "bad_value", 3, 2),
        (edited(".#.", ".?."), "bad_value", 3, 2),
        # ranges
        (edited("07", "00"), "out_of_range", 1, 2),
        (edited("31/40", "41/40"), "out_of_range", 2, 3),
        (edited("31/40", "31/00"), "out_of_range", 2, 3),
        (edited(".#.", ".#"), "out_of_range", 3, 2),
        # checks, as soon as their fields are read
        (edited("31/40", "31/30"), "hp_above_max", 2, 3),
        (edited("31/40 does attack", "31/30 sings loud"), "hp_above_max", 2, 3),
        (edited("31/40", "00/40"), "fallen_acts", 2, 5),
        (edited("31/40 does attack", "00/40 does attack loud"), "trailing_text", 2, 6),
        (edited("o turn", "o o"), "same_tape", 3, 5),
    ],
)
def test_the_first_thing_that_is_wrong_names_reason_line_and_piece(text, reason, line, piece):
    assert fault(READER, text) == (reason, line, piece)


@pytest.mark.parametrize(
    ("text", "reason", "line", "piece"),
    [
        ("", "truncated", 1, 1),
        ("07+3=", "truncated", 1, 2),
        ("07+3= ok ok", "trailing_text", 1, 3),
        ("07+3= ok\nok", "trailing_text", 2, 1),
        ("07+3= ok\n", "bad_spacing", 2, 1),
        ("07+3= ok ", "bad_spacing", 1, 3),
        ("7+3= ok", "bad_number", 1, 1),
        ("07+03= ok", "bad_number", 1, 1),
        ("07+-0= ok", "bad_number", 1, 1),
        ("07+10= ok", "out_of_range", 1, 1),
        ("07+-10= ok", "out_of_range", 1, 1),
        ("07+3= OK", "unknown_label", 1, 2),
        (f"07+{'9' * 1000}= ok", "out_of_range", 1, 1),
        (f"07+{'9' * 5000}= ok", "bad_number", 1, 1),  # more digits than Python reads
    ],
)
def test_a_text_that_does_not_end_with_a_newline_is_as_exact(text, reason, line, piece):
    assert fault(ONE_LINE, text) == (reason, line, piece)


def test_another_grammar_may_have_more_words():
    schema = Schema("go {n}", n=Int(0, 9))
    assert fault(Reader(schema), "reject 1\n") == ("unknown_label", 1, 1)
    assert fault(Reader(schema, words=("go", "reject")), "reject 1\n") == ("misplaced_label", 1, 1)


def test_a_fault_says_its_reason_in_a_sentence_and_its_rule():
    with pytest.raises(MalformedTextError) as caught:
        READER.values(edited("31/40", "31/30"))
    assert str(caught.value) == "hp_above_max at line 2, piece 3: no more hp than max (M8)"
    with pytest.raises(MalformedTextError) as caught:
        READER.values("turn 00\n")
    assert str(caught.value) == "out_of_range at line 1, piece 2: a value is outside its field's range"


# --- what is read leniently ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (edited("07", "00"), (0, *VALUES[1:])),
        (edited("31/40", "99/00"), (7, 99, 0, *VALUES[3:])),
        (edited(".#.", "#"), (*VALUES[:4], (True,), *VALUES[5:])),
        (edited("o turn", "o o"), (*VALUES[:6], "o")),
    ],
)
def test_ranges_and_checks_do_not_count_where_a_text_is_read_leniently(text, values):
    assert READER.lenient(text) == values
    assert READER.has_form(text)


@pytest.mark.parametrize(
    ("text", "reason", "line", "piece"),
    [
        (edited("07", "7"), "bad_number", 1, 2),
        (edited("attack", "sing"), "unknown_action", 2, 5),
        (edited(".#.", ".?."), "bad_value", 3, 2),
        (edited("31/40 does attack", "99/00 does attack loud"), "trailing_text", 2, 6),
        (TEXT[:-1], "bad_spacing", 3, 5),
    ],
)
def test_the_form_counts_where_a_text_is_read_leniently(text, reason, line, piece):
    assert fault(READER, text, "lenient") == (reason, line, piece)
    assert not READER.has_form(text)


def test_a_pattern_that_matches_spaces_takes_no_more_than_its_piece():
    class Anything(Cells):
        pattern = "[^|]+"
        write = read = lambda self, text: text
        simplest = "a"

        def edges(self):
            return ["a", "b"]

        def sample(self, random):
            return "c"

    reader = Reader(Schema("say {what}\nthen {other}", what=Anything(1), other=Anything(1)))
    assert reader.values("say x\nthen y\n") == ("x", "y")
    assert fault(reader, "say x y\nthen z\n") == ("trailing_text", 1, 3)
    assert fault(reader, "say x\nthen y\nthen z\n") == ("trailing_text", 3, 1)


# --- what the domain's own parts do wrong ----------------------------------------------------------------------------


def test_a_field_that_raises_is_named_and_is_no_fault_of_the_text():
    for read in (READER.values, READER.lenient, READER.has_form):
        with pytest.raises(BrokenPartError) as caught:
            read(edited(".#.", "!"))
        assert str(caught.value) == "field cells: its read of '!' raised KeyError: '!'"


def test_a_field_whose_range_cannot_be_asked_for_is_named():
    class Hasty(Cells):
        def allows(self, value):
            return value[self.size - 1] in (False, True)

    with pytest.raises(BrokenPartError) as caught:
        Reader(Schema("{row}", row=Hasty(3))).values("#\n")
    assert str(caught.value) == "field row: its allows of (True,) raised IndexError: tuple index out of range"


def test_a_check_that_raises_is_named():
    wrong = Check("odd", "it is odd", "turn", lambda case: 1 / (case.turn - 7))
    with pytest.raises(BrokenPartError) as caught:
        Reader(SCHEMA, (wrong,)).values(TEXT)
    assert str(caught.value) == "check odd raised ZeroDivisionError: division by zero"
    assert Reader(SCHEMA, (wrong,)).values(edited("07", "08"))[0] == 8


@pytest.mark.parametrize(
    "holds",
    [
        lambda case: case.hp == 0,
        lambda case: case["hp"] == 0,
        lambda case: dict(case) == {},
        lambda case: case.tape == (),
        lambda case: case.changed(turn=8) is None,
        lambda case: case.values_ == (),
    ],
)
def test_a_check_may_look_at_the_fields_alone_that_it_names(holds):
    with pytest.raises(UndeclaredFieldError) as caught:
        Reader(SCHEMA, (Check("odd", "it is odd", "turn", holds),)).values(edited("o turn", "o x"))
    assert str(caught.value).startswith("check odd must name every field that it uses, but lacks ")


def test_the_checks_of_a_valid_case_can_be_looked_at_as_where_a_text_goes_wrong():
    READER.look_alone(VALUES)
    careless = Reader(SCHEMA, (Check("odd", "it is odd", "turn", lambda case: case.turn + case.hp > 0),))
    assert careless.values(TEXT) == VALUES
    with pytest.raises(UndeclaredFieldError, match="but lacks 'hp'"):
        careless.look_alone(VALUES)


def test_a_check_that_names_all_fields_may_do_with_its_case_what_it_likes():
    check = Check("odd", "it is odd", SCHEMA.names, lambda case: case.changed(turn=9) == dict(case))
    assert fault(Reader(SCHEMA, (check,)), TEXT) == ("odd", 3, 5)
    assert Reader(SCHEMA, (check,)).values(edited("07", "09"))[0] == 9


def test_a_check_that_names_a_field_which_there_is_not_is_refused():
    with pytest.raises(UnknownFieldError, match="got 'mp'"):
        Reader(SCHEMA, (Check("odd", "it is odd", ("hp", "mp"), bool),))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("Odd", "", "hp", bool),
            "a check's reason must be one word of small letters, digits and _, as cell_taken, got 'Odd'",
        ),
        (
            ("a b", "", "hp", bool),
            "a check's reason must be one word of small letters, digits and _, as cell_taken, got 'a b'",
        ),
        ((None, "", "hp", bool), "a check's reason must be one word of small letters, digits and _, as cell_taken"),
        (
            ("odd", "", (), bool),
            "the fields of check odd must be all fields that its condition uses, one or more, got ()",
        ),
    ],
)
def test_a_check_has_a_word_as_its_reason_and_names_a_field(arguments, message):
    with pytest.raises(SchemaError) as caught:
        Check(*arguments)
    assert str(caught.value).startswith(message)


def test_the_first_check_that_is_due_and_does_not_hold_names_the_reason():
    assert TICTACTOE.checks == (COUNTED, FREE)
    text = TICTACTOE.write(TICTACTOE.case(a1="x", to="a1"))
    assert fault(TICTACTOE.reader, text) == ("wrong_count", 4, 4)
    assert fault(TICTACTOE.reader, text.replace("to_move x", "to_move o")) == ("cell_taken", 5, 2)


# --- reasons ---------------------------------------------------------------------------------------------------------


def test_a_schema_has_the_reasons_for_which_it_has_a_place():
    assert list(reasons_of(SCHEMA, (ABOVE, IDLE))) == [*REASONS, "unknown_action", "hp_above_max", "fallen_acts"]
    assert reasons_of(SCHEMA, (ABOVE,))["hp_above_max"] == "hp is at most max"
    assert reasons_of(SCHEMA, ())["unknown_action"] == "something stands where Choice('wait', 'attack') belongs"
    spacing = ["bad_spacing", "truncated", "trailing_text"]
    assert list(reasons_of(Schema("{a}+{b}=", a=Int(0, 99), b=Int(0, 99)), ())) == [*spacing, "bad_number"]
    assert list(reasons_of(Schema("{a}", a=Choice("x")), ())) == [*spacing, "unknown_label"]
    assert list(reasons_of(Schema("{a}", a=Choice("x", "o")), ())) == [*spacing, "misplaced_label", "unknown_label"]


@pytest.mark.parametrize(
    ("field", "may"),
    [
        (Int(0, 9), False),
        (Int(0, 8), True),
        (Int(1, 9), True),
        (Int(0, 9, digits=2), True),
        (Int(0, 9, digits=0), True),
        (Int(-9, 9), False),
        (Int(-8, 9), True),
        (Int(-9, 9, digits=0), True),
        (Int(0, 9, signed=True), True),
        (Choice("x"), False),
    ],
)
def test_a_field_may_be_out_of_range_where_it_can_write_more_than_it_allows(field, may):
    assert may_be_out_of_range(field) is may


# --- random schemas --------------------------------------------------------------------------------------------------

WORDS = ("a", "ab", "b", "+", "0", "-1", "a.b", "%s")
BORDERS = ("", "", "/", "+", "-", ":", "(", "=", ".", "a", "0")


@st.composite
def ints(draw):
    low = draw(st.integers(-20, 20))
    high = low + draw(st.integers(0, 120))
    simplest = draw(st.none() | st.integers(low, high))
    return Int(low, high, digits=draw(st.sampled_from([None, None, 0, 3])), simplest=simplest)


KINDS = ints() | st.lists(st.sampled_from(WORDS), min_size=1, unique=True).map(lambda words: Choice(*words))
KINDS |= st.integers(1, 3).map(Cells)


@st.composite
def schemas(draw):
    """A schema of one to three lines, each of one to four pieces: words, or up to three fields with borders."""
    fields = {}

    def piece():
        parts = [draw(st.sampled_from(BORDERS))]
        for _ in range(draw(st.integers(0, 3))):
            name = f"f{len(fields)}"
            fields[name] = draw(KINDS)
            parts += [f"{{{name}}}", draw(st.sampled_from(BORDERS))]
        return "".join(parts) or draw(st.sampled_from(WORDS))

    lines = [" ".join(piece() for _ in range(draw(st.integers(1, 4)))) for _ in range(draw(st.integers(1, 3)))]
    try:
        return Schema("\n".join(lines), end=draw(st.sampled_from(["\n", ""])), **fields)
    except SchemaError:
        reject()


@settings(max_examples=100, deadline=None)
@given(schemas(), st.integers(0, 2**32))
def test_every_case_of_every_schema_is_read_back_as_a_whole_and_piece_by_piece(schema, seed):
    random, reader = Random(seed), Reader(schema)
    for draw in (lambda field: field.sample(random), lambda field: random.choice(field.edges())):
        values = tuple(draw(field) for field in schema.fields.values())
        text = schema.write_values(values)
        assert reader.values(text) == reader.lenient(text) == values
        reader._walk(text, strict=True)
        reader._walk(text, strict=False)


@settings(max_examples=100, deadline=None)
@given(schemas(), st.integers(0, 2**32))
def test_whatever_is_done_to_a_text_reading_as_a_whole_and_piece_by_piece_agree(schema, seed):
    random, reader = Random(seed), Reader(schema)
    text = schema.write_values(tuple(field.sample(random) for field in schema.fields.values()))
    for _ in range(10):
        damaged = _damaged(text, random)
        for strict, read in ((True, reader.values), (False, reader.lenient)):
            assert _read(read, damaged) == _walked(reader, damaged, strict)


def _damaged(text, random):
    """The text with a few characters removed, put in or exchanged."""
    for _ in range(random.randint(1, 3)):
        at, length = random.randint(0, len(text)), random.choice([0, 0, 1, 1, 2])
        text = text[:at] + random.choice(["", "", " ", "\n", "0", "9", "-", "+", "a", "ab", "."]) + text[at + length :]
    return text


def _read(read, text):
    try:
        read(text)
    except MalformedTextError as error:
        return error.reason, error.line, error.piece
    return None


def _walked(reader, text, strict):
    try:
        reader._walk(text, strict)
    except MalformedTextError as error:
        return error.reason, error.line, error.piece
    return None
