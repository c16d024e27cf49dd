"""The adapters of examples/published: each is short, and asks what its authors published in their own format.

Nobody's code or weights are here: a stand-in has the functions that the adapter calls, and knows all sums.
"""

import sys
from pathlib import Path

import numpy as np
import pytest

from turncheck.engine.learned import answers
from turncheck.engine.registry import load_domain
from turncheck.engine.sampling import sample
from turncheck.model.adapters.loading import load

PUBLISHED = Path(__file__).parents[3] / "examples" / "published"
DOMAINS = ("sums", "subleq416")
ADAPTERS = sorted(path.stem for path in PUBLISHED.glob("*.py") if path.stem not in DOMAINS)
SUMS = load_domain(str(PUBLISHED / "sums.py"))
LIFE = load_domain(str(PUBLISHED.parent / "domains" / "life" / "life.py"))

ADDING = '''
import torch

def number(digits):
    return sum(digit * 10**place for place, digit in enumerate(digits))

class Adding:
    """Goes on with the sum, lowest digit first, behind two numbers of ten digits, as the authors' models do."""

    def __init__(self, first, second, step, tokens, marks):
        self.first, self.second, self.step, self.tokens, self.marks = first, second, step, tokens, marks

    def __call__(self, ids):
        logits = torch.zeros((*ids.shape, self.tokens))
        prompt = self.second + 11
        for row, tokens in enumerate(ids.tolist()):
            assert {place: tokens[place] for place in self.marks} == self.marks
            terms = [tokens[start : start + 10][:: self.step] for start in (self.first, self.second)]
            total = sum(map(number, terms))
            for place in range(prompt - 1, len(tokens)):
                written = place - prompt + 1
                logits[row, place, 12 if written == 11 and self.tokens > 12 else total // 10**written % 10] = 9
        return logits
'''
SUBMISSION = f"{ADDING}\ndef build_model():\n    return Adding(SIZES), {{}}\n"
LOW_RANK = f"""{ADDING}
def load_model_from_ckpt(path, device):
    assert path.name == "best.pt" and path.parent.name == "checkpoints" and device == "cpu"
    model = Adding(0, 11, -1, 14, {{10: 10, 21: 11}})
    return lambda ids: (model(ids), None)
"""
STAND_INS = {
    "microadder": ("submission_57p/submission_57p.py", SUBMISSION.replace("SIZES", "0, 11, 1, 10, {10: 0, 21: 0}"), {}),
    "spiral": ("submission_234.py", SUBMISSION.replace("SIZES", "0, 11, 1, 14, {10: 10, 21: 11}"), {}),
    "low_rank": ("src/eval.py", LOW_RANK, {"weights": "best.pt"}),
    "fixed_mask": ("submission_trained.py", SUBMISSION.replace("SIZES", "0, 11, 1, 12, {10: 10, 21: 11}"), {}),
    "fixed_mask by hand": (
        "submission_1l.py",
        SUBMISSION.replace("SIZES", "0, 11, 1, 11, {10: 10, 21: 10}"),
        {"file": "submission_1l"},
    ),
}
WORDS = {"low_rank": "sum-lowest-first"}


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """Writes a file of a clone, and forgets afterwards what was imported from it."""
    known = set(sys.modules)
    monkeypatch.setattr(sys, "path", [*sys.path])

    def write(name, text):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
        return tmp_path

    yield write
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)) or name == "src":
            del sys.modules[name]


def test_each_has_a_stand_in_here():
    others = {"game_of_life", "subleq_round1", "tiny_rope", "torus"}
    assert {name.split()[0] for name in STAND_INS} | others == set(ADAPTERS)


@pytest.mark.parametrize("name", ADAPTERS)
def test_an_adapter_has_at_most_15_lines_besides_its_docstrings(name, lines_of_code):
    assert 5 <= lines_of_code(PUBLISHED / f"{name}.py") <= 15


@pytest.mark.parametrize("name", STAND_INS)
def test_an_adder_is_asked_in_its_own_format(name, clone):
    file, text, options = STAND_INS[name]
    adapter = name.split()[0]
    words = WORDS.get(adapter, "lowest-first")
    given = [f"clone={clone(file, text)}", f"template={words}", *[f"{key}={each}" for key, each in options.items()]]
    engine = load(f"py:{PUBLISHED / adapter}.py:engine", given, SUMS, None).engine
    prompts = [SUMS.write(case) for case in sample(SUMS, "carries", 0, 20)]
    sums = [SUMS.resolve_text(prompt) for prompt in prompts]
    assert list(engine.predict(prompts)) == sums
    assert [verdict.complete for verdict in engine.verify(prompts, sums)] == [True] * 20
    assert not any(verdict.complete for verdict in engine.verify(prompts, [*sums[1:], "0"]))


def test_a_sum_that_is_no_number_is_wrong(clone):
    """A token for = among the digits, as an early checkpoint may write it."""
    bad = ADDING.replace("total // 10**written % 10] = 9", "11] = 9")
    folder = clone("src/eval.py", LOW_RANK.replace(ADDING, bad))
    engine = load(
        f"py:{PUBLISHED}/low_rank.py:engine",
        [f"clone={folder}", "weights=best.pt", "template=sum-lowest-first"],
        SUMS,
        None,
    ).engine
    (answer,) = answers(engine, ["1+1="], ["2"])
    with pytest.raises(ValueError, match=r"unreadable|number|digit"):
        SUMS.read_answer(answer)


NETWORK = """
import humanize
import torch
from utils.util import batch

class GameOfLifeForward_1(torch.nn.Module):
    filename = FILE
    loaded = False

    def __init__(self):
        super().__init__()
        self.births = torch.nn.Parameter(torch.zeros(1))

    def forward(self, boards):
        assert self.loaded and not self.training
        near = sum(torch.roll(boards, (down, right), (1, 2)) for down in (-1, 0, 1) for right in (-1, 0, 1)) - boards
        return ((near == self.births) | (near == 2) & (boards == 1))[:, None].float() * 0.6

    def cast_bool(self, x):
        return x > 0.5
"""


@pytest.fixture
def boards():
    """Boards, and the next one of each."""
    prompts = [LIFE.write(case) for case in sample(LIFE, "uniform", 0, 200)]
    return prompts, [LIFE.resolve_text(prompt) for prompt in prompts]


def test_a_game_of_life_has_its_own_weights_and_not_drawn_ones(clone, boards, monkeypatch):
    torch = pytest.importorskip("torch")
    for name in ("humanize", "utils", "utils.util"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    folder = "puzzles/game_of_life/neural_networks/hardcoded"
    weights = clone("weights.pth", "") / "weights.pth"
    torch.save({"births": torch.full((1,), 3.0)}, weights)
    where = clone(f"{folder}/GameOfLifeForward_1.py", NETWORK.replace("FILE", repr(str(weights))))
    engine = load(f"py:{PUBLISHED}/game_of_life.py:engine", [f"clone={where}", "rejects=false"], LIFE, None).engine
    prompts, following = boards
    assert list(engine.predict(prompts)) == following
    for name in [name for name in sys.modules if name.startswith(("neural_networks", "humanize", "utils"))]:
        monkeypatch.delitem(sys.modules, name)


def test_a_torus_reads_its_weights_in_their_order(tmp_path, boards):
    """Twice the neighbours and the cell itself are 5 to 7 where a cell lives next."""
    kernel = np.full((3, 3, 1, 2), 40.0)
    kernel[1, 1] = 20.0
    weights = [*kernel.ravel(), -90.0, -150.0, 1.0, -1.0, 0.0]
    data = np.array(weights, dtype="<f4").tobytes() + b"what the optimizer keeps"
    (tmp_path / "GOLNetwork.ckpt.data-00000-of-00001").write_bytes(data)
    engine = load(f"py:{PUBLISHED}/torus.py:engine", [f"clone={tmp_path}", "rejects=false"], LIFE, None).engine
    prompts, following = boards
    assert list(engine.predict(prompts)) == following


@pytest.mark.slow  # importing transformers
def test_the_qwen3_reads_its_weights_by_their_names(tmp_path):
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    config = transformers.Qwen3Config(
        hidden_size=4, num_attention_heads=2, intermediate_size=6, num_hidden_layers=1, head_dim=4,
        num_key_value_heads=1, vocab_size=10, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 3.0},
    )  # fmt: skip
    torch.manual_seed(0)
    model = transformers.Qwen3ForCausalLM(config)
    for weights in model.parameters():
        torch.nn.init.normal_(weights)
    (tmp_path / "checkpoint").mkdir()
    kept = {name: each.numpy() for name, each in model.state_dict().items() if name != "lm_head.weight"}
    np.savez(tmp_path / "checkpoint" / "mine.npz", **kept)
    sizes = ["weights=mine", "width=4", "heads=2", "ff=6", "template=lowest-first"]
    engine = load(f"py:{PUBLISHED}/tiny_rope.py:engine", [f"clone={tmp_path}", *sizes], SUMS, None).engine
    tokens = [0, *map(int, "6400000000"), 0, 0, *map(int, "7000000000"), 0]
    for _ in range(11):
        with torch.inference_mode():
            tokens.append(int(model(torch.tensor([tokens])).logits[0, -1].argmax()))
    assert engine.predict(["46+7="]) == [str(int("".join(map(str, reversed(tokens[24:])))))]
