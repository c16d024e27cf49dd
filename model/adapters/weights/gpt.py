"""GPT-2's forward pass (Radford et al. 2019), as nanoGPT trains it: token and position embeddings, pre-norm blocks, an
exact GELU, a head tied to the embedding; every linear layer and norm with a bias or without.

Weights have nanoGPT's names, without `transformer.`.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import torch
import torch.nn.functional as F  # noqa: N812  the name that every PyTorch reader knows
from torch import Tensor

from turncheck.model.products import linear

NORM_EPSILON = 1e-5


@attrs.frozen
class Shape:
    """The sizes of a model.

    Attributes:
        layers: the number of blocks.
        heads: the number of attention heads, which split the width evenly.
        width: the number of features per token.
        context: the number of positions.
        vocabulary: the number of tokens.
        bias: whether linear layers and norms have a bias.
    """

    layers: int
    heads: int
    width: int
    context: int
    vocabulary: int
    bias: bool

    def tensors(self) -> dict[str, tuple[int, ...]]:
        """Return the name and the shape of each tensor."""
        c = self.width
        found: dict[str, tuple[int, ...]] = {"wte.weight": (self.vocabulary, c), "wpe.weight": (self.context, c)}
        for layer in range(self.layers):
            found |= {f"h.{layer}.{name}": shape for name, shape in self._block().items()}
        found |= {f"ln_f.{part}": (c,) for part in self._parts()}
        return {**found, "lm_head.weight": (self.vocabulary, c)}

    def _parts(self) -> tuple[str, ...]:
        return ("weight", "bias") if self.bias else ("weight",)

    def _block(self) -> dict[str, tuple[int, ...]]:
        c = self.width
        layers = {"attn.c_attn": (3 * c, c), "attn.c_proj": (c, c), "mlp.c_fc": (4 * c, c), "mlp.c_proj": (c, 4 * c)}
        found: dict[str, tuple[int, ...]] = {
            f"{norm}.{part}": (c,) for norm in ("ln_1", "ln_2") for part in self._parts()
        }
        for name, shape in layers.items():
            found |= {f"{name}.weight": shape} | ({f"{name}.bias": shape[:1]} if self.bias else {})
        return found


class Memory:
    """The key-value cache of a batch: (layers, B, heads, T, width / heads) each."""

    def __init__(self, shape: Shape, rows: int, length: int) -> None:
        size = (shape.layers, rows, shape.heads, length, shape.width // shape.heads)
        self.keys, self.values = torch.zeros(size), torch.zeros(size)

    def put(self, layer: int, positions: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Store k, v: (B, heads, T, width / heads) at positions: (B, T); return all keys and values of the layer."""
        rows = torch.arange(len(positions))[:, None]
        self.keys[layer][rows, :, positions] = k.transpose(1, 2)
        self.values[layer][rows, :, positions] = v.transpose(1, 2)
        return self.keys[layer], self.values[layer]


@attrs.frozen(eq=False)
class GPT:
    """A model: token ids in, the logits of each next token out.

    Attributes:
        shape: its sizes.
        weights: float32, by the names of `Shape.tensors`.
        gelu: `none` for the exact GELU, or `tanh` for its approximation (PyTorch's `approximate`).
    """

    shape: Shape
    weights: Mapping[str, Tensor] = attrs.field(repr=False)
    gelu: str = "none"

    def hidden(self, tokens: Tensor, positions: Tensor, memory: Memory | None = None) -> Tensor:
        """Return the normed output of the last block: tokens, positions: (B, T) int64 to (B, T, width).

        Without a cache, the tokens are the first of their rows. With a cache, each token attends to the cached tokens
        up to its own position.
        """
        x = self.weights["wte.weight"][tokens] + self.weights["wpe.weight"][positions]
        for layer in range(self.shape.layers):
            x = x + self._attention(layer, self._norm(x, f"h.{layer}.ln_1"), positions, memory)
            up = self._linear(self._norm(x, f"h.{layer}.ln_2"), f"h.{layer}.mlp.c_fc")
            x = x + self._linear(F.gelu(up, approximate=self.gelu), f"h.{layer}.mlp.c_proj")
        return self._norm(x, "ln_f")

    def logits(self, hidden: Tensor) -> Tensor:
        """hidden: (..., width) to (..., vocabulary)."""
        return linear(hidden, self.weights["lm_head.weight"])

    def _attention(self, layer: int, x: Tensor, positions: Tensor, memory: Memory | None) -> Tensor:
        b, t, width = x.shape
        qkv = self._linear(x, f"h.{layer}.attn.c_attn")
        q, k, v = qkv.view(b, t, 3, self.shape.heads, width // self.shape.heads).permute(2, 0, 3, 1, 4)
        if memory is None:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            k, v = memory.put(layer, positions, k, v)
            seen = torch.arange(k.shape[2]) <= positions[:, None, :, None]  # (B, 1, T, all positions)
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=seen)
        return self._linear(y.transpose(1, 2).flatten(2), f"h.{layer}.attn.c_proj")

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight, bias = self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias")
        return F.layer_norm(x, weight.shape, weight, bias, NORM_EPSILON)

    def _linear(self, x: Tensor, name: str) -> Tensor:
        y, bias = linear(x, self.weights[f"{name}.weight"]), self.weights.get(f"{name}.bias")
        return y if bias is None else y + bias
