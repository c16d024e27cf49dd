"""The size and the hash of a model's file, or of the files of a folder that is one."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

HASHED = (".json", ".safetensors")
"""Files of a folder that say what its model is, in the order in which they are listed."""


def of_file(path: str) -> tuple[int, str]:
    """The bytes of a file and its hash.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return os.path.getsize(path), digest


def of_folder(path: str) -> tuple[int, str]:
    """The bytes of a folder's files and the hash of their list, as `sha256sum *.json *.safetensors | sha256sum` has it
    under LC_ALL=C.

    Raises:
        OSError: one cannot be read.
    """
    visible = [file for file in Path(path).iterdir() if file.is_file() and not file.name.startswith(".")]
    files = sorted(
        (file for file in visible if file.suffix in HASHED),
        key=lambda file: (HASHED.index(file.suffix), os.fsencode(file.name)),
    )
    facts = [of_file(str(file)) for file in files]
    listed = b"".join(
        f"{digest}  ".encode() + os.fsencode(file.name) + b"\n" for file, (_, digest) in zip(files, facts, strict=True)
    )
    return sum(size for size, _ in facts), hashlib.sha256(listed).hexdigest()
