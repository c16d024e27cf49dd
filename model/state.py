"""The saved state of a training run: its tensors, the facts of the run, and a digest of both.

A saved state may be damaged, and training would continue from any numbers. So everything is checked first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from turncheck.engine.visible import cut, quoted
from turncheck.model.checkpoint import DIGEST, CheckpointError, digest_of_content, read_tensors, write_whole

KEY = "run"
"""The key of the metadata that describe the run."""

WAY_OUT = "train in another folder, or empty this folder"


class StateError(ValueError):
    """A saved training run that cannot be continued: it is damaged or incomplete. Nothing was changed.

    Attributes:
        path: the file or the folder.
        fault: what is wrong with it.
    """

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(str(path), fault)
        self.path, self.fault = path, fault

    def __str__(self) -> str:
        return f"{self.path}: {self.fault}: {WAY_OUT}"


def mark_of(path: Path) -> tuple[int, int, int] | None:
    """Return a mark that changes when a file is rewritten; None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def write_state(path: Path, tensors: dict[str, Tensor], run: Mapping[str, Any]) -> None:
    """Write what a run needs to continue, completely or not at all."""
    said = {**run, DIGEST: digest_of_content(run, tensors)}
    write_whole(path, save(tensors, {KEY: json.dumps(said)}))


def read_state(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors of a state and the facts of its run.

    Raises:
        StateError: the file is no state, or has changed since it was written.
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
        raise StateError(path, f"it must describe its run and hold a digest, got {_got(metadata)}") from error
    for name, tensor in tensors.items():
        if tensor.dtype != torch.float32:  # NumPy does not support all other types
            raise StateError(path, f"{cut(name, 80)} must be float32, got {tensor.dtype}")
    if written != digest_of_content(run, tensors):
        raise StateError(path, f"its digest must match its content, got {quoted(written)}: it is damaged")
    return tensors, run


def _got(metadata: Mapping[str, str]) -> str:
    return quoted(metadata[KEY]) if KEY in metadata else f"metadata with {quoted(sorted(metadata))}"


def check_step(path: Path, run: Mapping[str, Any], steps: int) -> int:
    """Return the step at which the run was saved, after checking that it is in 0..steps.

    Raises:
        StateError: the step is out of range.
    """
    step = run.get("step")
    if type(step) is not int or not 0 <= step <= steps:
        raise StateError(path, f"step must be 0..{steps}, got {quoted(step)}")
    return step


def check_seconds(path: Path, run: Mapping[str, Any]) -> float:
    """Return the processor time of the run until it was saved, after checking it; 0 for older runs.

    Raises:
        StateError: it is no number, or below 0.
    """
    seconds = run.get("core_seconds", 0.0)
    if type(seconds) not in (int, float) or not 0 <= seconds < inf:
        raise StateError(path, f"core_seconds must be a number, 0 or more, got {quoted(seconds)}")
    return float(seconds)


def check_tensors(path: Path, tensors: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Check that the tensors have exactly those names and shapes, and are finite.

    Raises:
        StateError: they do not.
    """
    if missing := sorted(shapes.keys() - tensors.keys()):
        raise StateError(path, f"it lacks {missing[0]} and {len(missing) - 1} more")
    if foreign := sorted(tensors.keys() - shapes.keys()):
        raise StateError(path, f"it must hold only the run's tensors, got {cut(foreign[0], 80)}")
    for name, shape in shapes.items():
        if tuple(tensors[name].shape) != shape:
            raise StateError(path, f"{name} must be {shape}, got {tuple(tensors[name].shape)}")
        if not bool(tensors[name].isfinite().all()):
            raise StateError(path, f"{name} must be finite, got inf or NaN")
