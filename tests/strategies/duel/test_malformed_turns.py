import pytest

from turncheck.engine.duel import REASONS, STANDARD, Battle, Turn, Unit, resolve_text, write, write_rejection
from turncheck.strategies.duel import OptionError, malformed_turns, turns
from turncheck.strategies.duel.operators import OPERATORS, Operator
from turncheck.strategies.operators import UnknownReasonError

BUSY = Turn(Battle(7, Unit(31, 40, shield=4), Unit(22, 35, burn=3)))


@pytest.mark.parametrize("reason", REASONS)
def test_every_text_is_broken_in_exactly_the_way_that_is_named(reason, examples_of):
    texts = examples_of(malformed_turns(reason), 60)
    assert {resolve_text(text) for text in texts} == {write_rejection(reason)}


def test_any_reason_is_drawn_where_none_is_named(examples_of):
    answers = {resolve_text(text) for text in examples_of(malformed_turns(), 300)}
    assert answers == {write_rejection(reason) for reason in REASONS}


@pytest.mark.parametrize("reason", REASONS)
def test_every_way_of_a_reason_is_drawn(reason, examples_of, monkeypatch):
    ways = [way.__name__ for way in OPERATORS[reason].ways]
    monkeypatch.setitem(OPERATORS, reason, Operator(reason, tuple(lambda page, choices, way=way: way for way in ways)))
    assert set(examples_of(malformed_turns(reason, turns=BUSY), 150)) == set(ways)


@pytest.mark.parametrize("reason", REASONS)
def test_the_smallest_text_of_a_turn_is_its_simplest_damage(reason, smallest):
    assert smallest(malformed_turns(reason, turns=BUSY)) == OPERATORS[reason](BUSY, 0)


def test_the_smallest_text_of_all_is_the_neutral_turn_without_its_last_newline(smallest):
    assert smallest(malformed_turns()) == write(Turn())[:-1]
    assert smallest(malformed_turns("out_of_range")) == write(Turn()).replace("turn 01", "turn 00")


def test_a_text_shrinks_to_one_fault_in_the_neutral_turn(smallest):
    text = smallest(malformed_turns("out_of_range"), lambda text: "\nfoe" in text and "stun 4" in text)
    assert text == write(Turn()).replace("stun 0", "stun 4", 1)


def test_the_turns_are_any_valid_ones_and_can_be_narrowed(examples_of):
    texts = examples_of(malformed_turns("unknown_action", turns=turns(turn=42)), 20)
    assert {text[:8] for text in texts} == {"turn 42\n"}
    texts = examples_of(malformed_turns("unknown_action"), 100)
    assert any("hp 00/" in text for text in texts)


def test_the_rules_in_force_say_what_is_out_of_range(examples_of):
    rules = STANDARD.with_field("shield", high=99)
    texts = examples_of(malformed_turns("out_of_range", rules=rules), 80)
    assert {resolve_text(text, rules) for text in texts} == {"reject out_of_range\n"}


def test_an_unknown_reason_is_refused_at_once():
    with pytest.raises(UnknownReasonError) as raised:
        malformed_turns("too_long")
    assert str(raised.value).endswith("duplicate_order, fallen_with_status, got 'too_long'")


def test_turns_that_are_no_turns_are_refused_at_once():
    with pytest.raises(OptionError) as raised:
        malformed_turns("truncated", turns="turn 01\n")
    assert str(raised.value) == "turns must be a Turn or a strategy of them, got 'turn 01\\n'"
