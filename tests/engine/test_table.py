"""Many cases at once: the generic implementation gives the same results as each case alone."""

import numpy as np
import pytest

from tests.small_domains import ADDER, BOARD, TICTACTOE, TRACK, WALK, adder, tictactoe, track
from turncheck.engine.fields import Choice, Int
from turncheck.engine.sampling import UnknownSamplerError, sample
from turncheck.engine.schema import Schema
from turncheck.engine.scope import small
from turncheck.engine.table import STREAM, arrays_of, samplers_in

DOMAINS = {"game": TICTACTOE, "adder": ADDER, "walk": WALK}


@pytest.fixture(params=DOMAINS)
def domain(request):
    return DOMAINS[request.param]


@pytest.mark.parametrize(
    ("domain", "names"),
    [
        (TICTACTOE, ("mixed", "play", "uniform", "small")),
        (ADDER, ("mixed", "uniform", "small")),
        (
            adder(samplers={"carries": lambda random: ADDER.case(a=99, b=1), "mixed": None}),
            ("uniform", "carries", "small"),
        ),
    ],
)
def test_what_can_be_swept_are_the_samplers_and_the_small_scope(domain, names):
    assert samplers_in(domain) == names


def test_a_sampler_that_there_is_not_is_named_with_those_that_there_are():
    with pytest.raises(UnknownSamplerError) as caught:
        arrays_of(ADDER, "play")
    assert str(caught.value) == "sampler must be one of mixed, uniform, small, got 'play'"


def test_a_table_holds_the_cases_of_the_sample_by_their_numbers(domain):
    cases = list(sample(domain, "mixed", 4, 40))
    table = arrays_of(domain, "mixed").sample("mixed", 4, 30, start=10)
    assert [table.case(index) for index in range(len(table))] == cases[10:]
    assert table.texts() == [domain.write(case) for case in cases[10:]]
    assert [table[5:9].case(index) for index in range(4)] == cases[15:19]
    assert len(table[::7]) == 5


def test_the_small_scope_is_what_is_enumerated(domain):
    table = arrays_of(domain, "small").small()
    assert table.texts() == [domain.write(case) for case in small(domain)]


def test_answers_are_the_reference_s(domain):
    arrays = arrays_of(domain, "mixed")
    cases = arrays.sample("mixed", 4, 50)
    answers = arrays.resolve(cases)
    assert len(answers) == 50
    assert answers.texts() == [domain.resolve_text(text) for text in cases.texts()]
    assert answers[10:20].case(3) == domain.outcome(cases.case(13))


def test_an_answer_is_worked_out_when_it_is_looked_at():
    asked = []
    domain = track(step=lambda state: asked.append(state) or {})
    arrays = arrays_of(domain, "uniform")
    answers = arrays.resolve(arrays.sample("uniform", 4, 50))[40:]
    assert asked == []
    answers.texts()
    assert 0 < len(asked) <= 10


def test_what_changes_is_counted_by_shared_field(domain):
    arrays = arrays_of(domain, "mixed")
    cases = arrays.sample("mixed", 4, 50)
    expected = {}
    for name in domain.shared:
        pairs = [(case[name], domain.outcome(case)[name]) for case in cases.cases]
        expected[name] = sum(was != now for was, now in pairs)
    assert arrays.changed(cases, arrays.resolve(cases)) == expected
    assert (expected == {}) == (domain is ADDER)


def test_columns_say_which_cases_meet_a_predicate():
    arrays = arrays_of(WALK, "uniform")
    cases = arrays.sample("uniform", 4, 50)
    met = arrays.columns(cases, arrays.resolve(cases)).meet(lambda state: state.x > 3, np.array([3, 4, 40]))
    assert met.tolist() == [cases.case(row).x > 3 for row in (3, 4, 40)]
    assert met.dtype == bool


# fmt: off
ORDERS = {
    "no orders":        (None, [""]),
    "a number alone":   (Schema("by {n}", n=Int(1, 3)), [""]),
    "one word":         (Schema("do {what}", what=Choice("wait")), [""]),
    "a choice":         (Schema("do {what}", what=Choice("wait", "go")), ["what wait", "what go"]),
    "beside a number":  (Schema("do {what} {n}", what=Choice("wait", "go"), n=Int(1, 3)), ["what wait", "what go"]),
    "of groups":        (Schema("{hero.do} {foe.do}", do=Choice("a", "b")),
                         [f"hero do {one}, foe do {other}" for one in "ab" for other in "ab"]),
    "twenty":           (Schema("{n} {m}", n=Choice(*"abcde"), m=Choice(*"wxyz")),
                         [f"n {n}, m {m}" for n in "abcde" for m in "wxyz"]),
    "more than twenty": (Schema("{n} {m}", n=Choice(*"abcdefg"), m=Choice(*"xyz")), [""]),
}
# fmt: on


@pytest.mark.parametrize("name", ORDERS)
def test_cases_are_told_apart_by_the_choices_of_their_orders_where_they_are_few(name):
    orders, strata = ORDERS[name]
    domain = track(orders=orders, state=TRACK, checks=(), start=TRACK.neutral)
    arrays = arrays_of(domain, "uniform")
    cases = arrays.sample("uniform", 0, 400)
    counts = arrays.strata(cases)
    assert {arrays.stratum(case) for case in cases.cases} == set(strata)
    assert set(counts) == {name for name in strata if name}
    assert sum(counts.values()) == (400 if counts else 0)


def test_choices_of_the_state_tell_nothing_apart():
    domain = tictactoe(orders=None, step=lambda state: {}, checks=(), start=BOARD.neutral, symmetries=())
    arrays = arrays_of(domain, "uniform")
    assert arrays.strata(arrays.sample("uniform", 0, 20)) == {}


def test_the_stream_has_a_name():
    assert arrays_of(ADDER, "mixed").stream == STREAM == "python-1"
