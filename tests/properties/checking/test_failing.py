"""The record of a broken law: the wrong fields, the cases, and a play turn by turn."""

from tests.properties.adder import DOMAIN as ADDER
from turncheck.duel import DOMAIN
from turncheck.engine.duel import resolve_text
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking.check import check_law
from turncheck.properties.checking.draw import Budget
from turncheck.properties.checking.failing import MOST_DRAWN
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws import laws_of
from turncheck.reports.records import Step

LAWS = {law.id: law for law in laws_of(DOMAIN)}
BUDGET = Budget(examples=30, min_cases=1)


def late(prompts):
    """Answers whose turn counter is one too high, unless it is at its end."""
    answers = [resolve_text(prompt) for prompt in prompts]
    return [f"turn {min(int(each[5:7]) + 1, 99):02}{each[7:]}" if each[0] == "t" else each for each in answers]


def checked(law, domain, predict):
    return check_law(law, Subject("late", "py", PythonFunction(predict), domain), BUDGET)


def test_fields_strata_and_cases_are_counted():
    result = checked(LAWS["turn_counter_rises_by_one"], DOMAIN, late)
    assert result.sentence == "The turn counter rises by 1, to at most 99, in a battle that is not over."
    (failure,) = result.failures
    assert failure.fields == {"turn changed": failure.count}
    assert sum(failure.strata.values()) == failure.count
    assert set(failure.strata) <= {f"hero {one}, foe {other}" for one in DOMAIN.words for other in DOMAIN.words}
    assert len(failure.at) == failure.count
    assert list(failure.at) == sorted(set(failure.at))
    assert max(failure.at) < result.applied
    assert 0 < len(failure.simplest) <= MOST_DRAWN
    for drawn in failure.simplest:
        assert drawn.at in failure.at
        assert late([drawn.case]) != [resolve_text(drawn.case)]
    assert failure.witness.track == ()


def test_the_same_seed_numbers_the_same_cases_for_every_model():
    one, two = (checked(LAWS["turn_counter_rises_by_one"], DOMAIN, each) for each in (late, lambda prompts: prompts))
    cases = {drawn.at: drawn.case for failure in one.failures for drawn in failure.simplest}
    others = {drawn.at: drawn.case for failure in two.failures for drawn in failure.simplest}
    assert cases.keys() & others.keys()
    assert {at: cases[at] for at in cases.keys() & others.keys()} == {
        at: others[at] for at in cases.keys() & others.keys()
    }


def test_a_play_has_its_turns_as_the_reference_plays_it_and_as_the_model_does():
    result = checked(LAWS["own_turn_counter_counts_the_turns"], DOMAIN, late)
    (failure,) = result.failures
    witness = failure.witness
    assert len(witness.track) == witness.steps
    first = witness.track[witness.step - 1]
    assert first == Step(
        witness.turn.removeprefix(witness.turn.rpartition("do ")[0].rpartition("do ")[0]), witness.expected, witness.got
    )
    play = DOMAIN.read_play(witness.case)
    assert [step.expected for step in witness.track] == [
        DOMAIN.write_answer(DOMAIN.outcome(turn)) for turn in DOMAIN.turns(play)
    ]
    assert (
        "".join(step.done for step in witness.track)
        == witness.case.partition("do ")[1] + witness.case.partition("do ")[2]
    )


def test_of_a_domain_without_a_state_the_fields_neither_change_nor_stay():
    (law,) = [law for law in laws_of(ADDER) if law.id == "answer_agrees_with_the_reference"]
    (failure, *_) = checked(law, ADDER, lambda prompts: ["000"] * len(prompts)).failures
    assert failure.fields == {"sum": failure.count}
    assert failure.strata == {}
