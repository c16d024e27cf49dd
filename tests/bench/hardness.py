"""Count for how many texts of its stages a dense model is less than sure: those with a token of some loss.

    python -m tests.bench.hardness --model runs/steps/checkpoint.safetensors --texts 1000000 --seed 1000888

Where a model errs once in a million turns, the errors of two models cannot be compared in minutes, but this can: errors
come from where a model is not sure. Each text is drawn as in training, so use a training seed that it did not learn.
"""

from __future__ import annotations

import click
from rich.progress import track

from turncheck.duel import DOMAIN
from turncheck.engine.stages import stages_of
from turncheck.model.data import RowData
from turncheck.model.examples import Examples
from turncheck.model.losses import hardness
from turncheck.model.start import Start
from turncheck.model.tokens import Tokenizer

LOSSES = (1e-5, 1e-4, 1e-3, 1e-2, 0.1)

CHUNK = 8_192


@click.command()
@click.option("--model", "paths", multiple=True, required=True, help="A checkpoint; may be repeated.")
@click.option("--texts", type=click.IntRange(CHUNK), default=1_000_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), required=True)
def main(paths: tuple[str, ...], texts: int, seed: int) -> None:
    """Print for each model how many texts have a token with more than each loss."""
    stages = stages_of(DOMAIN)
    assert stages is not None
    assert stages.draw is not None
    for path in paths:
        start = Start.of(path, DOMAIN)
        model, tokenizer = start.model(), Tokenizer(start.about.vocabulary)
        examples = Examples.of(DOMAIN, 0.0, start.about.stages)
        data = RowData(stages.draw, examples, tokenizer, model.config, seed, CHUNK)
        counts = dict.fromkeys(LOSSES, 0)
        for step in track(range(texts // CHUNK), "asking", transient=True):
            for tokens, targets, _ in data.batches(step):
                found = hardness(model, tokens, targets)
                counts = {value: count + int((found > value).sum()) for value, count in counts.items()}
        click.echo(f"{path}: of {texts // CHUNK * CHUNK:,} texts")
        for value, count in counts.items():
            click.echo(f"  loss above {value:g}: {count:,}")


if __name__ == "__main__":
    main()
