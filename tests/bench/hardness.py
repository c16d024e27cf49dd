"""Count for how many texts of its stages a dense model or a reader is less than sure: those with a token of some loss.

    python -m tests.bench.hardness --model runs/steps/checkpoint.safetensors --texts 1000000 --seed 1000888
    python -m tests.bench.hardness --model runs/read/checkpoint.safetensors --texts 200000 --seed 1000888

Where a model errs once in a million turns, the errors of two models cannot be compared in minutes, but this can: errors
come from where a model is not sure. Each text is drawn as in training, a reader's as the config `read-hardest` draws
them, so use a training seed that it did not learn.
"""

from __future__ import annotations

import click
from rich.progress import track

from turncheck.duel import DOMAIN
from turncheck.engine.stages import stages_of
from turncheck.model.checkpoint import Model
from turncheck.model.configs import CONFIGS
from turncheck.model.data import Data, RowData, TextData
from turncheck.model.examples import Examples
from turncheck.model.losses import hardness
from turncheck.model.reader import Reader
from turncheck.model.start import Start
from turncheck.model.tokens import Tokenizer
from turncheck.model.train import examples_of

LOSSES = (1e-5, 1e-4, 1e-3, 1e-2, 0.1)

CHUNK = 8_192


@click.command()
@click.option("--model", "paths", multiple=True, required=True, help="A checkpoint; may be repeated.")
@click.option("--texts", type=click.IntRange(CHUNK), default=1_000_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), required=True)
def main(paths: tuple[str, ...], texts: int, seed: int) -> None:
    """Print for each model how many texts have a token with more than each loss."""
    for path in paths:
        start = Start.of(path, DOMAIN)
        model = start.model()
        data = data_for(model, Tokenizer(start.about.vocabulary), start.about.stages, seed)
        counts = dict.fromkeys(LOSSES, 0)
        for step in track(range(texts // CHUNK), "asking", transient=True):
            for tokens, targets, _ in data.batches(step):
                found = hardness(model, tokens, targets)
                counts = {value: count + int((found > value).sum()) for value, count in counts.items()}
        click.echo(f"{path}: of {texts // CHUNK * CHUNK:,} texts")
        for value, count in counts.items():
            click.echo(f"  loss above {value:g}: {count:,}")


def data_for(model: Model, tokenizer: Tokenizer, stages: tuple[str, ...], seed: int) -> Data:
    """Return the texts of a model: of a reader one by one, of any other as rows."""
    if isinstance(model, Reader):
        return TextData(examples_of(DOMAIN, CONFIGS["read-hardest"]), tokenizer, model.config, seed, CHUNK, 0)
    known = stages_of(DOMAIN)
    assert known is not None
    assert known.draw is not None
    return RowData(known.draw, Examples.of(DOMAIN, 0.0, stages), tokenizer, model.config, seed, CHUNK)


if __name__ == "__main__":
    main()
