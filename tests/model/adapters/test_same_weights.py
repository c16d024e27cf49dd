"""The same weights by each kind that loads weights: the same answers, verdicts and witnesses."""

from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import attrs
import pytest

from tests.model.adapters.conversions import as_gpt2, as_nanogpt, as_onnx, as_state_dict, read, tokenizer
from tests.small_domains import TICTACTOE
from turncheck.duel import DOMAIN
from turncheck.engine.learned import answers
from turncheck.engine.sampling import sample, samplers_of
from turncheck.model.adapters.loading import load
from turncheck.model.configs import TrainConfig
from turncheck.model.tokens import Tokenizer
from turncheck.model.train import Run
from turncheck.properties.checking.asking import Limit
from turncheck.properties.checking.check import check_law
from turncheck.properties.checking.draw import Budget
from turncheck.properties.laws import laws_of
from turncheck.properties.session.loading import load_subject
from turncheck.strategies.operators import operators_of

MISSING = [name for name in ("transformers", "tokenizers", "onnx", "onnxruntime") if find_spec(name) is None]

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"{', '.join(MISSING)} not installed: pip install turncheck[hf,onnx]"
)

EARLY = Path(__file__).parents[3] / "model" / "checkpoints" / "duel-small-early.safetensors"
"""A checkpoint that breaks many laws."""

NEAR = 1e-4
"""Logits of the same weights in another program differ by less: some are 30, and float32 has 7 digits."""


def forms(checkpoint, folder, domain):
    """SPEC and arguments of the checkpoint by each kind."""
    _, about = read(checkpoint, domain)
    ways = {"hf": as_gpt2, "nanogpt": as_nanogpt, "onnx": as_onnx, "torch": as_state_dict}
    for name, made in ways.items():
        (folder / name).mkdir()
        made(checkpoint, folder / name, domain)
    said = ["separator=<answer>", f"max_new={about.config.answer}"]
    config = attrs.asdict(about.config)
    named = ("vocabulary", "prompt", "answer", "layers", "width", "heads")
    sizes = ", ".join(f"{name}={config[name]}" for name in named)
    module = [f"arch=py:{folder / 'torch' / 'own_arch.py'}:make", f"arch_args={{{sizes}}}"]
    marked = ["stop=<stop>", f"tokenizer={folder / 'nanogpt' / 'tokenizer.json'}", "gelu=tanh"]
    return {
        "native": (str(checkpoint), []),
        "hf": (str(folder / "hf"), said),
        "nanogpt": (str(folder / "nanogpt"), [*said, *marked]),
        "onnx": (str(folder / "onnx"), []),
        "torch": (f"torch:{folder / 'torch' / 'weights.pt'}", [*module, "vocabulary=turncheck", said[1]]),
    }


OTHERS = ("hf", "nanogpt", "onnx", "torch")

WHOLE = ("onnx", "torch")
"""Kinds without a past here: each token takes a pass over all before it."""


@pytest.fixture(scope="module")
def duel(tmp_path_factory):
    """The shipped checkpoint by each kind."""
    return forms(EARLY, tmp_path_factory.mktemp("duel"), DOMAIN)


@pytest.fixture(scope="module")
def game(tmp_path_factory):
    """A checkpoint by each kind that learned a small game for a moment, and so breaks many of its laws."""
    folder = tmp_path_factory.mktemp("game")
    run = Run(folder, TICTACTOE, TrainConfig(layers=2, width=24, heads=2, steps=60, batch=32, warmup=20), seed=0)
    for _ in run.steps():
        pass
    return forms(folder / "checkpoint.safetensors", folder, TICTACTOE)


def texts(domain, cases):
    """Prompts, of which a third are malformed in each of the domain's ways."""
    operators = list(operators_of(domain).values())
    for name in samplers_of(domain):
        for index, case in enumerate(sample(domain, name, 0, cases)):
            yield domain.write(case)
            if index % 2:
                yield operators[index // 2 % len(operators)](case, index)


@pytest.fixture(scope="module")
def asked():
    return list(texts(DOMAIN, 34))


@pytest.fixture(scope="module")
def native(duel, asked):
    """What the checkpoint itself answers, and its verdicts on that."""
    engine = load(*duel["native"], DOMAIN).engine
    own = engine.predict(asked)
    return own, engine.verify(asked, own)


def test_the_tokenizer_parts_texts_as_ours_does(asked):
    _, about = read(EARLY)
    ours, theirs = Tokenizer(about.vocabulary), tokenizer(about.vocabulary)
    for text in [*asked, "h\u00e9 \U0001f600", "a  b\r\n\t", "hp7 poisonous  12", "<stop", "\0", ""]:
        assert theirs.encode(text).ids == ours.encode(text)
        assert theirs.decode(ours.encode(text), skip_special_tokens=False) == text


def test_no_answer_hangs_on_the_order_of_floats(native):
    own, verdicts = native
    assert len(own) > 99
    assert all(verdict.complete and verdict.margin > 10 * NEAR for verdict in verdicts)
    assert len(set(own)) > len(own) / 2


@pytest.mark.parametrize("kind", OTHERS)
def test_the_same_weights_give_the_same_answers_and_margins(duel, asked, native, kind):
    own, verdicts = native
    engine = load(*duel[kind], DOMAIN).engine
    if kind in WHOLE:
        asked, own = asked[:4], own[:4]
        assert [engine.predict([prompt])[0] for prompt in asked] == own
    else:
        assert engine.predict(asked) == own
    for ours, theirs in zip(verdicts, engine.verify(asked, own), strict=False):
        assert (theirs.complete, theirs.margin) == (True, pytest.approx(ours.margin, abs=NEAR))
    wrong = own[1:2]
    assert list(answers(engine, asked[:1], wrong)) == own[:1]


BUDGET = Budget(12, seed=3, min_cases=1, shrink=Limit(prompts=50))
"""Nothing in it depends on how fast a model is."""


def results(domain, laws, spec, arguments):
    with closing(load_subject(spec, domain, arguments)) as subject:
        return [check_law(law, subject, BUDGET) for law in laws]


SOME = ("answer_can_be_read", "odd_spacing_is_bad_spacing")


@pytest.fixture(scope="module")
def broken(duel, game):
    """How laws of both domains fare with the checkpoints themselves."""
    found = {domain.name: results(domain, laws, *ways["native"]) for domain, laws, ways in checked(duel, game)}
    assert all({"PASS", "FAIL"} <= {result.verdict for result in each} for each in found.values())
    return found


def checked(duel, game):
    """The domains with their laws and the checkpoint's forms."""
    yield DOMAIN, [law for law in laws_of(DOMAIN) if law.id in SOME], duel
    yield TICTACTOE, laws_of(TICTACTOE), game


@pytest.mark.parametrize("kind", OTHERS)
def test_the_same_weights_break_the_same_laws_with_the_same_witnesses(duel, game, broken, kind):
    for domain, laws, ways in checked(duel, game):
        if kind not in WHOLE or domain is TICTACTOE:  # it would take a minute
            assert results(domain, laws, *ways[kind]) == broken[domain.name]
