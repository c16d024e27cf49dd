"""From the first failure to the smallest turn: the shrinker in batches beside Hypothesis's, on the same failures.

    python -m tests.bench.shrink --failures 60

A failure is the first case, of those that Hypothesis draws by the seed, on which a law about turns breaks in a certain
mode. Each shrinker begins there, with a subject that remembers nothing but that. Seconds are of one thread's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from time import process_time

import attrs
import click
import torch
from hypothesis.errors import HypothesisException
from tabulate import tabulate

from turncheck.duel import DOMAIN
from turncheck.engine.learned import LearnedEngine
from turncheck.model.checkpoint import load_checkpoint
from turncheck.model.decode import COMPARED, WRITTEN
from turncheck.properties.checking.check import Budget, draw
from turncheck.properties.checking.counterexamples import Counterexample, ask_all, counterexample, counterexamples
from turncheck.properties.checking.draw import run
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.properties.checking.shrink import shrink
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws.duel import LAWS
from turncheck.reports.modes import Divergence

OF_TURNS = tuple(law for law in LAWS if law.form == "case")
NOISE = 0.02
"""What is added to the third subject's weights: normal, of so many of each weight's own standard deviations."""

SUBJECTS = ("duel-small", "duel-small-early", "duel-small and noise")


@attrs.define
class Tally:
    """What one shrinker took for the failures of a subject."""

    seconds: float = 0.0
    prompts: int = 0


@attrs.define
class Result:
    """Both shrinkers on the failures of a subject."""

    failures: int = 0
    peer: Tally = attrs.field(factory=Tally)
    ours: Tally = attrs.field(factory=Tally)
    larger: int = 0
    equal: int = 0
    smaller: int = 0


class Failed(Exception):  # noqa: N818  what Hypothesis shrinks
    """A law is broken in the mode that is looked for."""


def engine_of(name: str, seed: int = 0) -> LearnedEngine:
    """The engine of that subject."""
    file = name.partition(" and ")[0]
    engine, _ = load_checkpoint(DOMAIN.model.with_name(f"{file}.safetensors"), DOMAIN)
    if file != name:
        random = torch.Generator().manual_seed(seed)
        for weight in engine.transformer.parameters():
            spread = weight.std() if weight.numel() > 1 else torch.tensor(0.0)
            weight.data.add_(torch.randn(weight.shape, generator=random) * spread * NOISE)
    return engine


def subject_of(engine: LearnedEngine) -> Subject:
    """A subject without a memory; its verifier is known to be true."""
    subject = Subject("bench", "native", engine, DOMAIN)
    subject.audit.checked = 10**9
    return subject


def failures(engine: LearnedEngine, budget: Budget) -> Iterator[tuple[Law, Counterexample]]:
    """The first case of each law and mode."""
    subject = subject_of(engine)
    for law in OF_TURNS:
        cases = draw(law, subject, budget)
        ask_all(law, subject, cases)
        first = {found.mode: found for found in reversed(counterexamples(law, subject, cases))}
        yield from ((law, found) for found in first.values())


def by_hypothesis(
    law: Law, engine: LearnedEngine, mode: type[Divergence], budget: Budget
) -> tuple[float, int, Counterexample]:
    """The seconds and prompts from the first failure on, and the smallest that it meets."""
    subject = subject_of(engine)
    met: list[Counterexample] = []
    begun = [0.0, 0.0]

    def on_case(case: AnyForm) -> None:
        found = counterexample(law, subject, case) if law.applies(case, DOMAIN) else None
        if found is not None and found.mode is mode:
            if not met:
                begun[:] = process_time(), len(subject._answers)
            met.append(found)
            raise Failed

    with suppress(Failed, HypothesisException):
        run(law, DOMAIN, budget, on_case, shrink=True)
    seconds, prompts = process_time() - begun[0], len(subject._answers) - int(begun[1])
    return seconds, prompts, min(met, key=lambda each: each.simplicity)


def in_batches(law: Law, engine: LearnedEngine, start: Counterexample) -> tuple[float, int, Counterexample]:
    """The same of the shrinker in batches."""
    subject = subject_of(engine)
    found = counterexample(law, subject, start.case)
    assert found is not None
    begun, known = process_time(), len(subject._answers)
    small = shrink(law, subject, found)
    return process_time() - begun, len(subject._answers) - known, small


def compared(name: str, most: int, budget: Budget) -> Result:
    """Both on at most so many failures of a subject."""
    engine, result = engine_of(name), Result()
    for law, start in failures(engine, budget):
        if result.failures == most:
            break
        seconds, prompts, theirs = by_hypothesis(law, engine, start.mode, budget)
        result.peer.seconds += seconds
        result.peer.prompts += prompts
        seconds, prompts, ours = in_batches(law, engine, start)
        result.ours.seconds += seconds
        result.ours.prompts += prompts
        result.failures += 1
        result.larger += ours.simplicity > theirs.simplicity
        result.equal += ours.simplicity == theirs.simplicity
        result.smaller += ours.simplicity < theirs.simplicity
    return result


def total(results: Iterable[Result]) -> Result:
    """All of them as one."""
    whole = Result()
    for each in results:
        for both, one in ((whole.peer, each.peer), (whole.ours, each.ours)):
            both.seconds += one.seconds
            both.prompts += one.prompts
        whole.failures += each.failures
        whole.larger += each.larger
        whole.equal += each.equal
        whole.smaller += each.smaller
    return whole


def table(results: dict[str, Result]) -> str:
    """The results, a row for each subject and one for all."""
    rows = []
    for name, each in {**results, "all": total(results.values())}.items():
        times = each.peer.seconds, each.ours.seconds, each.peer.seconds / each.ours.seconds
        sizes = each.smaller, each.equal, each.larger
        rows.append((name, each.failures, *times, each.peer.prompts, each.ours.prompts, *sizes))
    headers = ("subject", "failures", "Hypothesis, s", "batches, s", "ratio", "prompts", "prompts", "smaller", "equal")
    return tabulate(rows, (*headers, "larger"), floatfmt=("", "", ".1f", ".1f", ".2f"))


@click.command()
@click.option("--failures", "most", type=click.IntRange(3), default=60, show_default=True, help="Of all subjects.")
@click.option("--examples", type=click.IntRange(1), default=100, show_default=True, help="Cases drawn for a law.")
@click.option("--seed", type=click.IntRange(0, 999_999), default=0, show_default=True)
def main(most: int, examples: int, seed: int) -> None:
    """Shrink the same failures with both, and compare time and size."""
    budget = Budget(examples, seed)
    print(f"one thread; drafts compared in batches of at most {COMPARED}, answers written in batches of 1 or {WRITTEN}")
    results = {name: compared(name, most // len(SUBJECTS), budget) for name in SUBJECTS}
    print(table(results))


if __name__ == "__main__":
    main()
