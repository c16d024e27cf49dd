"""A fixture for tests of adapters: a small checkpoint in its own folder."""

import hashlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

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


ROOT = Path(__file__).parents[3]
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "OMP_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


@pytest.fixture(scope="session")
def tiny_llama(tmp_path_factory):
    """The folder with the files of the model that `tiny_llama.py` trains."""
    if missing := [name for name in ("torch", "transformers", "gguf") if find_spec(name) is None]:
        pytest.skip(f"{', '.join(missing)} not installed: pip install turncheck[servers,torch]")
    folder = tmp_path_factory.mktemp("tiny_llama")
    command = [sys.executable, "-m", "tests.model.adapters.tiny_llama", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | OFFLINE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder
