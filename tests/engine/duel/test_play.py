"""Plays: a battle and the orders of several turns, as a value and as a text."""

import pytest

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Battle, MalformedTextError, Order, Play, Turn, Unit, resolve, turns_of, write

GUARDS = Order("hero", "guard"), Order("foe", "wait")
STRIKES = Order("foe", "attack"), Order("hero", "wait")
PLAY = Play(Battle(7, Unit(9, 9), Unit(5, 8)), (GUARDS, STRIKES, STRIKES))
TEXT = write(PLAY.state) + "do hero guard\ndo foe wait\n" + 2 * "do foe attack\ndo hero wait\n"


def test_the_text_of_a_play_is_that_of_a_turn_which_goes_on():
    assert DOMAIN.write_play(PLAY) == TEXT
    assert DOMAIN.read_play(TEXT) == PLAY
    turn = Turn(PLAY.state, *GUARDS)
    assert DOMAIN.read_play(write(turn)) == Play(PLAY.state, (GUARDS,))


def test_the_turns_of_a_play_follow_each_other():
    first, second, third = turns_of(PLAY)
    assert (first, second.battle, third.battle) == (Turn(PLAY.state, *GUARDS), resolve(first), resolve(second))
    assert [turn.orders for turn in (first, second, third)] == [GUARDS, STRIKES, STRIKES]


def test_a_battle_that_is_over_is_played_on_as_it_is():
    battle = Battle(3, Unit(0, 9), Unit(5, 8))
    assert [turn.battle for turn in turns_of(Play(battle, (GUARDS, STRIKES)))] == [battle, battle]


def test_a_play_has_one_turn_at_least():
    with pytest.raises(ValueError, match="orders"):
        Play(Battle(), ())


@pytest.mark.parametrize(
    ("text", "reason", "line", "piece"),
    [
        ("", "truncated", 1, 1),
        (write(PLAY.state), "truncated", 4, 1),
        (TEXT.removesuffix("do hero wait\n"), "truncated", 9, 1),
        (TEXT + "do foe wait\n", "truncated", 11, 1),
        (TEXT.removesuffix("\n"), "bad_spacing", 9, 3),
        (TEXT + "do foe wait\ndo hero sing\n", "unknown_action", 11, 3),
        (TEXT + "do foe wait\ndo foe wait\n", "duplicate_order", 11, 2),
        (TEXT.replace("turn 07", "turn 00"), "out_of_range", 1, 2),
        (TEXT + "\n", "bad_spacing", 10, 1),
        (TEXT.replace("do foe wait\n", "do foe wait\r\n"), "bad_spacing", 5, 3),
    ],
)
def test_a_text_that_is_no_play_says_where_it_is_wrong(text, reason, line, piece):
    with pytest.raises(MalformedTextError) as caught:
        DOMAIN.read_play(text)
    assert (caught.value.reason, caught.value.line, caught.value.piece) == (reason, line, piece)
