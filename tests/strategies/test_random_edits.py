"""Random edits: the same with the same seed, nearly always another text, and of every reason to reject one."""

from collections import Counter
from random import Random

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, write
from turncheck.strategies.random_edits import EDITS, edited

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
