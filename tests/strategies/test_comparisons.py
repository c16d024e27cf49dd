"""Texts near the boundary of a comparison: the numbers that a check compares, near each other, on both sides of it."""

from collections import Counter
from random import Random

from tests.domains import SHORT_ADDER
from turncheck.duel import DOMAIN
from turncheck.engine.sampling import sample
from turncheck.strategies.comparisons import FARTHEST, brought_near, compared


def test_a_check_of_two_numbers_is_a_comparison():
    assert compared(DOMAIN) == [("hero.hp", "hero.max"), ("foe.hp", "foe.max")]
    assert compared(SHORT_ADDER) == []


def test_one_pair_is_brought_near_and_nothing_else_changes():
    rejected, pairs = Counter(), set()
    for seed, case in enumerate(sample(DOMAIN, "mixed", 0, 400)):
        text = brought_near(DOMAIN, case, Random(seed))
        assert text == brought_near(DOMAIN, case, Random(seed))
        changed = [pair for pair in zip(text.split(), DOMAIN.write(case).split(), strict=True) if len(set(pair)) == 2]
        assert len(changed) <= 1
        for piece, _ in changed:
            hp, highest = map(int, piece.split("/"))
            assert abs(hp - highest) <= FARTHEST
            pairs.add((hp, highest))
        rejected[DOMAIN.resolve_text(text).startswith("reject hp_above_max")] += 1
    assert 100 < rejected[True] < 200
    assert len(pairs) > 200


def test_a_domain_that_compares_nothing_keeps_its_cases():
    (case,) = sample(SHORT_ADDER, "uniform", 0, 1)
    assert brought_near(SHORT_ADDER, case, Random(0)) == SHORT_ADDER.write(case)
