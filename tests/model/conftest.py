"""Models for tests: one with random weights, one trained for seconds, the shipped one; and texts to ask them."""

import pytest
import torch
from torch import nn

from turncheck.duel import DOMAIN
from turncheck.engine.sampling import sample, stream
from turncheck.model import data, examples, train
from turncheck.model.checkpoint import load_checkpoint
from turncheck.model.configs import TrainConfig
from turncheck.model.decode import TransformerEngine
from turncheck.model.tokens import Tokenizer, vocabulary
from turncheck.model.train import Run
from turncheck.model.transformer import ModelConfig, Transformer
from turncheck.strategies.operators import damage

SEED = 11
"""Of the texts: one that is for evaluation, so that no model was trained on them."""


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module", autouse=True)
def no_time_passes():
    """A checkpoint says how much time its training took. Without it, the same seed gives the same bytes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(train, "process_time", lambda: 0.0)
        yield


@pytest.fixture
def fewer_drawn(monkeypatch):
    """A new model is measured by fewer examples, so that it is made sooner."""
    monkeypatch.setattr(data, "CHUNK", 32)
    monkeypatch.setattr(data, "SEEN", 200)
    monkeypatch.setattr(examples, "DRAWN", 10)


class RecordingTokenizer(Tokenizer):
    """Keeps the token ids of all that it decodes."""

    def __init__(self, vocabulary):
        super().__init__(vocabulary)
        self.written = []

    def decode(self, ids):
        self.written.append(list(ids))
        return super().decode(self.written[-1])


@pytest.fixture(scope="session")
def tokens_written():
    """The answers of an engine and the token ids that it wrote them with."""

    def write_down(engine, prompts):
        recording = RecordingTokenizer(engine.tokenizer.vocabulary)
        return TransformerEngine(engine.transformer, recording).predict(prompts), recording.written

    return write_down


@pytest.fixture(scope="session")
def random_engine():
    """Its weights are so large that its tokens depend on all that stands before them."""
    tokenizer = Tokenizer(vocabulary(DOMAIN))
    transformer = Transformer(ModelConfig(len(tokenizer), 120, 80, layers=2, width=16, heads=2))
    generator = torch.Generator().manual_seed(3)
    for parameter in transformer.parameters():
        nn.init.normal_(parameter, std=0.5, generator=generator)
    return TransformerEngine(transformer, tokenizer)


@pytest.fixture(scope="session")
def trained_run(tmp_path_factory):
    """A finished run of some seconds, and the loss of each of its steps."""
    config = TrainConfig(layers=1, width=32, heads=2, steps=100, batch=8, warmup=10, save_every=1000)
    run = Run(tmp_path_factory.mktemp("run"), DOMAIN, config, seed=0)
    return run, [progress.loss for progress in run.steps()]


@pytest.fixture(scope="session")
def trained_engine(trained_run):
    run, _ = trained_run
    return TransformerEngine(run.model, run.tokenizer)


@pytest.fixture(scope="session")
def shipped_engine():
    engine, _ = load_checkpoint(DOMAIN.model, DOMAIN)
    return engine


@pytest.fixture(scope="session", params=["random", "trained", "shipped"])
def engine(request):
    return request.getfixturevalue(f"{request.param}_engine")


@pytest.fixture(scope="session")
def texts():
    """Texts to ask: half of their turns mixed, half played, every fourth damaged, its reasons in equal shares."""

    def ask(count, start=0):
        return [_text(index) for index in range(start, start + count)]

    return ask


def _text(index):
    (turn,) = sample(DOMAIN, ("mixed", "play")[index % 2], SEED, 1, start=index)
    if index % 4 < 3:
        return DOMAIN.write(turn)
    reason = tuple(DOMAIN.reasons)[index // 4 % len(DOMAIN.reasons)]
    return damage(DOMAIN, turn, reason, stream("damaged", SEED, index).getrandbits(64))
