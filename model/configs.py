"""Named configurations of training runs. This module does not import torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen
class TrainConfig:
    """Everything that a run depends on, except its domain and its seed.

    Attributes:
        about: its purpose in a few words.
        layers, width, heads: the model's sizes; see `ModelConfig`.
        steps: the number of optimizer steps.
        batch: the number of cases in a step.
        learning_rate: the highest learning rate, reached after `warmup` steps; then it falls linearly to 0.
        warmup: the number of warm-up steps.
        malformed: the share of damaged cases, all reasons equally likely, if the domain rejects.
        edited: the share of the damaged cases that random edits damage (`turncheck.strategies.random_edits`), some of
            them after an operator; the others are damaged by one operator each.
        near: the share of the examples that are drawn as texts in which numbers that a check compares are near each
            other (`turncheck.strategies.comparisons`).
        edges: the share of the examples drawn as texts of whose case many fields are at an edge
            (`turncheck.strategies.edges`).
        fresh: the share of a reader's examples that are cases drawn as rows, which never repeat.
        fade: the share of the steps, at the beginning, in which the weight of what a reader says before the end of a
            text falls from 1 to 0; with 0 it stays 1.
        clip: the largest norm of a step's gradient; a larger gradient is scaled down to it.
        rejection_weight: the weight of a rejection's tokens in the loss; the tokens of other answers weigh 1.
        threads: the number of PyTorch threads. More threads are faster, and give slightly different weights.
        save_every: the number of steps between two saves.
        kind: the kind of the model, one of `turncheck.model.transformer.KINDS`.
        repeats: how often its blocks are used; only of a model that writes at once.
        hidden: the size of a dense model's hidden layers, or of a reader's state.
        fields: whether a field's value is one token, with the text before it (`turncheck.model.tokens.vocabulary`).
        stages: the stages that the model learns; none for the whole.
        pool: the number of examples that are drawn one by one before they repeat; 0 if they never do.
        hardest: the share of a step's examples, the hardest for the model, that it learns; with 1 it learns all.
        rounded: the share of the steps, at the end, that are trained with the weights rounded to eight bits.
    """

    about: str = ""
    layers: int = 4
    width: int = 64
    heads: int = 4
    steps: int = 12_000
    batch: int = 64
    learning_rate: float = 3e-3
    warmup: int = 200
    malformed: float = 0.16
    rejection_weight: float = 6.0
    threads: int = 1
    save_every: int = 200
    kind: str = "autoregressive"
    repeats: int = 1
    hidden: int = 1
    fields: bool = False
    stages: tuple[str, ...] = ()
    pool: int = 0
    rounded: float = 0.0
    edited: float = 0.0
    near: float = 0.0
    edges: float = 0.0
    fresh: float = 0.0
    fade: float = 0.0
    clip: float = 1.0
    hardest: float = 1.0


_DENSE = TrainConfig(
    kind="dense",
    layers=4,
    width=12,
    heads=1,
    hidden=144,
    steps=32_000,
    batch=1024,
    learning_rate=5e-3,
    malformed=0.0,
    save_every=500,
    fields=True,
    rounded=0.25,
)
_ONCE = TrainConfig(
    kind="one pass",
    layers=3,
    width=32,
    steps=3_000,
    batch=256,
    learning_rate=5e-3,
    malformed=0.0,
    fields=True,
    pool=400_000,
    rounded=0.25,
)
_NANO = TrainConfig(
    "three layers of width 8, with weights in eight bits: 10 KB for short texts",
    layers=3,
    width=8,
    heads=2,
    steps=12_000,
    malformed=0.0,
    rounded=0.25,
)
_SMALL = attrs.evolve(_DENSE, layers=3, width=8, hidden=64, steps=6_000)
_READ = TrainConfig(
    kind="reader",
    layers=1,
    width=16,
    heads=1,
    hidden=96,
    steps=9_000,
    batch=512,
    learning_rate=1e-2,
    malformed=0.6,
    save_every=500,
    fields=True,
    stages=("read",),
    pool=300_000,
    rounded=0.25,
)
_MORE = attrs.evolve(_READ, hidden=128, malformed=0.9, edited=0.4, fresh=0.5, fade=0.01, clip=0.1)
_HARDEST = attrs.evolve(
    _MORE,
    steps=3_450,
    batch=8 * 512,
    hardest=1 / 8,
    learning_rate=1.5e-3,
    near=0.1,
    edges=0.3,
    pool=0,
    rounded=0.5,
)
_STEPS = ("orders", "end")
# At last nearly all of a batch teaches nothing, so of eight times as many examples only the hardest are learned.
_LAST: dict[str, Any] = {"steps": 6_000, "batch": 8 * 1024, "hardest": 1 / 8, "learning_rate": 1e-3, "rounded": 0.5}

CONFIGS = {
    "small": TrainConfig("four layers of width 64: what made the checkpoint that is shipped"),
    "tiny": TrainConfig("two layers of width 32, to try a domain in minutes", layers=2, width=32, heads=2, steps=2000),
    "micro": TrainConfig(
        "three layers of width 16: less than 100 KB where texts are short", layers=3, width=16, heads=2, steps=4000
    ),
    "micro8": TrainConfig(
        "micro, with weights in eight bits", layers=3, width=16, heads=2, steps=4000, malformed=0.0, rounded=0.25
    ),
    "nano8": _NANO,
    "pico8": attrs.evolve(
        _NANO, about="two layers of width 8, with weights in eight bits: 8 KB for short texts", layers=2
    ),
    "once": attrs.evolve(_ONCE, about="a transformer that writes its answer in one pass, 0.1 MB"),
    "once-last": attrs.evolve(
        _ONCE,
        about="to train that further, --start, on the hardest quarter of each batch",
        steps=2_000,
        batch=4 * 256,
        hardest=1 / 4,
        learning_rate=1e-3,
        rounded=1.0,
    ),
    "whole": attrs.evolve(_DENSE, about="a dense model of whole turns, 0.5 MB", steps=8_000),
    "whole-small": attrs.evolve(_SMALL, about="a dense model of whole turns, 0.1 MB"),
    "steps": attrs.evolve(_DENSE, about="a dense model of the duel's orders and the end of its turn", stages=_STEPS),
    "steps-medium": attrs.evolve(_DENSE, about="steps in 0.3 MB", width=8, hidden=96, stages=_STEPS),
    "steps-medium-last": attrs.evolve(
        _DENSE, about="to train that further, --start", width=8, hidden=96, stages=_STEPS, **_LAST
    ),
    "steps-small": attrs.evolve(_SMALL, about="steps in 0.1 MB", steps=32_000, stages=_STEPS),
    "steps-small-last": attrs.evolve(_SMALL, about="to train that further, --start", stages=_STEPS, **_LAST),
    "steps-tiny": attrs.evolve(_SMALL, about="steps in 0.05 MB", steps=32_000, width=4, hidden=32, stages=_STEPS),
    "steps-nano": attrs.evolve(
        _SMALL, about="steps in 0.02 MB", steps=32_000, layers=2, width=4, hidden=12, stages=_STEPS
    ),
    "steps-tiny-last": attrs.evolve(
        _SMALL, about="to train that further, --start", width=4, hidden=32, stages=_STEPS, **_LAST
    ),
    "steps-last": attrs.evolve(_DENSE, about="to train steps further, --start", stages=_STEPS, **_LAST),
    # Both together have the bytes and the steps of steps-small.
    "orders-small": attrs.evolve(_SMALL, about="one expert for orders", hidden=30, steps=18_000, stages=("orders",)),
    "end-small": attrs.evolve(_SMALL, about="one for the end of the turn", hidden=23, steps=14_000, stages=("end",)),
    "read": attrs.evolve(_READ, about="a recurrent reader that tells turns from malformed texts, and why"),
    "read-more": attrs.evolve(
        _MORE,
        about="to train read further, --start, with more units",
        steps=16_000,
        learning_rate=2e-3,
        near=0.2,
        pool=600_000,
    ),
    "read-last": attrs.evolve(
        _MORE, about="to end with after read-more, --start", steps=10_000, learning_rate=1.2e-3, near=0.15, pool=800_000
    ),
    "read-hardest": attrs.evolve(
        _HARDEST, about="instead of read-last, the hardest eighth of many texts, all new: draw with --workers"
    ),
    "read-hardest-last": attrs.evolve(
        _HARDEST, about="to end with after that, at a lower rate", steps=1_500, learning_rate=6e-4, rounded=1.0
    ),
    "read-small": attrs.evolve(_READ, about="read, smaller", width=8, hidden=48, steps=4_000, pool=100_000),
}
"""The configurations by name."""

OF_NO_WEIGHT = ("about", "save_every")
"""The attributes that do not change the weights."""


def described(configs: Mapping[str, TrainConfig]) -> str:
    """Describe the configurations by name, for a command's help."""
    return "; ".join(f"{name}: {config.about}" for name, config in configs.items()) + "."
