"""Data drawn ahead by other processes: the same as without them, in the same order, and errors come through."""

import os
import signal
from time import process_time

import attrs
import pytest
import torch

from tests.small_domains import ADDER
from turncheck.duel import DOMAIN
from turncheck.engine.domain import DomainError
from turncheck.model.ahead import TOGETHER, WorkerError, drawn_ahead
from turncheck.model.configs import TrainConfig
from turncheck.model.train import Run

pytestmark = pytest.mark.usefixtures("fewer_drawn")

CONFIG = TrainConfig(layers=1, width=8, heads=2, steps=6, batch=4, warmup=2, save_every=4, malformed=0.0)
READING = attrs.evolve(CONFIG, kind="reader", heads=1, hidden=8, malformed=0.5, stages=("read",), hardest=0.5)


class Numbers:
    """Data of which each step is one row with its number."""

    def batches(self, step, fewer=0):
        return [(torch.tensor([[step]]), torch.tensor([[-step]]), torch.tensor([step % 2 == 0]))]


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize(("first", "end"), [(0, 1), (0, TOGETHER), (5, 2 * TOGETHER + 3), (TOGETHER, TOGETHER)])
def test_each_step_comes_once_and_in_order(workers, first, end):
    found = list(drawn_ahead(Numbers(), first, end, workers))
    assert all(seconds >= 0 for _, seconds in found)
    for step, (((tokens, targets, rejected),), _) in zip(range(first, end), found, strict=True):
        assert (tokens.tolist(), targets.tolist(), rejected.tolist()) == ([[step]], [[-step]], [step % 2 == 0])
        assert (tokens.dtype, targets.dtype, rejected.dtype) == (torch.int64, torch.int64, torch.bool)


@pytest.mark.parametrize(("domain", "config"), [(ADDER, CONFIG), (DOMAIN, READING)], ids=["adder", "reader"])
def test_a_run_learns_the_same_with_other_processes_also_where_it_is_resumed(tmp_path, domain, config):
    alone = Run(tmp_path / "alone", domain, config, 0)
    list(alone.steps())
    left = Run(tmp_path / "left", domain, config, 0, workers=2).steps()
    assert [next(left).step for _ in range(3)] == [1, 2, 3]
    left.close()
    resumed = Run(tmp_path / "left", domain, config, 0, workers=1)
    assert [at.step for at in resumed.steps()] == [4, 5, 6]
    ours, theirs = alone.model.state_dict(), resumed.model.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


class Failing(Numbers):
    def batches(self, step, fewer=0):
        if step == 3:
            raise DomainError("adder/1", "the reference raised")
        return super().batches(step)


def test_what_a_domain_raises_in_another_process_comes_through():
    with pytest.raises(DomainError, match="the reference raised"):
        list(drawn_ahead(Failing(), 0, 5, 1))


class Unsendable(Numbers):
    def batches(self, step, fewer=0):
        error = ValueError("of no use elsewhere")
        error.trouble = lambda: None
        raise error


def test_an_error_that_cannot_be_sent_is_told_in_words():
    with pytest.raises(RuntimeError, match="ValueError: of no use elsewhere"):
        list(drawn_ahead(Unsendable(), 0, 5, 1))


class Killed(Numbers):
    def batches(self, step, fewer=0):
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_is_told():
    with pytest.raises(WorkerError, match=r"one has ended: .*: name fewer"):
        list(drawn_ahead(Killed(), 0, 5, 1))


class Busy(Numbers):
    def batches(self, step, fewer=0):
        end = process_time() + 0.02
        while process_time() < end:
            pass
        return super().batches(step)


def test_the_processor_time_of_other_processes_is_told():
    assert all(0.02 <= seconds < 1 for _, seconds in drawn_ahead(Busy(), 0, 3, 1))
