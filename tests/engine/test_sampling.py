"""Samplers: the cases for a seed and a number, and how plays begin and continue."""

from collections import Counter
from random import Random

import pytest

from tests.small_domains import ADDER, BOARD, CELLS, MOVE, TICTACTOE, TRACK, WALK, adder, tictactoe, track
from turncheck.engine.case import Case
from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.play import Play
from turncheck.engine.reading import Check
from turncheck.engine.sampling import (
    DEPTH,
    EVALUATION_SEEDS,
    HELD_OUT_SEEDS,
    TRAINING_SEEDS,
    UnknownSamplerError,
    easy_case,
    next_case,
    outcome,
    played_on,
    sample,
    samplers_of,
    start_of,
    stream,
)
from turncheck.engine.schema import Schema


def texts(domain, name, seed, count, start=0):
    return [domain.write(case) for case in sample(domain, name, seed, count, start)]


# --- by name and seed ------------------------------------------------------------------------------------------------


def test_every_domain_has_mixed_and_uniform_and_play_where_there_is_a_start():
    assert list(samplers_of(TICTACTOE)) == ["mixed", "play", "uniform"]
    assert list(samplers_of(ADDER)) == ["mixed", "uniform"]


def test_a_domain_has_samplers_of_its_own_besides_or_in_place_of_these():
    domain = adder(samplers={"carries": lambda random: ADDER.case(a=99, b=random.randint(1, 99)), "uniform": None})
    assert list(samplers_of(domain)) == ["mixed", "carries"]
    assert {case.a for case in sample(domain, "carries", 0, 20)} == {99}


@pytest.mark.parametrize("domain", [TICTACTOE, ADDER, WALK])
def test_a_case_of_a_seed_is_the_same_whatever_was_drawn_before_it(domain):
    for name in samplers_of(domain):
        whole = texts(domain, name, 5, 20)
        assert texts(domain, name, 5, 10) + texts(domain, name, 5, 10, start=10) == whole
        assert texts(domain, name, 6, 20) != whole


def test_the_first_cases_of_a_seed_do_not_change():
    assert texts(ADDER, "uniform", 0, 4) == ["56+78=", "96+17=", "26+09=", "83+73="]
    assert texts(ADDER, "mixed", 0, 4) == ["00+01=", "99+44=", "21+70=", "01+00="]


def test_the_randomness_of_a_draw_is_that_of_its_name_seed_and_number():
    assert stream("uniform", 3, 4).random() == Random("uniform/3/4").random()


def test_a_sampler_that_there_is_not_is_refused():
    with pytest.raises(UnknownSamplerError) as caught:
        sample(ADDER, "play", 0, 1)
    assert str(caught.value) == "sampler must be one of mixed, uniform, got 'play'"


def test_no_seed_is_for_two_uses():
    uses = (EVALUATION_SEEDS, TRAINING_SEEDS, HELD_OUT_SEEDS)
    assert [(seeds.start, seeds.stop) for seeds in uses] == [(0, 10**6), (10**6, 2 * 10**6), (2 * 10**6, 3 * 10**6)]


# --- what is drawn ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", [TICTACTOE, ADDER, WALK])
def test_every_case_that_is_drawn_is_one(domain):
    for name in samplers_of(domain):
        assert all(map(domain.is_case, texts(domain, name, 1, 100)))


def test_uniform_draws_every_case_as_often():
    die = Schema("{a} {b}", a=Int(1, 3), b=Choice("x", "o"))
    domain = Domain("die/1", state=die, step=lambda state: {})
    counts = Counter(texts(domain, "uniform", 0, 1200))
    assert sorted(counts) == sorted(f"{a} {b}\n" for a in (1, 2, 3) for b in "xo")
    assert all(150 < count < 250 for count in counts.values())


def test_mixed_draws_boundaries_and_simplest_values_often():
    cases = list(sample(ADDER, "mixed", 0, 2000))
    shares = Counter(case.a for case in cases)
    # At a boundary 35 %, of which there are four; the simplest in 15 % besides; what is uniform adds 0.5 % to each.
    assert 0.06 < shares[99] / 2000 < 0.13
    assert 0.20 < shares[0] / 2000 < 0.28
    assert sum(1 < case.a < 98 for case in cases) / 2000 == pytest.approx(0.48, abs=0.04)


def test_half_of_mixed_is_played_where_there_is_a_start():
    cells = Schema("{cell[0..49]}", cell=Choice(".", "x"))
    domain = Domain("cells/1", state=cells, step=lambda state: {}, start=cells.neutral)
    cases = list(sample(domain, "mixed", 0, 400))
    # A played case is the start; one in three of these has another value in one field, half the time its simplest.
    assert Counter(case.cell.count("x") for case in cases if case.cell.count("x") < 2) == {0: 159, 1: 35}


def test_play_draws_cases_up_to_fifteen_turns_behind_a_start():
    line = Schema("at {x}", x=Int(0, 99))
    domain = Domain("line/1", state=line, step=lambda state: {"x": state.x + 1}, start=line.neutral)
    assert {case.x for case in sample(domain, "play", 0, 500)} == set(range(DEPTH + 1))


def test_a_play_that_cannot_go_on_ends_sooner():
    line = Schema("at {x}", x=Int(0, 3))
    domain = Domain(
        "line/1",
        state=line,
        step=lambda state: {"x": state.x + 1},
        start=line.neutral,
        checks=(Check("at_end", "it is not at the end", "x", lambda state: state.x < 3),),
    )
    assert {case.x for case in sample(domain, "play", 0, 50)} == {0, 1, 2}
    assert next_case(domain, line.neutral.changed(x=3), Random(0)) is None


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_checks_that_refuse_all_end_the_draw():
    domain = adder(checks=Check("never", "no sum is one", "a", lambda case: False))
    with pytest.raises(DomainError) as caught:
        next(sample(domain, "uniform", 0, 1))
    fault = "its checks refused 1,000 cases in a row: give it a start, a sampler of its own, or fewer checks"
    assert str(caught.value) == f"domain adder/1: {fault}"


def test_a_start_at_which_nothing_can_be_done_ends_the_draw():
    domain = tictactoe(checks=Check("never", "no move goes", "to", lambda case: False))
    with pytest.raises(DomainError, match="none of 100 drawn orders is valid at a start: fix start or checks"):
        next(sample(domain, "play", 0, 1))


def test_a_sampler_that_raises_is_named():
    domain = adder(samplers={"odd": lambda random: 1 // 0})
    with pytest.raises(DomainError) as caught:
        next(sample(domain, "odd", 0, 1))
    raised = "sampler odd raised ZeroDivisionError: integer division or modulo by zero"
    assert str(caught.value) == f"domain adder/1: {raised}"


@pytest.mark.parametrize("start", [5, "to_move x", [], {"players": "x"}, lambda random: None, TRACK.neutral])
def test_a_start_that_is_no_state_is_refused(start):
    with pytest.raises(DomainError) as caught:
        next(sample(tictactoe(start=start), "play", 0, 1))
    assert "start" in str(caught.value) or "sampler play raised" in str(caught.value)
    assert "\n" not in str(caught.value)


# --- plays -----------------------------------------------------------------------------------------------------------


def test_a_start_is_a_state_the_fields_of_one_several_or_what_a_function_makes():
    right = TRACK.neutral.changed(facing="right")
    for start, found in (
        (right, {right}),
        ({"facing": "right"}, {right}),
        ([TRACK.neutral, right], {TRACK.neutral, right}),
        (lambda random: TRACK.neutral.changed(x=random.randint(0, 1)), {TRACK.neutral, TRACK.neutral.changed(x=1)}),
    ):
        domain, random = track(start=start), Random(0)
        assert {start_of(domain, random) for _ in range(50)} == found


def test_what_follows_a_state_is_any_of_its_valid_orders():
    state = BOARD.neutral.changed(a1="x", b2="o")
    found = {next_case(TICTACTOE, state, Random(seed)).to for seed in range(200)}
    assert found == {cell for cell in CELLS if state[cell] == "."}


def test_a_play_goes_on_from_a_case_with_up_to_eight_turns_more():
    case = TICTACTOE.case(b2="o", c3="x")
    plays = [played_on(TICTACTOE, case, Random(seed)) for seed in range(100)]
    assert {play.state for play in plays} == {case.part(BOARD)}
    assert {play.orders[0] for play in plays} == {Case(MOVE, ("a1",))}
    assert {len(play.orders) for play in plays} == set(range(1, 10))
    assert all(TICTACTOE.read_play(TICTACTOE.write_play(play)) == play for play in plays)


def test_a_play_without_orders_goes_on_by_itself():
    plays = {played_on(WALK, WALK.case(), Random(seed), most=2) for seed in range(50)}
    assert plays == {Play(TRACK.neutral, (None,) * turns) for turns in (1, 2, 3)}


def test_a_domain_may_make_its_plays_itself():
    domain = track(plays_on=lambda case, random: Play(case, (None,) * 7))
    assert played_on(domain, WALK.case(), Random(0)) == Play(TRACK.neutral, (None,) * 7)


def counted(asked, **parts):
    """A walk that keeps what its step is asked."""

    def step(state):
        asked.append(state)
        return {"x": (state.x + 1) % (state.width + 1)}

    return track(step=step, **parts)


def test_plays_that_begin_alike_ask_the_reference_once():
    asked = []
    domain = counted(asked)
    drawn = list(sample(domain, "play", 0, 200))
    assert len({case.x for case in drawn}) == len(asked) == len(set(asked)) == 2  # the neutral track is 1 wide
    assert outcome(domain, drawn[0]) == domain.outcome(drawn[0])
    assert len(asked) == 3  # what is asked of the domain itself is not remembered


def test_another_domain_is_asked_itself():
    first, second = [], []
    assert outcome(counted(first), WALK.case()) == outcome(counted(second), WALK.case())
    assert (len(first), len(second)) == (1, 1)


class Marks(Field):
    """Some marks; a list, which cannot be hashed."""

    pattern, simplest, width = "[.#]{3}", ["."] * 3, 3

    def edges(self):
        return [["."] * 3, ["#"] * 3]

    def sample(self, random):
        return random.choices(".#", k=3)

    def write(self, value):
        return "".join(value)

    def read(self, text):
        return list(text)


def test_values_that_cannot_be_hashed_do_as_well():
    schema = Schema("{marks}", marks=Marks())
    domain = Domain("marks/1", state=schema, step=lambda state: {"marks": state.marks[::-1]}, start=schema.neutral)
    assert [domain.write(case) for case in sample(domain, "play", 0, 3)] == ["...\n"] * 3
    case = domain.read("#..\n")
    assert domain.write_answer(outcome(domain, case)) == "..#\n"


def test_an_easy_case_is_the_simplest_where_that_is_one():
    assert easy_case(ADDER) == ADDER.case()
    odd = adder(checks=Check("even", "the first term is odd", "a", lambda case: case.a % 2 == 1))
    assert odd.is_case(odd.write(easy_case(odd)))
