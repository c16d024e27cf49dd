"""Recognise a model's file by its content, not by its name. Nothing in it is executed."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

from turncheck.engine.importing import public_names
from turncheck.engine.learned import EngineError
from turncheck.engine.visible import cut
from turncheck.model.adapters.foreign import (
    FILLED,
    WRAP,
    ends_of,
    file_of,
    files_in,
    folder_of,
    is_hugging_face,
    is_nanogpt,
    is_onnx,
    is_saved,
    safetensors_of,
)

CARD = "engine.toml"
"""The name of a card in the folder that it describes."""

LARGEST_CARD = 100_000
"""Most bytes of a card, and of a rules file."""

LARGEST_CHECKPOINT = 1 << 30
"""Most bytes of a checkpoint: 1 GiB."""

METADATA_KEY = "turncheck"
"""The key of a checkpoint's metadata in Turncheck's own format."""

WANTED = "a model's file must be a turncheck checkpoint (safetensors) or a card"

FOREIGN = "weights of another program (safetensors), such as a Hugging Face model"

NEITHER = f"of another format, or cut short: if it is a model anyway, {WRAP}"


def recognised(path: Path) -> str:
    """Return what the file is: `native`, `nanogpt`, `gguf`, `onnx` or `card`.

    Raises:
        EngineError: it is none of these, or cannot be read; the message says what it looks like, and the way out.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise EngineError(f"{WANTED}, got something that is not a regular file")
        start, end, size = ends_of(path)
        if _is_safetensors(start, size):
            _check_own(path, size)
            return "native"
        if is_nanogpt(start):
            return "nanogpt"
        if start.startswith(b"GGUF"):
            return "gguf"
        if is_onnx(start, size):
            return "onnx"
        if _is_card(path, start, size):
            return "card"
    except OSError as error:
        raise EngineError(f"it cannot be read: {error.strerror}") from error
    raise EngineError(f"{WANTED}, got {_told(path, start, end, size)}")


def _told(path: Path, start: bytes, end: bytes, size: int) -> str:
    """Return what an unsupported file is, and the way out."""
    if not start:
        return "an empty file"
    if path.suffix == ".py":
        return _python(path, start)
    return file_of(start, end, size) or f"{size:,} bytes {NEITHER}"


def _is_safetensors(start: bytes, size: int) -> bool:
    """Return whether the file begins with a header of a plausible length; a file that is cut short is left to its
    reader.
    """
    header = int.from_bytes(start[:8], "little")
    return start[8:9] == b"{" and header <= max(size, 100_000_000)


def _check_own(path: Path, size: int) -> None:
    """Check that a safetensors file is in Turncheck's own format, by its header, and not too large."""
    metadata = safetensors_of(path)
    if metadata is not None and METADATA_KEY not in metadata:
        way_out = f"name the folder, --model {path.parent}" if is_hugging_face(path.parent) else FILLED
        raise EngineError(f"{WANTED}, got {FOREIGN}: {way_out}")
    if size > LARGEST_CHECKPOINT:
        raise EngineError(f"a checkpoint must have at most {LARGEST_CHECKPOINT:,} bytes, got {size:,}")


def _is_card(path: Path, start: bytes, size: int) -> bool:
    if size > LARGEST_CARD or path.suffix == ".py" or file_of(start, start, size):
        return False
    try:
        text = start.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):  # a number of too many digits is a ValueError
        # A card with a syntax error counts as a card, so that its error can be reported.
        return re.search(r"^\s*(kind|path|template)\s*=", text, re.MULTILINE) is not None
    return bool(text.strip())


LISTED = 5
"""Most names that a message lists."""


def _python(path: Path, start: bytes) -> str:
    """Return the message for a Python file without a function's name. The file is parsed and not executed."""
    got = "a Python file: name a function in it"
    names = public_names(start)
    if names is None:
        return f"{got}, --model {path}:FUNCTION; it cannot be parsed"
    if not names:
        return f"{got}, --model {path}:FUNCTION; it defines none"
    others = f" (there are {', '.join(names[:LISTED])})" if len(names) > 1 else ""
    return f"{got}, --model {path}:{names[0]}{others}"


# --- folders ---------------------------------------------------------------------------------------------------------


RUN = "checkpoint.safetensors"
"""The name of the model in a run's folder of `turncheck train`."""

NANOGPT_RUN = "ckpt.pt"
"""nanoGPT's name for a run's checkpoint."""

ONNX_NAMES = ("model.onnx", "decoder_model_merged.onnx", "decoder_with_past_model.onnx", "decoder_model.onnx")
"""Exporters' names for a complete model, the likeliest first; other graphs of the same model may lie beside it."""

HF_WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
"""Names of the weights in a Hugging Face folder."""


def found_in(folder: Path) -> Path:
    """Return the one file that defines the folder's model: its card, or its only checkpoint; for a Hugging Face model,
    the folder itself.

    Raises:
        EngineError: there is no such file, or more than one.
    """
    if (folder / CARD).exists():
        return folder / CARD
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise EngineError(f"it cannot be read: {error.strerror}") from error
    # A run of `turncheck train` holds the current model and the state from which to continue.
    candidates = [RUN] if RUN in names else [name for name in names if _is_checkpoint(folder / name)]
    graphs = [name for name in candidates if name.endswith(".onnx")]
    if len(graphs) == len(candidates) and is_hugging_face(folder) and (not graphs or any(map(names.count, HF_WEIGHTS))):
        return folder
    if graphs and len(graphs) == len(candidates):
        candidates = _likeliest(graphs)
    if NANOGPT_RUN in candidates and all(Path(name).suffix == ".pt" for name in candidates):
        candidates = [NANOGPT_RUN]  # earlier checkpoints of a run lie beside the last, under other names
    if not candidates:
        raise EngineError(f"a folder must hold a card ({CARD}) or a turncheck checkpoint, got {_other(folder, names)}")
    if len(candidates) > 1:
        listed = ", ".join(map(str, candidates[:LISTED])) + (" and more" if len(candidates) > LISTED else "")
        raise EngineError(f"a folder must hold one checkpoint or a card, got {listed}: name one of them")
    return folder / candidates[0]


def _likeliest(graphs: list[str]) -> list[str]:
    """Return the one graph that is the complete model; all graphs if their names do not tell."""
    return next(([name] for name in ONNX_NAMES if name in graphs), graphs)


def onnx_in(folder: Path) -> str:
    """Return the name of the graph in a folder.

    Raises:
        EngineError: there is no graph, or several may be meant.
    """
    try:
        graphs = _likeliest(sorted(name for name in os.listdir(folder) if name.endswith(".onnx")))
    except OSError as error:
        raise EngineError(f"it cannot be read: {error.strerror}") from error
    if len(graphs) != 1:
        listed = ", ".join(graphs[:LISTED]) + (" and more" if len(graphs) > LISTED else "")
        got = f"{listed}: name one of them" if graphs else "none: name the file"
        raise EngineError(f"a folder must hold one ONNX file, got {got}")
    return graphs[0]


def _other(folder: Path, names: list[str]) -> str:
    """Return what an unsupported folder is, and the way out."""
    if what := folder_of(folder, names):
        return what
    if {"config.json", "model.safetensors"} <= set(names):
        return "weights with a config.json that is not from transformers, or is damaged: download it again"
    for name, start, end, size in files_in(folder, names):
        if _is_safetensors(start, size):
            return f"{cut(name, 60)}, {FOREIGN}: {FILLED}"
        if what := file_of(start, end, size):
            return f"{cut(name, 60)}, {what}"
    return f"{len(names)} other files: if it is a model anyway, {WRAP}"


ONNX_START = b"\x08"
"""The first byte of an ONNX file: the field number of its version."""

CHECKPOINTS = ("native", "nanogpt", "gguf", "onnx")
"""Kinds of files that hold a model."""

BEGINNING = 300
"""Bytes that include the name of a zip archive's first member."""


def _is_checkpoint(path: Path) -> bool:
    try:
        return path.is_file() and _begins_as_one(path) and recognised(path) in CHECKPOINTS
    except (EngineError, OSError):
        return False


def _begins_as_one(path: Path) -> bool:
    """Return whether a file may be a checkpoint, by its first bytes: a folder may hold thousands of large files."""
    with path.open("rb") as file:
        start = file.read(BEGINNING)
        size = os.fstat(file.fileno()).st_size
        return _is_safetensors(start, size) or is_saved(start) or start.startswith((b"GGUF", ONNX_START))
