"""Edits that simplify malformed texts."""

from __future__ import annotations

import pytest

from tests.domains import ADDER
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, write
from turncheck.properties.checking.counterexamples import counterexample
from turncheck.properties.checking.shrink import is_minimal, shrink
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.text_edits import TextEdits, damage
from turncheck.properties.laws.duel import LAWS

NEUTRAL = write(Turn())
BY_ID = {law.id: law for law in LAWS}


def replaced(*changes):
    text = NEUTRAL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize(
    ("text", "tokens", "characters", "numbers"),
    [
        (NEUTRAL, 0, 0, 0),
        (replaced(("burn 0", "burn 7")), 1, 1, 7),
        (replaced(("burn 0", "brn 0")), 1, 1, 0),
        (replaced(("burn 0 ", "burn 0  ")), 1, 1, 0),
        (replaced(("burn 0 ", "")), 2, 7, 0),
        (replaced(("turn 01", "turn 99"), ("hp 01/01", "hp 12/40")), 2, 7, 99 + 12 + 40),
        ("", 69, len(NEUTRAL), 0),
    ],
)
def test_damage_counts_tokens_characters_and_numbers_that_differ_from_the_simplest_text(
    text, tokens, characters, numbers
):
    assert damage(text, DOMAIN) == (tokens, characters, numbers, text)


def test_an_edit_that_leaves_a_valid_case_is_none():
    edits, text = TextEdits(DOMAIN), replaced(("burn 0", "burn x"), ("turn 01", "turn 20"))
    undone = [edits.edited(text, piece) for piece in edits.pieces(text)]
    assert undone == [None, replaced(("burn 0", "burn x"))]


def test_every_single_simplification_of_a_hunk_is_tried():
    edits = TextEdits(DOMAIN)
    text = replaced(("thorns 0 stun", "thonrs 4 0 stun"))
    found = {edits.edited(text, edit) for edit in edits.singles(text)} - {None}
    wanted = ("thorns 4 0", "thonrs 0", "thonr 4 0", "thonrs 2 0", "thorrs 4 0")
    assert {replaced(("thorns 0 stun", f"{each} stun")) for each in wanted} <= found


class Forgiving:
    """Takes one kind of damage for none; everything else it answers as the reference does."""

    def __init__(self, repaired):
        self.repaired = repaired

    def predict(self, prompts):
        return [DOMAIN.resolve_text(self.repaired(prompt)) for prompt in prompts]


@pytest.mark.parametrize(
    ("law", "repaired", "damaged", "smallest"),
    [
        (
            "odd_spacing_is_bad_spacing",
            lambda prompt: prompt.replace("\t", " "),
            replaced(("turn 01", "turn 73"), ("shield 00", "shield\t04"), ("burn 0", "burn 3"), ("brace 0", "brace 2")),
            None,  # several texts with one tab are equally small
        ),
        (
            "miswritten_number_is_bad_number",
            lambda prompt: prompt.replace("x", ""),
            replaced(("turn 01", "turn 73"), ("poison 0", "poison 6xxx"), ("regen 0", "regen 2")),
            replaced(("poison 0", "poison 0x")),
        ),
        (
            "another_word_is_misplaced_label",
            lambda prompt: prompt.replace("stun 0 regen", "stun 0 fragile"),
            replaced(("turn 01", "turn 73"), ("stun 0 fragile", "stun 0 regen"), ("do foe wait", "do foe heal")),
            replaced(("stun 0 fragile", "stun 0 regen")),
        ),
    ],
    ids=["spacing", "number", "label"],
)
def test_a_text_shrinks_to_the_damage_that_matters(law, repaired, damaged, smallest):
    subject = Subject("forgiving", "py", Forgiving(repaired), DOMAIN)
    found = counterexample(BY_ID[law], subject, damaged)
    small = shrink(BY_ID[law], subject, found)
    assert small.mode is found.mode
    assert is_minimal(BY_ID[law], subject, small)
    assert damage(small.text, DOMAIN)[0] == 1
    if smallest is not None:
        assert small.text == smallest


def test_a_law_about_a_digit_of_another_script_keeps_that_digit():
    law, damaged = (
        BY_ID["only_ascii_digits_are_digits"],
        replaced(("turn 01", "turn 73"), ("poison 0", "poison \u0666")),
    )
    subject = Subject("forgiving", "py", Forgiving(lambda prompt: "x"), DOMAIN)
    small = shrink(law, subject, counterexample(law, subject, damaged))
    assert damage(small.text, DOMAIN)[:2] == (1, 1)
    assert any(character.isdecimal() and not character.isascii() for character in small.text)


def test_texts_of_another_domain_are_compared_with_its_own_simplest_text():
    simplest = ADDER.write(ADDER.case())
    assert damage(simplest, ADDER) == (0, 0, 0, simplest)
    assert damage(f"{simplest}x", ADDER)[:2] == (1, 1)
