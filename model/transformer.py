"""The tiny transformer: decoder-only, pre-norm, learned positions, the output tied to the embedding (Radford et al.
2019, section 2.3; Press and Wolf 2017). Nothing in it knows any domain.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs
import torch
import torch.nn.functional as F  # noqa: N812  the name that every PyTorch reader knows
from torch import Tensor, nn

from turncheck.engine.visible import quoted
from turncheck.model.batching import IGNORED
from turncheck.model.products import linear, linear_gelu


def _size(most: int) -> Callable[[object, attrs.Attribute[int], object], None]:
    """Return a validator for integers 1..most. It refuses 8.0 and True, although both equal an integer."""

    def check(config: object, field: attrs.Attribute[int], value: object) -> None:
        if type(value) is not int or not 1 <= value <= most:
            raise ValueError(f"{field.name} must be 1..{most}, got {quoted(value)}")

    return check


def _kind(config: object, field: attrs.Attribute[str], value: object) -> None:
    if value not in KINDS:
        raise ValueError(f"{field.name} must be one of {', '.join(KINDS)}, got {quoted(value)}")


def _choices(values: object) -> tuple[tuple[int, ...], ...]:
    """Return lists of ids, as JSON has them, as tuples."""
    if not isinstance(values, list | tuple) or not all(isinstance(each, list | tuple) for each in values):
        raise ValueError(f"choices must be a list of lists of token ids, got {quoted(values)}")
    return tuple(map(tuple, values))


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list | tuple) or not all(isinstance(each, str) for each in values):
        raise ValueError(f"answers must be a list of texts, got {quoted(values)}")
    return tuple(values)


AUTOREGRESSIVE, ONE_PASS, DENSE, READER = "autoregressive", "one pass", "dense", "reader"

KINDS = {
    AUTOREGRESSIVE: "a decoder-only transformer: it writes its answer token by token",
    ONE_PASS: "a transformer that writes all tokens of its answer at once (turncheck.model.one_pass)",
    DENSE: "a residual MLP over all places of the text, which also writes at once (turncheck.model.dense)",
    READER: "a recurrent network that reads a text and gives one of a few answers (turncheck.model.reader)",
}
"""The kinds of models, with what they are."""


@attrs.frozen
class ModelConfig:
    """The sizes of a model.

    Attributes:
        vocabulary: the number of tokens.
        prompt: the most tokens of a prompt that the model reads; a longer prompt is truncated.
        answer: the most tokens of an answer, including its stop.
        layers: the number of blocks.
        width: the size of the hidden state, split evenly over the heads.
        heads: the number of attention heads.
        kind: one of `KINDS`.
        repeats: how often the blocks are used, one after the other, with the same weights; not if autoregressive.
        hidden: the size of a dense model's hidden layers, or of a reader's state.
        choices: for each place of an answer, the ids of the tokens that a dense model chooses from.
        answers: the answers that a reader chooses from.
    """

    vocabulary: int = attrs.field(validator=_size(99_999))
    prompt: int = attrs.field(validator=_size(99_999))
    answer: int = attrs.field(validator=_size(99_999))
    layers: int = attrs.field(validator=_size(999))
    width: int = attrs.field(validator=_size(99_999))
    heads: int = attrs.field(validator=_size(999))
    kind: str = attrs.field(default=AUTOREGRESSIVE, validator=_kind)
    repeats: int = attrs.field(default=1, validator=_size(99))
    hidden: int = attrs.field(default=1, validator=_size(99_999))
    choices: tuple[tuple[int, ...], ...] = attrs.field(default=(), converter=_choices)
    answers: tuple[str, ...] = attrs.field(default=(), converter=_texts)

    def __attrs_post_init__(self) -> None:
        if self.width % self.heads:
            raise ValueError(f"width must be a multiple of heads, {self.heads}, got {self.width}")
        if self.repeats > 1 and self.kind not in (ONE_PASS, DENSE):
            raise ValueError(f"repeats must be 1 if the model is {self.kind}, got {self.repeats}")
        if bool(self.choices) != (self.kind == DENSE) or bool(self.answers) != (self.kind == READER):
            raise ValueError("choices belong to a dense model and answers to a reader, and to no other")
        if self.choices and len(self.choices) != self.answer:
            raise ValueError(f"choices must have {self.answer} places, one for each of answer, got {len(self.choices)}")
        of_vocabulary = range(self.vocabulary)
        for each in self.choices:
            if not each or len(set(each)) < len(each) or not all(type(token) is int for token in each):
                raise ValueError("each place must have choices, and each of them once")
            if not all(token in of_vocabulary for token in each):
                raise ValueError(f"choices must be token ids below {self.vocabulary}")

    @property
    def context(self) -> int:
        """The number of positions: a prompt, the mark after it, and an answer; in one pass, the longer of both."""
        if self.kind == AUTOREGRESSIVE:
            return self.prompt + 1 + self.answer
        return max(self.prompt, self.answer)


class Cache:
    """A cache for the keys and values of a batch: (layers, B, heads, context, width / heads) each.

    The first pass over a batch fills it from the start. Later passes write at their positions.
    """

    def __init__(self, config: ModelConfig, rows: int) -> None:
        shape = (config.layers, rows, config.heads, config.context, config.width // config.heads)
        self.keys, self.values = torch.zeros(shape), torch.zeros(shape)

    def begin(self, layer: int, k: Tensor, v: Tensor) -> None:
        """Store k, v: (B, heads, T, width / heads), for the first T positions. B may be less than the cache's rows."""
        rows, _, length, _ = k.shape
        self.keys[layer, :rows, :, :length] = k
        self.values[layer, :rows, :, :length] = v

    def put(self, layer: int, positions: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Store k, v: (B, heads, T, width / heads) at positions: (B, T). Return those up to the last position."""
        rows, end = torch.arange(len(positions))[:, None], int(positions.max()) + 1
        self.keys[layer][rows, :, positions] = k.transpose(1, 2)
        self.values[layer][rows, :, positions] = v.transpose(1, 2)
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]

    def row(self, place: int) -> Cache:
        """Return one row as a view of the same memory."""
        row = object.__new__(Cache)
        row.keys, row.values = self.keys[:, place : place + 1], self.values[:, place : place + 1]
        return row


def _at(x: Tensor, places: Tensor) -> Tensor:
    """Select places: (B, W) of x: (B, T, ...). Return (B, W, ...)."""
    return x[torch.arange(len(places), device=x.device)[:, None], places]


class Attention(nn.Module):
    """Multi-head self-attention; causal, unless the model writes its answer in one pass."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self.heads, self.layer, self.is_causal = config.heads, layer, config.kind == AUTOREGRESSIVE
        self.qkv = nn.Linear(config.width, 3 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)

    def forward(
        self,
        x: Tensor,
        positions: Tensor | None = None,
        cache: Cache | None = None,
        wanted: Tensor | None = None,
    ) -> Tensor:
        """Map x: (B, T, width) to (B, T, width). With positions: (B, T), x is at these positions, after the content of
        the cache. With wanted: (B, W), places in x, return only their outputs, (B, W, width).
        """
        b, t, width = x.shape
        qkv = linear(x, self.qkv.weight)
        q, k, v = qkv.view(b, t, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)  # (B, heads, T, _)
        if cache is None or positions is None:
            if cache is not None:
                cache.begin(self.layer, k, v)
            if wanted is None:
                y = F.scaled_dot_product_attention(q, k, v, is_causal=self.is_causal)
            else:
                asking = _at(q.transpose(1, 2), wanted).transpose(1, 2)
                seen = torch.arange(t, device=x.device) <= wanted[:, None, :, None]  # (B, 1, W, T)
                y = F.scaled_dot_product_attention(asking, k, v, attn_mask=seen)
        else:
            k, v = cache.put(self.layer, positions, k, v)
            seen = torch.arange(k.shape[2]) <= positions[:, None, :, None]  # (B, 1, T, positions so far)
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=seen)
        return linear(y.transpose(1, 2).flatten(2), self.out.weight)


class Block(nn.Module):
    """Attention, then an MLP of four times the width, each with a residual connection."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self.norm1 = nn.RMSNorm(config.width)
        self.attention = Attention(config, layer)
        self.norm2 = nn.RMSNorm(config.width)
        self.up = nn.Linear(config.width, 4 * config.width, bias=False)
        self.down = nn.Linear(4 * config.width, config.width, bias=False)

    def forward(
        self,
        x: Tensor,
        positions: Tensor | None = None,
        cache: Cache | None = None,
        wanted: Tensor | None = None,
    ) -> Tensor:
        """Map x: (B, T, width) to (B, T, width), or only the wanted places: (B, W) to (B, W, width)."""
        x = (x if wanted is None else _at(x, wanted)) + self.attention(self.norm1(x), positions, cache, wanted)
        return x + linear(linear_gelu(self.norm2(x), self.up.weight), self.down.weight)


def initialise(module: nn.Module) -> None:
    """Initialise the weights of a module, after those of its parts."""
    # The residual branches start at 0, so that a new model is its embedding (Zhang et al. 2019).
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, Block):
        nn.init.zeros_(module.down.weight)
        nn.init.zeros_(module.attention.out.weight)


class Layers(nn.Module):
    """Blocks between an embedding and the output that is tied to it: what both kinds of transformer share."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.position = nn.Embedding(config.context, config.width)
        self.blocks = nn.ModuleList(Block(config, layer) for layer in range(config.layers))
        self.norm = nn.RMSNorm(config.width)
        self.apply(initialise)

    def hidden(self, tokens: Tensor) -> Tensor:
        """Return the normed output of the last layer: tokens: (B, T) int64 to (B, T, width)."""
        raise NotImplementedError

    def logits(self, hidden: Tensor) -> Tensor:
        """Map hidden: (..., width) to logits: (..., vocabulary)."""
        return linear(hidden, self.embedding.weight)

    def loss(self, tokens: Tensor, targets: Tensor) -> Tensor:
        """tokens, targets: (B, T) int64, `IGNORED` where no token is wanted, to the cross-entropy of each: (N,)."""
        rows, places = (targets != IGNORED).nonzero(as_tuple=True)
        logits = self.logits(self.hidden(tokens)[rows, places])
        return F.cross_entropy(logits, targets[rows, places], reduction="none")


class Transformer(Layers):
    """Maps token ids to the logits of the next token at each position."""

    def hidden(
        self,
        tokens: Tensor,
        positions: Tensor | None = None,
        cache: Cache | None = None,
        wanted: Tensor | None = None,
    ) -> Tensor:
        """Return the normed output of the last layer: tokens: (B, T) int64 to (B, T, width).

        Args:
            tokens: the tokens; without positions, the first tokens of their rows.
            positions: (B, T) int64, after the content of the cache.
            cache: receives the keys and values; without positions it is filled from the start.
            wanted: (B, W) int64, places in the first tokens. Then the last layer computes only their outputs, and the
                result is (B, W, width).
        """
        at = torch.arange(tokens.shape[1], device=tokens.device) if positions is None else positions
        x = self.embedding(tokens) + self.position(at)
        *blocks, last = self.blocks
        for block in blocks:
            x = block(x, positions, cache)
        x = last(x, positions, cache, wanted)
        return self.norm(x)  # type: ignore[no-any-return]

    def forward(self, tokens: Tensor, positions: Tensor | None = None, cache: Cache | None = None) -> Tensor:
        """Map tokens: (B, T) int64 to logits: (B, T, vocabulary) float32."""
        return self.logits(self.hidden(tokens, positions, cache))
