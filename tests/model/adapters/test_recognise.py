"""Recognising a file by its content; its name counts only for Python files."""

import io
import json
import os
import pickle
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save

from turncheck.engine.learned import EngineError
from turncheck.model.adapters.foreign import FILLED, WRAP
from turncheck.model.adapters.recognise import FOREIGN, LARGEST_CHECKPOINT, NEITHER, WANTED, found_in, recognised


@pytest.mark.parametrize("name", ["tiny.safetensors", "model.bin", "engine.toml", "x"])
def test_a_checkpoint_is_one_under_any_name(folder, tiny, name):
    (folder / name).write_bytes(tiny)
    assert recognised(folder / name) == "native"


def test_a_run_of_nanogpt_is_one_under_any_name(folder):
    (folder / "weights.bin").write_bytes(saved(NANOGPT))
    assert recognised(folder / "weights.bin") == "nanogpt"
    (folder / "mine" / "tiny.safetensors").rename(folder / "tiny.safetensors")
    (folder / "mine" / "ckpt.pt").write_bytes(saved(NANOGPT))
    assert found_in(folder / "mine") == folder / "mine" / "ckpt.pt"


def test_a_file_of_gguf_is_one_under_any_name(folder):
    (folder / "weights.bin").write_bytes(b"GGUF\x03\0\0\0")
    assert recognised(folder / "weights.bin") == "gguf"
    (folder / "mine" / "tiny.safetensors").unlink()
    (folder / "mine" / "model-q8_0.gguf").write_bytes(b"GGUF\x03\0\0\0")
    assert found_in(folder / "mine") == folder / "mine" / "model-q8_0.gguf"


def test_a_graph_of_onnx_is_one_under_any_name(folder):
    for name in ("graph.bin", "graph.onnx"):
        (folder / name).write_bytes(ONNX)
        assert recognised(folder / name) == "onnx"


@pytest.mark.parametrize("content", ['kind = "reference"\n', "# a card\n[options]\n", "kind = \n", '\ufeffpath="a"'])
def test_a_card_is_one_under_any_name(folder, content):
    (folder / "model.safetensors").write_text(content, encoding="utf-8")
    assert recognised(folder / "model.safetensors") == "card"


def saved(value, **options):
    """The bytes that torch.save makes."""
    content = io.BytesIO()
    torch.save(value, content, **options)
    return content.getvalue()


def zipped(*names):
    """A zip archive with members of those names, and of no date: the tests' names contain it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), b"content")
    return content.getvalue()


def arrays(**named):
    content = io.BytesIO()
    np.savez(content, **named)
    return content.getvalue()


NANOGPT = {"model": {"wte": torch.zeros(2)}, "optimizer": {}, "model_args": {"n_layer": 1}, "iter_num": 10}
ONNX = b"\x08\x0a\x12\x07pytorch\x1a\x062.13.0\x3a\x40" + b"\0" * 64
JSON = '"model_type": "gpt2"'


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "an empty file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer: run `git lfs pull`"),
        (b"<!DOCTYPE html><html>", "a web page: download the file itself, not the page about it"),
        (b"\n <HTML>", "a web page: download the file itself, not the page about it"),
        (
            saved(NANOGPT, _use_new_zipfile_serialization=False),
            f"a nanoGPT checkpoint: {WRAP}",
        ),
        (saved({"weight": torch.zeros(2)}), f"a PyTorch file, as torch.save writes it: {FILLED}"),
        (
            saved({"weight": torch.zeros(2)}, _use_new_zipfile_serialization=False),
            f"a PyTorch file in the old format of torch.save: {WRAP}",
        ),
        (zipped("m/data.pkl", "m/code/__torch__.py", "m/constants.pkl"), f"a TorchScript program: {WRAP}"),
        (zipped("m/archive_format", "m/models/model.json"), f"a torch.export program: {WRAP}"),
        (arrays(a=np.zeros(2)), f"NumPy arrays: {FILLED}"),
        (zipped("metadata.json", "config.json", "model.weights.h5"), f"a Keras model: {WRAP}"),
        (zipped("README"), f"a zip archive: {WRAP}"),
        (b"PK\x03\x04rest", f"a zip archive: {WRAP}"),
        (pickle.dumps({"a": 1}), f"a pickle: {WRAP}"),
        (b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x0csklearn.tree", f"a scikit-learn pickle: {WRAP}"),
        (b"\x1c\0\0\0TFL3\0\0", f"a TensorFlow Lite model: {WRAP}"),
        (b"\x89HDF\r\n\x1a\n", f"an HDF5 file, as Keras writes it: {WRAP}"),
        (b"\x93NUMPY\x01\0", f"a NumPy array: {WRAP}"),
        (b"\x1f\x8b\x08\0", "a compressed file: unpack it"),
        (b"\0" * 257 + b"ustar\0", "a tar archive: unpack it"),
        (save({"weight": torch.zeros(2)}, {"format": "pt"}), f"{FOREIGN}: {FILLED}"),
        (save({"weight": torch.zeros(2)}), f"{FOREIGN}: {FILLED}"),
        (
            f"{{\n  {JSON}\n}}".encode(),
            "the configuration of a Hugging Face model: name its folder",
        ),
        (
            b'{"prompt": "1+1=", "answer": "2", "id": 7}\n',
            "answers that were made elsewhere: use turncheck sweep --model predictions:FILE",
        ),
        (
            b'{"schema": "turncheck-prompts/1"}\n',
            "prompts without answers: write the model's answer beside each, and name predictions:FILE",
        ),
        (b"\x7fELF\x02", "a program: to run it as a model, name exec:COMMAND"),
        (b"#!/bin/sh\necho\n", "a program: to run it as a model, name exec:COMMAND"),
        (b"hello", f"5 bytes {NEITHER}"),
        (b"\xff\xfe\x00hello", f"8 bytes {NEITHER}"),
        (b"\x08\x07onnx" * 100, f"600 bytes {NEITHER}"),
        (ONNX[:-1], f"{len(ONNX) - 1} bytes {NEITHER}"),
        (b"\x08\x0a\x12\xff" * 10, f"40 bytes {NEITHER}"),
        (b"\x08", f"1 bytes {NEITHER}"),
        (b'{"a": ' * 3000, "a JSON file of a model: name the model itself"),
        (b"{" * 3000, f"3,000 bytes {NEITHER}"),
        (b" \n" * 70_000, f"140,000 bytes {NEITHER}"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_anything_else_is_called_what_it_is(folder, content, got):
    path = folder / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(EngineError) as caught:
        recognised(path)
    assert str(caught.value) == f"{WANTED}, got {got}"


class Trap:
    """Writes a file when it is unpickled."""

    def __reduce__(self):
        return open, ("sprung", "w")


def test_nothing_is_executed_to_see_what_a_file_is(folder):
    (folder / "ckpt.pt").write_bytes(saved({"model_args": Trap(), "iter_num": 0}))
    (folder / "wrong.py").write_text("open('sprung', 'w')\n", encoding="utf-8")
    assert recognised(folder / "ckpt.pt") == "nanogpt"
    with pytest.raises(EngineError):
        recognised(folder / "wrong.py")
    assert not (folder / "sprung").exists()


def test_a_pipe_is_no_file_and_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe")
    with pytest.raises(EngineError, match="got something that is not a regular file"):
        recognised(folder / "pipe")


def test_a_checkpoint_that_is_cut_short_is_still_one_for_its_reader_to_refuse(folder, tiny):
    (folder / "cut").write_bytes(tiny[:500])
    assert recognised(folder / "cut") == "native"
    (folder / "cut").write_bytes(tiny[:6])
    with pytest.raises(EngineError, match="got 6 bytes of another format, or cut short"):
        recognised(folder / "cut")


def test_a_checkpoint_that_is_too_large_is_refused_unread(folder, tiny):
    with open(folder / "large", "wb") as file:
        file.write(tiny)
        file.truncate(LARGEST_CHECKPOINT + 1)  # sparse: it takes no room
    with pytest.raises(EngineError) as caught:
        recognised(folder / "large")
    assert str(caught.value) == "a checkpoint must have at most 1,073,741,824 bytes, got 1,073,741,825"


# --- a file of Python ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def predict(prompts): pass\n", "--model {}:predict"),
        ("def helper(): pass\nclass MyModel: pass\n", "--model {}:MyModel (there are MyModel, helper)"),
        (
            "import os\ndef main(): pass\ndef _own(): pass\ndef answer(): pass\npredict = answer\n",
            "--model {}:predict (there are predict, answer, main)",
        ),
        ("x = 1\n", "--model {}:FUNCTION; it defines none"),
        ("def (", "--model {}:FUNCTION; it cannot be parsed"),
        ("(" * 5000, "--model {}:FUNCTION; it cannot be parsed"),
        ("\0", "--model {}:FUNCTION; it cannot be parsed"),
    ],
)
def test_a_file_of_python_names_the_functions_in_it(folder, source, names):
    path = folder / "wrong.py"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(EngineError) as caught:
        recognised(path)
    assert str(caught.value) == f"{WANTED}, got a Python file: name a function in it, {names.format(path)}"


# --- folders ---------------------------------------------------------------------------------------------------------


def test_a_folder_is_its_card_else_its_only_checkpoint(folder):
    mine = folder / "mine"
    (mine / "README.md").write_text("a model\n", encoding="utf-8")
    assert found_in(mine) == mine / "tiny.safetensors"
    (mine / "other.bin").write_bytes((mine / "tiny.safetensors").read_bytes())
    with pytest.raises(EngineError) as caught:
        found_in(mine)
    demand = "a folder must hold one checkpoint or a card, got other.bin, tiny.safetensors: name one of them"
    assert str(caught.value) == demand
    (mine / "engine.toml").write_text("", encoding="utf-8")
    assert found_in(mine) == mine / "engine.toml"


CONFIG = json.dumps({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}).encode()


@pytest.mark.parametrize("config", [CONFIG, b'{"model_type": "llama"}', b'{"architectures": [7]}'])
def test_a_hugging_face_folder_is_the_model_itself(tmp_path, config):
    (tmp_path / "config.json").write_bytes(config)
    (tmp_path / "model.safetensors").write_bytes(save({"w": torch.zeros(2)}, {"format": "pt"}))
    assert found_in(tmp_path) == tmp_path
    (tmp_path / "engine.toml").write_text("", encoding="utf-8")
    assert found_in(tmp_path) == tmp_path / "engine.toml"


def test_weights_in_a_hugging_face_folder_name_the_folder(tmp_path):
    (tmp_path / "config.json").write_bytes(CONFIG)
    (tmp_path / "model.safetensors").write_bytes(save({"w": torch.zeros(2)}, {"format": "pt"}))
    with pytest.raises(EngineError) as caught:
        recognised(tmp_path / "model.safetensors")
    assert str(caught.value) == f"{WANTED}, got {FOREIGN}: name the folder, --model {tmp_path}"


@pytest.mark.parametrize(
    ("files", "got"),
    [
        ({}, f"0 other files: if it is a model anyway, {WRAP}"),
        ({"a": b"a", "b": b"b"}, f"2 other files: if it is a model anyway, {WRAP}"),
        ({"config.json": b"{}"}, f"1 other files: if it is a model anyway, {WRAP}"),
        ({"adapter_config.json": b"{}", "adapter_model.safetensors": b""}, f"a PEFT adapter: {WRAP}"),
        ({"saved_model.pb": b"", "variables/index": b""}, f"a TensorFlow SavedModel: {WRAP}"),
        ({"MLmodel": b""}, f"an MLflow model: {WRAP}"),
        ({"model.pt": saved({"a": 1})}, f"model.pt, a PyTorch file, as torch.save writes it: {FILLED}"),
        ({"model.safetensors": save({"w": torch.zeros(2)})}, f"model.safetensors, {FOREIGN}: {FILLED}"),
        (
            {"checkpoint-100/config.json": CONFIG, "checkpoint-200/config.json": CONFIG},
            "the folder of a transformers training run (checkpoint-100, checkpoint-200): name one of them",
        ),
        ({"models--a--b/refs/main": b""}, "the Hugging Face cache: name a folder MODEL/snapshots/REVISION in it"),
        (
            {"refs/main": b"", "snapshots/1f/x": b"", "blobs/0": b""},
            "a model's folder in the Hugging Face cache: name {}/snapshots/1f",
        ),
        (
            {"refs/main": b"", "snapshots/1f/x": b"", "snapshots/2e/x": b""},
            "a model's folder in the Hugging Face cache: name one of {0}/snapshots/1f, {0}/snapshots/2e",
        ),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, dict) else "",
)
def test_a_folder_of_something_else_is_called_what_it_is(tmp_path, files, got):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    with pytest.raises(EngineError) as caught:
        found_in(tmp_path)
    wanted = "a folder must hold a card (engine.toml) or a turncheck checkpoint"
    assert str(caught.value) == f"{wanted}, got {got.format(tmp_path)}"
