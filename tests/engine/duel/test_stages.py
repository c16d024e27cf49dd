"""The stages of the duel's reference: together they give its answers, and their rows equal their texts."""

import pytest
from hypothesis import given, settings

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Battle, Order, Turn, Unit, resolve_text, write
from turncheck.engine.duel.stages import STAGES, draw_blocks
from turncheck.engine.rows import values_of
from turncheck.engine.stages import Step, hand_on, stages_of, steps
from turncheck.strategies.duel import turns

HOUSE = settings(deadline=None, database=None, derandomize=True)


@HOUSE
@given(turns(fallen=True))
def test_the_last_stage_gives_the_answer_of_the_whole(turn):
    text = write(turn)
    assert STAGES.steps(text)[-1].answer == resolve_text(text)


@pytest.mark.parametrize("text", ["", "turn 07\n", write(Turn()) + "do hero wait\n"])
def test_a_malformed_text_ends_at_the_first_stage(text):
    assert STAGES.steps(text) == [Step("read", text, resolve_text(text))]


def test_the_texts_between_are_battles_with_the_orders_that_are_left():
    turn = Turn(Battle(7, Unit(20, 20), Unit(9, 9, shield=2)), Order("hero", "poison_strike"), Order("foe", "guard"))
    blank = "regen 0 thorns 0 stun 0"
    slots = "cd heal 0 guard {} cleanse 0 poison_strike {} ignite 0 brace 0"
    hero = f"hero hp 20/20 shield 00 poison 0 burn 0 {blank} fragile 0 {slots}\n"
    foe = f"foe hp 0{{}}/09 shield 0{{}} poison {{}} burn 0 {blank} fragile {{}} {slots}\n"
    first = "turn 07\n" + hero.format(0, 3) + foe.format(8, 0, 2, 2, 0, 0)
    second = "turn 07\n" + hero.format(0, 3) + foe.format(8, 5, 2, 2, 3, 0)
    last = "turn 08\n" + hero.format(0, 2) + foe.format(6, 5, 1, 1, 2, 0)
    assert STAGES.steps(write(turn)) == [
        Step("read", write(turn), "> orders\n"),
        Step("orders", write(turn), f"{first}do foe guard\n> orders\n"),
        Step("orders", f"{first}do foe guard\n", f"{second}> end\n"),
        Step("end", second, last),
    ]


@pytest.mark.parametrize("sampler", ["mixed", "play"])
@pytest.mark.parametrize("stages", [("orders",), ("end",), ("orders", "end"), ()])
def test_rows_are_what_the_texts_say(sampler, stages):
    found = set()
    for block in draw_blocks(stages, sampler, 1, 300):
        for prompt, answer in zip(block.prompts, block.answers, strict=True):
            texts = [
                schema.write_values(values_of(schema, row))
                for schema, row in ((block.prompt, prompt), (block.answer, answer))
            ]
            found.add(tuple(texts))
    cases = [write(turn) for turn in _turns(sampler)]
    if stages:
        wanted = {(step.prompt, step.answer) for text in cases for step in STAGES.steps(text) if step.stage in stages}
    else:
        wanted = {(text, resolve_text(text)) for text in cases}
    assert found == wanted


def _turns(sampler):
    from turncheck.engine.duel.array_samplers import sample_arrays

    drawn = sample_arrays(sampler, 1, 300)
    return [drawn.turn(index) for index in range(len(drawn))]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("> end\n", ("end", "")),
        ("> end", ("end", "")),
        ("a\nb\n> end\n", ("end", "a\nb\n")),
        ("a > end\n", None),
        ("> end\na\n", None),
        ("> End\n", None),
        ("", None),
    ],
)
def test_the_last_line_hands_on(answer, expected):
    assert hand_on(answer) == expected


def test_steps_end_if_stages_hand_on_for_ever():
    assert len(list(steps("a", "text", lambda stage, text: "> a\n"))) == 16


def test_only_the_standard_duel_has_stages():
    assert stages_of(DOMAIN) is STAGES
    assert stages_of(DOMAIN.without("E4")) is None
