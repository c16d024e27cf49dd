"""730 turns with their answers, 330 of them malformed: 30 for each reason."""

import json
from collections import Counter
from pathlib import Path

import pytest

from turncheck.engine.duel import REASONS, MalformedTextError, read, read_answer, read_battle, resolve_text, write

GOLDEN = [json.loads(line) for line in Path(__file__).with_name("golden.jsonl").read_text("utf-8").splitlines()]
PROMPTS = [golden["turn"] for golden in GOLDEN]
ANSWERS = [golden["next"] for golden in GOLDEN]
REJECTED = [(prompt, answer) for prompt, answer in zip(PROMPTS, ANSWERS, strict=True) if answer.startswith("reject")]
VALID = [(prompt, answer) for prompt, answer in zip(PROMPTS, ANSWERS, strict=True) if not answer.startswith("reject")]


def test_the_golden_file_holds_400_valid_turns_and_30_for_each_reason():
    assert len(VALID) == 400
    assert Counter(answer for _, answer in REJECTED) == {f"reject {reason}\n": 30 for reason in REASONS}


def test_every_golden_turn_is_answered_as_published():
    assert [resolve_text(prompt) for prompt in PROMPTS] == ANSWERS


def test_what_is_read_is_written_the_same():
    assert [write(read(prompt)) for prompt, _ in VALID] == [prompt for prompt, _ in VALID]
    assert [write(read_battle(answer)) for _, answer in VALID] == [answer for _, answer in VALID]


def test_the_lenient_reader_reads_the_same_answers():
    assert [read_answer(answer) for _, answer in VALID] == [read_battle(answer) for _, answer in VALID]
    assert [f"reject {read_answer(answer)}\n" for _, answer in REJECTED] == [answer for _, answer in REJECTED]


@pytest.mark.parametrize(("prompt", "answer"), REJECTED[::10])
def test_a_rejected_turn_raises_its_reason(prompt, answer):
    with pytest.raises(MalformedTextError) as caught:
        read(prompt)
    assert f"reject {caught.value.reason}\n" == answer
