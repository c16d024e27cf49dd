"""A state_dict, tensors by name: of torch.save, of safetensors or of numpy.savez. It is data: nothing of it is run.

What programs put around a state_dict is taken off: a dict in which it has a name, and what torch.compile,
DistributedDataParallel and Lightning put before each name.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from turncheck.engine.learned import EngineError
from turncheck.engine.visible import quoted
from turncheck.model.adapters.foreign import ARRAYS, ends_of, file_of
from turncheck.model.adapters.weights.torch_file import listed_names, read_saved

NESTED = ("state_dict", "model_state_dict", "model")
"""What training scripts call the state_dict in what they save."""

ALONE = "save its state_dict alone, torch.save(model.state_dict(), PATH)"

WRAPPERS = re.compile(r"^(module\.|_orig_mod\.)+|(?<=\.)_orig_mod\.")
"""What DistributedDataParallel puts before all names, and torch.compile before those of what it compiled."""

ROOM = 1 << 20
"""Bytes that a file of arrays may have beyond what its numbers take in the widest format."""


def read_state(path: str, numbers: int) -> dict[str, Tensor]:
    """The tensors of the file at that path, by their names there.

    Args:
        path: of the file.
        numbers: how many the module has: a file of arrays that unpacks to many more is not read.

    Raises:
        EngineError: it is none, is damaged, or holds other objects.
    """
    demand = f"{quoted(path)} must be a state_dict, of torch.save, safetensors or numpy.savez"
    try:
        start, end, size = ends_of(Path(path))
    except OSError as error:
        raise EngineError(f"{quoted(path)} cannot be read: {error.strerror or 'it is no file'}") from error
    if start[8:9] == b"{" and int.from_bytes(start[:8], "little") <= size:
        return _of_safetensors(path, demand)
    what = (file_of(start, end, size) or f"{size:,} bytes that are none, or are cut short").partition(": ")[0]
    if what == ARRAYS:
        return _of_arrays(path, demand, 16 * numbers + ROOM)
    if not start.startswith(b"PK\x03\x04") or what.startswith(("a program", "a model", "a zip")):
        raise EngineError(f"{demand}, got {what}: {ALONE}")
    kept, _ = read_saved(path, "a state_dict", demand, ALONE)
    return _state(path, kept)


def _state(path: str, kept: Any) -> dict[str, Tensor]:
    """The state_dict in what torch.save wrote."""
    found = kept
    if isinstance(kept, dict):
        found = next((kept[name] for name in NESTED if _is_state(kept.get(name))), kept)
    if not _is_state(found):
        held = f"a dict with {quoted(list(found)[:8])}" if isinstance(found, dict) else f"a {type(found).__name__}"
        raise EngineError(f"{quoted(path)} must be a state_dict, tensors by name, got {held}: {ALONE}")
    return dict(found)


def _is_state(value: object) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(name, str) and isinstance(each, Tensor) for name, each in value.items())
    )


def _of_safetensors(path: str, demand: str) -> dict[str, Tensor]:
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  it is no dict
    except (SafetensorError, OSError, ValueError, TypeError, RuntimeError) as error:
        raise EngineError(f"{demand}, got a file of safetensors that is cut short or damaged: get it anew") from error


def _of_arrays(path: str, demand: str, most: int) -> dict[str, Tensor]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > most:
                raise EngineError(f"{demand}, got arrays of {size:,} bytes: the module has {most:,} at most")
            if damaged := archive.testzip():
                raise EngineError(f"{quoted(path)} is damaged: {quoted(damaged)} has another CRC; get the file anew")
        with np.load(path, allow_pickle=False) as arrays:
            return {name: torch.from_numpy(np.ascontiguousarray(arrays[name])) for name in arrays.files}
    except EngineError:
        raise
    except (OSError, EOFError, ValueError, TypeError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
        # NumPy advises to unpickle what is none: that is not shown.
        raise EngineError(
            f"{demand}, got a file with arrays that are damaged, or that hold no plain numbers"
        ) from error


# --- names -----------------------------------------------------------------------------------------------------------


def fitted_to(wanted: Mapping[str, Tensor], state: Mapping[str, Tensor], path: str, arch: str) -> dict[str, Tensor]:
    """The state with the names of a module.

    Args:
        wanted: the module's own tensors, by name; of those that are one and the same, one is enough.
        state: the file's.
        path: of the file.
        arch: what made the module.

    Raises:
        EngineError: names are missing or unexpected, or tensors are of another shape.
    """
    renamed = next((each for each in _renamings(state) if _full(wanted, each).keys() == wanted.keys()), None)
    if renamed is None:
        own = next(iter(list(_renamings(state))[1:]))
        missing = sorted(wanted.keys() - _full(wanted, own).keys())
        foreign = sorted(own.keys() - wanted.keys())
        parts = [f"lacks {listed_names(missing)}"] if missing else []
        parts += [f"has {listed_names(foreign)} too"] if foreign else []
        said = f"{quoted(path)} must have the names of the module that {arch} makes, it {' and '.join(parts)}"
        raise EngineError(f"{said}: is it the one that was trained, with the same arguments?")
    full = _full(wanted, renamed)
    for name, tensor in wanted.items():
        if full[name].shape != tensor.shape:
            got = f"got {tuple(full[name].shape)}: other arguments (arch_args) may be missing"
            raise EngineError(f"{quoted(path)}: {name} must be {tuple(tensor.shape)}, as {arch} makes it, {got}")
        if full[name].is_floating_point() != tensor.is_floating_point() or full[name].is_quantized:
            kind = str(tensor.dtype).removeprefix("torch.")
            got = f"got {str(full[name].dtype).removeprefix('torch.')}"
            raise EngineError(f"{quoted(path)}: {name} must be of {kind}, as {arch} makes it, {got}")
    return full


def _renamings(state: Mapping[str, Tensor]) -> Iterator[dict[str, Tensor]]:
    """The state with its names as they are, without wrappers, and without a first part that all have in common."""
    yield dict(state)
    plain = {WRAPPERS.sub("", name): tensor for name, tensor in state.items()}
    yield plain
    first = {name.partition(".")[0] for name in plain}
    if len(first) == 1:
        yield {WRAPPERS.sub("", name.partition(".")[2]): tensor for name, tensor in plain.items()}


def _full(wanted: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state, with a tensor for each other name that the module has for it."""
    held = {tensor.data_ptr(): state[name] for name, tensor in wanted.items() if name in state and tensor.numel()}
    twins = {name: held[each.data_ptr()] for name, each in wanted.items() if each.data_ptr() in held and each.numel()}
    return {**twins, **state}
