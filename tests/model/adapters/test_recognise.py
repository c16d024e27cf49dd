"""What a file is, by its content; what its name says counts for nothing."""

import os
import pickle

import pytest

from turncheck.engine.learned import EngineError
from turncheck.model.adapters.recognise import WANTED, found_in, recognised

CODE = "it may hold code, which is never run: convert it with safetensors.torch.save_file, or name exec:COMMAND"


@pytest.mark.parametrize("name", ["tiny.safetensors", "model.bin", "engine.toml", "x"])
def test_a_checkpoint_is_one_under_any_name(folder, tiny, name):
    (folder / name).write_bytes(tiny)
    assert recognised(folder / name) == "native"


@pytest.mark.parametrize("content", ['kind = "reference"\n', "# a card\n[options]\n", "kind = \n", '\ufeffpath="a"'])
def test_a_card_is_one_under_any_name(folder, content):
    (folder / "model.safetensors").write_text(content, encoding="utf-8")
    assert recognised(folder / "model.safetensors") == "card"


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "an empty file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer: run `git lfs pull`"),
        (b"<!DOCTYPE html><html>", "a web page: download the file itself, not the page about it"),
        (b"\n <HTML>", "a web page: download the file itself, not the page about it"),
        (b"GGUF\x03\0\0\0", "GGUF weights: serve it (llama-server) and name openai:URL"),
        (b"PK\x03\x04rest", f"a zip archive, as torch.save writes it: {CODE}"),
        (pickle.dumps({"a": 1}), f"a pickle: {CODE}"),
        (b"\x7fELF\x02", "a program: to run it as a model, name exec:COMMAND"),
        (b"#!/bin/sh\necho\n", "a program: to run it as a model, name exec:COMMAND"),
        (b"hello", "5 bytes that are neither, or are cut short"),
        (b"\xff\xfe\x00hello", "8 bytes that are neither, or are cut short"),
        (b"\x08\x07onnx" * 100, "600 bytes that are neither, or are cut short"),
        (b" \n" * 70_000, "140,000 bytes that are neither, or are cut short"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_anything_else_is_called_what_it_is(folder, content, got):
    path = folder / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(EngineError) as caught:
        recognised(path)
    assert str(caught.value) == f"{WANTED}, got {got}"


def test_a_pipe_is_no_file_and_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe")
    with pytest.raises(EngineError, match="got something that is no file"):
        recognised(folder / "pipe")


def test_a_checkpoint_that_is_cut_short_is_still_one_for_its_reader_to_refuse(folder, tiny):
    (folder / "cut").write_bytes(tiny[:500])
    assert recognised(folder / "cut") == "native"
    (folder / "cut").write_bytes(tiny[:6])
    with pytest.raises(EngineError, match="got 6 bytes that are neither, or are cut short"):
        recognised(folder / "cut")


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


def test_a_folder_without_any_says_what_it_should_hold(folder):
    with pytest.raises(EngineError) as caught:
        found_in(folder)
    demand = "a folder must hold a card (engine.toml) or a turncheck checkpoint, got 1 other files"
    assert str(caught.value) == demand
