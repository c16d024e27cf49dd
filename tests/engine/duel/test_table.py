"""The duel's arrays, by the interface of all domains: they give the same results as one turn after the other."""

from functools import partial

import attrs
import numpy as np
import pytest

from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD
from turncheck.engine.duel.table import DuelArrays
from turncheck.engine.table import PlainArrays, PlainCases, arrays_of, samplers_in
from turncheck.properties.laws.duel import LAWS

VARIANT = attrs.evolve(STANDARD.with_field("max", high=30), burn_damage=5, phases=STANDARD.phases[::-1])
COUNT = 300


@pytest.fixture(
    scope="module", params=[("mixed", STANDARD), ("play", STANDARD), ("small", STANDARD), ("mixed", VARIANT)]
)
def both(request):
    """The arrays with some of their turns, and the plain way with the same."""
    sampler, rules = request.param
    domain = duel(rules)
    arrays = arrays_of(domain, sampler)
    turns = arrays.small()[12_300 : 12_300 + COUNT] if sampler == "small" else arrays.sample(sampler, 8, COUNT)
    plain = PlainCases(domain, [turns.case(index) for index in range(COUNT)])
    return domain, (arrays, turns), (PlainArrays(domain), plain)


def test_the_duel_plugs_in_through_its_domain():
    assert samplers_in(DOMAIN) == ("mixed", "play", "small")
    assert {type(arrays_of(DOMAIN, sampler)) for sampler in samplers_in(DOMAIN)} == {DuelArrays}
    assert arrays_of(duel(VARIANT), "play").rules == VARIANT


def test_texts_and_answers_are_the_same(both):
    _, (arrays, turns), (plain, cases) = both
    after, answers = arrays.resolve(turns), plain.resolve(cases)
    assert (turns.texts(), after.texts()) == (cases.texts(), answers.texts())
    assert [after.case(index) for index in range(COUNT)] == answers.answers
    assert turns[10:20].texts() == cases[10:20].texts()
    assert after[::7].texts() == answers[::7].texts()


def test_what_changes_is_counted_as_it_is_one_by_one(both):
    _, (arrays, turns), (plain, cases) = both
    counts = arrays.changed(turns, arrays.resolve(turns))
    assert counts == plain.changed(cases, plain.resolve(cases))
    assert len(counts) == 31


def test_strata_are_those_of_the_turns(both):
    _, (arrays, turns), (_, cases) = both
    names = [arrays.stratum(turn) for turn in cases.cases]
    assert arrays.strata(turns) == {name: names.count(name) for name in names}
    turn = cases.case(0)
    assert names[0] == f"hero {turn.order('hero').action}, foe {turn.order('foe').action}"


def test_laws_apply_where_they_apply_one_by_one(both):
    domain, (arrays, turns), (plain, cases) = both
    many, each = arrays.columns(turns, arrays.resolve(turns)), plain.columns(cases, plain.resolve(cases))
    rows = np.arange(0, COUNT, 3)
    for law in LAWS:
        if law.form == "case":
            applies = partial(law.applies, domain=domain)
            assert many.meet(applies, rows).tolist() == each.meet(applies, rows).tolist(), law.id
