"""Calibration: models with known errors at the requested rate."""

from random import Random

import pytest

from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import REASONS, STANDARD, Turn, read_answer, resolve_text, write
from turncheck.engine.duel.samplers import sample
from turncheck.engine.learned import EngineError
from turncheck.model.adapters.calibration import Identity, Noisy, Reference, corrupted, identity, noisy, reference

NEUTRAL = write(Turn())
TEXTS = [write(turn) for turn in sample("mixed", 0, 400)] + ["turn 1\n", "no turn", ""]
TRUTH = [resolve_text(text) for text in TEXTS]
HOT = duel(STANDARD.with_action("attack", power=7))


def test_the_reference_answers_as_the_rules_do():
    assert reference("", domain=DOMAIN) == Reference(DOMAIN)
    assert reference("", domain=HOT) == Reference(HOT)
    assert Reference(DOMAIN).predict(TEXTS) == TRUTH


def test_the_copier_answers_the_state_that_it_reads():
    assert identity("", domain=DOMAIN) == Identity(DOMAIN)
    state = "".join(NEUTRAL.splitlines(keepends=True)[:3])
    assert Identity(DOMAIN).predict([NEUTRAL, "turn 1\n", "", "a\rb\nc\nd\ne\n", "x"]) == [
        state,
        "turn 1\n",
        "",
        "a\rb\nc\nd\n",
        "x",
    ]


def test_noise_spoils_as_many_answers_as_was_asked_for():
    given = Noisy(DOMAIN, 0.25).predict(TEXTS)
    wrong = sum(answer != truth for answer, truth in zip(given, TRUTH, strict=True))
    assert 70 <= wrong <= 130
    assert Noisy(DOMAIN, 0.0).predict(TEXTS) == TRUTH
    assert all(answer != truth for answer, truth in zip(Noisy(DOMAIN, 1.0).predict(TEXTS), TRUTH, strict=True))


def test_noise_depends_on_the_seed_and_the_prompt_alone():
    given = Noisy(DOMAIN, 0.5, seed=3).predict(TEXTS)
    assert Noisy(DOMAIN, 0.5, seed=3).predict(TEXTS[::-1]) == given[::-1]
    assert Noisy(DOMAIN, 0.5, seed=4).predict(TEXTS) != given
    assert len(Noisy(DOMAIN, 1.0).predict(["\ud800"])) == 1


def test_what_is_spoilt_is_one_number_or_the_reason():
    random = Random(0)
    reasons = {corrupted(DOMAIN, "reject bad_number\n", random) for _ in range(500)}
    assert reasons == {f"reject {reason}\n" for reason in REASONS if reason != "bad_number"}
    for _ in range(500):
        state = resolve_text(NEUTRAL)
        answer = corrupted(DOMAIN, state, random)
        assert sum(one != other for one, other in zip(answer, state, strict=True)) == 1
        assert not isinstance(read_answer(answer), str)


@pytest.mark.parametrize("target", ["", "x", "-0.1", "1.5", "nan", "inf", "0.1:3"])
def test_a_probability_is_a_number_from_0_to_1(target):
    with pytest.raises(EngineError) as caught:
        noisy(target, domain=DOMAIN)
    assert str(caught.value) == f"its probability must be 0..1, as in noisy:0.05, got {target!r}"


def test_a_probability_is_read_and_the_seed_is_an_option():
    assert noisy("0.05", seed=7, domain=HOT) == Noisy(HOT, 0.05, 7)


@pytest.mark.parametrize("factory", [reference, identity])
def test_what_needs_no_target_takes_none(factory):
    with pytest.raises(EngineError) as caught:
        factory("x", domain=DOMAIN)
    name = factory.__name__
    assert str(caught.value) == f"{name} has no target, got 'x': write {name}"
