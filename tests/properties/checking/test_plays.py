"""Shrinking plays: to the turns that matter, each shrunk as a case, on domains with and without orders."""

import attrs
import pytest

from tests.small_domains import TICTACTOE, WALK
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Int
from turncheck.engine.play import Play
from turncheck.engine.schema import Schema
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking.asking import Limit, LimitReachedError
from turncheck.properties.checking.counterexamples import counterexample
from turncheck.properties.checking.plays import shrink_play
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws import laws_of

COUNTER = Domain(
    "counter/1",
    state=Schema("at {at} of {tens}", at=Int(0, 9), tens=Int(0, 9999)),
    orders=Schema("{do}", do=Choice("rest", "add", "skip")),
    step=lambda case: {"at": (case.at + {"rest": 0, "add": 1, "skip": 2}[case.do]) % 10},
    rejects=False,
)
"""A digit that goes on by 0, 1 or 2. The tens do nothing."""


def law_of(domain, name):
    return next(law for law in laws_of(domain) if law.id == name)


def subject(domain, wrong):
    """A model that gives the reference's answer but for some fields of some cases."""

    def predict(prompts):
        return [_answer(domain, prompt, wrong) for prompt in prompts]

    return Subject("mine", "py", PythonFunction(predict), domain)


def _answer(domain, prompt, wrong):
    if not domain.is_case(prompt):
        return domain.resolve_text(prompt)
    case = domain.read(prompt)
    after = domain.answer_fields(domain.outcome(case))
    return domain.write_answer(after.changed(wrong(case) or {}))


def orders(*names, domain=COUNTER, field="do"):
    return tuple(domain.orders.neutral.changed({field: name}) for name in names)


def shrunk(domain, law, wrong, play):
    model = subject(domain, wrong)
    found, stop = shrink_play(law, model, counterexample(law, model, play))
    assert stop is None
    return found


FOLLOWED, LED = (
    law_of(COUNTER, name) for name in ("play_is_followed_step_by_step", "own_answers_lead_where_the_reference_does")
)
LONG = Play(COUNTER.state.neutral.changed({"tens": 870}), orders("add", "skip", "add", "rest", "skip", "add", "add"))


def no_skip_at_four(case):
    return {"at": 4} if (case.at, case.do) == (4, "skip") else None


@pytest.mark.parametrize("law", [FOLLOWED, LED], ids=lambda law: law.id)
def test_a_play_of_which_one_turn_is_wrong_becomes_that_turn_with_the_simplest_state(law):
    found = shrunk(COUNTER, law, no_skip_at_four, LONG)
    assert (found.text, found.place) == ("at 4 of 0000\nskip\n", 0)


def wrong_at_two_places(case):
    return {"at": 9} if case.at == 7 or (case.at, case.tens) == (0, 5) else None


@pytest.mark.parametrize(
    ("asked", "smallest"), [([], "at 7 of 0000\nrest\n"), (["at 0 of 0005\nrest\n"], "at 0 of 0005\nrest\n")]
)
def test_a_case_that_was_answered_wrongly_is_tried_as_a_play(asked, smallest):
    model = subject(COUNTER, wrong_at_two_places)
    model.ask(asked)
    assert shrink_play(LED, model, counterexample(LED, model, LONG))[0].text == smallest


def test_turns_that_the_law_needs_stay_and_only_what_does_not_matter_becomes_simplest():
    two_turns = attrs.evolve(LED, applies=lambda play, domain: len(play.orders) > 1)
    found = shrunk(COUNTER, two_turns, no_skip_at_four, LONG)
    assert found.text == "at 4 of 0000\nrest\nskip\n"


def test_the_simplest_play_so_far_is_left_where_a_limit_is_reached():
    model = subject(COUNTER, no_skip_at_four)
    found = counterexample(LED, model, LONG)
    with model.meter.within(Limit(prompts=0)):
        best, stop = shrink_play(LED, model, found)
    assert best.text == "at 4 of 0870\nskip\n"  # a part of what was asked
    assert isinstance(stop, LimitReachedError)


def test_without_orders_the_state_is_what_is_shrunk():
    law = law_of(WALK, "own_answers_lead_where_the_reference_does")
    start = WALK.state.neutral.changed({"width": 6, "facing": "right"})
    found = shrunk(WALK, law, lambda case: {"x": 0} if case.x == 3 else None, Play(start, (None,) * 9))
    assert found.text == "at 3 of 3\nfacing left\nsteps 1\n"


def test_moves_that_an_earlier_one_makes_impossible_are_not_played():
    law = law_of(TICTACTOE, "own_answers_lead_where_the_reference_does")
    three_moves = attrs.evolve(law, applies=lambda play, domain: len(play.orders) > 2)
    play = Play(TICTACTOE.state.neutral, orders("b2", "c1", "a3", "c3", domain=TICTACTOE, field="to"))
    found = shrunk(TICTACTOE, three_moves, lambda case: {"b3": "o"} if case.to == "c3" else None, play)
    assert found.text == "to_move o\nrow . . .\nrow . x .\nrow . . .\nmove c1\nmove a1\nmove c3\n"
