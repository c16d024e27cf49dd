"""The state of a training run, as it is kept: its tensors and what it says of the run, with a digest of both.

What is kept may have been damaged since, and training would go on from anything. So all of it is checked first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from turncheck.engine.visible import cut, quoted
from turncheck.model.checkpoint import DIGEST, CheckpointError, digest_of_content, read_tensors, write_whole

KEY = "run"
"""Under which metadata a state says of which run it is."""

WAY_OUT = "train in another folder, or empty this one"


class StateError(ValueError):
    """A kept training run that cannot be gone on with: it is damaged, or half of it is gone. Nothing was changed.

    Attributes:
        path: the file, or the folder.
        fault: what is wrong with it.
    """

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(str(path), fault)
        self.path, self.fault = path, fault

    def __str__(self) -> str:
        return f"{self.path}: {self.fault}: {WAY_OUT}"


def mark_of(path: Path) -> tuple[int, int, int] | None:
    """What is another where a file was written again; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def write_state(path: Path, tensors: dict[str, Tensor], run: Mapping[str, Any]) -> None:
    """Writes what a run needs to go on, whole or not at all."""
    said = {**run, DIGEST: digest_of_content(run, tensors)}
    write_whole(path, save(tensors, {KEY: json.dumps(said)}))


def read_state(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of a state, and what it says of its run.

    Raises:
        StateError: it is no state, or it is not as it was written.
    """
    try:
        tensors, metadata = read_tensors(path)
    except (CheckpointError, OSError) as error:
        fault = error.fault if isinstance(error, CheckpointError) else error.strerror
        raise StateError(path, f"it cannot be read: {fault}") from error
    try:
        run = json.loads(metadata[KEY])
        written = run.pop(DIGEST)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise StateError(path, f"it must say of which run it is, with a digest, got {_got(metadata)}") from error
    for name, tensor in tensors.items():
        if tensor.dtype != torch.float32:  # others have no bytes that NumPy knows
            raise StateError(path, f"{cut(name, 80)} must be float32, got {tensor.dtype}")
    if written != digest_of_content(run, tensors):
        raise StateError(path, f"its digest must be that of its content, got {quoted(written)}: it was damaged")
    return tensors, run


def _got(metadata: Mapping[str, str]) -> str:
    return quoted(metadata[KEY]) if KEY in metadata else f"metadata with {quoted(sorted(metadata))}"


def check_step(path: Path, run: Mapping[str, Any], steps: int) -> int:
    """The step at which the run was saved, which has so many.

    Raises:
        StateError: it is no step of it.
    """
    step = run.get("step")
    if type(step) is not int or not 0 <= step <= steps:
        raise StateError(path, f"step must be 0..{steps}, got {quoted(step)}")
    return step


def check_tensors(path: Path, tensors: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Checks that the tensors have exactly those names and shapes, and are finite.

    Raises:
        StateError: they have not.
    """
    if missing := sorted(shapes.keys() - tensors.keys()):
        raise StateError(path, f"it must hold {missing[0]} and {len(missing) - 1} more that it has not")
    if foreign := sorted(tensors.keys() - shapes.keys()):
        raise StateError(path, f"it must hold the run's tensors alone, got {cut(foreign[0], 80)} too")
    for name, shape in shapes.items():
        if tuple(tensors[name].shape) != shape:
            raise StateError(path, f"{name} must be {shape}, got {tuple(tensors[name].shape)}")
        if not bool(tensors[name].isfinite().all()):
            raise StateError(path, f"{name} must be finite, got a number that is not")
