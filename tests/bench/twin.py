"""How many turns a second the vectorised twin and its samplers work out, next to the plain engine and samplers.

    python -m tests.bench.twin --turns 1000000

The outputs are compared first. All on one core; each time is the best of five.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter

import click
import numpy as np
from tabulate import tabulate

from turncheck.engine.duel import resolve
from turncheck.engine.duel.array_samplers import BLOCK_DRAWN, STREAM, sample_arrays
from turncheck.engine.duel.arrays import BLOCK, Turns, battles_of, resolve_all
from turncheck.engine.duel.samplers import SAMPLERS, sample

COMPARED = 2000
PLAIN = {"mixed": 20_000, "play": 2_000}
"""Turns that the plain engine and samplers are timed on: their speed does not depend on how many there are."""

REPEATS = 5

Row = tuple[str, str, float, float]


@click.command()
@click.option("--turns", type=click.IntRange(1), default=1_000_000, show_default=True, help="Turns for the arrays.")
@click.option("--seed", type=click.IntRange(0, 999_999), default=0, show_default=True)
def main(turns: int, seed: int) -> None:
    """Compare the outputs of engine and twin, then time both, and the samplers of both."""
    for name in SAMPLERS:
        compare(sample_arrays(name, seed, COMPARED))
    print(f"the twin gives what the engine gives on {COMPARED:,} turns of each sampler, seed {seed}, stream {STREAM}")
    print(f"arrays of {turns:,} turns; {BLOCK:,} turns worked out and {BLOCK_DRAWN:,} drawn at a time; one core")
    rows = [(*row, row[3] / row[2]) for row in (*engines(turns, seed), *samplers(turns, seed))]
    headers = ("what", "sampler", "plain, turns/s", "arrays, turns/s", "ratio")
    print(tabulate(rows, headers, floatfmt=("", "", ",.0f", ",.0f", ",.0f")))


def compare(turns: Turns) -> None:
    """Raises where the twin gives another battle than the engine."""
    wanted = battles_of([resolve(turns.turn(index)) for index in range(len(turns))])
    got = resolve_all(turns)
    if not (np.array_equal(wanted.units, got.units) and np.array_equal(wanted.turn, got.turn)):
        raise click.ClickException("the twin gives another battle than the engine")


def engines(count: int, seed: int) -> Iterator[Row]:
    """`resolve` and `resolve_all`, on turns of each sampler."""
    for name in SAMPLERS:
        arrays = sample_arrays(name, seed, count)
        few = [arrays.turn(index) for index in range(min(count, PLAIN[name]))]
        plain = best(lambda few=few: [resolve(turn) for turn in few])
        yield "resolve", name, len(few) / plain, count / best(partial(resolve_all, arrays))


def samplers(count: int, seed: int) -> Iterator[Row]:
    """`sample` and `sample_arrays`."""
    for name in SAMPLERS:
        few = min(count, PLAIN[name])
        plain = best(lambda name=name, few=few: list(sample(name, seed, few)))
        yield "sample", name, few / plain, count / best(partial(sample_arrays, name, seed, count))


def best(work: Callable[[], object]) -> float:
    """The seconds that it takes, at best."""
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
