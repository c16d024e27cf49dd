"""Products with weights, by the faster of the libraries that PyTorch has for a CPU.

`F.linear` asks MKL, which on processors that are not Intel's uses half of their width: 110 GFLOP/s on a core on which
oneDNN, which PyTorch has too, reaches 240. oneDNN works out the GELU on the way as well. Both are float32.
"""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F  # noqa: N812  the name that every PyTorch reader knows
from torch import Tensor


def linear(x: Tensor, weight: Tensor) -> Tensor:
    """x: (..., inputs) by weight: (outputs, inputs) to (..., outputs)."""
    if _can_be_fast(x):
        return torch.ops.mkldnn._linear_pointwise(x, weight, None, "none", [], "")  # type: ignore[no-any-return]
    return F.linear(x, weight)


def linear_gelu(x: Tensor, weight: Tensor) -> Tensor:
    """The same, then GELU in its form with tanh (Hendrycks and Gimpel 2016)."""
    if _can_be_fast(x):
        return torch.ops.mkldnn._linear_pointwise(x, weight, None, "gelu", [], "tanh")  # type: ignore[no-any-return]
    return F.gelu(F.linear(x, weight), approximate="tanh")


def _can_be_fast(x: Tensor) -> bool:
    """OneDNN's operator knows no gradients: training goes the usual way."""
    return not torch.is_grad_enabled() and x.device.type == "cpu" and x.dtype == torch.float32 and _has_onednn()


@lru_cache(maxsize=1)
def _has_onednn() -> bool:
    """Whether this PyTorch has the operator, which is none of its public ones, and it does what is meant by it."""
    if not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return False
    x, weight = torch.linspace(-3, 3, 12).view(3, 4), torch.linspace(-1, 1, 8).view(2, 4)
    try:
        got = torch.ops.mkldnn._linear_pointwise(x, weight, None, "gelu", [], "tanh")
    except (RuntimeError, TypeError):
        return False
    return torch.allclose(got, F.gelu(F.linear(x, weight), approximate="tanh"), atol=1e-6)
