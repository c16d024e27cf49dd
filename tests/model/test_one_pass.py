"""The model that writes an answer in one pass: what it reads, what it writes, how it is trained, saved and loaded."""

import attrs
import pytest
import torch

from tests.domains import SHORT_ADDER
from turncheck.engine.sampling import sample
from turncheck.model.batching import IGNORED, WRITTEN
from turncheck.model.checkpoint import load_checkpoint
from turncheck.model.configs import TrainConfig
from turncheck.model.examples import batches
from turncheck.model.one_pass import OnePass, OnePassEngine, length_of
from turncheck.model.tokens import PAD, STOP, Tokenizer, vocabulary
from turncheck.model.train import Run
from turncheck.model.transformer import ModelConfig

TOKENIZER = Tokenizer(vocabulary(SHORT_ADDER))
CONFIG = ModelConfig(len(TOKENIZER), prompt=24, answer=8, layers=2, width=16, heads=2, kind="one pass")


@pytest.fixture(scope="module")
def engine():
    model = OnePass(CONFIG)
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5, generator=generator)
    return OnePassEngine(model.requires_grad_(False), TOKENIZER)


def prompts(count):
    return [SHORT_ADDER.write(case) for case in sample(SHORT_ADDER, "uniform", 0, count)]


def test_every_token_of_the_prompt_can_change_every_token_of_the_answer(engine):
    tokens = torch.randint(3, len(TOKENIZER), (1, 8), generator=torch.Generator().manual_seed(1))
    before = engine.model(tokens)
    for place in range(8):
        changed = tokens.clone()
        changed[0, place] = 3 + (changed[0, place] - 2) % (len(TOKENIZER) - 3)
        assert not torch.isclose(before, engine.model(changed)).all(-1).any()


def test_answers_are_the_same_alone_and_in_any_batch(engine):
    asked = prompts(WRITTEN + 20)
    together = engine.predict(asked)
    assert [engine.predict([prompt])[0] for prompt in asked] == together
    assert engine.predict(asked[::-1]) == together[::-1]
    assert OnePassEngine(engine.model, TOKENIZER, threads=3).predict(asked) == together


def test_an_answer_ends_before_its_first_stop(engine):
    best = engine.model(torch.tensor([[*TOKENIZER.encode("1"), *[PAD] * 7]])).argmax(-1)[0, : CONFIG.answer].tolist()
    written = best[: best.index(STOP)] if STOP in best else best
    assert engine.predict(["1"]) == [TOKENIZER.decode(written)]


def test_a_row_is_as_long_as_its_prompt_and_an_answer_need():
    assert [length_of(CONFIG, tokens) for tokens in (0, 8, 9, 23, 24)] == [8, 8, 16, 24, 24]


def test_a_long_prompt_is_cut(engine):
    assert engine.predict(["1" * 500]) == engine.predict(["1" * 24])


def test_a_batch_holds_each_length_apart_with_the_answer_at_the_first_places():
    short, long = ("1", "2"), ("1" * 12, "34")
    made = batches([short, long, short], TOKENIZER, CONFIG)
    assert [tuple(tokens.shape) for tokens, _, _ in made] == [(2, 8), (1, 16)]
    (tokens, targets, rejected), _ = made
    assert tokens[0].tolist() == [*TOKENIZER.encode("1"), *[PAD] * 7]
    assert targets[0].tolist() == [*TOKENIZER.encode("2"), STOP, *[IGNORED] * 6]
    assert rejected.tolist() == [False, False]


def test_blocks_can_be_used_several_times():
    torch.manual_seed(0)
    once, twice = (OnePass(attrs.evolve(CONFIG, repeats=repeats)) for repeats in (1, 2))
    twice.load_state_dict(once.state_dict())
    for parameter in twice.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    once.load_state_dict(twice.state_dict())
    tokens = torch.tensor([TOKENIZER.encode("12+34=")])
    x = once.embedding(tokens) + once.position.weight[: tokens.shape[1]]
    for block in [*once.blocks, *once.blocks]:
        x = block(x)
    assert torch.equal(twice.hidden(tokens), once.norm(x))


def test_an_autoregressive_model_does_not_repeat_its_blocks():
    with pytest.raises(ValueError, match=r"^repeats must be 1 if the model is autoregressive, got 2$"):
        attrs.evolve(CONFIG, kind="autoregressive", repeats=2)


@pytest.mark.parametrize("fields", [False, True])
def test_a_run_learns_saves_and_goes_on_with_the_same_weights(tmp_path, fields):
    config = TrainConfig(
        layers=1, width=16, heads=2, steps=12, batch=16, warmup=2, kind="one pass", repeats=2, fields=fields
    )
    whole = Run(tmp_path / "whole", SHORT_ADDER, config, 0)
    losses = [progress.loss for progress in whole.steps()]
    assert losses[-1] < losses[0]
    for progress in Run(tmp_path / "parts", SHORT_ADDER, config, 0).steps():
        if progress.step == 5:
            break
    parts = Run(tmp_path / "parts", SHORT_ADDER, config, 0)
    assert parts.step == 5
    list(parts.steps())
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, parts.model.state_dict()[name]), name
    engine, about = load_checkpoint(tmp_path / "whole" / "checkpoint.safetensors", SHORT_ADDER)
    assert isinstance(engine, OnePassEngine)
    assert about.config == whole.model.config
    asked = prompts(8)
    assert engine.predict(asked) == OnePassEngine(whole.model, whole.tokenizer).predict(asked)
