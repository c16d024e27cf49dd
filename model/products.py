"""Matrix products with weights, by the faster of PyTorch's two CPU libraries.

`F.linear` uses MKL, which runs at half of its vector width on processors that are not Intel's: 110 GFLOP/s on a core on
which oneDNN, which PyTorch also has, reaches 240. oneDNN also computes the GELU in the same operation. Both use
float32.
"""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F  # noqa: N812  the name that every PyTorch reader knows
from torch import Tensor


def linear(x: Tensor, weight: Tensor) -> Tensor:
    """x: (..., inputs), weight: (outputs, inputs) to (..., outputs)."""
    if _can_be_fast(x):
        return torch.ops.mkldnn._linear_pointwise(x, weight, None, "none", [], "")  # type: ignore[no-any-return]
    return F.linear(x, weight)


def linear_gelu(x: Tensor, weight: Tensor) -> Tensor:
    """Like `linear`, followed by the tanh approximation of GELU (Hendrycks and Gimpel 2016)."""
    if _can_be_fast(x):
        return torch.ops.mkldnn._linear_pointwise(x, weight, None, "gelu", [], "tanh")  # type: ignore[no-any-return]
    return F.gelu(F.linear(x, weight), approximate="tanh")


def _can_be_fast(x: Tensor) -> bool:
    """Return whether oneDNN's operator can be used. It has no gradients, so training uses `F.linear`."""
    return not torch.is_grad_enabled() and x.device.type == "cpu" and x.dtype == torch.float32 and _has_onednn()


@lru_cache(maxsize=1)
def _has_onednn() -> bool:
    """Return whether this PyTorch has the operator, which is not public, and whether it gives the expected result."""
    if not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return False
    x, weight = torch.linspace(-3, 3, 12).view(3, 4), torch.linspace(-1, 1, 8).view(2, 4)
    try:
        got = torch.ops.mkldnn._linear_pointwise(x, weight, None, "gelu", [], "tanh")
    except (RuntimeError, TypeError):
        return False
    return torch.allclose(got, F.gelu(F.linear(x, weight), approximate="tanh"), atol=1e-6)
