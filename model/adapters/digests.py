"""The size and the hash of a model's file, of the files of a model's folder, or of a composition."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from turncheck.engine.learned import EngineError
from turncheck.model.adapters.card import Card
from turncheck.model.adapters.kinds import FOLDER_KINDS

HASHED = (".json", ".safetensors")
"""Suffixes of the files that define a folder's model, in the order in which they are hashed."""


def facts(card: Card) -> tuple[int | None, str | None]:
    """Return the size and the hash of a model's file or folder; None for a model without data files.

    Raises:
        EngineError: the file cannot be read, or the hash is not the required one.
    """
    whole = card.kind in FOLDER_KINDS and os.path.isdir(card.target)
    if card.kind in ("py", "exec") or not (whole or os.path.isfile(card.target)):
        if card.sha256 is not None:
            raise EngineError(f"sha256 needs a model with a file, and {card.name} has none")
        return None, None
    try:
        size, digest = (of_folder if whole else of_file)(card.target)
    except OSError as error:
        raise EngineError(f"it cannot be read: {error.strerror}") from error
    if card.sha256 not in (None, digest):
        other = "these are other files, or damaged" if whole else "it is another file, or damaged"
        raise EngineError(f"its sha256 must be {card.sha256}, got {digest}: {other}")
    return size, digest


def of_file(path: str) -> tuple[int, str]:
    """Return the size of a file in bytes, and its hash.

    Raises:
        OSError: the file cannot be read.
    """
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return os.path.getsize(path), digest


def of_folder(path: str) -> tuple[int, str]:
    """Return the size of a folder's files in bytes, and the hash of their list, as in `sha256sum *.json *.safetensors |
    sha256sum` under LC_ALL=C.

    Raises:
        OSError: a file cannot be read.
    """
    return of_files(files_in(Path(path)))


def files_in(folder: Path) -> list[Path]:
    """Return the files that define a folder's model, in the order in which they are hashed.

    Raises:
        OSError: the folder cannot be read.
    """
    visible = [file for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")]
    return sorted(
        (file for file in visible if file.suffix in HASHED),
        key=lambda file: (HASHED.index(file.suffix), os.fsencode(file.name)),
    )


def of_files(paths: Sequence[Path]) -> tuple[int, str]:
    """Return the size of several files in bytes, and the hash of their list, as `sha256sum FILE... | sha256sum` gives
    it for their bare names.

    Raises:
        OSError: a file cannot be read.
    """
    facts = [of_file(str(path)) for path in paths]
    listed = b"".join(
        f"{digest}  ".encode() + os.fsencode(path.name) + b"\n" for path, (_, digest) in zip(paths, facts, strict=True)
    )
    return sum(size for size, _ in facts), hashlib.sha256(listed).hexdigest()
