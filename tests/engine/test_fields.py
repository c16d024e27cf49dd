"""What the kinds of fields write, read, allow and shrink towards, and which fields are refused."""

from random import Random

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turncheck.engine.fields import Choice, Field, Int, SchemaError

INTS = st.builds(
    lambda low, more, extra, zeros: Int(low, low + more, digits=None if zeros else 0),
    st.integers(-300, 300),
    st.integers(0, 600),
    st.none(),
    st.booleans(),
)


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "texts"),
    [
        (Int(0, 9), {0: "0", 9: "9"}),
        (Int(0, 40), {0: "00", 7: "07", 40: "40"}),
        (Int(1, 5, digits=3), {1: "001", 5: "005"}),
        (Int(0, 100, digits=0), {0: "0", 7: "7", 100: "100"}),
        (Int(-128, 127), {-128: "-128", -7: "-007", 0: "+000", 7: "+007", 127: "+127"}),
        (Int(-5, 5, digits=0), {-5: "-5", 0: "0", 5: "5"}),
        (Int(0, 9, signed=True), {0: "+0", 9: "+9"}),
    ],
)
def test_a_number_has_one_text(field, texts):
    assert {value: field.write(value) for value in texts} == texts
    assert {value: field.read(text) for value, text in texts.items()} == {value: value for value in texts}


@pytest.mark.parametrize(
    ("field", "matched", "others"),
    [
        (Int(0, 40), ["00", "40", "41", "99"], ["0", "000", "+1", "-1", " 1", "1 ", "x1", "", "٣٣"]),
        (Int(-9, 9), ["+0", "-1", "+9"], ["-0", "0", "9", "+10", "--1"]),
        (Int(-99, 99), ["+00", "-01", "-99"], ["-00", "+0", "-1"]),
        (Int(0, 9, digits=0), ["0", "9", "10", "123"], ["00", "01", "-1", "+1", ""]),
        (Int(-9, 9, digits=0), ["0", "-9", "10"], ["-0", "+1", "-01", "00"]),
    ],
)
def test_the_pattern_of_a_number_matches_its_texts_whatever_their_range(field, matched, others):
    assert [text for text in [*matched, *others] if _matches(field, text)] == matched


def test_minus_nought_is_no_number_where_digits_follow_without_a_border():
    import re

    pair = re.compile(f"({Int(-99, 99).pattern})({Int(0, 99).pattern})")
    assert pair.fullmatch("-0012") is None
    assert pair.fullmatch("-0112").groups() == ("-01", "12")


@pytest.mark.parametrize(
    ("field", "width", "count", "edges", "simplest"),
    [
        (Int(0, 40), 2, 41, [0, 1, 39, 40], 0),
        (Int(3, 3), 1, 1, [3], 3),
        (Int(-128, 127), 4, 256, [-128, -127, -1, 0, 1, 126, 127], 0),
        (Int(-9, -4), 2, 6, [-9, -8, -5, -4], -4),
        (Int(1, 40, simplest=20), 2, 40, [1, 2, 19, 20, 21, 39, 40], 20),
        (Int(0, 99, digits=0), None, 100, [0, 1, 98, 99], 0),
    ],
)
def test_a_number_knows_its_width_count_edges_and_simplest_value(field, width, count, edges, simplest):
    assert (field.width, field.count(), field.edges(), field.simplest) == (width, count, edges, simplest)


def test_numbers_are_ranked_by_their_distance_from_the_simplest_the_higher_first():
    assert Int(-2, 2).values() == [0, 1, -1, 2, -2]
    assert Int(1, 5, simplest=4).values() == [4, 5, 3, 2, 1]


@given(INTS, st.randoms(use_true_random=False))
def test_whatever_a_number_samples_is_allowed_and_read_back(field, random):
    value = field.sample(random)
    assert field.allows(value)
    assert _matches(field, field.write(value))
    assert field.read(field.write(value)) == value


@given(INTS, st.data())
def test_what_is_simpler_than_a_number_is_allowed_and_of_lower_rank(field, data):
    value = data.draw(st.integers(field.low, field.high))
    simpler = list(field.simpler(value))
    assert all(field.allows(each) and field.rank(each) < field.rank(value) for each in simpler)
    assert len(set(simpler)) == len(simpler) <= 4
    assert (simpler == []) == (value == field.simplest)


def test_simpler_numbers_are_the_simplest_half_way_one_nearer_and_the_positive_one():
    assert list(Int(0, 40).simpler(40)) == [0, 20, 39]
    assert list(Int(-128, 127).simpler(-100)) == [0, -50, -99, 100]
    assert list(Int(0, 9).simpler(1)) == [0]


def test_a_number_allows_ints_of_its_range_alone():
    field = Int(0, 1)
    assert [value for value in (0, 1, 2, -1, True, False, 0.0, 1.0, "1", None) if field.allows(value)] == [0, 1]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Int(0.5, 2), "Int's low must be an int, got 0.5"),
        (lambda: Int(True, 2), "Int's low must be an int, got True"),
        (lambda: Int(0, "9"), "Int's high must be an int, got '9'"),
        (lambda: Int(5, 4), "Int's high must be 5 (its low) or more, got 4"),
        (
            lambda: Int(0, 100, digits=2),
            "Int's digits must be 3 or more for the range 0..100, or 0 for numbers without zeros in front, got 2",
        ),
        (
            lambda: Int(-100, 5, digits=2),
            "Int's digits must be 3 or more for the range -100..5, or 0 for numbers without zeros in front, got 2",
        ),
        (
            lambda: Int(0, 9, digits=-1),
            "Int's digits must be 1 or more for the range 0..9, or 0 for numbers without zeros in front, got -1",
        ),
        (lambda: Int(-5, 5, signed=False), "Int's signed must be True for a range that goes down to -5, got False"),
        (lambda: Int(0, 9, simplest=10), "Int's simplest must be 0..9, got 10"),
    ],
)
def test_a_number_that_could_not_be_read_back_is_refused(make, message):
    with pytest.raises(SchemaError) as caught:
        make()
    assert str(caught.value) == message


# --- words -----------------------------------------------------------------------------------------------------------


def test_a_choice_ranks_its_words_as_they_are_said():
    field = Choice("wait", "guard", "attack", "heal")
    assert (field.simplest, field.count(), field.edges()) == ("wait", 4, ("wait", "guard", "attack", "heal"))
    assert [field.rank(word) for word in (*field.words, "sing")] == [0, 1, 2, 3, 4]
    assert list(field.simpler("heal")) == ["wait", "guard", "attack"]
    assert list(field.simpler("guard")) == ["wait"]
    assert list(field.simpler("wait")) == []


def test_the_pattern_of_a_choice_prefers_its_long_words_and_takes_none_as_a_pattern():
    field = Choice("a", "a.b", "(", "ab")
    assert [text for text in ("a", "a.b", "(", "ab", "axb", "b", "") if _matches(field, text)] == [
        "a",
        "a.b",
        "(",
        "ab",
    ]


@pytest.mark.parametrize(("words", "width"), [(("x", "o"), 1), (("x", "oo"), None), (("yes",), 3)])
def test_a_choice_has_a_width_where_its_words_are_as_long(words, width):
    assert Choice(*words).width == width


def test_choices_are_equal_by_their_words_and_their_reason():
    assert Choice("x", "o") == Choice("x", "o")
    assert hash(Choice("x", "o")) == hash(Choice("x", "o"))
    assert Choice("x", "o") != Choice("o", "x")
    assert Choice("x", "o") != Choice("x", "o", reason="no_mark")
    assert repr(Choice("x", "o")) == "Choice('x', 'o')"


def test_a_choice_allows_its_words_alone():
    assert [value for value in ("x", "o", "", "xo", None, 1, ["x"]) if Choice("x", "o").allows(value)] == ["x", "o"]


def test_samples_of_a_choice_are_all_of_its_words():
    field, random = Choice("x", "o", "."), Random(0)
    assert {field.sample(random) for _ in range(100)} == {"x", "o", "."}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Choice must be one word or more, got ()"),
        (("x", ""), "Choice's word must be a text without spaces, got ''"),
        (("a b",), "Choice's word must be a text without spaces, got 'a b'"),
        (("a\n",), "Choice's word must be a text without spaces, got 'a\\n'"),
        ((1,), "Choice's word must be a text without spaces, got 1"),
        (("x", "o", "x"), "Choice's words must be different from each other, got 'x'"),
    ],
)
def test_a_choice_that_could_not_be_read_back_is_refused(words, message):
    with pytest.raises(SchemaError) as caught:
        Choice(*words)
    assert str(caught.value) == message


# --- a field of one's own --------------------------------------------------------------------------------------------


@attrs.frozen
class Cells(Field):
    """A row of cells, dead or alive."""

    size: int

    @property
    def pattern(self):
        return f"[.#]{{{self.size}}}"

    @property
    def simplest(self):
        return "." * self.size

    def edges(self):
        return [self.simplest, "#" * self.size]

    def sample(self, random):
        return "".join(random.choices(".#", k=self.size))


class Hexadecimal(Int):
    """A number whose format is another, and whose writing follows from it."""

    @property
    def pattern(self):
        return "[0-9a-f]{2}"

    @property
    def format(self):
        return "02x"

    def read(self, text):
        return int(text, 16)


class Percent(Field):
    """A field that says by its format alone how it is written."""

    format = "03d"
    pattern = "[0-9]{3}"
    simplest = 0

    def edges(self):
        return [0, 100]

    def sample(self, random):
        return random.randint(0, 100)

    def read(self, text):
        return int(text)


def test_a_field_of_ones_own_has_the_usual_answers_to_what_it_does_not_say():
    row = Cells(4)
    assert (row.reason, row.width, row.format, row.count()) == ("bad_value", None, None, None)
    assert (row.write("..#."), row.read("..#."), row.rank("..#."), row.rank("....")) == ("..#.", "..#.", 1, 0)
    assert [text for text in ("....", "#.#.", "...", ".....", "...x") if row.allows(text)] == ["....", "#.#."]
    assert list(row.simpler("##..")) == ["...."]


def test_a_longer_text_is_farther_from_the_simplest():
    class Word(Cells):
        pattern = "a+"
        simplest = "a"

    assert [Word(1).rank("a" * length) for length in (1, 2, 5)] == [0, 1, 4]


def test_a_field_that_has_a_format_is_written_by_it():
    assert Percent().write(7) == "007"


@pytest.mark.parametrize("member", ["pattern", "simplest"])
def test_a_field_says_what_it_must_have(member):
    with pytest.raises(NotImplementedError):
        getattr(Field(), member)


def _matches(field, text):
    import re

    return re.fullmatch(field.pattern, text) is not None
