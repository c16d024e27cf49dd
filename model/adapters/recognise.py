"""What a file is, by its content and not by its name. Nothing of it is executed."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

from turncheck.engine.learned import EngineError

CARD = "engine.toml"
"""What a card is called in the folder that it describes."""

LARGEST_CARD = 100_000
"""Bytes of a card, and of a rules file."""

WANTED = "a model's file must be a turncheck checkpoint (safetensors) or a card"

SERVED = "serve it (llama-server) and name openai:URL"
CODE = "it may hold code, which is never run: convert it with safetensors.torch.save_file, or name exec:COMMAND"

# What a file starts with, what it is then, and the way out.
STARTS = (
    (rb"version https://git-lfs", "a Git LFS pointer: run `git lfs pull`"),
    (rb"\s*<(!doctype html|html|head|\?xml)", "a web page: download the file itself, not the page about it"),
    (rb"GGUF", f"GGUF weights: {SERVED}"),
    (rb"PK\x03\x04", f"a zip archive, as torch.save writes it: {CODE}"),
    (rb"\x80[\x02-\x05]", f"a pickle: {CODE}"),
    (rb"\x7fELF|MZ|#!", "a program: to run it as a model, name exec:COMMAND"),
)


def recognised(path: Path) -> str:
    """`native` or `card`: what the file is.

    Raises:
        EngineError: it is neither, or cannot be read; it says what it looks like, and the way out.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise EngineError(f"{WANTED}, got something that is no file")
        with path.open("rb") as file:
            start = file.read(1024)
    except OSError as error:
        raise EngineError(f"it cannot be read: {error.strerror}") from error
    if _is_safetensors(start, size):
        return "native"
    if not start:
        raise EngineError(f"{WANTED}, got an empty file")
    for pattern, what in STARTS:
        if re.match(pattern, start, re.IGNORECASE):
            raise EngineError(f"{WANTED}, got {what}")
    if size <= LARGEST_CARD and _is_card(path.read_bytes()):
        return "card"
    raise EngineError(f"{WANTED}, got {size:,} bytes that are neither, or are cut short")


def _is_safetensors(start: bytes, size: int) -> bool:
    """Whether a header of a plausible length begins there; a file that is cut short is for its reader to refuse."""
    header = int.from_bytes(start[:8], "little")
    return start[8:9] == b"{" and header <= max(size, 100_000_000)


def _is_card(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        # One that is badly written is a card all the same: then its mistake can be said.
        return re.search(r"^\s*(kind|path|template)\s*=", text, re.MULTILINE) is not None
    return bool(text.strip())


RUN = "checkpoint.safetensors"
"""What `turncheck train` calls the model in a run's folder."""


def found_in(folder: Path) -> Path:
    """The one file in the folder that says what the model is: its card, or the only checkpoint.

    Raises:
        EngineError: there is none, or more than one.
    """
    if (folder / CARD).exists():
        return folder / CARD
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise EngineError(f"it cannot be read: {error.strerror}") from error
    # A run of `turncheck train` holds the model as it stands beside what it needs to go on.
    candidates = [RUN] if RUN in names else [name for name in names if _is_checkpoint(folder / name)]
    if not candidates:
        raise EngineError(f"a folder must hold a card ({CARD}) or a turncheck checkpoint, got {len(names)} other files")
    if len(candidates) > 1:
        raise EngineError(f"a folder must hold one checkpoint or a card, got {', '.join(candidates)}: name one of them")
    return folder / candidates[0]


def _is_checkpoint(path: Path) -> bool:
    try:
        return recognised(path) == "native"
    except EngineError:
        return False
