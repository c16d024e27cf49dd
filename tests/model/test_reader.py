"""The reader: it answers after the stop, however long the text is, and is trained with what it knows so far."""

import attrs
import pytest
import torch

from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, write
from turncheck.model.batching import IGNORED, WRITTEN
from turncheck.model.configs import TrainConfig
from turncheck.model.examples import Examples, fault_of, row_of
from turncheck.model.reader import LONGEST, Reader, ReaderEngine, grown
from turncheck.model.tokens import STOP, Tokenizer, vocabulary
from turncheck.model.train import _earlier
from turncheck.model.transformer import ModelConfig

TOKENIZER = Tokenizer(vocabulary(DOMAIN, fields=True))
ANSWERS = ("> orders\n", "reject bad_number\n", "reject truncated\n")
CONFIG = ModelConfig(len(TOKENIZER), 64, 8, 1, 8, 1, kind="reader", hidden=12, answers=ANSWERS)
TEXT = write(Turn())


@pytest.fixture(scope="module")
def engine():
    model = Reader(CONFIG)
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=1.5, generator=generator)
    return ReaderEngine(model.requires_grad_(False), TOKENIZER)


def damaged(count):
    examples = Examples.of(DOMAIN, 0.7, ("read",))
    return [examples.draw(0, index)[0] for index in range(count)]


def test_the_state_is_that_of_gated_recurrent_units(engine):
    model = engine.model
    peer = torch.nn.GRU(8, 12, batch_first=True)
    pairs = [("weight_ih_l0", model.input.weight), ("weight_hh_l0", model.recurrent.weight)]
    pairs += [("bias_ih_l0", model.input.bias), ("bias_hh_l0", model.recurrent.bias)]
    with torch.no_grad():
        for name, weight in pairs:
            getattr(peer, name).copy_(weight)
        asked = torch.tensor([TOKENIZER.encode(TEXT)])
        assert torch.allclose(peer(model.embedding(asked))[0], model.states(asked), atol=1e-6)


def test_answers_are_the_same_alone_and_in_any_batch(engine):
    asked = ["", *damaged(WRITTEN + 30)]
    together = engine.predict(asked)
    assert set(together) <= set(ANSWERS)
    assert len(set(together)) > 1
    assert [engine.predict([prompt])[0] for prompt in asked] == together
    assert engine.predict(asked[::-1]) == together[::-1]


def test_a_text_may_be_longer_than_any_in_training(engine):
    long = TEXT * 20
    assert len(TOKENIZER.encode(long)) > CONFIG.prompt
    states = engine.model(torch.tensor([[*TOKENIZER.encode(long), STOP]]))
    assert engine.predict([long]) == [ANSWERS[int(states[0, -1].argmax())]]
    assert engine.predict(["x" * 2 * LONGEST])[0] in ANSWERS


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (TEXT, (len(TEXT), len(TEXT))),
        ("", (0, 0)),
        ("turn 1\nhero\n", (5, 6)),
        (TEXT.replace("foe hp 01", "foe hp x1"), (TEXT.index("\nfoe") + 8, TEXT.index("\nfoe") + 13)),
        (TEXT.replace("do foe wait", "do foe"), (len(TEXT) - 5, len(TEXT) - 5)),
        (TEXT + "more\n", (len(TEXT), len(TEXT) + 4)),
    ],
)
def test_where_a_text_has_its_fault(text, fault):
    assert fault_of(DOMAIN, text) == fault


def test_a_reader_learns_what_is_known_after_each_token():
    text = TEXT.replace("burn 0", "burn x", 1)
    row = row_of(TOKENIZER, CONFIG, text, "reject bad_number\n", fault_of(DOMAIN, text))
    spelled = [TOKENIZER.vocabulary[token] for token in row[0]]
    at = spelled.index(" burn")
    assert spelled[at : at + 4] == [" burn", "<0x20>", "<0x78>", " regen 0"]
    assert row[1][: at + 1] == [0] * (at + 1)
    assert row[1][at + 1 : at + 3] == [0, IGNORED]
    assert row[1][at + 3 :] == [1] * (len(spelled) - at - 3)
    assert (row[0][-1], row[2]) == (STOP, True)


def test_without_a_fault_only_the_last_answer_is_wanted():
    row = row_of(TOKENIZER, CONFIG, TEXT, "> orders\n")
    assert row[1] == [*[IGNORED] * (len(row[0]) - 1), 0]


def test_what_is_said_before_the_end_of_a_text_weighs_as_asked(engine):
    tokens = torch.tensor([[5, 6, 7, STOP], [5, STOP, 0, 0]])
    targets = torch.tensor([[0, IGNORED, 1, 2], [1, 1, IGNORED, IGNORED]])
    said = engine.model(tokens).log_softmax(-1)
    final = -torch.stack([said[0, 3, 2], said[1, 1, 1]])
    before = -torch.stack([said[0, 0, 0] + said[0, 2, 1], said[1, 0, 1]])
    for earlier in (1.0, 0.25, 0.0):
        assert torch.allclose(engine.model.loss(tokens, targets, earlier), final + earlier * before)


def test_the_weight_of_what_is_said_early_fades_by_step():
    config = TrainConfig(steps=100, fade=0.5)
    assert [_earlier(step, config) for step in (0, 25, 50, 99)] == [1.0, 0.5, 0.0, 0.0]
    assert [_earlier(step, TrainConfig(steps=100)) for step in (0, 99)] == [1.0, 1.0]


def test_a_reader_grows_without_a_change_of_its_answers(engine):
    torch.manual_seed(0)
    larger = Reader(attrs.evolve(CONFIG, hidden=20))
    weights = grown(engine.model.state_dict(), larger)
    larger.load_state_dict(weights)
    asked = torch.tensor([TOKENIZER.encode(TEXT)])
    assert torch.allclose(larger(asked), engine.model(asked), atol=1e-5)
    assert (larger.states(asked)[..., CONFIG.hidden :] != 0).all()
    larger.loss(asked, torch.ones_like(asked)).sum().backward()
    assert (larger.output.weight.grad[:, CONFIG.hidden :] != 0).any()  # the added units can be learned
