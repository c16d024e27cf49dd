"""Training data: rows that are drawn as arrays are the tokens of the texts, and each step always has the same rows."""

from collections import Counter

import attrs
import pytest
import torch

from tests.small_domains import adder
from turncheck.duel import DOMAIN
from turncheck.engine.duel.stages import draw_blocks
from turncheck.engine.fields import Choice
from turncheck.engine.rows import values_of
from turncheck.engine.schema import Schema
from turncheck.model import data as module
from turncheck.model.batching import IGNORED
from turncheck.model.configs import CONFIGS
from turncheck.model.data import RowData, TextData, TokenTable, choices_of, data_of
from turncheck.model.examples import Examples
from turncheck.model.tokens import PAD, STOP, Tokenizer, vocabulary
from turncheck.model.transformer import ModelConfig

STAGES = CONFIGS["steps"].stages
LENGTH = 120


def sizes(tokenizer, kind="dense"):
    choices = ((STOP,),) * LENGTH if kind == "dense" else ()
    return ModelConfig(len(tokenizer), LENGTH, LENGTH, 1, 8, 1, kind, choices=choices)


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(vocabulary(DOMAIN, fields=True, stages=("read", "orders", "end")))


@pytest.mark.parametrize("stages", [(), STAGES], ids=["whole", "stages"])
def test_the_rows_of_a_block_are_the_tokens_of_its_texts(tokenizer, stages):
    for sampler in ("mixed", "play"):
        for block in draw_blocks(stages, sampler, 1_000_000, 30):
            if not len(block.prompts):
                continue
            for schema, rows, ending in ((block.prompt, block.prompts, PAD), (block.answer, block.answers, STOP)):
                made = TokenTable(tokenizer, schema, LENGTH, ending)(rows)
                assert made.shape == (len(rows), LENGTH)
                for row, numbers in zip(made.tolist(), rows, strict=True):
                    ids = tokenizer.encode(schema.write_values(values_of(schema, numbers)))
                    rest = LENGTH - len(ids)
                    tail = [PAD] * rest if ending == PAD else [STOP, *[IGNORED] * (rest - 1)]
                    assert row == [*ids, *tail]


def test_a_field_whose_values_take_more_or_fewer_tokens_has_no_table(tokenizer):
    with pytest.raises(ValueError, match="field word must take the same number of tokens with each of its values"):
        TokenTable(tokenizer, Schema("say {word}", word=Choice("a", "longer")), 40, PAD)


def rows_of(seed=1_000_000, batch=16):
    examples = Examples.of(DOMAIN, 0.0, STAGES)
    tokenizer = Tokenizer(vocabulary(DOMAIN, fields=True, stages=("read", "orders", "end")))
    return RowData(draw_blocks, examples, tokenizer, sizes(tokenizer), seed, batch)


def same(one, other):
    return all(map(torch.equal, one[0], other[0]))


def test_the_rows_of_a_step_are_the_same_in_any_order_of_the_steps(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 32)
    data, again = rows_of(), rows_of()
    steps = range(20)  # a chunk has 8
    forwards = [data.batches(step) for step in steps]
    backwards = [again.batches(step) for step in reversed(steps)][::-1]
    assert all(map(same, forwards, backwards))
    assert not same(forwards[0], forwards[1])
    assert not same(forwards[0], forwards[8])
    assert not same(forwards[0], rows_of(seed=1_000_001).batches(0))


def test_fewer_rows_are_the_first_ones(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 32)
    ((tokens, targets, rejected),) = rows_of().batches(3)
    ((fewer, their_targets, their_rejected),) = rows_of().batches(3, fewer=5)
    assert torch.equal(fewer, tokens[:11])
    assert torch.equal(their_targets, targets[:11])
    assert len(their_rejected) == 11
    assert len(rejected) == 16


def test_fewer_texts_are_the_first_ones():
    domain = adder(rejects=True)
    examples, tokenizer = Examples.of(domain, 0.5), Tokenizer(vocabulary(domain))
    config = ModelConfig(len(tokenizer), 24, 16, 1, 8, 2)
    data = TextData(examples, tokenizer, config, 1_000_000, 8, 0)
    ((tokens, _, _),) = data.batches(2)
    ((fewer, _, _),) = data.batches(2, fewer=3)
    assert torch.equal(fewer, tokens[:5, : fewer.shape[1]])


def test_texts_of_a_pool_repeat():
    domain = adder(rejects=True)
    examples, tokenizer = Examples.of(domain, 0.5), Tokenizer(vocabulary(domain))
    data = TextData(examples, tokenizer, ModelConfig(len(tokenizer), 24, 16, 1, 8, 2), 1_000_000, 8, 16)
    assert same(data.batches(0)[0:1], data.batches(2)[0:1])
    assert not same(data.batches(0)[0:1], data.batches(1)[0:1])


@pytest.mark.parametrize(
    ("malformed", "stages", "kind", "expected"),
    [
        (0.0, STAGES, "dense", RowData),
        (0.0, (), "dense", RowData),
        (0.5, (), "dense", TextData),
        (0.0, (), "one pass", TextData),
    ],
)
def test_rows_are_drawn_where_nothing_is_damaged_and_all_places_are_read_at_once(
    tokenizer, malformed, stages, kind, expected
):
    found = data_of(Examples.of(DOMAIN, malformed, stages), tokenizer, sizes(tokenizer, kind), 0, 8, 0)
    assert type(found) is expected


@pytest.mark.parametrize("stages", [(), STAGES], ids=["whole", "stages"])
def test_the_choices_of_a_place_hold_the_tokens_of_other_answers_too(tokenizer, monkeypatch, stages):
    monkeypatch.setattr(module, "SEEN", 300)
    examples = Examples.of(DOMAIN, 0.0, stages)
    choices = choices_of(examples, tokenizer, LENGTH)
    assert len(choices) == LENGTH
    for index in range(100):
        ids = [*tokenizer.encode(examples.draw(1_000_007, index)[1]), STOP]
        assert all(token in choices[place] for place, token in enumerate(ids))
    assert choices[-1] == (STOP,)


def test_fresh_cases_are_let_through_and_never_repeat():
    examples = Examples.of(DOMAIN, 0.9, ("read",))
    tokenizer = Tokenizer(vocabulary(DOMAIN, fields=True))
    answers = ("> orders\n", *(f"reject {reason}\n" for reason in DOMAIN.reasons))
    config = ModelConfig(len(tokenizer), 100, 10, 1, 8, 1, kind="reader", hidden=8, answers=answers)
    data = data_of(examples, tokenizer, config, 1, 20, 0, fresh=0.5)
    *drawn, fresh = data.batches(0)
    assert sum(len(tokens) for tokens, _, _ in drawn) == 10
    tokens, targets, rejected = fresh
    assert (tokens.shape, targets.unique().tolist(), rejected.any().item()) == ((10, 37), [0], False)
    for row in tokens.tolist():
        assert row[-1] == STOP
        assert DOMAIN.is_case(tokenizer.decode(row[:-1]))
    assert torch.equal(data.batches(0)[-1][0], tokens)
    assert not torch.equal(data.batches(1)[-1][0], tokens)
    assert [len(each) for each, _, _ in data.batches(0, fewer=15)] == [5]


def test_a_stage_that_cannot_be_drawn_as_rows_is_drawn_as_texts():
    tokenizer = Tokenizer(vocabulary(DOMAIN, fields=True))
    config = ModelConfig(len(tokenizer), 64, 8, 1, 4, 1, kind="dense", choices=((STOP,),) * 8)
    assert isinstance(data_of(Examples.of(DOMAIN, 0.0, ("read",)), tokenizer, config, 1, 4, 0), TextData)
    assert isinstance(data_of(Examples.of(DOMAIN, 0.0, ("end",)), tokenizer, config, 1, 4, 0), RowData)


def test_examples_near_the_boundary_of_a_comparison_are_turns_or_just_beyond_it():
    examples = attrs.evolve(Examples.of(DOMAIN, 1.0, ("read",)), near=1.0)
    answers = Counter(examples.draw(0, index)[1] for index in range(300))
    # A unit whose hit points came down to 0 may have a status left.
    assert set(answers) == {"> orders\n", "reject hp_above_max\n", "reject fallen_with_status\n"}
    assert min(answers["> orders\n"], answers["reject hp_above_max\n"]) > 60
    assert len({attrs.evolve(examples, near=0.1).draw(0, index)[1] for index in range(300)}) > 6
