"""Files that would touch a file if anything of them were run: by each way in none does, and each is refused in a line
that says what it is and the way out.
"""

import gzip
import io
import json
import os
import pickle
import sys
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from click.testing import CliRunner

from tests.model.adapters.nanogpts import ARGS, CHARACTERS, SUMS, checkpoint, meta, random_state, saved
from tests.model.adapters.tiny_llama import END
from turncheck.cli import main
from turncheck.model.adapters.kinds import FILE_KINDS, FOLDER_KINDS
from turncheck.model.adapters.loading import load

SPRUNG = "sprung"
"""The folder, or the file, that each of these would make in the current one."""

CODE = f"__import__('os').mkdir({SPRUNG!r})"


class Trap:
    """Makes the folder when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, (SPRUNG,)


def zipped(**members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def arrays():
    content = io.BytesIO()
    np.savez(content, weight=np.array([Trap()], dtype=object))
    return content.getvalue()


class Script(torch.nn.Module):
    """Makes a file when it is loaded as a TorchScript program."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x

    @torch.jit.export
    def __getstate__(self):
        return True

    @torch.jit.export
    def __setstate__(self, state: bool) -> None:
        mapped = torch.from_file("sprung", True, 4)
        self.training = mapped.numel() > 0


def script():
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(Script()), content)
    return content.getvalue()


SIZE = {"as_expr": {"expr_str": CODE, "hint": {"as_int": 3}}}
TENSOR = {"dtype": 7, "sizes": [SIZE], "strides": [{"as_int": 1}], "storage_offset": {"as_int": 0}, "layout": 7}
EXPORTED = json.dumps({"graph_module": {"graph": {"nodes": [], "tensor_values": {"x": TENSOR}}}})
PROGRAM = {"archive/archive_format": b"pt2", "archive/models/model.json": EXPORTED}
"""A program of torch.export, one of whose sizes is an expression that its reader evaluates."""

PICKLE = pickle.dumps(Trap())
FILLED = "name it with its module, torch:FILE with arch=py:FILE.py:FACTORY, see docs/models.md"
WRAP = "write a function that loads it and name the function, --model py:FILE.py:predict, see docs/models.md"

FILES = {
    "a pickle called .pt": ("model.pt", PICKLE, f"a pickle: {WRAP}"),
    "an older torch.save": (
        "model.pt",
        saved({"weight": Trap()}, _use_new_zipfile_serialization=False),
        f"a PyTorch file in the old format of torch.save: {WRAP}",
    ),
    "torch.save": ("model.pt", saved({"weight": Trap()}), f"a PyTorch file, as torch.save writes it: {FILLED}"),
    "nanoGPT": (
        "ckpt.pt",
        saved({"model": {"weight": Trap()}, "model_args": ARGS, "iter_num": 0}),
        "must hold only tensors and plain values, and it names posix.mkdir: nothing in it was run; save {",
    ),
    "torch.export, pickled inputs": (
        "model.pt2",
        zipped(**PROGRAM, **{"archive/data/sample_inputs/model.pt": saved((Trap(),))}),
        f"a torch.export program: {WRAP}",
    ),
    "torch.export, an expression in JSON": ("model.pt2", zipped(**PROGRAM), f"a torch.export program: {WRAP}"),
    "torch.export, as it once was": (
        "model.pt2",
        zipped(**{"serialized_exported_program.json": EXPORTED, "version": "8"}),
        f"a torch.export program: {WRAP}",
    ),
    "TorchScript": (
        "model.pt",
        script(),
        f"a TorchScript program: {WRAP}",
    ),
    "joblib": ("model.joblib", pickle.dumps({"estimator": Trap()}, 4), f"a pickle: {WRAP}"),
    "joblib, compressed": (
        "model.joblib",
        zlib.compress(PICKLE),
        f"compressed data, as joblib writes a pickle: {WRAP}",
    ),
    "a pickle, compressed": ("model.pkl.gz", gzip.compress(PICKLE), "a compressed file: unpack it"),
    "NumPy, an array of objects": ("weights.npz", arrays(), f"NumPy arrays: {FILLED}"),
    "a pickle called .safetensors": ("model.safetensors", PICKLE, f"a pickle: {WRAP}"),
    "a pickle of protocol 0": ("model.pt", pickle.dumps(Trap(), 0), "of another format, or cut short: if it is a"),
    "Python": ("model.py", f"{CODE}\ndef predict(prompts): ...\n".encode(), "a Python file: name a function in it"),
    "a program": ("model", f"#!/bin/sh\nmkdir {SPRUNG}\n".encode(), "a program: to run it as a model, name exec:COMM"),
}
"""A hostile file of each kind: its name, its content, and what is said of it by its path."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, which has a folder `mine` in it, and nothing else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # of arch.py, which is the user's own
    Path("mine").mkdir()
    return tmp_path


def refused(spec, *arguments):
    """The line with which the command refuses a model, having touched nothing."""
    before = sorted(Path().rglob("*"))
    options = [part for argument in arguments for part in ("--model-arg", argument)]
    result = CliRunner().invoke(main, ["conform", spec, *options], prog_name="turncheck")
    assert sorted(Path().rglob("*")) == before
    assert (result.exit_code, result.stdout) == (4, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: model ")
    assert not any(advice in line for advice in ("weights_only", "trust_remote_code", "allow_pickle"))
    return line


ARCHITECTURE = (
    "import torch\n\n\nclass Arch(torch.nn.Linear):\n    def __init__(self):\n        super().__init__(2, 2)\n"
)


def ways(path):
    """A SPEC of that file for each way in: its path, its folder, each kind that is data, a card of each."""
    yield str(path)
    yield str(path.parent)
    for kind in (*FILE_KINDS, *FOLDER_KINDS):
        yield f"{kind}:{path}"
        yield f"{kind}:{path.parent}"
        card = path.parent / f"{kind}.toml"
        at = f'path = "{path.name}"\n' if kind in FILE_KINDS else ""
        card.write_text(f'kind = "{kind}"\n{at}', encoding="utf-8")
        yield str(card)
        card.unlink()


@pytest.mark.parametrize(("name", "content", "said"), FILES.values(), ids=FILES)
def test_a_hostile_file_is_refused_by_each_way_in_and_touches_nothing(folder, name, content, said):
    path = Path("mine", name)
    path.write_bytes(content)
    assert said in refused(str(path))
    for spec in ways(path):
        refused(spec)
    Path("arch.py").write_text(ARCHITECTURE, encoding="utf-8")
    line = refused(f"torch:{path}", "arch=py:arch.py:Arch", "vocabulary=ab")
    assert "must be a state_dict, of torch.save," in line or "must hold only tensors and plain values" in line


EXECUTED = {
    "a pickle": lambda: pickle.loads(PICKLE),
    "a pickle of protocol 0": lambda: pickle.loads(pickle.dumps(Trap(), 0)),
    "torch.save": lambda: torch.load(io.BytesIO(saved({"weight": Trap()})), weights_only=False),
    "TorchScript": lambda: torch.jit.load(io.BytesIO(script())),
    "NumPy, an array of objects": lambda: np.load(io.BytesIO(arrays()), allow_pickle=True)["weight"],
    "an expression": lambda: eval(CODE),
}


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
@pytest.mark.parametrize("executed", EXECUTED.values(), ids=EXECUTED)
def test_what_these_files_hold_does_its_work_where_it_is_executed(folder, executed):
    executed()
    assert Path(SPRUNG).exists()


# --- folders ---------------------------------------------------------------------------------------------------------

SIZES = {"vocab_size": 257, "n_positions": 64, "n_embd": 8, "n_layer": 1, "n_head": 1}
CONFIG = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "eos_token_id": END, **SIZES}
TRAP = f"{CODE}\n\n\nclass Trap: ...\n".encode()
WEIGHTS = safetensors.torch.save({f"transformer.h.0.{index}": torch.zeros(8) for index in range(4)}, {"format": "pt"})
AUTO = {"AutoConfig": "trap.Trap", "AutoModelForCausalLM": "trap.Trap"}


def hugging_face(config=(), **files):
    """A folder with a configuration and weights, and those files besides; of what is None nothing."""
    made = {
        "config.json": json.dumps({**CONFIG, **dict(config)}).encode(),
        "model.safetensors": WEIGHTS,
        "tokenizer.json": b"{}",
        **{name.replace("__", "."): content for name, content in files.items()},
    }
    return {name: content for name, content in made.items() if content is not None}


def shards(*names):
    return json.dumps({"metadata": {}, "weight_map": dict(zip("abc", names, strict=False))}).encode()


INDEX = "model.safetensors.index.json"
BESIDE = "model.safetensors.index.json must name files in its own folder, got "
FOLDERS = {
    "auto_map": (
        hugging_face({"auto_map": AUTO, "model_type": "trap"}, trap__py=TRAP),
        "config.json must not name code, got auto_map, which runs code from the folder or a hub: load it in a function",
    ),
    "auto_map in a part": (
        hugging_face({"text_config": {"auto_map": AUTO}}, trap__py=TRAP),
        "config.json must not name code, got auto_map",
    ),
    "pytorch_model.bin": (
        hugging_face(model__safetensors=None, pytorch_model__bin=saved({"x": Trap()})),
        "its weights must be in model.safetensors, got pytorch_model.bin, a format that can run code or is not",
    ),
    "a pickle called model.safetensors": (
        hugging_face(model__safetensors=PICKLE),
        "model.safetensors must be a complete safetensors file, got SafetensorError: ",
    ),
    "shards outside": (
        hugging_face(model__safetensors=None, **{INDEX: shards("../shard.safetensors")}),
        f"{BESIDE}'../shard.safetensors'",
    ),
    "shards of a pickle": (
        hugging_face(model__safetensors=None, **{INDEX: shards("shard.bin"), "shard__bin": PICKLE}),
        f"{BESIDE}'shard.bin'",
    ),
    "shards at an address": (
        hugging_face(model__safetensors=None, **{INDEX: shards("http://localhost/a.safetensors")}),
        f"{BESIDE}'http://localhost/a.safetensors'",
    ),
    "a tokenizer that is a pickle": (
        hugging_face(tokenizer__json=PICKLE),
        "tokenizer.json must be a tokenizer.json, got Exception: ",
    ),
    "a tokenizer that is too deep": (
        hugging_face(tokenizer__json=b'{"model": ' * 100_000),
        "tokenizer.json must be a tokenizer.json, got Exception: ",
    ),
    "a tokenizer of nothing known": (
        hugging_face(tokenizer__json=json.dumps({"version": "1.0", "model": {"type": CODE}}).encode()),
        "tokenizer.json must be a tokenizer.json, got Exception: ",
    ),
    "a PEFT adapter": (
        hugging_face(model__safetensors=None, adapter_config__json=b"{}", adapter_model__bin=PICKLE),
        "a folder must hold a whole model, got a PEFT adapter: merge it, merge_and_unload()",
    ),
}
"""Folders of Hugging Face: their files, and what is said of them."""


def put(folder, files):
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.mark.parametrize(("files", "said"), FOLDERS.values(), ids=FOLDERS)
def test_a_hostile_folder_is_refused_by_each_way_in_and_touches_nothing(folder, files, said):
    pytest.importorskip("transformers")
    put(folder / "mine", files)
    put(folder, {"shard.safetensors": PICKLE})
    (folder / "mine" / "hf.toml").write_text('kind = "hf"\n', encoding="utf-8")
    for spec in ("mine", "hf:mine", "mine/hf.toml"):
        assert said in refused(spec)


OTHERS = {
    "MLflow": (
        {"MLmodel": b"flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n", "model.pkl": PICKLE},
        "got an MLflow model: write a function that loads it",
    ),
    "TensorFlow": ({"saved_model.pb": b"\x08\x01", "keras_metadata.pb": b""}, "got a TensorFlow SavedModel: write"),
    "an adapter alone": (
        {"adapter_config.json": b'{"auto_mapping": {"base_model_class": "Trap"}}', "adapter_model.bin": PICKLE},
        "got a PEFT adapter: write a function that loads it",
    ),
    "a folder of Python": ({"__init__.py": TRAP, "modeling.py": TRAP}, "got 2 other files: if it is a model any"),
}


@pytest.mark.parametrize(("files", "said"), OTHERS.values(), ids=OTHERS)
def test_a_folder_that_is_code_is_called_what_it_is(folder, files, said):
    put(folder / "mine", files)
    assert said in refused("mine")
    for kind in (*FILE_KINDS, *FOLDER_KINDS):
        refused(f"{kind}:mine")


@pytest.mark.parametrize("hostile", [Trap(), {"itos": {0: "a"}, "stoi": Trap()}], ids=["whole", "in it"])
def test_a_vocabulary_that_is_code_is_refused(folder, hostile):
    put(folder / "mine", {"ckpt.pt": checkpoint(random_state(ARGS), ARGS), "meta.pkl": pickle.dumps(hostile)})
    put(folder, {"meta.pkl": pickle.dumps(hostile)})
    said = "as nanoGPT's prepare.py writes it, got one that would run 'posix.mkdir': nothing was run; give the char"
    for spec in ("mine", "mine/ckpt.pt", "nanogpt:mine"):
        assert said in refused(spec)
    assert said in refused("mine", "meta=meta.pkl")
    assert "tokenizer must be a tokenizer.json that tokenizers can read, got one" in refused(
        "mine", "tokenizer=meta.pkl"
    )


# --- cards -----------------------------------------------------------------------------------------------------------

CARDS = {
    "py": (
        'kind = "py:trap.py:Trap"',
        "its kind 'py:trap.py:Trap' runs code, so it may only be given on the command line",
    ),
    "exec": (
        'kind = "exec:sh trap.sh"',
        "its kind 'exec:sh trap.sh' runs code, so it may only be given on the command line",
    ),
    "a template": (
        'path = "tiny.safetensors"\ntemplate = "py:trap.py:Trap"',
        "its template 'py:trap.py:Trap' runs code, so it may only be given on the command line: a card is data",
    ),
    "a host": ('kind = "openai:http://127.0.0.1:9/v1"', "names a host, so it may only be given on the command line"),
    "another package's kind": ('kind = "trap:x"', "its kind must be data (native, "),
    "an option that runs code": (
        'kind = "nanogpt"\npath = "ckpt.pt"\n[options]\narch = "py:trap.py:Trap"',
        "nanogpt has no option 'arch'; it takes meta, vocabulary, ",
    ),
    "an architecture": (
        'kind = "torch"\npath = "ckpt.pt"\n[options]\narch = "py:trap.py:Trap"',
        "runs code, so it may only be given on the command line",
    ),
    "a module": (
        'kind = "torch"\npath = "ckpt.pt"\n[options]\narch = "py:trap.py:Trap"',
        "its arch 'py:trap.py:Trap' runs code, so it may only be given on the command line: a card is data",
    ),
    "a file outside": ('path = "../outside"', "its path must be a file in the card's own folder, got '../outside', wh"),
    "a link outside": ('path = "link"', "its path must be a file in the card's own folder, got 'link', a link to a"),
    "a vocabulary outside": (
        'kind = "nanogpt"\npath = "ckpt.pt"\n[options]\nmeta = "../outside"',
        "its meta must be a file in the card's own folder, got '../outside', which is outside the folder",
    ),
    "a tokenizer outside": (
        'kind = "nanogpt"\npath = "ckpt.pt"\ntokenizer = "link"',
        "its tokenizer must be a file in the card's own folder, got 'link', a link to a place outside",
    ),
    "a vocabulary that is code": (
        'kind = "nanogpt"\npath = "ckpt.pt"\n[options]\nmeta = "trap.pkl"',
        "got one that would run 'posix.mkdir': nothing was run; give the characters with vocabulary=",
    ),
}


@pytest.mark.parametrize(("content", "said"), CARDS.values(), ids=CARDS)
def test_a_card_that_leads_to_code_is_refused(folder, tiny, content, said):
    files = {"trap.py": TRAP, "trap.sh": f"mkdir {SPRUNG}".encode(), "trap.pkl": PICKLE, "tiny.safetensors": tiny}
    put(folder / "mine", {**files, "ckpt.pt": checkpoint(random_state(ARGS), ARGS), "engine.toml": content.encode()})
    put(folder, {"outside": PICKLE})
    (folder / "mine" / "link").symlink_to(folder / "outside")
    for spec in ("mine", "mine/engine.toml"):
        assert said in refused(spec)


def test_what_lies_beside_a_good_model_is_not_looked_at(folder):
    put(folder / "mine", {"ckpt.pt": checkpoint(random_state(ARGS), ARGS), "meta.pkl": meta(CHARACTERS)})
    put(folder / "mine", {"model.py": TRAP, "configurator.py": TRAP, "sitecustomize.py": TRAP, "optimizer.pkl": PICKLE})
    assert len(load("mine", (), SUMS).engine.predict(["7+5="])) == 1
    assert not Path(SPRUNG).exists()
