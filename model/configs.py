"""What a training run is made with: named configurations. Nothing here needs torch."""

from __future__ import annotations

from collections.abc import Mapping

import attrs


@attrs.frozen
class TrainConfig:
    """All that a run depends on, besides its domain and its seed.

    Attributes:
        about: what it is for, in a few words.
        layers, width, heads: the model's sizes, see `ModelConfig`.
        steps: optimizer steps of the whole run.
        batch: cases in a step.
        learning_rate: at its highest; it rises over `warmup` steps and then falls to 0 in a straight line.
        warmup: steps.
        malformed: the share of cases that are damaged, their reasons in equal shares, where the domain rejects.
        rejection_weight: the weight of a rejection's tokens in the loss; all other answers' tokens weigh 1 each.
        threads: PyTorch's; more of them are faster, and give slightly other weights.
        save_every: steps.
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


CONFIGS = {
    "small": TrainConfig("four layers of width 64: what made the checkpoint that is shipped"),
    "tiny": TrainConfig("two layers of width 32, to try a domain in minutes", layers=2, width=32, heads=2, steps=2000),
    "micro": TrainConfig(
        "three layers of width 16: less than 100 KB where texts are short", layers=3, width=16, heads=2, steps=4000
    ),
}
"""The configurations by name."""

OF_NO_WEIGHT = ("about", "save_every")
"""What of a configuration changes no weight."""


def described(configs: Mapping[str, TrainConfig]) -> str:
    """Configurations by name, as a command's help shows them."""
    return "; ".join(f"{name}: {config.about}" for name, config in configs.items()) + "."
