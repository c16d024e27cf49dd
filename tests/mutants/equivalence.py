"""Check on sampled turns that exactly the mutants listed as equivalent answer as the reference does.

    python -m tests.mutants.equivalence --turns 1000000

Half of the turns are `mixed`, half `play`; every fourth turn of each is damaged for a random reason.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import cycle

import click
from rich.progress import track
from tabulate import tabulate

from tests.mutants.catalogue import BY_NAME, MUTANTS
from tests.mutants.mutant import Mutant, Prompt
from turncheck.engine.duel import REASONS
from turncheck.engine.duel.samplers import sample
from turncheck.engine.sampling import stream
from turncheck.strategies.duel.operators import damage

EQUIVALENT: dict[str, str] = {
    "without_A8": "waiting does nothing, with the rule or without it",
    "without_S1": "a fallen unit has nothing left that a strike could take, or that an effect could be laid on",
    "E1_and_E2_swapped": "poison takes hp past the shield and burn takes what the shield leaves of 3: in either order "
    "hp falls by the sum, to no less than 0",
    "E5_and_E6_swapped": "statuses and slots do not touch each other",
    "E5_and_E7_swapped": "statuses and slots do not touch each other, and E6 and E7 are about different slots",
    "E5_and_T5_swapped": "statuses, slots and the turn counter do not touch each other",
    "E6_and_E7_swapped": "a slot was spent this turn or it was not: E6 and E7 are about different slots",
    "E6_and_T5_swapped": "E6 and E7 are about different slots, and neither touches the turn counter",
    "E7_and_T5_swapped": "slots and the turn counter do not touch each other",
    "wait_at_other": "waiting does nothing to whomever it is aimed at",
    "poison_strike_uncapped": "the highest poison, 9, is the highest number that its one digit can write",
}
"""The mutants that no turn tells from the reference, and why."""

CHUNK = 500


def prompts(start: int, count: int, seed: int) -> Iterator[Prompt]:
    """The sampled turns from that number on, some of them damaged."""
    for index in range(start, start + count):
        (turn,) = sample(("mixed", "play")[index % 2], seed, 1, start=index)
        if index // 2 % 4:
            yield Prompt.of_turn(turn)
        else:
            random = stream("equivalence", seed, index)
            yield Prompt.of(damage(turn, random.choice(tuple(REASONS)), random.getrandbits(64)))


def differing(start: int, count: int, seed: int, names: Collection[str]) -> dict[str, int]:
    """Those of the mutants that differ on some of the turns, and the first number of such a turn, from 1."""
    asked = list(prompts(start, count, seed))
    places = {name: first_difference(BY_NAME[name], asked) for name in names}
    return {name: start + place + 1 for name, place in places.items() if place is not None}


def first_difference(mutant: Mutant, asked: Sequence[Prompt]) -> int | None:
    """The place of the first prompt that the mutant answers in another way than the reference; None if there is none.

    A mutant that minds what else it was asked is asked all in one batch and then each alone.
    """
    given = map(mutant.given, asked) if mutant.answer else _asked_twice(mutant, asked)
    wrong = (
        place for place, (answer, prompt) in enumerate(zip(given, cycle(asked), strict=False)) if answer != prompt.right
    )
    place = next(wrong, None)
    return None if place is None else place % len(asked)


def _asked_twice(mutant: Mutant, asked: Sequence[Prompt]) -> list[str]:
    subject, texts = mutant.subject(), [prompt.text for prompt in asked]
    return [*subject.ask(texts), *subject.ask_again(texts, "alone")]


# --- the command -----------------------------------------------------------------------------------------------------


@click.command()
@click.option("--turns", type=click.IntRange(1), default=1_000_000, show_default=True)
@click.option("--seed", type=click.IntRange(0, 999_999), default=0, show_default=True)
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
def main(turns: int, seed: int, processes: int) -> None:
    """Hold the listed mutants against the reference, and look for a difference in all others."""
    told_apart = _told_apart(turns, seed)
    with ProcessPoolExecutor(processes) as pool:
        differ = _differ(pool, turns, seed)
    same = {mutant.name for mutant in MUTANTS} - set(EQUIVALENT) - set(told_apart)
    print(f"{len(told_apart)} mutants differ from the reference, the last of them at turn {max(told_apart.values()):,}")
    print(f"{len(EQUIVALENT) - len(differ)} are equivalent: the same on {turns:,} sampled turns, seed {seed}")
    print(tabulate(EQUIVALENT.items(), ("mutant", "why it is equivalent")))
    for name, place in differ.items():
        print(f"{name} is listed as equivalent, and differs at turn {place:,}")
    for name in sorted(same):
        print(f"{name} is not listed as equivalent, and differs nowhere")
    sys.exit(bool(differ or same))


def _told_apart(turns: int, seed: int) -> dict[str, int]:
    """The first difference of each mutant that is not listed: chunk after chunk, until all are told apart."""
    found: dict[str, int] = {}
    wanted = [mutant.name for mutant in MUTANTS if mutant.name not in EQUIVALENT]
    for start in range(0, turns, CHUNK):
        undecided = [name for name in wanted if name not in found]
        if not undecided:
            break
        found |= differing(start, min(CHUNK, turns - start), seed, undecided)
    return found


def _differ(pool: ProcessPoolExecutor, turns: int, seed: int) -> dict[str, int]:
    """The first difference of each mutant that is listed and has one, over all turns."""
    starts = range(0, turns, CHUNK)
    counts = [min(CHUNK, turns - start) for start in starts]
    chunks = pool.map(partial(differing, seed=seed, names=tuple(EQUIVALENT)), starts, counts)
    found: dict[str, int] = {}
    for chunk in track(chunks, f"chunks of {CHUNK} turns", total=len(starts), disable=not sys.stdout.isatty()):
        found = chunk | found
    return found


if __name__ == "__main__":
    main()
