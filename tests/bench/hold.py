"""Check every law on the reference with sampled turns: a law is merged after it held on 1,000,000 of them.

    python -m tests.bench.hold --turns 1000000

The turns are those of `turncheck.properties.checking.truth`. Each law is also checked on cases of its own, because some
laws are about turns that are rare in any sample.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TypeVar

import click
from rich.progress import track
from tabulate import tabulate

from turncheck.duel import DOMAIN
from turncheck.properties.checking.check import Budget, draw
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.properties.checking.truth import case_for, holds_of_reference, sampled
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.session.loading import load_subject

CHUNK = 500

Result = TypeVar("Result")


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
    cases = draw(law, load_subject("reference", DOMAIN), Budget(round(count / law.share), seed))
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
        drawn = sampled(index, seed, DOMAIN)
        for law in LAWS:
            if (case := case_for(law, drawn, DOMAIN)) is not None:
                applied[law.id] += 1
                check(law, case)
    return applied


def check(law: Law, case: AnyForm) -> None:
    """Asserts the law of the reference's own answers."""
    assert holds_of_reference(law, case, DOMAIN), f"{law.id} does not hold on {case!r}"


if __name__ == "__main__":
    main()
