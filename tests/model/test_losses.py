"""How hard examples are for a model, and the hardest of many, for each kind of model."""

import attrs
import pytest
import torch

from tests.small_domains import ADDER, adder
from turncheck.duel import DOMAIN as DUEL
from turncheck.model import losses
from turncheck.model.batching import IGNORED
from turncheck.model.configs import TrainConfig
from turncheck.model.losses import hardest, hardness
from turncheck.model.reader import Reader
from turncheck.model.train import Run

pytestmark = pytest.mark.usefixtures("fewer_drawn")

WRITER = TrainConfig(layers=1, width=8, heads=2, steps=6, batch=20, warmup=2, save_every=4, learning_rate=1e-2)
REJECTING = adder(rejects=True)
KINDS = {
    "autoregressive": (REJECTING, WRITER),
    "one pass": (REJECTING, attrs.evolve(WRITER, kind="one pass")),
    "dense": (ADDER, attrs.evolve(WRITER, kind="dense", heads=1, hidden=8, fields=True)),
    "reader": (DUEL, attrs.evolve(WRITER, kind="reader", heads=1, hidden=8, malformed=0.5, stages=("read",))),
}


@pytest.fixture(params=KINDS)
def run(request, tmp_path):
    domain, config = KINDS[request.param]
    made = Run(tmp_path, domain, config, 0)
    list(made.steps())
    return made


def one_by_one(model, tokens, targets):
    """The largest loss of a wanted token of each row, from each row alone."""
    if isinstance(model, Reader):
        targets = torch.where(torch.arange(targets.shape[1]) == last_wanted(targets)[:, None], targets, IGNORED)
    rows = zip(tokens, targets, strict=True)
    return [model.loss(row[None], wanted[None]).max().item() for row, wanted in rows]


def last_wanted(targets):
    return torch.tensor([max(place for place, each in enumerate(row) if each != IGNORED) for row in targets.tolist()])


def test_a_row_is_as_hard_as_its_hardest_token(run, monkeypatch):
    monkeypatch.setattr(losses, "TOGETHER", 3)
    for tokens, targets, _ in run.data.batches(0):
        found = hardness(run.model, tokens, targets)
        assert not found.requires_grad
        assert found.tolist() == pytest.approx(one_by_one(run.model, tokens, targets), rel=1e-3, abs=1e-5)


@pytest.mark.parametrize(("share", "count"), [(0.25, 5), (0.01, 1), (1.0, 20)])
def test_the_hardest_rows_of_all_batches_are_kept(run, share, count):
    made = run.data.batches(1)
    kept = hardest(run.model, made, share)
    values = sorted((each for batch in made for each in hardness(run.model, *batch[:2]).tolist()), reverse=True)
    theirs = [each for batch in kept for each in hardness(run.model, *batch[:2]).tolist()]
    assert len(theirs) == count
    assert sorted(theirs, reverse=True) == pytest.approx(values[:count], rel=1e-3, abs=1e-5)
    drawn = {(*row, *wanted) for tokens, targets, _ in made for row, wanted in lists(tokens, targets)}
    assert {(*row, *wanted) for tokens, targets, _ in kept for row, wanted in lists(tokens, targets)} <= drawn
    assert all(len(tokens) == len(targets) == len(rejected) for tokens, targets, rejected in kept)


def lists(tokens, targets):
    return zip(tokens.tolist(), targets.tolist(), strict=True)


def test_a_run_that_learns_the_hardest_goes_on_as_if_it_had_not_stopped(tmp_path):
    domain, config = KINDS["dense"]
    config = attrs.evolve(config, hardest=0.25, rounded=0.5)
    list(Run(tmp_path / "whole", domain, config, 0).steps())
    steps = Run(tmp_path / "left", domain, config, 0).steps()
    for _ in range(3):
        next(steps)
    steps.close()
    list(Run(tmp_path / "left", domain, config, 0).steps())
    list(Run(tmp_path / "all", domain, attrs.evolve(config, hardest=1.0), 0).steps())
    whole, left, every = (
        (tmp_path / name / "checkpoint.safetensors").read_bytes() for name in ("whole", "left", "all")
    )
    assert whole == left != every
