"""Training: the same examples and the same weights each time, however often it was interrupted."""

import hashlib
import itertools
import json
import os
import signal
from collections import Counter
from itertools import pairwise

import attrs
import pytest
import torch

from turncheck.duel import DOMAIN
from turncheck.engine.duel import REASONS, resolve_text
from turncheck.engine.sampling import EVALUATION_SEEDS, HELD_OUT_SEEDS, TRAINING_SEEDS
from turncheck.model.batching import IGNORED
from turncheck.model.checkpoint import load_checkpoint
from turncheck.model.configs import CONFIGS, TrainConfig
from turncheck.model.examples import Examples, batches
from turncheck.model.losses import loss
from turncheck.model.tokens import ANSWER, PAD, STOP, Tokenizer, vocabulary
from turncheck.model.train import DivergedError, ResumeError, Run
from turncheck.model.transformer import ModelConfig, Transformer

TINY = TrainConfig(layers=1, width=8, heads=2, steps=6, batch=2, warmup=2, save_every=4)
TOKENIZER = Tokenizer(vocabulary(DOMAIN))
FILES = ("checkpoint.safetensors", "state.safetensors")


def train(folder, seed=0, config=TINY, snapshots=()):
    progress = list(Run(folder, DOMAIN, config, seed, snapshots).steps())
    return progress, content(folder)


def content(folder):
    """The bytes of a run's files."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """What a run holds that nothing interrupted."""
    return train(tmp_path_factory.mktemp("uninterrupted"))[1]


def example(index, malformed, seed=1_000_000):
    return Examples.of(DOMAIN, malformed).draw(seed, index)


# --- examples --------------------------------------------------------------------------------------------------------


def test_seeds_of_training_watching_and_evaluation_are_disjoint():
    ranges = sorted((TRAINING_SEEDS, HELD_OUT_SEEDS, EVALUATION_SEEDS), key=lambda seeds: seeds.start)
    assert all(one.stop <= another.start for one, another in pairwise(ranges))


@pytest.mark.parametrize("seed", [0, 1, 999_999])
def test_a_run_draws_its_examples_by_a_seed_for_training(tmp_path, seed):
    assert Run(tmp_path, DOMAIN, TINY, seed).data_seed in TRAINING_SEEDS


def test_an_example_depends_on_its_seed_and_its_number_alone():
    forwards = [example(index, 0.5) for index in range(20)]
    assert [example(index, 0.5) for index in reversed(range(20))] == forwards[::-1]
    assert len(set(forwards)) == 20
    assert not set(forwards) & {example(index, 0.5, seed=1_000_001) for index in range(20)}


@pytest.mark.parametrize(
    ("malformed", "least", "most"), [(0.0, 0, 0), (0.16, 130, 190), (0.5, 450, 550), (1.0, 1000, 1000)]
)
def test_that_share_of_the_examples_is_malformed(malformed, least, most):
    answers = [example(index, malformed)[1] for index in range(1000)]
    assert least <= sum(answer.startswith("reject ") for answer in answers) <= most


def test_malformed_examples_have_all_reasons_in_equal_shares():
    counted = Counter(example(index, 1.0)[1] for index in range(1100))
    assert set(counted) == {f"reject {reason}\n" for reason in REASONS}
    assert all(60 <= count <= 140 for count in counted.values())


def test_an_examples_answer_is_the_references():
    for index in range(50):
        text, answer = example(index, 0.5)
        assert answer == resolve_text(text)


def test_a_batch_wants_the_answers_tokens_and_nothing_else():
    tokenizer = TOKENIZER
    examples = [example(index, index % 2) for index in range(8)]
    tokens, targets, rejected = batches(examples, tokenizer, ModelConfig(len(tokenizer), 120, 80, 1, 8, 2))[0]
    assert tokens.shape == targets.shape
    assert rejected.tolist() == [False, True] * 4
    for (text, answer), row, wanted in zip(examples, tokens.tolist(), targets.tolist(), strict=True):
        prompt, own = [*tokenizer.encode(text)[:120], ANSWER], [*tokenizer.encode(answer), STOP]
        rest = len(row) - len(prompt) - len(own) + 1
        assert row == [*prompt, *own[:-1], *[PAD] * rest]
        assert wanted == [*[IGNORED] * (len(prompt) - 1), *own, *[IGNORED] * rest]


def test_a_long_prompt_is_cut_as_it_is_when_it_is_asked():
    tokens, targets, _ = batches([("x" * 500, "a")], TOKENIZER, ModelConfig(335, 120, 80, 1, 8, 2))[0]
    assert tokens.shape == (1, 122)
    assert tokens[0, 120:].tolist() == [ANSWER, 3 + ord("a")]
    assert targets[0, 119:].tolist() == [IGNORED, 3 + ord("a"), STOP]


def test_a_rejections_tokens_weigh_what_the_config_says():
    torch.manual_seed(0)
    tokenizer = TOKENIZER
    transformer = Transformer(ModelConfig(len(tokenizer), 120, 80, layers=1, width=8, heads=2))
    state, rejection = example(0, 0.0), example(0, 1.0)

    def of(examples, weight):
        return loss(transformer, batches(examples, tokenizer, transformer.config), weight).item()

    alone = of([state], 1), of([rejection], 1)
    for weight in (1, 6):
        mean = (77 * alone[0] + 4 * weight * alone[1]) / (77 + 4 * weight)
        assert of([state, rejection], weight) == pytest.approx(mean, rel=1e-5)


def test_the_duels_examples_are_those_that_the_shipped_checkpoints_learned():
    drawn = json.dumps([example(index, 0.16) for index in range(2000)])
    assert hashlib.sha256(drawn.encode()).hexdigest() == (
        "38a3d2ca3eb360556353c41507a001d7683217546fd6be1c2a40284c6f5c72f6"
    )


# --- runs ------------------------------------------------------------------------------------------------------------


def test_each_parameter_has_exactly_one_optimizer(tmp_path):
    run = Run(tmp_path, DOMAIN, CONFIGS["tiny"], 0)
    held = [id(each) for optimizer in run.optimizers for group in optimizer.param_groups for each in group["params"]]
    assert sorted(held) == sorted(id(each) for each in run.model.parameters())


def test_the_same_seed_gives_the_same_bytes(tmp_path, uninterrupted):
    assert train(tmp_path)[1] == uninterrupted


def test_another_seed_gives_other_bytes(tmp_path, uninterrupted):
    _, files = train(tmp_path, seed=1)
    assert set(files) == set(FILES)
    assert all(files[name] != uninterrupted[name] for name in FILES)


@pytest.mark.parametrize("steps", [1, 3, 4, 5, 6])
def test_a_run_that_is_left_and_resumed_ends_with_the_same_bytes(tmp_path, uninterrupted, steps):
    left = Run(tmp_path, DOMAIN, TINY, 0).steps()
    for _ in range(steps):
        next(left)
    left.close()
    progress, files = train(tmp_path)
    assert [each.step for each in progress] == list(range(steps + 1, 7))
    assert files == uninterrupted


def test_a_run_that_is_left_after_each_step_ends_with_the_same_bytes(tmp_path, uninterrupted):
    for step in range(1, 7):
        left = Run(tmp_path, DOMAIN, TINY, 0).steps()
        assert next(left).step == step
        left.close()
    assert content(tmp_path) == uninterrupted


@pytest.mark.parametrize("place", ["zero_grad", "hidden", "logits"])
def test_an_interrupted_step_is_not_counted_and_all_before_it_is_saved(tmp_path, uninterrupted, monkeypatch, place):
    run = Run(tmp_path, DOMAIN, TINY, 0)
    steps = run.steps()
    assert [next(steps).step for _ in range(3)] == [1, 2, 3]
    monkeypatch.setattr(run.model, place, interrupt)
    with pytest.raises(KeyboardInterrupt):
        next(steps)
    assert Run(tmp_path, DOMAIN, TINY, 0).step == 3
    assert train(tmp_path)[1] == uninterrupted


@pytest.mark.parametrize("optimizer", [0, 1])
def test_weights_that_are_half_updated_are_never_saved(tmp_path, uninterrupted, monkeypatch, optimizer):
    run = Run(tmp_path, DOMAIN, TINY, 0)
    steps = run.steps()
    assert [next(steps).step for _ in range(5)] == [1, 2, 3, 4, 5]
    monkeypatch.setattr(run.optimizers[optimizer], "step", interrupt)
    with pytest.raises(KeyboardInterrupt):
        next(steps)
    assert run.saved == Run(tmp_path, DOMAIN, TINY, 0).step == 4
    assert train(tmp_path)[1] == uninterrupted


def interrupt(*arguments, **options):
    raise KeyboardInterrupt


@pytest.mark.skipif(os.name != "posix", reason="a process cannot send itself Ctrl-C")
def test_ctrl_c_waits_for_the_end_of_an_update(tmp_path, uninterrupted, monkeypatch):
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    run = Run(tmp_path, DOMAIN, TINY, 0)
    steps = run.steps()
    next(steps)
    update = run.optimizers[0].step

    def hears():
        os.kill(os.getpid(), signal.SIGINT)
        update()

    try:
        monkeypatch.setattr(run.optimizers[0], "step", hears)
        with pytest.raises(KeyboardInterrupt):
            next(steps)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, handler)
    assert (run.step, run.saved) == (2, 2)
    assert train(tmp_path)[1] == uninterrupted


def test_a_finished_run_is_left_as_it_is(tmp_path, uninterrupted):
    train(tmp_path)
    assert train(tmp_path) == ([], uninterrupted)


def test_to_save_a_finished_run_takes_no_time_of_its_steps(tmp_path, monkeypatch):
    _, before = train(tmp_path)
    monkeypatch.setattr("turncheck.model.train.process_time", itertools.count(1000.0, 7.0).__next__)
    assert train(tmp_path) == ([], before)


def test_how_often_a_run_is_saved_changes_no_weight(tmp_path, uninterrupted):
    _, files = train(tmp_path, config=attrs.evolve(TINY, save_every=1))
    assert files == uninterrupted


@pytest.mark.parametrize(
    ("seed", "config", "message"),
    [
        (1, TINY, "seed must be 0 to resume the run in {}, got 1: use another folder"),
        (
            0,
            attrs.evolve(TINY, batch=3),
            f"batch must be {TINY.batch} to resume the run in {{}}, got 3: use another folder",
        ),
        (0, attrs.evolve(TINY, threads=2), "threads must be 1 to resume the run in {}, got 2: use another folder"),
    ],
)
def test_a_run_of_other_settings_is_not_resumed(tmp_path, seed, config, message):
    Run(tmp_path, DOMAIN, TINY, 0).save()
    before = content(tmp_path)
    try:
        with pytest.raises(ResumeError) as caught:
            Run(tmp_path, DOMAIN, config, seed)
    finally:
        torch.set_num_threads(1)
    assert str(caught.value) == message.format(tmp_path)
    assert content(tmp_path) == before


def test_snapshots_are_the_checkpoints_of_their_steps(tmp_path, uninterrupted):
    _, files = train(tmp_path, snapshots=(2, 6, 100))
    assert set(files) == {*FILES, "step-2.safetensors", "step-6.safetensors"}
    assert files["step-6.safetensors"] == files["checkpoint.safetensors"] == uninterrupted["checkpoint.safetensors"]
    _, card = load_checkpoint(tmp_path / "step-2.safetensors", DOMAIN)
    assert (card.turns, card.seed) == (4, 0)


def test_the_card_says_what_the_model_learned(tmp_path):
    _, _ = train(tmp_path, seed=3)
    _, card = load_checkpoint(tmp_path / "checkpoint.safetensors", DOMAIN)
    assert (card.rules, card.template, card.seed, card.turns) == ("duel/1", "duel/1", 3, 12)
    assert (card.samplers, card.operators) == (("mixed", "play"), tuple(REASONS))
    assert card.config == ModelConfig(335, 120, 80, layers=1, width=8, heads=2)


def test_held_out_texts_are_answered_where_a_run_is_saved(tmp_path):
    progress, _ = train(tmp_path)
    assert [each.exact is None for each in progress] == [True, True, True, False, True, True]
    assert progress[3].exact == 0.0


@pytest.mark.usefixtures("fewer_drawn")
@pytest.mark.parametrize(
    "config",
    [
        attrs.evolve(CONFIGS["steps"], layers=1, hidden=8, batch=8, steps=6, save_every=4, rounded=0.5),
        attrs.evolve(CONFIGS["read"], hidden=8, batch=4, steps=6, save_every=4, rounded=0.5, pool=10),
        attrs.evolve(TINY, kind="one pass", repeats=2),
    ],
    ids=lambda config: config.kind,
)
def test_a_run_of_each_kind_that_is_resumed_ends_with_the_same_bytes(tmp_path, config):
    def go_on(name):
        return Run(tmp_path / name, DOMAIN, config, 0).steps()

    whole = [at.loss for at in go_on("whole")]
    losses = []
    for steps in (1, 4):  # the second part begins in exact weights and ends in rounded ones
        left = go_on("left")
        losses += [next(left).loss for _ in range(steps)]
        left.close()
    losses += [at.loss for at in go_on("left")]
    assert losses == whole
    assert content(tmp_path / "left") == content(tmp_path / "whole")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_the_run_and_leaves_what_was_saved(tmp_path, monkeypatch, value):
    run = Run(tmp_path, DOMAIN, TINY, 0)
    steps = run.steps()
    assert [next(steps).step for _ in range(5)] == [1, 2, 3, 4, 5]
    before = content(tmp_path)
    monkeypatch.setattr(run, "_loss", lambda made: torch.tensor(value))
    with pytest.raises(DivergedError) as caught:
        next(steps)
    fault = f"the loss must be finite, got {value} at step 5"
    way_out = "train in another folder, with another seed or a config with a lower learning rate"
    assert str(caught.value) == f"{tmp_path}: {fault}: {way_out}"
    assert content(tmp_path) == before
    assert Run(tmp_path, DOMAIN, TINY, 0).step == 4


def test_a_run_counts_the_time_of_its_steps_also_where_it_is_resumed(tmp_path, monkeypatch):
    now = 1000.0
    monkeypatch.setattr("turncheck.model.train.process_time", lambda: now)

    def hours():
        return load_checkpoint(tmp_path / "checkpoint.safetensors", DOMAIN)[1].core_hours

    steps = Run(tmp_path, DOMAIN, TINY, 0).steps()
    next(steps)
    now += 360
    steps.close()
    assert hours() == 0.1
    now += 50_000  # another process
    steps = Run(tmp_path, DOMAIN, TINY, 0).steps()
    next(steps)
    now += 1.23456 * 3600
    steps.close()
    assert hours() == 1.33
    now += 50_000
    for _ in Run(tmp_path, DOMAIN, TINY, 0).steps():
        pass
    before = content(tmp_path)
    now += 50_000
    assert list(Run(tmp_path, DOMAIN, TINY, 0).steps()) == []
    assert content(tmp_path) == before


def test_the_loss_falls(trained_run):
    _, losses = trained_run
    assert losses[0] > 5.5
    assert max(losses[-10:]) < losses[0] / 2
