"""Random answers of the same shape as wrong ones, and how many of either have an explanation."""

import random

from tests.small_domains import ADDER, adder
from turncheck.duel import DOMAIN
from turncheck.engine.table import arrays_of
from turncheck.properties.explaining import shares
from turncheck.properties.explaining.shares import random_answer
from turncheck.properties.sweeps.statistics import Rate

PROMPTS = arrays_of(DOMAIN, "mixed").sample("mixed", 9, 60).texts()


def wrong_fields(prompt, answer):
    """The fields of an answer that are wrong."""
    right, given = (DOMAIN.answer_fields(DOMAIN.read_answer(text)) for text in (DOMAIN.resolve_text(prompt), answer))
    return [name for name in right if right[name] != given[name]]


def test_a_random_answer_is_wrong_in_the_same_fields_with_other_values_in_range():
    without, seen = DOMAIN.without("E5"), 0
    for place, prompt in enumerate(PROMPTS):
        answer = without.resolve_text(prompt)
        other = random_answer(DOMAIN, prompt, answer, random.Random(place))
        if other is not None:
            assert wrong_fields(prompt, other) == wrong_fields(prompt, answer) != []
            assert other != answer
            assert all(field.allows(DOMAIN.answer_fields(DOMAIN.read_answer(other))[name])
                       for name, field in DOMAIN.answer.fields.items())  # fmt: skip
            seen += 1
    assert seen > 20


def test_the_same_seed_gives_the_same_random_answer():
    answer = ADDER.answer.write({"sum": 43})
    first, second = (random_answer(ADDER, "12+30=", answer, random.Random(3)) for _ in range(2))
    assert first == second
    assert first not in (answer, "042")


def test_answers_without_a_shape_have_no_random_one():
    for answer in ("042", "what?", "reject truncated\n", ""):
        assert random_answer(ADDER, "12+30=", answer, random.Random(0)) is None
    assert random_answer(DOMAIN, "turn 1\n", DOMAIN.resolve_text(PROMPTS[0]), random.Random(0)) is None


def test_a_planted_rule_explains_every_answer_and_few_random_ones():
    without = DOMAIN.without("S2")
    found = shares(DOMAIN, PROMPTS, [without.resolve_text(prompt) for prompt in PROMPTS], most=1)
    rules, inputs, pairs, nothing = found.rows
    assert found.answers == rules.model.applied > 0
    assert rules.model.value == 1
    assert rules.random.value < 0.5
    assert (pairs.model, pairs.random) == (Rate(0, found.answers), Rate(0, found.answers))
    assert nothing.model.broke == 0
    assert inputs.random.broke + nothing.random.broke <= found.answers + rules.random.broke


def test_one_wrong_number_of_an_adder_is_always_explained_so_its_share_says_nothing():
    answers = ["043", "042", "x"]
    found = shares(adder(), ["12+30=", "12+30=", "12+30="], answers)
    assert (found.answers, found.aside) == (1, 1)
    assert [row.model.broke for row in found.rows] == [0, 1, 0, 0]
