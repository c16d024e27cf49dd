import pytest

from turncheck.strategies.choices import ChoiceError, Choices


def test_choice_0_takes_the_first_of_every_list():
    choices = Choices(0)
    assert [choices.pick("abc"), choices.pick((1, 2)), choices.pick([None])] == ["a", 1, None]


def test_a_choice_is_read_lowest_digit_first_each_to_its_own_base():
    choices = Choices(1 + 3 * (4 + 5 * 1))
    assert [choices.pick("abc"), choices.pick("vwxyz"), choices.pick("pq")] == ["b", "z", "q"]


def test_what_outlasts_the_integer_takes_the_first():
    choices = Choices(5)
    assert [choices.pick("abcdef"), choices.pick("abcdef")] == ["f", "a"]


def test_integers_below_the_product_of_the_bases_give_every_row_of_choices_once():
    rows = set()
    for integer in range(24):
        choices = Choices(integer)
        rows.add((choices.pick("abcd"), choices.pick("xyz"), choices.pick("01")))
    assert len(rows) == 24


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-1, "choice must be an int, 0 or more, got -1; draw one with random.getrandbits(64)"),
        (1.0, "choice must be an int, 0 or more, got 1.0; draw one with random.getrandbits(64)"),
        (True, "choice must be an int, 0 or more, got True; draw one with random.getrandbits(64)"),
    ],
)
def test_a_choice_is_an_int_of_0_or_more(value, message):
    with pytest.raises(ChoiceError) as error:
        Choices(value)
    assert str(error.value) == message
