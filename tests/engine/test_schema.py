"""Schemas: how cases are written, how fields are related, and schemas that are refused as ambiguous."""

import pytest

from turncheck.engine.fields import Choice, Field, Int, SchemaError
from turncheck.engine.reading import Reader
from turncheck.engine.schema import TAKEN, Schema

BOARD = Schema(
    """
    turn {turn}
    hero hp {hero.hp}/{hero.max} at {hero.x}:{hero.y}
    foe hp {foe.hp}/{foe.max} at {foe.x}:{foe.y}
    """,
    turn=Int(1, 99),
    hp=Int(0, 40),
    max=Int(1, 40),
    x=Int(-9, 9),
    y=Int(-9, 9),
)


# --- what is written -------------------------------------------------------------------------------------------------


def test_a_schema_writes_words_fields_and_borders():
    case = BOARD.neutral.changed({"turn": 7, "hero.hp": 31, "hero.max": 40, "foe.x": -3})
    assert BOARD.write(case) == "turn 07\nhero hp 31/40 at +0:+0\nfoe hp 00/01 at -3:+0\n"
    assert BOARD.write(dict(case)) == BOARD.write(case)
    assert BOARD.write_values(case.values_) == BOARD.write(case)


def test_a_value_out_of_range_is_written_with_as_many_digits_as_it_needs():
    assert Schema("{a}", a=Int(0, 9)).write({"a": 123}) == "123\n"


def test_a_schema_may_end_without_a_newline():
    assert Schema("{a}+{b}=", a=Int(0, 99), b=Int(0, 99), end="").write({"a": 7, "b": 35}) == "07+35="


def test_percent_signs_and_signs_of_patterns_are_borders_like_others():
    schema = Schema("{a}% ({b}) %d {c}.{d}|x", **dict.fromkeys("abcd", Int(0, 9)))
    text = schema.write({"a": 1, "b": 2, "c": 3, "d": 4})
    assert text == "1% (2) %d 3.4|x\n"
    assert Reader(schema).values(text) == (1, 2, 3, 4)


def test_the_neutral_case_has_all_the_simplest_values():
    assert BOARD.neutral.values_ == (1, 0, 1, 0, 0, 0, 1, 0, 0)
    assert repr(BOARD) == "Schema('turn 01\\nhero hp 00/01 at +0:+0\\nfoe hp 00/01 at +0:+0\\n')"


def test_a_schema_without_fields_writes_its_words():
    schema = Schema("go on")
    assert (schema.write(schema.neutral), schema.names, Reader(schema).values("go on\n")) == ("go on\n", (), ())


def test_the_words_are_those_of_the_lines_then_those_of_the_choices_each_once():
    schema = Schema("do {a} x {b}\ndo {c}.", a=Choice("wait", "go"), b=Choice("x", "go"), c=Int(0, 9))
    assert schema.words == ("do", "x", "wait", "go")


def test_two_schemas_one_behind_the_other_are_one():
    whole = Schema("at {x}", x=Int(0, 9)) + Schema("move {by}", by=Choice("left", "right"), end="")
    assert whole.write(whole.neutral) == "at 0\nmove left"
    assert (whole.names, whole.places, whole.end) == (("x", "by"), {"x": 0, "by": 1}, "")


# --- names -----------------------------------------------------------------------------------------------------------


def test_fields_are_said_by_their_whole_name_before_its_last_part():
    schema = Schema("{hero.hp} {foe.hp} {hp}", **{"hp": Int(0, 9), "hero.hp": Int(0, 99)})
    assert schema.write(schema.neutral) == "00 0 0\n"


def test_a_repeated_field_has_pieces_of_its_own_in_the_order_of_its_indices():
    schema = Schema("{mem[0..2]} {mem[5]} {mem[3]}", mem=Int(0, 9))
    assert schema.names == ("mem[0]", "mem[1]", "mem[2]", "mem[5]", "mem[3]")
    assert schema.repeated == {"mem": (0, 1, 2, 4, 3)}
    assert schema.neutral.changed({"mem[5]": 5, "mem[3]": 3}).mem == (0, 0, 0, 3, 5)
    assert schema.write(schema.neutral.changed(mem=(0, 1, 2, 3, 4))) == "0 1 2 4 3\n"


def test_a_member_may_hold_something_of_its_own():
    schema = Schema("{mem[0..2]}", **{"mem": Int(0, 9), "mem[1]": Choice("x")})
    assert schema.write(schema.neutral) == "0 x 0\n"


def test_siblings_are_the_same_field_of_the_other_groups():
    assert BOARD.siblings["hero.hp"] == ("foe.hp",)
    assert BOARD.siblings["turn"] == ()
    three = Schema("{a.b.x} {c.b.x} {d.b.x} {x}", x=Int(0, 9))
    assert three.siblings == {
        "a.b.x": ("c.b.x", "d.b.x"),
        "c.b.x": ("a.b.x", "d.b.x"),
        "d.b.x": ("a.b.x", "c.b.x"),
        "x": (),
    }


def test_neighbours_stand_before_and_behind_in_the_line():
    assert BOARD.neighbours["turn"] == ()
    assert BOARD.neighbours["hero.hp"] == ("hero.max",)
    assert BOARD.neighbours["hero.x"] == ("hero.max", "hero.y")


def test_groups_are_what_stands_before_dots():
    assert BOARD.groups == {"hero", "foe"}
    assert Schema("{a.b.x}", x=Int(0, 9)).groups == {"a", "a.b"}
    assert BOARD.label("hero.hp") == "hero hp"


def test_a_repeated_field_may_have_thousands_of_members():
    schema = Schema("{mem[0..2999]}", mem=Int(0, 9))
    assert schema.neutral.mem == (0,) * 3000
    assert Reader(schema).values("7" + " 0" * 2999 + "\n")[:2] == (7, 0)


# --- schemas that could not be read back -----------------------------------------------------------------------------

A, B = Int(0, 9), Int(0, 99, digits=0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Schema("{a}", end=" ", a=A), "a schema's end must be a newline or nothing (no field may be called"),
        (lambda: Schema("", a=A), "a schema's text must be lines of pieces, none of them empty, got ''"),
        (lambda: Schema("{a}\n\n{b}", a=A, b=A), "a schema's text must be lines of pieces, none of them empty"),
        (lambda: Schema("{a} {b}", a=A), "a schema's text must be made of fields that are defined with it, b=Int(...)"),
        (lambda: Schema("{x.b}", a=A), "a schema's text must be made of fields that are defined with it, x.b=Int(...)"),
        (lambda: Schema("{a}", a=A, b=A), "a schema's fields must be used in its text, as {b}, got 'b'"),
        (lambda: Schema("{a} {a}", a=A), "a schema's field must be named once, got 'a'"),
        (lambda: Schema("{a[0..2]} {a[1]}", a=A), "a schema's field must be named once, got 'a[1]'"),
        (lambda: Schema("{a}", a=9), "field a must be an Int, a Choice or another Field, got 9"),
        (lambda: Schema("{a}", a=Int), "field a must be an Int, a Choice or another Field, got <class"),
        (lambda: Schema("{a", a=A), "a place must be {name}, {group.name} or {name[0..n]}, got '{a'"),
        (lambda: Schema("{}", a=A), "a place must be {name}, {group.name} or {name[0..n]}, got '{}'"),
        (lambda: Schema("{a-b}", a=A), "a place must be {name}, {group.name} or {name[0..n]}, got '{a-b}'"),
        (lambda: Schema("{a[0].x}", x=A), "a place must be {name}, {group.name} or {name[0..n]}, got '{a[0].x}'"),
        (
            lambda: Schema("{a[0..2]},", a=A),
            "a repeated field must be a piece by itself, with a space on both sides, got '{a[0..2]}'",
        ),
        (lambda: Schema("{a[3..2]}", a=A), "the range of a must be first..last with at most 10000 members"),
        (lambda: Schema("{a[0..10000]}", a=A), "the range of a must be first..last with at most 10000 members"),
        (lambda: Schema("{a} {a.x}", a=A, x=A), "a schema's field must be named differently from every group and"),
        (lambda: Schema("{a} {a[0..2]}", a=A), "a schema's field must be named differently from every group and"),
        (
            lambda: Schema("{items}", items=A),
            "a schema's field must be named differently from the attributes of every case",
        ),
        (
            lambda: Schema("{values[0..2]}", values=A),
            "a schema's field must be named differently from the attributes of",
        ),
        (
            lambda: Schema("{get.hp}", hp=A),
            "a schema's field must be named differently from the attributes of every case",
        ),
        (
            lambda: Schema("{__x}", __x=A),
            "a schema's field must be named differently from the attributes of every case",
        ),
        (
            lambda: Schema("{b}{a}", a=A, b=B),
            "field b must be followed by a border, {a}+{b}, because its texts have different lengths, got '{b}{a}'",
        ),
        (
            lambda: Schema("{a}{b}", a=Choice("x", "xy"), b=Choice("y", "z")),
            "field a must be followed by a border, {a}+{b}, because its texts have different lengths, got '{a}{b}'",
        ),
        (
            lambda: Schema("{a}-{b}", a=Choice("x", "x-y"), b=Choice("z", "y-z")),
            "fields a, b must be able to read 'x-y-z' back as ('x', 'y-z'): separate them by a border ",
        ),
        (
            lambda: Schema("{a}-{b}", a=Choice("x", "x-"), b=Int(-9, 9, digits=0)),
            "fields a, b must be able to read 'x--9' back as ('x', -9): separate them by a border ",
        ),
        (
            lambda: Schema("a\x07b {a}", a=A),
            "what a schema's word writes must be a text without white space and control characters, got 'a\\x07b'",
        ),
        (
            lambda: Schema("{a}", a=Choice("x\x7f")),
            "what field a writes must be a text without white space and control characters, got 'x\\x7f'",
        ),
        (
            lambda: Schema("{a}", a=A, end="") + Schema("{b}", b=A),
            "the end of a schema that another schema follows must be a newline, got ''",
        ),
        (lambda: Schema("{a}", a=A) + Schema("{a}", a=A), "a schema's field must be named once, got 'a'"),
    ],
)
def test_a_schema_that_could_not_be_read_back_is_refused(make, message):
    with pytest.raises(SchemaError) as caught:
        make()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_an_ambiguity_is_found_among_more_combinations_than_are_tried():
    many = Int(0, 9999)
    kinds = {"a": Choice("x", "x:1"), "b": Choice("1:y", "y", "z"), **dict.fromkeys("cdef", many)}
    with pytest.raises(SchemaError, match="fields a, b, c, d, e, f must be able to read"):
        Schema("{a}:{b}:{c}:{d}:{e}:{f}", **kinds)


def test_what_every_case_has_is_no_name_of_a_field():
    assert TAKEN == ("changed", "get", "items", "keys", "part", "schema", "values", "values_")


def test_what_every_case_has_may_be_the_last_part_of_a_name():
    assert Schema("{hero.items}", items=Int(0, 9)).neutral.hero.items == 0


@pytest.mark.parametrize("name", ["self", "text", "changes"])
def test_a_field_may_be_called_as_parameters_are(name):
    assert Schema(f"{{{name}}}", **{name: A}).neutral.changed(**{name: 3})[name] == 3


# --- fields of a user's own ------------------------------------------------------------------------------------------


class Word(Field):
    """One or two letters."""

    pattern = "[ab]{1,2}"
    simplest = "a"

    def edges(self):
        return ["a", "bb"]

    def sample(self, random):
        return random.choice(["a", "b", "ab"])


class LowestFirst(Int):
    """A number whose digits are written from the lowest to the highest."""

    def write(self, value):
        return super().write(value)[::-1]

    def read(self, text):
        return super().read(text[::-1])


class Loud(Choice):
    """A word that is written in capitals."""

    @property
    def pattern(self):
        return super().pattern.upper()

    def write(self, value):
        return value.upper()

    def read(self, text):
        return text.lower()


class Tens(Int):
    """A number that is written in hexadecimal digits, which its format says."""

    pattern = "[0-9a-f]{2}"
    format = "02x"

    def read(self, text):
        return int(text, 16)


def test_a_field_derived_from_a_number_writes_and_reads_in_its_own_way():
    schema = Schema("{a}+{b}", a=LowestFirst(0, 99), b=Int(0, 99))
    assert schema.write({"a": 12, "b": 34}) == "21+34\n"
    assert Reader(schema).values("21+34\n") == (12, 34)


def test_a_field_derived_from_a_choice_writes_and_reads_in_its_own_way():
    schema = Schema("{answer}", answer=Loud("yes", "no"))
    assert schema.write({"answer": "no"}) == "NO\n"
    assert Reader(schema).values("NO\n") == ("no",)


def test_a_field_that_says_another_format_writes_by_it():
    schema = Schema("{a}", a=Tens(0, 99))
    assert schema.write({"a": 99}) == "63\n"
    assert Reader(schema).values("63\n") == (99,)


def with_(**members):
    """A `Word` with other members."""
    return type("Word", (Word,), members)()


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (Field(), "the pattern of field a must be a regular expression, got 'NotImplementedError'"),
        (with_(pattern="("), "the pattern of field a must be a regular expression, got 'error: missing )"),
        (with_(pattern="(a|b)b?"), "the pattern of field a must be without groups that capture, as (?:a|b), got"),
        (
            with_(edges=Field.edges),
            "field a must be a Field that gives pattern, simplest, edges and sample, got 'NotImplementedError'",
        ),
        (
            with_(sample=Field.sample),
            "field a must be a Field that gives pattern, simplest, edges and sample, got 'NotImplementedError'",
        ),
        (
            with_(edges=lambda self: ["a", "ccc"]),
            "field a must be one that allows its simplest value, edges and samples, got 'ccc'",
        ),
        (
            with_(simplest="c"),
            "field a must be one that allows its simplest value, edges and samples, got 'c'",
        ),
        (with_(sample=lambda self, random: "z"), "field a must be one that allows its simplest value, edges and"),
        (
            with_(read=lambda self, text: text.upper()),
            "field a must be able to read 'a' back as ('a',), got ('A',)",
        ),
        (
            with_(allows=lambda self, value: True, write=lambda self, value: "ccc"),
            "field a must be able to read 'ccc' back as ('a',), got None",
        ),
        (
            with_(read=lambda self, text: 1 / 0),
            "field a must be able to write and read ('a',), got 'ZeroDivisionError: division by zero'",
        ),
        (
            with_(pattern="a| ", edges=lambda self: ["a", " "], sample=lambda self, random: "a"),
            "what field a writes must be a text without white space and control characters, got ' '",
        ),
        (
            with_(pattern="a?", edges=lambda self: [""], sample=lambda self, random: "a"),
            "what field a writes must be a text without white space and control characters, got ''",
        ),
        (
            with_(format="5s", write=lambda self, value: value),
            "field a must be one whose write agrees with its format 5s, got 'a'",
        ),
    ],
)
def test_a_field_of_ones_own_that_could_not_be_read_back_is_refused(field, message):
    with pytest.raises(SchemaError) as caught:
        Schema("x {a}", a=field)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
