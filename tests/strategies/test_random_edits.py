"""Random edits: the same with the same seed, nearly always another text, and of every reason to reject one."""

from collections import Counter
from random import Random

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, write
from turncheck.strategies.random_edits import EDITS, edited, ended

TEXT = write(Turn())


def test_they_depend_on_the_seed_alone():
    assert [edited(TEXT, Random(seed)) for seed in range(50)] == [edited(TEXT, Random(seed)) for seed in range(50)]


def test_they_reach_nearly_every_reason_and_leave_some_cases():
    answers = Counter(DOMAIN.resolve_text(edited(TEXT, Random(seed))).split("\n")[0] for seed in range(3_000))
    found = {answer.removeprefix("reject ") for answer in answers if answer.startswith("reject ")}
    # The simplest turn has units at 1 of 1 hit points: edits seldom make other faults of these two kinds.
    assert found >= set(DOMAIN.reasons) - {"duplicate_order", "fallen_with_status"}
    assert any(not answer.startswith("reject ") for answer in answers)
    assert sum(edited(TEXT, Random(seed)) == TEXT for seed in range(300)) < 60


def test_any_text_can_be_edited():
    for text in ("", "\n", " ", "7", "\ud800", "x" * 50):
        for seed in range(len(EDITS) * 4):
            assert isinstance(edited(text, Random(seed)), str)


def test_characters_of_all_of_unicode_come_up_and_the_few_that_are_spaces_as_often_as_others():
    texts = [edited(TEXT, Random(seed)) for seed in range(20_000)]
    odd = Counter(character for text in texts for character in text if not character.isascii())
    assert len(odd) > 1_500
    assert {"\x85", "\x9f", "\xa0", "\u1680", "\u2000", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f"} <= set(odd)
    assert {"\u0663", "\uff19", "\u200b", "\u00ad"} <= set(odd)


def test_a_text_ends_behind_the_piece_in_which_it_first_differs():
    whole = "turn 07\nhero hp 31/40\n"
    ends = {
        ended("turn 07\nhero mp 31/40\n", whole, Random(1)),
        ended("turn x07\nhero hp 31/40\n", whole, Random(1)),
        ended("turn 07\n\nhero hp 31/40\n", whole, Random(1)),
    }
    assert ends == {"turn 07\nhero mp\n", "turn x07\n", "turn 07\n\n"}
    assert {ended("turn y\n", whole, Random(seed)) for seed in range(30)} == {"turn y\n", "turn y"}


def test_a_value_may_go_or_come_twice_with_its_label_and_the_first_one_as_often():
    texts = {edited(TEXT, Random(seed)) for seed in range(5_000)}
    assert {
        TEXT.removeprefix("turn 01"),
        TEXT.replace(" regen 0", "", 1),
        TEXT.replace(" stun 0", " stun 0 stun 0", 1),
    } <= texts
    assert sum(not text.startswith("turn 01\n") for text in texts) > 600
