"""A run that begins with the weights of a checkpoint."""

import attrs
import pytest
import torch

from tests.domains import SHORT_ADDER
from turncheck.duel import DOMAIN
from turncheck.model.configs import TrainConfig
from turncheck.model.start import Start, StartError
from turncheck.model.train import ResumeError, Run

CONFIG = TrainConfig(layers=1, width=8, heads=2, steps=3, batch=4, warmup=1)


@pytest.fixture
def first(tmp_path):
    list(Run(tmp_path / "first", SHORT_ADDER, CONFIG, 0).steps())
    return Start.of(tmp_path / "first" / "checkpoint.safetensors", SHORT_ADDER)


def test_it_begins_with_the_weights_of_the_checkpoint(tmp_path, first):
    run = Run(tmp_path / "second", SHORT_ADDER, CONFIG, 1, start=first)
    for name, weight in run.model.state_dict().items():
        assert torch.equal(weight, first.tensors[name])
    fresh = Run(tmp_path / "third", SHORT_ADDER, CONFIG, 1)
    assert not torch.equal(fresh.model.embedding.weight, run.model.embedding.weight)


def test_it_goes_on_from_where_it_was_and_with_the_same_start_only(tmp_path, first):
    steps = Run(tmp_path / "second", SHORT_ADDER, CONFIG, 1, start=first).steps()
    next(steps)
    steps.close()
    again = Run(tmp_path / "second", SHORT_ADDER, CONFIG, 1, start=first)
    assert again.step == 1
    assert not torch.equal(again.model.embedding.weight, first.tensors["embedding.weight"])
    with pytest.raises(ResumeError, match=r"start must be .*, got : use another folder"):
        Run(tmp_path / "second", SHORT_ADDER, CONFIG, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": 16}, "its width must be 16, got 8: name its own --config, or leave --start out"),
        ({"layers": 2}, "its layers must be 2, got 1: name its own --config, or leave --start out"),
    ],
)
def test_a_checkpoint_of_another_model_is_refused(tmp_path, first, changes, message):
    with pytest.raises(StartError, match=message):
        Run(tmp_path / "second", SHORT_ADDER, attrs.evolve(CONFIG, **changes), 1, start=first)


READ = TrainConfig(layers=1, width=8, heads=1, kind="reader", hidden=8, stages=("read",), steps=1, batch=4, warmup=1)


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader")
    list(Run(folder, DOMAIN, attrs.evolve(READ, malformed=0.5), 0).steps())
    return Start.of(folder / "checkpoint.safetensors", DOMAIN)


def test_a_reader_may_begin_with_a_smaller_one(tmp_path, reader):
    run = Run(tmp_path / "larger", DOMAIN, attrs.evolve(READ, malformed=0.5, hidden=12), 1, start=reader)
    weights = run.model.state_dict()
    assert torch.equal(weights["output.weight"][:, :8], reader.tensors["output.weight"])
    assert torch.equal(weights["output.weight"][:, 8:], torch.zeros(len(weights["output.weight"]), 4))
    assert len(list(run.steps())) == 1


def test_a_reader_cannot_begin_with_a_larger_one(tmp_path, reader):
    with pytest.raises(StartError, match="its hidden must be 6, got 8: name its own --config, or leave --start out"):
        Run(tmp_path / "smaller", DOMAIN, attrs.evolve(READ, malformed=0.5, hidden=6), 1, start=reader)
