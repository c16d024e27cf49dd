"""A run: its estimate, its budget and its progress. The tests use their own clock."""

import attrs
import pytest

from tests.properties.slow_models import Clock
from turncheck.duel import DOMAIN
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking import asking, check, run
from turncheck.properties.checking.draw import Budget
from turncheck.properties.checking.law import KNOWN_ANSWER
from turncheck.properties.checking.run import Run, beating, finding_most_first, prompts_for_a_case
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws import laws_of

LAWS = {law.id: law for law in laws_of(DOMAIN)}
AGREES = LAWS["answer_agrees_with_the_reference"]
FEW = Budget(20, min_cases=5)
UNSHRUNK = attrs.evolve(FEW, shrink=asking.Limit(prompts=0))


@pytest.fixture
def running(monkeypatch):
    """Makes a run of some laws against a model that knows no poison and takes so long for a prompt."""

    def made(price, laws, budget=FEW, **options):
        clock, said = Clock(price), []
        for module in (asking, run):
            monkeypatch.setattr(module, "time", clock)
        subject = Subject("mine", "py", PythonFunction(clock.predict), DOMAIN)
        jobs = [(subject, law) for law in laws]
        return Run(jobs, budget, tell=said.append, clock=clock.monotonic, **options), subject, clock, said

    return made


def test_a_fast_run_says_nothing(running):
    run, subject, _, said = running(0.0001, [AGREES], UNSHRUNK)
    assert run.check(AGREES, subject) == check.check_law(AGREES, subject.without_memory(), UNSHRUNK)
    assert (said, run.done) == ([], 1)


def test_a_slow_run_says_its_price_before_it_goes_on(running):
    budget = Budget(200, min_cases=5)
    run, subject, clock, said = running(2.0, [AGREES] * 3, attrs.evolve(budget, shrink=asking.Limit(prompts=0)))
    subject.meter.on_call = lambda: None
    result = run.check(AGREES, subject)
    price = "about 20 min at 2.0 s per answer (600 prompts), more if laws are broken"
    took = f"{AGREES.id}: {clock.prompts} prompts in {asking.duration(clock.now)}"
    left = f"1 of 3 laws, {clock.prompts} of about 600 prompts, 2.0 s per answer, about 13 min left"
    first = f"first broken law: {AGREES.id}, wrong_value: {result.failures[0].witness.short}"
    assert said == [f"{price}; --examples=20 takes 2 min, --budget=SECONDS limits it", f"{took}; {left}", first]


def test_a_run_of_a_fast_model_says_how_long_it_takes_by_what_its_first_laws_took(running):
    run, subject, clock, said = running(0.0, [AGREES] * 6, UNSHRUNK)
    for law, told in enumerate([0, 0, 2, 2, 2, 2], start=1):
        clock.now = 8.0 * law  # what is drawn takes the time, not the model
        result = run.check(AGREES, subject)
        assert len(said) == told
    first = f"first broken law: {AGREES.id}, wrong_value: {result.failures[0].witness.short}"
    assert said == ["about 24 s left, estimated from the first 3 of 6 laws", first]


def test_a_run_says_every_half_minute_how_far_it_is_and_not_more_often(running):
    run, _, clock, said = running(1.0, [AGREES])
    run.law = AGREES
    for now, lines in ((29, 0), (30, 1), (31, 1), (59, 1), (60, 2)):
        clock.now = now
        run.heartbeat()
        assert len(said) == lines
    assert said == ["0 of 1 laws: answer_agrees_with_the_reference"] * 2


def test_a_budget_is_shared_and_each_law_has_enough_for_a_verdict_before_the_next(running):
    names = ("turn_counter_changes_only_itself", "stunned_unit_does_nothing", "regen_never_revives")
    laws = [AGREES, *(LAWS[name] for name in names)]
    run, subject, clock, _ = running(1.0, laws, seconds=18)
    results = [run.check(law, subject) for law in laws]
    assert [result.verdict for result in results] == ["FAIL", "PASS", "INCONCLUSIVE", "INCONCLUSIVE"]
    assert [result.applied for result in results] == [5, 5, 1, 0]
    assert [result.why for result in results[2:]] == [
        "--budget 18 was spent after 1 of its 5 cases, fewer than 5",
        "not reached within --budget 18",
    ]
    assert [result.unreached for result in results] == [False, False, False, True]
    assert 18 <= clock.now <= 19


def test_a_budget_that_suffices_changes_nothing(running):
    run, subject, _, said = running(0.0001, [AGREES], UNSHRUNK, seconds=1000)
    assert run.check(AGREES, subject) == check.check_law(AGREES, subject.without_memory(), UNSHRUNK)
    assert said == []


def test_the_laws_that_find_most_come_first():
    laws = laws_of(DOMAIN)
    first = finding_most_first(laws)
    assert {law.id for law in first} == set(LAWS)
    assert first[0].kind == KNOWN_ANSWER
    assert len({law.kind for law in first[:6]}) == 6


@pytest.mark.parametrize(
    ("law", "prompts"),
    [
        ("answer_agrees_with_the_reference", 1),
        ("swapped_units_swap_the_answer", 2),
        ("same_answer_asked_again_alone", 2),
        ("malformed_turn_gets_its_reason", 1),
    ],
)
def test_the_prompts_of_a_case_are_estimated(law, prompts):
    assert prompts_for_a_case(LAWS[law], DOMAIN) == prompts


def test_a_played_battle_is_estimated_by_its_turns():
    assert 3 < prompts_for_a_case(LAWS["played_battle_is_followed_turn_by_turn"], DOMAIN) < 30


def test_a_beat_comes_from_a_thread_of_its_own_and_ends():
    beats = []
    with beating(lambda: beats.append(1), every=0.001):
        while len(beats) < 3:
            pass
    count = len(beats)
    assert count == len(beats) >= 3
