"""The size and the hash of a model's file, of the files of a model's folder, or of a composition."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

HASHED = (".json", ".safetensors")
"""Suffixes of the files that define a folder's model, in the order in which they are hashed."""


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
    visible = [file for file in Path(path).iterdir() if file.is_file() and not file.name.startswith(".")]
    files = sorted(
        (file for file in visible if file.suffix in HASHED),
        key=lambda file: (HASHED.index(file.suffix), os.fsencode(file.name)),
    )
    return of_files(files)


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
