"""`ckpt.pt` of nanoGPT, written by torch.save and read as data. Sizes are compared with the file before anything is
allocated; the optimizer's state is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs
import torch
from torch import Tensor

from turncheck.engine.learned import EngineError
from turncheck.engine.visible import quoted
from turncheck.model.adapters.weights.gpt import Shape
from turncheck.model.adapters.weights.torch_file import listed_names, read_saved

ALONE = 'save {"model": model.state_dict(), "model_args": model_args} alone'
"""The way out for a file that holds more than tensors and plain values."""

SIZES = {"n_layer": 999, "n_head": 999, "n_embd": 99_999, "block_size": 9_999_999, "vocab_size": 9_999_999}
"""Required entries of `model_args`, with the largest value of each."""

PREFIXES = re.compile(r"(_orig_mod\.|module\.)*(transformer\.)?")
"""Prefixes that torch.compile, DistributedDataParallel and nanoGPT add to a weight's name."""

MASKS = (".attn.bias", ".attn.masked_bias")
"""The causal mask, which older versions saved among the weights."""


@attrs.frozen(eq=False)
class Checkpoint:
    """The content of a nanoGPT checkpoint.

    Attributes:
        shape: the model's sizes.
        weights: float32, by the names of `Shape.tensors`.
        dataset: the name of the run's data, if it is a plain name; else empty.
    """

    shape: Shape
    weights: Mapping[str, Tensor] = attrs.field(repr=False)
    dataset: str


def read(path: str) -> Checkpoint:
    """Return the checkpoint at that path.

    Raises:
        EngineError: the file is no checkpoint, is damaged, or its weights do not match its `model_args`.
    """
    kept, size = read_saved(path, "a nanoGPT checkpoint", _demand(path), ALONE)
    if not isinstance(kept, dict):
        raise EngineError(f"{_demand(path)}, got a {type(kept).__name__}")
    state, shape = _state(path, kept), None
    shape = _shape(path, kept["model_args"])
    return Checkpoint(shape, _weights(path, state, shape, size), _dataset(kept.get("config")))


def _demand(path: str) -> str:
    return f"{quoted(path)} must be a nanoGPT checkpoint, a dict with model and model_args as its train.py saves it"


def _state(path: str, kept: Mapping[Any, Any]) -> Mapping[str, Tensor]:
    """Return the weights by their plain names, without masks."""
    if "pytorch-lightning_version" in kept:
        raise EngineError(f"{_demand(path)}, got one of Lightning: save its model's state_dict with its model_args")
    if missing := [name for name in ("model", "model_args") if not isinstance(kept.get(name), dict)]:
        plain = all(isinstance(value, Tensor) for value in kept.values())
        what = "a bare state_dict" if kept and plain else f"a dict with {quoted(list(kept)[:8])}"
        raise EngineError(f"{_demand(path)}, got {what}: it lacks {' and '.join(missing)}")
    state: dict[str, Tensor] = {}
    for name, tensor in kept["model"].items():
        if type(name) is not str or not isinstance(tensor, Tensor):
            raise EngineError(f"{quoted(path)}: its model must hold tensors by name, got {quoted(name)}")
        plain_name = PREFIXES.sub("", name, count=1)
        if plain_name in state:
            raise EngineError(f"{quoted(path)}: its model must have each weight once, got {quoted(plain_name)} twice")
        if not plain_name.endswith(MASKS):
            state[plain_name] = tensor
    return state


def _shape(path: str, said: Mapping[Any, Any]) -> Shape:
    for name, most in SIZES.items():
        if type(said.get(name)) is not int or not 1 <= said[name] <= most:
            got = quoted(said[name]) if name in said else "none"
            raise EngineError(f"{quoted(path)}: model_args must have a {name} of 1..{most}, got {got}")
    if said["n_embd"] % said["n_head"]:
        raise EngineError(
            f"{quoted(path)}: its n_embd must be a multiple of n_head, {said['n_head']}, got {said['n_embd']}"
        )
    bias = said.get("bias", True)  # versions without the option always had biases
    if type(bias) is not bool:
        raise EngineError(f"{quoted(path)}: bias in its model_args must be true or false, got {quoted(bias)}")
    return Shape(said["n_layer"], said["n_head"], said["n_embd"], said["block_size"], said["vocab_size"], bias)


def _weights(path: str, state: Mapping[str, Tensor], shape: Shape, size: int) -> dict[str, Tensor]:
    """Return the weights in float32, if they match that shape."""
    wanted = shape.tensors()
    tied = {"wte.weight": "lm_head.weight", "lm_head.weight": "wte.weight"}
    found = {name: state[name] if name in state else state.get(tied.get(name, "")) for name in wanted}
    if missing := [name for name, tensor in found.items() if tensor is None]:
        raise EngineError(f"{quoted(path)}: its model lacks {listed_names(missing)}, which its model_args require")
    if foreign := sorted(state.keys() - wanted.keys()):
        raise EngineError(
            f"{quoted(path)}: its model has {listed_names(foreign)} too, which its model_args do not have"
        )
    checked = {
        name: _checked(path, name, tensor, wanted[name], size) for name, tensor in found.items() if tensor is not None
    }
    weights = {name: tensor.detach().to(torch.float32, copy=True).contiguous() for name, tensor in checked.items()}
    if checked["lm_head.weight"].data_ptr() == checked["wte.weight"].data_ptr():
        weights["lm_head.weight"] = weights["wte.weight"]
    return weights


def _checked(path: str, name: str, tensor: Tensor, wanted: tuple[int, ...], size: int) -> Tensor:
    """Return the tensor, if it has that shape and the file holds all its numbers."""
    shape = tuple(tensor.shape)
    if shape != wanted:
        raise EngineError(f"{quoted(path)}: {name} must be {wanted}, as its model_args say, got {shape}")
    plain = tensor.layout == torch.strided and tensor.device.type == "cpu" and tensor.is_floating_point()
    if not plain or tensor.is_quantized:
        raise EngineError(
            f"{quoted(path)}: {name} must be a plain tensor of floats, got {tensor.dtype}, {tensor.layout}"
        )
    if tensor.numel() * tensor.element_size() > size or not tensor.is_contiguous():
        raise EngineError(
            f"{quoted(path)}: {name} must have all {tensor.numel():,} numbers in the file, got {size:,} bytes"
        )
    return tensor


def _dataset(config: object) -> str:
    name = config.get("dataset") if isinstance(config, dict) else None
    return name if isinstance(name, str) and re.fullmatch(r"[\w-][\w.-]{0,79}", name) else ""
