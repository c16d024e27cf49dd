"""Weights in eight bits: each row of a matrix as whole numbers from -127 to 127, and the row's scale in float16.

A checkpoint so takes a quarter of its size in float32. Training ends with rounded weights (`TrainConfig.rounded`): the
forward pass sees them, the gradient passes through (Bengio et al. 2013), so that the model is trained as it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

LARGEST = 127
"""The largest whole number of a weight."""

SCALE = ".scale"
"""The ending of the name of a matrix's scales."""


def is_rounded(tensor: Tensor) -> bool:
    """Whether a tensor is stored in eight bits: matrices are, vectors stay as they are."""
    return tensor.ndim == 2


def scales_of(weight: Tensor) -> Tensor:
    """Return the scale of each row: weight (rows, columns) to (rows, 1), float32 numbers that float16 can hold."""
    largest = weight.detach().abs().amax(1, keepdim=True) / LARGEST
    # A row of zeros needs some scale too; 2**-14 is the smallest normal number of float16.
    return largest.clamp_min(2**-14).to(torch.float16).float()


def rounded(weight: Tensor) -> Tensor:
    """Return the weights as they are after packing, in float32; the gradient passes through."""
    scales = scales_of(weight)
    numbers = (weight.detach() / scales).round().clamp(-LARGEST, LARGEST)
    return weight + (numbers * scales - weight).detach()


@contextmanager
def replaced(model: nn.Module, weights: Mapping[str, Tensor]) -> Iterator[None]:
    """Within it, the model's parameters of these names are those weights."""
    taken = []
    for name, weight in weights.items():
        module = model.get_submodule(name.rpartition(".")[0])
        last = name.rpartition(".")[2]
        taken.append((module, last, module._parameters.pop(last)))
        setattr(module, last, weight)
    try:
        yield
    finally:
        for module, last, parameter in taken:
            delattr(module, last)
            module.register_parameter(last, parameter)


def packed(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors with each matrix in eight bits and its scales, (rows,) float16, beside it."""
    made: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if not is_rounded(tensor):
            made[name] = tensor
            continue
        scales = scales_of(tensor)
        made[name] = (tensor / scales).round().clamp(-LARGEST, LARGEST).to(torch.int8)
        made[name + SCALE] = scales[:, 0].to(torch.float16)
    return made


def unpacked(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return packed tensors in float32."""
    made = {}
    for name, tensor in tensors.items():
        if name.endswith(SCALE):
            continue
        scales = tensors.get(name + SCALE)
        made[name] = tensor if scales is None else tensor.float() * scales.float()[:, None]
    return made
