"""Cases at the edges: they are cases, and many of their fields have the lowest, highest or simplest value."""

from random import Random

import pytest

from tests.domains import SHORT_ADDER
from tests.small_domains import TICTACTOE
from turncheck.duel import DOMAIN
from turncheck.engine.sampling import sample
from turncheck.strategies import edges
from turncheck.strategies.edges import at_edges


def at_edge(domain, case):
    """How many fields of a case have one of their edges' values."""
    values, fields = domain.fields_of(case), domain.prompt.fields
    return sum(values[name] in fields[name].edges() for name in domain.prompt.names)


@pytest.mark.parametrize("domain", [DOMAIN, SHORT_ADDER, TICTACTOE], ids=lambda domain: domain.name)
def test_what_is_at_the_edges_is_a_case_with_more_fields_there(domain):
    before = after = 0
    for seed, case in enumerate(sample(domain, next(iter(domain.samplers), "uniform"), 0, 200)):
        moved = at_edges(domain, case, Random(seed))
        assert domain.write(moved) == domain.write(at_edges(domain, case, Random(seed)))
        assert domain.is_case(domain.write(moved))
        before, after = before + at_edge(domain, case), after + at_edge(domain, moved)
    assert after >= before
    if domain is not TICTACTOE:  # each cell of a board is at an edge of its field
        assert after > before


def test_some_battles_of_the_duel_are_finished_and_hp_and_max_mostly_differ():
    cases = [at_edges(DOMAIN, case, Random(seed)) for seed, case in enumerate(sample(DOMAIN, "mixed", 1, 1000))]
    fallen = [each for case in cases for each in (case.battle.hero, case.battle.foe) if each.hp == 0]
    assert len(fallen) > 150  # `mixed` has about 35
    assert len({unit.max for unit in fallen}) > 40
    assert len({DOMAIN.write(case) for case in cases}) > 900


def test_a_case_of_which_no_change_leaves_a_case_stays(monkeypatch):
    monkeypatch.setattr(edges, "TRIED", 0)
    (case,) = sample(DOMAIN, "mixed", 0, 1)
    assert at_edges(DOMAIN, case, Random(0)) is case
