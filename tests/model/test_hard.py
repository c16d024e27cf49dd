"""The search for the texts of which a checkpoint is least sure."""

import attrs
import pytest
import torch

from tests.small_domains import ADDER, adder
from turncheck.duel import DOMAIN as DUEL
from turncheck.engine.fields import Int
from turncheck.engine.sampling import TRAINING_SEEDS
from turncheck.engine.schema import Schema
from turncheck.model import hard
from turncheck.model.configs import TrainConfig
from turncheck.model.hard import Search, losses
from turncheck.model.start import Start
from turncheck.model.tokens import STOP
from turncheck.model.train import Run, examples_of

pytestmark = pytest.mark.usefixtures("fewer_drawn")

WRITER = TrainConfig(layers=1, width=8, heads=2, steps=30, batch=32, warmup=2, learning_rate=1e-2)
REJECTING = adder(rejects=True)
KINDS = {
    "autoregressive": (REJECTING, WRITER),
    "one pass": (REJECTING, attrs.evolve(WRITER, kind="one pass")),
    "dense": (REJECTING, attrs.evolve(WRITER, kind="dense", heads=1, hidden=8, fields=True, malformed=0.0)),
    "reader": (
        DUEL,
        attrs.evolve(WRITER, kind="reader", heads=1, hidden=8, malformed=0.5, edited=0.5, stages=("read",), steps=10),
    ),
}
SEED = TRAINING_SEEDS[-1]
TRAINED = {}


@pytest.fixture(params=KINDS)
def started(request, tmp_path):
    """A checkpoint of each kind that was trained a little, and what it learned."""
    if request.param not in TRAINED:
        TRAINED[request.param] = trained(tmp_path, *KINDS[request.param])
    return TRAINED[request.param]


def trained(folder, domain, config):
    list(Run(folder, domain, config, 0).steps())
    return Start.of(folder / "checkpoint.safetensors", domain), examples_of(domain, config)


def searched(start, examples, count=240, seed=SEED):
    search = Search(start, examples, seed, count)
    return search, list(search.steps())


def test_the_texts_get_harder_and_the_hardest_are_kept(started):
    search, made = searched(*started)
    assert made == sorted(made)
    assert made[-1] == 240
    found = search.hardest()
    assert len(found) == 60
    values = [search.losses[text] for text in found]
    assert values == sorted(search.losses.values(), reverse=True)[:60]
    drawn = list(search.losses.values())[: int(240 * hard.DRAWN)]
    assert sum(values) / 60 > sum(sorted(drawn)[-60:]) / 60


def test_the_search_depends_on_its_seed_alone(started):
    first, _ = searched(*started)
    assert searched(*started)[0].losses == first.losses
    assert searched(*started, seed=SEED - 1)[0].losses != first.losses


def test_a_text_is_as_hard_as_the_hardest_token_of_its_answer(started):
    start, examples = started
    search, _ = searched(start, examples, count=60)
    for text, value in list(search.losses.items())[:20]:
        ((prompt, answer),) = examples.asked(text)
        found = hardest_token(examples.domain, start.model(), search.tokenizer, prompt, answer)
        assert value == pytest.approx(found, abs=1e-4)


def hardest_token(domain, model, tokenizer, text, answer):
    """The largest loss among the answer's tokens, by the logits themselves."""
    config, prompt, wanted = model.config, tokenizer.encode(text), [*tokenizer.encode(answer), STOP]
    if config.kind == "reader":
        return -model(torch.tensor([[*prompt, STOP]]))[0, -1].log_softmax(-1)[config.answers.index(answer)].item()
    if config.kind == "autoregressive":
        hidden = model.hidden(torch.tensor([[*prompt, 1, *wanted[:-1]]]))[0, len(prompt) :]
        scores = model.logits(hidden).log_softmax(-1)
        return max(-row[token].item() for row, token in zip(scores, wanted, strict=True))
    one = hard.row_to_learn(domain, tokenizer, config, text, answer)
    ((tokens, targets, _),) = hard.batches_of([one], config)
    return model.loss(tokens, targets).max().item()


def test_a_text_that_is_no_case_is_edited_twice_at_most(started):
    search, _ = searched(*started)
    broken = [text for text in search.losses if not search.examples.domain.is_case(text)]
    if not search.examples.malformed:
        assert broken == []
        return
    assert broken
    assert set(search._edited.values()) == {1, 2}


def test_texts_that_the_model_cannot_learn_are_left_out(tmp_path):
    start, examples = trained(tmp_path, *KINDS["dense"])
    search = Search(start, examples, SEED, 10)
    assert list(losses(search.model, search.tokenizer, search.examples, ["07+35=", "x"])) == ["07+35="]


TINY = adder(prompt=Schema("{a}+{b}=", a=Int(0, 3), b=Int(0, 3), end=""))


def test_a_small_domain_has_fewer_texts_than_are_asked(tmp_path):
    search, made = searched(*trained(tmp_path, TINY, attrs.evolve(WRITER, steps=3)))
    assert made[-1] == 240
    assert len(search.losses) == 16
    assert set(search.hardest()) == set(search.losses)


@pytest.mark.parametrize(("count", "found"), [(1, 1), (2, 1), (9, 2)])
def test_a_search_of_a_few_texts(tmp_path, count, found):
    search, made = searched(*trained(tmp_path, ADDER, attrs.evolve(WRITER, steps=3)), count=count)
    assert (made[-1], len(search.hardest())) == (count, found)
