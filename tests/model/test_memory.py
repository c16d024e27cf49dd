"""Only the command changes the process's allocator, not the library."""

import ctypes

import pytest
import torch
from click.testing import CliRunner

from turncheck.cli import main
from turncheck.duel import DOMAIN
from turncheck.model.decode import TransformerEngine
from turncheck.model.memory import KEPT, LARGEST_BLOCK, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, keep_freed_memory
from turncheck.model.tokens import Tokenizer, vocabulary
from turncheck.model.transformer import ModelConfig, Transformer


@pytest.fixture
def called(monkeypatch):
    """What `mallopt` is called with, which does nothing here."""
    calls = []

    class Library:
        mallopt = staticmethod(lambda *arguments: calls.append(arguments))

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Library)
    keep_freed_memory.cache_clear()
    yield calls
    keep_freed_memory.cache_clear()


def test_an_engine_leaves_the_allocator_of_its_user_alone(called):
    tokenizer = Tokenizer(vocabulary(DOMAIN))
    torch.manual_seed(0)
    engine = TransformerEngine(Transformer(ModelConfig(len(tokenizer), 20, 4, 1, 8, 1)), tokenizer)
    assert len(engine.predict(["a"])) == 1
    assert called == []


def test_the_command_keeps_freed_memory_once(called):
    for _ in range(2):
        assert CliRunner().invoke(main, ["models"]).exit_code == 0
    assert called == [(M_MMAP_THRESHOLD, LARGEST_BLOCK), (M_TRIM_THRESHOLD, KEPT)]


def test_another_c_library_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    keep_freed_memory.cache_clear()
    keep_freed_memory()
    keep_freed_memory.cache_clear()
