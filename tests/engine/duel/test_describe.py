"""Short forms of the duel's cases: what is unusual in a turn or a play, and where a malformed text is wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD, Battle, Order, Turn, Unit, write
from turncheck.engine.duel.describe import describe
from turncheck.engine.duel.text import write_orders
from turncheck.reports import cases

TEXT = write(Turn())
HOSTILE_TEXTS = st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from("|\\`\n a*\x1b\ud800"))


def turn(first="hero wait", second="foe wait", number=1, hero=None, foe=None):
    return Turn(Battle(number, hero or Unit(), foe or Unit()), Order(*first.split()), Order(*second.split()))


@pytest.mark.parametrize(
    ("case", "shown"),
    [
        (turn(), "the neutral turn"),
        (turn(number=99), "turn 99"),
        (turn("hero heal"), "hero heal"),
        (turn("hero heal", "foe attack"), "hero heal then foe attack"),
        (turn("foe wait", "hero wait"), "foe first"),
        (turn("foe wait", "hero heal"), "hero heal"),
        (turn("foe attack", "hero heal"), "foe attack then hero heal"),
        (turn(hero=Unit(5, 9, poison=2)), "hero hp 05/09 poison 2"),
        (turn(foe=Unit(1, 1, cd_heal=1, cd_brace=5)), "foe cd heal 1 cd brace 5"),
        (
            turn("foe ignite", "hero guard", 7, Unit(31, 40, shield=4, thorns=1), Unit(0, 35)),
            "turn 07; hero hp 31/40 shield 04 thorns 1; foe hp 00/35; foe ignite then hero guard",
        ),
    ],
)
def test_a_turn_is_named_by_what_is_not_neutral(case, shown):
    assert describe(write(case)) == shown


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        ("", "line 1: nothing"),
        ("\n", "line 1: nothing"),
        ("turn 1\n", "line 1: turn 1"),
        ("turn 01\n", "line 2: nothing"),
        (TEXT[:-1], "line 5: do foe wait (no newline)"),
        (TEXT + "x\n", "line 6: x"),
        (TEXT.replace("foe wait", "foe hop"), "line 5: do foe hop"),
        (TEXT.replace("hero hp 01", "hero hp 1"), "line 2: hero hp 1/01 shield ..."),
        (
            TEXT.replace("hero hp 01/01 shield 00 poison 0", "hero hp 01/01 shield 00 poison x"),
            "line 2: ... 00 poison x burn ...",
        ),
        (TEXT.replace("turn 01", "turn \x1b[31m"), "line 1: turn \\x1b[31m"),
        (TEXT.replace("turn 01", f"turn {'9' * 99}"), f"line 1: turn {'9' * 55}"),
    ],
)
def test_a_malformed_turn_is_named_by_the_place_that_is_wrong(prompt, shown):
    assert describe(prompt) == shown


def play(*turns, hero=None):
    orders = tuple(tuple(Order(*order.split()) for order in pair.split(", ")) for pair in turns)
    return write(Battle(hero=hero or Unit())) + "".join(map(write_orders, orders))


@pytest.mark.parametrize(
    ("case", "shown"),
    [
        (play("hero wait, foe wait"), "the neutral turn"),
        (play("hero heal, foe attack"), "hero heal then foe attack"),
        (play("hero wait, foe wait", "hero wait, foe wait"), "2 turns: wait (2 times)"),
        (play("hero heal, foe attack", "foe guard, hero wait"), "2 turns: hero heal, foe attack / foe guard"),
        (play("foe wait, hero wait", "hero wait, foe wait"), "2 turns: foe first / wait"),
        (
            play("foe attack, hero heal", "hero heal, foe attack"),
            "2 turns: foe attack, hero heal / hero heal, foe attack",
        ),
        (
            play(*["hero guard, foe wait"] * 3, "hero wait, foe ignite", hero=Unit(5, 9)),
            "hero hp 05/09; 4 turns: hero guard (3 times) / foe ignite",
        ),
        (
            play(*["hero guard, foe wait", "hero heal, foe wait"] * 3),
            "6 turns: " + " / ".join(["hero guard", "hero heal"] * 3),
        ),
        (
            play(*["hero guard, foe wait", "hero heal, foe wait"] * 8),
            "16 turns: " + " / ".join(["hero guard", "hero heal"] * 3) + " / ...",
        ),
    ],
)
def test_a_play_is_named_by_its_battle_and_what_is_done_in_each_turn(case, shown):
    assert describe(case) == describe(case, "rollout") == shown


def test_a_malformed_text_that_reads_as_a_play_is_no_play_where_the_law_is_about_such_texts():
    text = play("hero wait, foe wait", "hero wait, foe wait")
    assert describe(text, "malformed") == "line 6: do hero ..."


def test_a_turn_is_read_by_the_digits_of_the_text_and_a_malformed_one_by_the_ranges():
    text = TEXT.replace("stun 0", "stun 7", 1)
    assert (describe(text), describe(text, "malformed")) == ("hero stun 7", "line 2: ... 0 stun 7 fragile ...")


def test_of_a_fallen_unit_with_something_left_all_that_is_unusual_is_shown():
    text = TEXT.replace("hp 01/01 shield 00 poison 0", "hp 00/07 shield 03 poison 2", 1)
    assert describe(text, "malformed") == "line 2: hero hp 00/07 shield 03 poison 2"


def test_the_domain_and_its_variants_are_described_so():
    for domain in (DOMAIN, duel(STANDARD.without("E4"))):
        assert cases.describe(domain, write(turn("hero heal"))) == "hero heal"


@settings(deadline=None, database=None, derandomize=True)
@given(
    HOSTILE_TEXTS | st.integers(0, 99).map(lambda at: TEXT[:at] + "\x1b" + TEXT[at:]),
    st.sampled_from(["", "malformed"]),
)
def test_any_text_is_named_in_few_printable_characters(text, kind):
    assert describe(text, kind).isprintable()
    assert 0 < len(describe(text, kind)) < 90


def test_a_very_long_text_is_named_too():
    assert describe(TEXT + "do hero wait\ndo foe wait\n" * 20_000) == "20001 turns: wait (20001 times)"
    assert describe(TEXT + "do hero wait\n" * 40_001) == "line 6: do hero ..."
    assert describe(f"turn {'1' * 100_000}\n") == f"line 1: turn {'1' * 55}"
