"""The wordings of the duel: each can be read back, and says the same turns."""

import runpy
from pathlib import Path

import pytest

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Battle, Order, Turn, Unit, write
from turncheck.engine.sampling import sample

FOLDER = Path(__file__).parents[2] / "examples" / "formats"
WORDINGS = runpy.run_path(str(FOLDER / "wordings.py"))
STATUSES = "shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0"
UNIT = f"{STATUSES} cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0"
TURN = Turn(Battle(7, Unit(31, 40), Unit(9, 9)), Order("foe", "guard"), Order("hero", "attack"))


@pytest.mark.parametrize("name", ["letters", "orders_first", "acting_first", "strokes"])
def test_turns_and_answers_are_read_back(name):
    encode, decode = WORDINGS[name]
    for case in sample(DOMAIN, "mixed", 0, 200):
        for text in (DOMAIN.write(case), DOMAIN.resolve_text(DOMAIN.write(case))):
            assert decode(encode(text)) == text
    assert encode(write(TURN)) != write(TURN)


def test_how_a_turn_reads():
    hero, foe = f"hero hp 31/40 {UNIT}\n", f"foe hp 09/09 {UNIT}\n"
    orders = "do foe guard\ndo hero attack\n"
    assert write(TURN) == f"turn 07\n{hero}{foe}{orders}"
    assert WORDINGS["orders_first"][0](write(TURN)) == f"{orders}turn 07\n{hero}{foe}"
    assert WORDINGS["acting_first"][0](write(TURN)) == f"turn 07\n{foe}{hero}{orders}"
    letters = WORDINGS["letters"][0](write(TURN)).splitlines()
    assert letters[0] == "t 07"
    assert letters[1].startswith("h p 31/40 s 00 o 0 b 0 r 0")
    assert letters[3:] == ["d f G", "d h A"]
    assert WORDINGS["strokes"][0](hero).startswith("hero hp |||......1/||||.....0 shield 00")


def test_letters_tell_all_words_apart():
    assert len(WORDINGS["WORDS"]) == len(WORDINGS["LETTERS"])
    assert set(WORDINGS["LETTERS"]) == set(DOMAIN.words) - {"reject"}
