"""What tests of the ways in share: a small checkpoint in a folder of its own."""

import hashlib

import pytest

from turncheck.duel import DOMAIN
from turncheck.model.configs import TrainConfig
from turncheck.model.train import Run


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """The bytes of a checkpoint of the smallest model, that was never trained."""
    folder = tmp_path_factory.mktemp("tiny")
    Run(folder, DOMAIN, TrainConfig(layers=1, width=8, heads=1), seed=0).save()
    return (folder / "checkpoint.safetensors").read_bytes()


@pytest.fixture
def folder(tmp_path, monkeypatch, tiny):
    """The current folder: a folder `mine` with a checkpoint in it, and nothing else."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "tiny.safetensors").write_bytes(tiny)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def digest(tiny):
    """The hash of that checkpoint."""
    return hashlib.sha256(tiny).hexdigest()
