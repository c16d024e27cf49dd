"""A state_dict, tensors by name, from torch.save, safetensors or numpy.savez. It is data: nothing in it is executed.

Wrappers are removed: a dict that holds the state_dict under a key, and the prefixes that torch.compile,
DistributedDataParallel and Lightning add to each name.
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
"""Keys under which training scripts save the state_dict."""

ALONE = "save its state_dict alone, torch.save(model.state_dict(), PATH)"

WRAPPERS = re.compile(r"^(module\.|_orig_mod\.)+|(?<=\.)_orig_mod\.")
"""Prefixes: DistributedDataParallel adds one to all names, torch.compile to the names in what it compiled."""

ROOM = 1 << 20
"""Bytes that an arrays file may have beyond the size of its numbers in the widest format."""


def read_state(path: str, numbers: int) -> dict[str, Tensor]:
    """Return the tensors of a file by their names in it.

    Args:
        path: the path of the file.
        numbers: the number of parameters of the module. A file of arrays that unpacks to far more is not read.

    Raises:
        EngineError: the file is no state_dict, is damaged, or holds other objects.
    """
    demand = f"{quoted(path)} must be a state_dict, of torch.save, safetensors or numpy.savez"
    try:
        start, end, size = ends_of(Path(path))
    except OSError as error:
        raise EngineError(f"{quoted(path)} cannot be read: {error.strerror or 'it is no file'}") from error
    if start[8:9] == b"{" and int.from_bytes(start[:8], "little") <= size:
        return _of_safetensors(path, demand)
    what = (file_of(start, end, size) or f"{size:,} bytes of no known format, or cut short").partition(": ")[0]
    if what == ARRAYS:
        return _of_arrays(path, demand, 16 * numbers + ROOM)
    if not start.startswith(b"PK\x03\x04") or what.startswith(("a program", "a model", "a zip")):
        raise EngineError(f"{demand}, got {what}: {ALONE}")
    kept, _ = read_saved(path, "a state_dict", demand, ALONE)
    return _state(path, kept)


def _state(path: str, kept: Any) -> dict[str, Tensor]:
    """Return the state_dict in an object that torch.save wrote."""
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
        raise EngineError(
            f"{demand}, got a safetensors file that is cut short or damaged: download it again"
        ) from error


def _of_arrays(path: str, demand: str, most: int) -> dict[str, Tensor]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > most:
                raise EngineError(f"{demand}, got arrays of {size:,} bytes: the module has {most:,} at most")
            if damaged := archive.testzip():
                raise EngineError(
                    f"{quoted(path)} is damaged: {quoted(damaged)} has another CRC; download the file again"
                )
        with np.load(path, allow_pickle=False) as arrays:
            return {name: torch.from_numpy(np.ascontiguousarray(arrays[name])) for name in arrays.files}
    except EngineError:
        raise
    except (OSError, EOFError, ValueError, TypeError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
        # NumPy's message advises to allow pickles: it is not shown.
        raise EngineError(
            f"{demand}, got a file whose arrays are damaged or hold other objects than numbers"
        ) from error


# --- names -----------------------------------------------------------------------------------------------------------


def fitted_to(wanted: Mapping[str, Tensor], state: Mapping[str, Tensor], path: str, arch: str) -> dict[str, Tensor]:
    """Return the state with the names of a module.

    Args:
        wanted: the module's tensors by name; of several names for one tensor, the file needs one.
        state: the file's tensors by name.
        path: the path of the file.
        arch: the factory that made the module.

    Raises:
        EngineError: names are missing or unexpected, or tensors have another shape or type.
    """
    renamed = next((each for each in _renamings(state) if _full(wanted, each).keys() == wanted.keys()), None)
    if renamed is None:
        own = next(iter(list(_renamings(state))[1:]))
        missing = sorted(wanted.keys() - _full(wanted, own).keys())
        foreign = sorted(own.keys() - wanted.keys())
        parts = [f"lacks {listed_names(missing)}"] if missing else []
        parts += [f"has the unexpected {listed_names(foreign)}"] if foreign else []
        fault = f"{quoted(path)} must have the names of the module that {arch} makes, it {' and '.join(parts)}"
        raise EngineError(f"{fault}: is it the module that was trained, with the same arguments?")
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
    """Yield the state with its names unchanged, without wrappers, and without a first part that all names share."""
    yield dict(state)
    plain = {WRAPPERS.sub("", name): tensor for name, tensor in state.items()}
    yield plain
    first = {name.partition(".")[0] for name in plain}
    if len(first) == 1:
        yield {WRAPPERS.sub("", name.partition(".")[2]): tensor for name, tensor in plain.items()}


def _full(wanted: Mapping[str, Tensor], state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the state with an entry for each name that the module has for a tensor."""
    held = {tensor.data_ptr(): state[name] for name, tensor in wanted.items() if name in state and tensor.numel()}
    twins = {name: held[each.data_ptr()] for name, each in wanted.items() if each.data_ptr() in held and each.numel()}
    return {**twins, **state}
