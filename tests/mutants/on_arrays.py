"""Check the equivalent mutants on many more turns: as arrays, with the vectorised twin.

    python -m tests.mutants.on_arrays --turns 10000000

Half of the turns are `mixed`, half `play`, of the twin's own random stream; then the whole small scope.
"""

from __future__ import annotations

import sys

import click
import numpy as np
from rich.progress import track
from tabulate import tabulate

from tests.mutants.catalogue import BY_NAME
from tests.mutants.equivalence import EQUIVALENT
from turncheck.engine.duel.array_samplers import BLOCK_DRAWN, STREAM, sample_arrays
from turncheck.engine.duel.arrays import Turns, resolve_all
from turncheck.engine.duel.small import small

CHUNK = 16 * BLOCK_DRAWN


@click.command()
@click.option("--turns", type=click.IntRange(1), default=10_000_000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 999_999), default=0, show_default=True)
def main(turns: int, seed: int) -> None:
    """Count on how many turns each equivalent mutant differs from the reference: 0 is what is wanted."""
    differing = dict.fromkeys(EQUIVALENT, 0)
    starts = range(0, turns, CHUNK)
    for place, start in enumerate(track(starts, "chunks", disable=not sys.stdout.isatty())):
        name = ("mixed", "play")[place % 2]
        count_differing(sample_arrays(name, seed, min(CHUNK, turns - start), start), differing)
    whole = dict.fromkeys(EQUIVALENT, 0)
    count_differing(small(), whole)
    print(f"{turns:,} turns, half mixed and half play, random stream {STREAM}, seed {seed}; {len(small()):,} of small")
    print(tabulate([(name, differing[name], whole[name]) for name in EQUIVALENT], ("mutant", "sampled", "small")))
    sys.exit(any(differing.values()) or any(whole.values()))


def count_differing(turns: Turns, differing: dict[str, int]) -> None:
    """Adds, for each of the mutants, on how many of the turns it differs from the reference."""
    right = resolve_all(turns)
    for name in differing:
        given = resolve_all(turns, BY_NAME[name].rules)
        differing[name] += int(np.any(given.units != right.units, axis=(0, 1)).sum() + (given.turn != right.turn).sum())


if __name__ == "__main__":
    main()
