"""docs/models/python.md wraps models of other frameworks in about ten lines: the lines run on tiny models made here."""

import ast
import os
import pickle
import re
import runpy
import sys
from pathlib import Path

import pytest

from tests.properties import adder
from turncheck.model.adapters.conformance import conformance
from turncheck.properties.session.loading import load_subject

PAGE = (Path(__file__).parents[1] / "docs" / "models" / "python.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL))

GPT = """
import torch

class GPTConfig:
    def __init__(self, block_size, vocab_size):
        self.block_size, self.vocab_size = block_size, vocab_size

class GPT(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config, self.table = config, torch.nn.Embedding(config.vocab_size, config.vocab_size)

    def forward(self, rows):
        assert rows.shape[1] <= self.config.block_size
        return self.table(rows[:, [-1]]), None
"""
"""The interface of nanoGPT's model.py, with a model that looks at the last character alone."""


def test_there_is_a_block_for_each_framework_and_one_for_answers_made_offline():
    assert list(BLOCKS) == ["my_adder.py", "my_gpt2.py", "my_nanogpt.py", "my_onnx.py", "answer.py"]
    for source in BLOCKS.values():
        ast.parse(source)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A current folder with the blocks, each in its file."""
    for name, source in BLOCKS.items():
        (tmp_path / name).write_text(source, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield tmp_path
    for name in ("model", "my_code", *(name.removesuffix(".py") for name in BLOCKS)):
        sys.modules.pop(name, None)


def check_contract(name):
    """The model keeps its contract, but for what a run can live with; it writes greedily, and in batches."""
    subject = load_subject(f"{name}:predict", adder.DOMAIN, ["rejects=false"])
    prompts = [adder.DOMAIN.write(adder.DOMAIN.prompt.neutral), "07+35=", "7+35=", "07+35"]
    checks = conformance(subject.engine, subject.domain, prompts=prompts, rejects=False)
    assert [(check.name, check.found) for check in checks if check.verdict == "fails"] == []


ADDER = """
import torch

class Adder(torch.nn.Embedding):
    def __init__(self):
        super().__init__(13, 13)
"""


def test_the_lines_for_a_function_that_gives_logits_run(folder):
    torch = pytest.importorskip("torch")
    (folder / "my_code.py").write_text(ADDER, encoding="utf-8")
    torch.manual_seed(0)
    torch.save(runpy.run_path("my_code.py")["Adder"]().state_dict(), "adder.pt")
    check_contract("my_adder.py")


def test_the_lines_for_nanogpt_run(folder):
    torch = pytest.importorskip("torch")
    (folder / "model.py").write_text(GPT, encoding="utf-8")
    model = runpy.run_path("model.py")
    torch.manual_seed(0)
    characters = "0123456789+=\n"
    arguments = {"block_size": 16, "vocab_size": len(characters)}
    for name in ("out", "data"):
        os.mkdir(name)
    kept = {
        f"_orig_mod.{name}": each for name, each in model["GPT"](model["GPTConfig"](**arguments)).state_dict().items()
    }
    torch.save({"model": kept, "model_args": arguments, "iter_num": 1}, "out/ckpt.pt")
    meta = {"stoi": {each: i for i, each in enumerate(characters)}, "itos": dict(enumerate(characters))}
    Path("data/meta.pkl").write_bytes(pickle.dumps(meta))
    check_contract("my_nanogpt.py")


@pytest.fixture
def tokenizer():
    """A tokenizer of bytes, with an end."""
    tokenizers = pytest.importorskip("tokenizers")
    bytes_ = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    made = tokenizers.Tokenizer(
        tokenizers.models.BPE({"<|end|>": 0, **{each: i for i, each in enumerate(bytes_, 1)}}, [])
    )
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    return made


@pytest.mark.slow
def test_the_lines_for_transformers_run(folder, tokenizer, monkeypatch):
    transformers = pytest.importorskip("transformers")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    transformers.set_seed(0)
    wrapped = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>")
    wrapped.save_pretrained("runs/my-gpt2")
    sizes = {"n_positions": 400, "n_embd": 8, "n_layer": 1, "n_head": 1, "bos_token_id": 0, "eos_token_id": 0}
    config = transformers.GPT2Config(vocab_size=257, **sizes)
    transformers.GPT2LMHeadModel(config).save_pretrained("runs/my-gpt2")
    check_contract("my_gpt2.py")


@pytest.mark.slow
def test_the_lines_for_onnx_run(folder, tokenizer):
    pytest.importorskip("onnxruntime")
    onnx = pytest.importorskip("onnx")
    import numpy as np

    os.mkdir("onnx")
    tokenizer.save("onnx/tokenizer.json")
    helper, table = onnx.helper, np.random.default_rng(0).normal(size=(257, 257)).astype(np.float32)
    ids = helper.make_tensor_value_info("input_ids", onnx.TensorProto.INT64, ["batch", "time"])
    logits = helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["batch", "time", 257])
    node = helper.make_node("Gather", ["table", "input_ids"], ["logits"], axis=0)
    graph = helper.make_graph([node], "bigram", [ids], [logits], [onnx.numpy_helper.from_array(table, "table")])
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), "onnx/model.onnx")
    check_contract("my_onnx.py")
