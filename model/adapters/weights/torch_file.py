"""Files of torch.save, read as data.

The zip archive is checked before PyTorch reads it, because PyTorch loads flipped bits silently. The `weights_only`
reader then loads tensors and plain values only. Its messages advise to switch that off, so they are never shown.
"""

from __future__ import annotations

import os
import re
import zipfile
from typing import Any

import torch

from turncheck.engine.learned import EngineError
from turncheck.engine.visible import cut, quoted
from turncheck.model.adapters.foreign import file_of

SAFE_TORCH = (2, 10)
"""The first PyTorch whose `weights_only` reader has no known vulnerability."""


NAMED = 3
"""Most names that a message lists."""


def read_saved(path: str, what: str, demand: str, way_out: str) -> tuple[Any, int]:
    """Return the content of a file and its size. Tensors stay in the file until they are used.

    Args:
        path: the path of the file.
        what: the expected content, such as `a nanoGPT checkpoint`.
        demand: the requirement, with the path.
        way_out: the way out for a file that holds other objects.

    Raises:
        EngineError: the file was not written by torch.save, is damaged, or names code.
    """
    _check_torch(what)
    try:
        size = os.path.getsize(path)
        _check_zip(path, size, demand)
        return _loaded(path, way_out), size
    except OSError as error:
        raise EngineError(f"{quoted(path)} cannot be read: {error.strerror or 'the system says no'}") from error


def _check_torch(what: str) -> None:
    found = re.match(r"(\d+)\.(\d+)", torch.__version__)
    if found is None or tuple(map(int, found.groups())) < SAFE_TORCH:
        wanted = ".".join(map(str, SAFE_TORCH))
        raise EngineError(
            f"{what} needs torch {wanted} or later, whose reader of .pt files runs nothing, "
            f"got {torch.__version__}: pip install -U torch"
        )


def _check_zip(path: str, size: int, demand: str) -> None:
    """Check that the file is a complete zip archive of torch.save, without flipped bits."""
    if not zipfile.is_zipfile(path):
        with open(path, "rb") as file:
            start = file.read(1 << 16)
        what = (file_of(start, start, size) or f"{size:,} bytes of no known format, or cut short").partition(": ")[0]
        raise EngineError(f"{demand}, got {what}")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if any("/code/" in name or name.endswith("/constants.pkl") for name in names):
                raise EngineError(f"{demand}, got a TorchScript program, which is code: save the state_dict")
            if any(entry.compress_type for entry in entries) or sum(entry.file_size for entry in entries) > size:
                raise EngineError(f"{demand}, got a compressed archive, which torch.save never writes")
            damaged = archive.testzip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        if isinstance(error, EngineError):
            raise
        raise EngineError(f"{quoted(path)} is damaged: it is no complete zip archive; download it again") from error
    if damaged is not None:
        raise EngineError(f"{quoted(path)} is damaged: {quoted(damaged)} in it has another CRC; download it again")


def _loaded(path: str, way_out: str) -> Any:
    """Return the content of the file: tensors, which stay in the file until they are used, and plain values."""
    try:
        return torch.load(path, map_location="cpu", mmap=True, weights_only=True)
    except KeyboardInterrupt:
        raise
    except OSError:
        raise
    except BaseException as error:  # a damaged or malicious file may raise anything
        named = re.search(r"(?:GLOBAL|type|class)\s+([\w.]+\.[\w.]+)", str(error))
        got = f"it names {cut(named[1], 80)}" if named else "it does not"
        raise EngineError(
            f"{quoted(path)} must hold only tensors and plain values, and {got}: nothing in it was run; {way_out}"
        ) from error


def listed_names(names: list[str]) -> str:
    """Return names of tensors for a message."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(cut(ascii(name)[1:-1], 80) for name in names[:NAMED]) + more
