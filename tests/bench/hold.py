"""Holds every law against the reference on sampled turns: a law is merged after 1,000,000 of them broke it nowhere.

    python -m tests.bench.hold --turns 1000000

Half of the turns are `mixed`, half `play`. A law about malformed texts gets each of them damaged for a random reason,
a law about plays gets every twentieth with more turns behind it. Besides, each law is held on cases of its own, since
some speak of turns that are rare in any sample.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from typing import TypeVar

import click
from rich.progress import track
from tabulate import tabulate

from turncheck.engine import REASONS, STANDARD, Play, Turn, read, read_play, resolve_text
from turncheck.engine.perft import turns_from
from turncheck.engine.samplers import sample, stream
from turncheck.properties.law import Case, Law
from turncheck.properties.laws import LAWS
from turncheck.properties.run import Budget, draw
from turncheck.properties.spec import load_subject
from turncheck.strategies.operators import damage

CHUNK = 500
PLAYED = 20
"""Of so many turns one is played on."""

Result = TypeVar("Result")

answer = lru_cache(maxsize=4096)(resolve_text)


@click.command()
@click.option("--turns", type=click.IntRange(1), default=1_000_000, show_default=True)
@click.option("--own", type=click.IntRange(1), default=2_000, show_default=True, help="Cases of its own for each law.")
@click.option("--seed", type=click.IntRange(0, 999_999), default=0, show_default=True)
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
def main(turns: int, own: int, seed: int, processes: int) -> None:
    """Hold every law against the reference, and count on how many turns each applied."""
    starts = range(0, turns, CHUNK)
    applied: Counter[str] = Counter()
    with ProcessPoolExecutor(processes) as pool:
        chunks = pool.map(partial(hold, seed=seed), starts, [min(CHUNK, turns - start) for start in starts])
        for counts in _shown(chunks, len(starts), "chunks of 500 turns"):
            applied += counts
        drawn = list(_shown(pool.map(partial(hold_own, count=own, seed=seed), range(len(LAWS))), len(LAWS), "laws"))
    print(f"{len(LAWS)} laws hold on {turns:,} sampled turns, and on {own:,} drawn cases each, seed {seed}")
    rows = [(law.id, law.rule, f"{applied[law.id]:,}", count) for law, count in zip(LAWS, drawn, strict=True)]
    print(tabulate(rows, ("law", "rule", "applied", "own, different")))


def _shown(work: Iterable[Result], total: int, what: str) -> Iterable[Result]:
    return track(work, total=total, description=what, disable=not sys.stdout.isatty())


def hold_own(place: int, count: int, seed: int) -> int:
    """Checks one law on cases that are drawn for it; gives how many different ones there were."""
    law = LAWS[place]
    cases = draw(law, load_subject("reference"), Budget(round(count / law.share), seed))
    for case in cases:
        check(law, case)
    return len(cases)


def hold(start: int, count: int, seed: int) -> Counter[str]:
    """Checks all laws on some turns; gives how often each applied.

    Raises:
        AssertionError: a law does not hold.
    """
    applied: Counter[str] = Counter()
    for index in range(start, start + count):
        turn, text, play = cases_of(index, seed)
        for law in LAWS:
            case = {read: turn, read_play: play}.get(law.reads, text)
            if case is not None and law.applies(case, STANDARD):
                applied[law.id] += 1
                check(law, case)
    return applied


def cases_of(index: int, seed: int) -> tuple[Turn, str, Play | None]:
    """A sampled turn, the same damaged, and, one time in `PLAYED`, a play that begins with it."""
    random = stream("hold", seed, index)
    (turn,) = sample(("mixed", "play")[index % 2], seed, 1, start=index)
    text = damage(turn, random.choice(tuple(REASONS)), random.getrandbits(64))
    if index // 2 % PLAYED:
        return turn, text, None
    more = random.choices([each.orders for each in turns_from(turn.battle)], k=random.randint(0, 8))
    return turn, text, Play(turn.battle, (turn.orders, *more))


def check(law: Law, case: Case) -> None:
    """Asserts the law of the reference's own answers."""
    answers: list[str] = []
    while prompts := law.asks(case, STANDARD, answers):
        answers += map(answer, prompts)
    try:
        law.check(case, answers * 2 if law.again else answers)
    except AssertionError as error:
        raise AssertionError(f"{law.id} does not hold on {case!r}") from error


if __name__ == "__main__":
    main()
