"""The dense model: what it reads, what it chooses from, and that a value that does not change passes through."""

import pytest
import torch

from tests.domains import SHORT_ADDER
from turncheck.engine.sampling import sample
from turncheck.model.batching import IGNORED, WRITTEN
from turncheck.model.dense import Dense
from turncheck.model.one_pass import OnePassEngine
from turncheck.model.tokens import PAD, STOP, Tokenizer, vocabulary
from turncheck.model.transformer import ModelConfig

TOKENIZER = Tokenizer(vocabulary(SHORT_ADDER))
DIGITS = tuple(TOKENIZER.encode("0123456789"))
CONFIG = ModelConfig(
    len(TOKENIZER),
    prompt=8,
    answer=4,
    layers=2,
    width=4,
    heads=1,
    kind="dense",
    hidden=8,
    choices=(DIGITS, DIGITS, (STOP, *DIGITS), (STOP,)),
)


@pytest.fixture(scope="module")
def model():
    made = Dense(CONFIG)
    generator = torch.Generator().manual_seed(0)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.5, generator=generator)
    return made.requires_grad_(False)


def tokens(*texts):
    rows = [TOKENIZER.encode(text) for text in texts]
    return torch.tensor([row + [PAD] * (CONFIG.context - len(row)) for row in rows])


def test_a_new_model_is_its_embedding():
    made = Dense(CONFIG)
    x = made.embedding(tokens("1+2=")) + made.position.weight
    assert torch.allclose(made.hidden(tokens("1+2=")), made.norm(x))


def test_every_token_of_the_prompt_can_change_every_place_of_the_answer(model):
    asked = torch.randint(3, len(TOKENIZER), (1, CONFIG.context), generator=torch.Generator().manual_seed(1))
    before = {
        int(place): each for places, _, logits in model(asked) for place, each in zip(places, logits, strict=True)
    }
    for place in range(CONFIG.context):
        changed = asked.clone()
        changed[0, place] = 3 + (changed[0, place] - 2) % (len(TOKENIZER) - 3)
        for places, _, logits in model(changed):
            for at, each in zip(places.tolist(), logits, strict=True):
                assert len(CONFIG.choices[at]) == 1 or not torch.equal(before[at], each)


def test_it_writes_the_best_of_each_places_choices(model):
    asked = tokens("1+2=", "9+9=")
    written = model.written(asked)
    for places, ids, logits in model(asked):
        for at, choices, scores in zip(places.tolist(), ids.tolist(), logits, strict=True):
            assert tuple(choices) == CONFIG.choices[at]
            assert written[:, at].tolist() == [choices[best] for best in scores.argmax(-1).tolist()]


def test_the_loss_is_that_of_each_wanted_token(model):
    asked, wanted = tokens("1+2="), torch.tensor([[*TOKENIZER.encode("03"), STOP, *[IGNORED] * 5]])
    losses = model.loss(asked, wanted)
    scores = {}
    for places, ids, logits in model(asked):
        for at, choices, each in zip(places.tolist(), ids.tolist(), logits, strict=True):
            scores[at] = dict(zip(choices, each[0].log_softmax(-1).tolist(), strict=True))
    assert sorted(losses.tolist()) == pytest.approx(sorted(-scores[at][int(wanted[0, at])] for at in range(3)))


def test_a_wanted_token_that_cannot_be_chosen_is_an_error(model):
    wanted = torch.tensor([[*TOKENIZER.encode("0+"), *[IGNORED] * 6]])
    with pytest.raises(ValueError, match=f"place 1 must be one of its choices, got token {TOKENIZER.encode('+')[0]}"):
        model.loss(tokens("1+2="), wanted)


def test_answers_are_the_same_alone_and_in_any_batch(model):
    engine = OnePassEngine(model, TOKENIZER)
    asked = [SHORT_ADDER.write(case) for case in sample(SHORT_ADDER, "uniform", 0, WRITTEN + 20)]
    together = engine.predict(asked)
    assert [engine.predict([prompt])[0] for prompt in asked] == together
    assert engine.predict(asked[::-1]) == together[::-1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"choices": ()}, "choices belong to a dense model and answers to a reader, and to no other"),
        ({"choices": (DIGITS,)}, "choices must have 4 places, one for each of answer, got 1"),
        ({"choices": ((), DIGITS, DIGITS, DIGITS)}, "each place must have choices, and each of them once"),
        ({"choices": ((5, 5), DIGITS, DIGITS, DIGITS)}, "each place must have choices, and each of them once"),
        ({"choices": ((True,), DIGITS, DIGITS, DIGITS)}, "each place must have choices, and each of them once"),
        (
            {"choices": ((99_998,), DIGITS, DIGITS, DIGITS)},
            f"choices must be token ids below {len(TOKENIZER)}",
        ),
        ({"choices": 7}, "choices must be a list of lists of token ids, got 7"),
        ({"kind": "quantum"}, "kind must be one of autoregressive, one pass, dense, reader, got 'quantum'"),
        ({"answers": ("a",)}, "choices belong to a dense model and answers to a reader, and to no other"),
        ({"answers": (7,)}, "answers must be a list of texts, got (7,)"),
    ],
)
def test_a_config_that_is_none_says_why(changes, message):
    import attrs

    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole message is compared
        attrs.evolve(CONFIG, **changes)
    assert str(caught.value) == message
