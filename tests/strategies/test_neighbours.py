"""Cases near a case: they are cases, few of their fields are others, and most numbers are close to what they were."""

from random import Random

import pytest

from tests.domains import SHORT_ADDER
from tests.small_domains import TICTACTOE
from turncheck.duel import DOMAIN
from turncheck.engine.sampling import sample
from turncheck.strategies import neighbours
from turncheck.strategies.neighbours import neighbour


@pytest.mark.parametrize("domain", [DOMAIN, SHORT_ADDER, TICTACTOE], ids=lambda domain: domain.name)
def test_a_neighbour_is_another_case_with_few_other_fields(domain):
    changed = []
    for seed, case in enumerate(sample(domain, next(iter(domain.samplers), "uniform"), 0, 200)):
        text = domain.write(case)
        near = neighbour(domain, text, Random(seed))
        assert near == neighbour(domain, text, Random(seed))
        assert domain.is_case(near)
        before, after = domain.fields_of(case), domain.fields_of(domain.read(near))
        changed.append(sum(one != other for one, other in zip(before.values_, after.values_, strict=True)))
    assert max(changed) <= 3
    assert changed.count(0) < 50  # a board may have no neighbour, or only a few


def test_most_numbers_move_by_little_and_compared_ones_move_together():
    together, distances = 0, []
    for seed, case in enumerate(sample(DOMAIN, "mixed", 1, 400)):
        before = DOMAIN.fields_of(case)
        after = DOMAIN.fields_of(DOMAIN.read(neighbour(DOMAIN, DOMAIN.write(case), Random(seed))))
        moves = {name: after[name] - before[name] for name in ("hero.hp", "hero.max", "foe.hp", "foe.max", "turn")}
        together += any(moves[f"{unit}.hp"] == moves[f"{unit}.max"] != 0 for unit in ("hero", "foe"))
        distances += [abs(move) for move in moves.values() if move]
    assert 50 < together < 120
    assert sum(distance <= 8 for distance in distances) > len(distances) / 2
    assert max(distances) > 20


def test_a_case_of_which_no_neighbour_is_found_stays(monkeypatch):
    monkeypatch.setattr(neighbours, "TRIED", 0)
    (case,) = sample(SHORT_ADDER, "uniform", 0, 1)
    assert neighbour(SHORT_ADDER, SHORT_ADDER.write(case), Random(0)) == SHORT_ADDER.write(case)
