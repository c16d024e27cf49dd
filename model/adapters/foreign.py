"""Recognise files and folders of other programs by their content, and say how to use them.

Nothing in them is executed: only the first and the last bytes are inspected, and JSON is parsed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WRAP = "write a function that loads it and name the function, --model py:FILE.py:predict, see docs/models.md"

FILLED = "name it with its module, torch:FILE with arch=py:FILE.py:FACTORY, see docs/models.md"

HEAD, TAIL = 1 << 20, 1 << 16
"""Bytes that are read at the start of a file and before its end."""

LARGEST_JSON = 1 << 24
"""Most bytes of a JSON file, or of the header of a safetensors file, that are read."""

LOOKED_AT = 100
"""Most files of a folder that are inspected."""

SHOWN = 4
"""Most names that a message lists."""

# The start of a file, what the file is, and the way out.
STARTS = (
    (rb"version https://git-lfs", "a Git LFS pointer: run `git lfs pull`"),
    (rb"\s*<(!doctype html|html|head|\?xml)", "a web page: download the file itself, not the page about it"),
    (rb"GGUF", "a llama.cpp model: name it gguf:FILE"),
    (rb".{4}TFL3", f"a TensorFlow Lite model: {WRAP}"),
    (rb"\x89HDF\r\n", f"an HDF5 file, as Keras writes it: {WRAP}"),
    (rb"\x93NUMPY", f"a NumPy array: {WRAP}"),
    (rb"\x1f\x8b|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd", "a compressed file: unpack it"),
    (rb"x(?:[\x01\x9c\xda]|\x5e[^\n]{0,30}[\x80-\xff])", f"compressed data, as joblib writes a pickle: {WRAP}"),
    (rb".{257}ustar", "a tar archive: unpack it"),
    (rb"\x7fELF|MZ|#!", "a program: to run it as a model, name exec:COMMAND"),
)

SAVED, ARRAYS = "a PyTorch file, as torch.save writes it", "NumPy arrays"
STATES = (SAVED, ARRAYS)
"""Files that can hold a state_dict."""

NANOGPT = "a nanoGPT checkpoint"
# Bytes in pickles of known origin. They are searched for; nothing is unpickled.
PICKLES = (
    (b"model_args", b"iter_num", NANOGPT),
    (b"sklearn", b"", "a scikit-learn pickle"),
    (b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19", b"", "a PyTorch file in the old format of torch.save"),
)


def file_of(start: bytes, end: bytes, size: int) -> str | None:
    """Return what a file is, with the way out; None if its content does not tell.

    Args:
        start: its first `HEAD` bytes, or all.
        end: its last `TAIL` bytes, or all.
        size: its size in bytes.
    """
    if start.startswith(b"PK\x03\x04"):
        what = _archive(start, end)
        return f"{what}: {FILLED if what in STATES else WRAP}"
    if re.match(rb"\x80[\x02-\x05]", start):
        return f"{_pickle(start, 'a pickle')}: {WRAP}"
    for pattern, what in STARTS:
        if re.match(pattern, start, re.IGNORECASE | re.DOTALL):
            return what
    if is_onnx(start, size):
        return "an ONNX model: name it, onnx:FILE"
    return _json(start)


def is_saved(start: bytes) -> bool:
    """Return whether a file begins as torch.save writes it: a zip archive whose first member is a pickle."""
    size = int.from_bytes(start[26:28], "little")
    return start.startswith(b"PK\x03\x04") and start[30 : 30 + size].endswith(b"/data.pkl")


def is_nanogpt(start: bytes) -> bool:
    """Return whether a file is a nanoGPT checkpoint, by the names in its pickle."""
    return is_saved(start) and _pickle(start, "") == NANOGPT


def _archive(start: bytes, end: bytes) -> str:
    """Return what a zip archive is, by the name of its first member and the names in its directory, which is at its
    end.
    """
    size = int.from_bytes(start[26:28], "little")
    first = start[30 : 30 + size]
    if b"/code/" in end and b"constants.pkl" in end:
        return "a TorchScript program"
    if b"serialized_exported_program.json" in end or first.endswith(b"/archive_format"):
        return "a torch.export program"
    if first.endswith(b"data.pkl"):
        return _pickle(start, SAVED)
    if first.endswith(b".npy"):
        return ARRAYS
    if b"model.weights.h5" in end:
        return "a Keras model"
    return "a zip archive"


def _pickle(start: bytes, otherwise: str) -> str:
    return next((what for one, another, what in PICKLES if one in start and another in start), otherwise)


def is_onnx(start: bytes, size: int) -> bool:
    """Return whether the file begins as a ModelProto: with a version, then texts and numbers, then a graph
    (onnx.proto).
    """
    place = 0
    if start[:1] != b"\x08":
        return False
    while place < len(start):
        tag, (length, behind) = start[place], _varint(start, place + 1)
        field, wire = tag >> 3, tag & 7
        if (field, wire) == (7, 2):
            return 0 < length <= size - behind
        if field not in range(1, 7) or wire not in (0, 2):
            return False
        place = behind + (length if wire == 2 else 0)
    return False


def _varint(content: bytes, place: int) -> tuple[int, int]:
    """Return a number of a protocol buffer, and the offset after it."""
    value = 0
    for shift, byte in enumerate(content[place : place + 10]):
        value |= (byte & 127) << 7 * shift
        if byte < 128:
            return value, place + shift + 1
    return value, len(content)


def _json(start: bytes) -> str | None:
    """Return what a JSON file beside a model is, by its keys; None if it is no JSON object."""
    if not re.match(rb'\s*\{\s*"', start):
        return None
    first = _loaded(start.partition(b"\n")[0])
    if ("prompt" in first and "answer" in first) or first.get("schema") == "turncheck-answers/1":
        return "answers that were made elsewhere: use turncheck sweep --model predictions:FILE"
    if first.get("schema") == "turncheck-prompts/1":
        return "prompts without answers: write the model's answer beside each, and name predictions:FILE"
    if re.search(rb'"(model_type|architectures|weight_map)"\s*:', start):
        return "the configuration of a Hugging Face model: name its folder"
    return "a JSON file of a model: name the model itself"


def _loaded(content: bytes) -> dict[str, Any]:
    """Return the JSON object; an empty one if the content is none."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def safetensors_of(path: Path) -> dict[str, Any] | None:
    """Return the metadata in the header of a safetensors file; None if there is no complete header."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = _loaded(file.read(size)) if size <= LARGEST_JSON else {}
    if not header:
        return None
    metadata = header.get("__metadata__", {})
    return metadata if isinstance(metadata, dict) else {}


# --- folders ---------------------------------------------------------------------------------------------------------


def folder_of(folder: Path, names: list[str]) -> str | None:
    """Return what a folder with those names is, with the way out; None if the names do not tell."""
    for name, what in (
        ("adapter_config.json", "a PEFT adapter"),
        ("saved_model.pb", "a TensorFlow SavedModel"),
        ("MLmodel", "an MLflow model"),
    ):
        if name in names:
            return f"{what}: {WRAP}"
    if {"snapshots", "refs"} <= set(names):
        return f"a model's folder in the Hugging Face cache: name {_one_of(folder, folder / 'snapshots')}"
    if any(name.startswith("models--") for name in names):
        return "the Hugging Face cache: name a folder MODEL/snapshots/REVISION in it"
    if runs := [name for name in names if re.fullmatch(r"checkpoint-\d+", name)]:
        return f"the folder of a transformers training run ({_listed(runs)}): name one of them"
    return None


def _one_of(folder: Path, inner: Path) -> str:
    """Return the subfolders of a folder, for a message."""
    try:
        names = sorted(os.listdir(inner))
    except OSError:
        names = []
    paths = [str(folder / inner.name / name) for name in names]
    return f"{'one of ' if len(paths) > 1 else ''}{_listed(paths)}" if paths else "a folder in its snapshots"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def is_hugging_face(folder: Path) -> bool:
    """Return whether it is a folder of the library transformers, by its configuration."""
    try:
        with (folder / "config.json").open("rb") as file:
            values = _loaded(file.read(LARGEST_JSON))
    except OSError:
        return False
    return "model_type" in values or bool(values.get("architectures"))


def files_in(folder: Path, names: list[str]) -> Iterator[tuple[str, bytes, bytes, int]]:
    """Yield the name, the start, the end and the size of the first files of a folder."""
    for name in names[:LOOKED_AT]:
        try:
            yield name, *ends_of(folder / name)
        except OSError:
            continue


def ends_of(path: Path) -> tuple[bytes, bytes, int]:
    """Return the first and the last bytes of a file, and its size.

    Raises:
        OSError: it cannot be read, or is no file.
    """
    if not path.is_file():
        raise OSError(f"{path} is no file")
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(HEAD)
        file.seek(max(size - TAIL, 0))
        return start, file.read(TAIL), size
