"""Files of torch.save, read as data.

The zip is checked before PyTorch reads it: PyTorch loads a flipped bit without a word. Then the reader that knows
tensors and plain values alone (`weights_only`) reads it, whose own messages advise to switch that off and are never
shown.
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
"""The first PyTorch whose `weights_only` reader has no known hole."""


NAMED = 3
"""Names that a message lists."""


def read_saved(path: str, what: str, demand: str, way_out: str) -> tuple[Any, int]:
    """What the file holds, and its size: tensors, which stay in the file until they are looked at, and plain values.

    Args:
        path: of the file.
        what: it is to be, as `a checkpoint of nanoGPT`.
        demand: what it must be, with its path.
        way_out: for one that holds other objects.

    Raises:
        EngineError: it is no file of torch.save, is damaged, or names what would be run.
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
    """Checks that the file is a whole zip of torch.save's, and that no bit of it flipped."""
    if not zipfile.is_zipfile(path):
        with open(path, "rb") as file:
            start = file.read(1 << 16)
        what = (file_of(start, start, size) or f"{size:,} bytes that are none, or are cut short").partition(": ")[0]
        raise EngineError(f"{demand}, got {what}")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            if any("/code/" in name or name.endswith("/constants.pkl") for name in names):
                raise EngineError(f"{demand}, got a program of TorchScript, which is code: save the state_dict")
            if any(entry.compress_type for entry in entries) or sum(entry.file_size for entry in entries) > size:
                raise EngineError(f"{demand}, got a compressed archive, which torch.save never writes")
            damaged = archive.testzip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        if isinstance(error, EngineError):
            raise
        raise EngineError(f"{quoted(path)} is damaged: it is no whole zip archive; get the file anew") from error
    if damaged is not None:
        raise EngineError(f"{quoted(path)} is damaged: {quoted(damaged)} in it has another CRC; get the file anew")


def _loaded(path: str, way_out: str) -> Any:
    """What the file holds: tensors, which stay in the file until they are looked at, and plain values."""
    try:
        return torch.load(path, map_location="cpu", mmap=True, weights_only=True)
    except KeyboardInterrupt:
        raise
    except OSError:
        raise
    except BaseException as error:  # a damaged or malicious file raises anything
        named = re.search(r"(?:GLOBAL|type|class)\s+([\w.]+\.[\w.]+)", str(error))
        got = f"it names {cut(named[1], 80)}" if named else "it does not hold what it should"
        raise EngineError(
            f"{quoted(path)} must hold tensors and plain values alone, and {got}: nothing of it was run; {way_out}"
        ) from error


def listed_names(names: list[str]) -> str:
    """Names of tensors as a message lists them."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(cut(ascii(name)[1:-1], 80) for name in names[:NAMED]) + more
