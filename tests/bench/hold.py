"""Holds every law against the reference on sampled turns: a law is merged after 1,000,000 of them broke it nowhere.

    python -m tests.bench.hold --turns 1000000

Half of the turns are `mixed`, half `play`; a law about malformed texts gets each of them damaged for a random reason.
"""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial

import click
from rich.progress import track
from tabulate import tabulate

from turncheck.engine import REASONS, STANDARD, Turn, resolve_text
from turncheck.engine.samplers import sample, stream
from turncheck.properties.law import MALFORMED, Case, Law
from turncheck.properties.laws import LAWS
from turncheck.strategies.operators import damage

CHUNK = 500

answer = lru_cache(maxsize=4096)(resolve_text)


@click.command()
@click.option("--turns", type=click.IntRange(1), default=1_000_000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 999_999), default=0, show_default=True)
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
def main(turns: int, seed: int, processes: int) -> None:
    """Hold every law against the reference, and count on how many turns each applied."""
    starts = range(0, turns, CHUNK)
    applied: Counter[str] = Counter()
    with ProcessPoolExecutor(processes) as pool:
        chunks = pool.map(partial(hold, seed=seed), starts, [min(CHUNK, turns - start) for start in starts])
        for counts in track(
            chunks, total=len(starts), description="chunks of 500 turns", disable=not sys.stdout.isatty()
        ):
            applied += counts
    print(f"{len(LAWS)} laws hold on {turns:,} sampled turns, seed {seed}")
    print(tabulate([(law.id, law.rule, f"{applied[law.id]:,}") for law in LAWS], ("law", "rule", "applied")))


def hold(start: int, count: int, seed: int) -> Counter[str]:
    """Checks all laws on some turns; gives how often each applied.

    Raises:
        AssertionError: a law does not hold.
    """
    applied: Counter[str] = Counter()
    for index in range(start, start + count):
        (turn,) = sample(("mixed", "play")[index % 2], seed, 1, start=index)
        for law in LAWS:
            case = case_of(law, turn, seed, index)
            if law.applies(case, STANDARD):
                applied[law.id] += 1
                check(law, case)
    return applied


def case_of(law: Law, turn: Turn, seed: int, index: int) -> Case:
    """The turn, or for a law about malformed texts the turn damaged."""
    if law.kind != MALFORMED:
        return turn
    random = stream("hold", seed, index)
    return damage(turn, random.choice(tuple(REASONS)), random.getrandbits(64))


def check(law: Law, case: Case) -> None:
    """Asserts the law of the reference's own answers."""
    answers = [answer(prompt) for prompt in law.asks(case)]
    try:
        law.check(case, answers * 2 if law.again else answers)
    except AssertionError as error:
        raise AssertionError(f"{law.id} does not hold on {case!r}") from error


if __name__ == "__main__":
    main()
