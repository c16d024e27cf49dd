"""What a check costs, beside what it could cost: one table, each figure a ratio to a peer measured in the same run.

    python -m tests.bench.speed

Everything is of one checkpoint, on one thread. Outputs are compared before anything is timed. Seconds are of the
process, so that other work on the machine counts little; what a user waits for is wall-clock time. The peers:

- plain Hypothesis: the same laws and seed, one prompt a call, written token by token with a cache of keys and values
  (`tests.bench.laws`).
- the floor: twice what the laws take with a subject that does nothing, and the unique prompts at the sweep's rate.
- the bare forward pass: over tensors made beforehand, of the sweep's batch and length, logits of the answer's places.
- loglikelihood: what evaluation harnesses do: each request is tokenized, padded, passed, and the log-softmax of all its
  logits taken, at the batch size at which that is fastest.
- a large float32 matrix product, by the faster of PyTorch's two libraries.
- Hypothesis's shrinker, on the same failures (`tests.bench.shrink`).
- one answer: a process that loads the model and is asked one prompt; its memory is what none of the others can save.
"""

from __future__ import annotations

import sys
from tempfile import TemporaryDirectory

import click
import torch
from tabulate import tabulate

from tests.bench import processes, shrink
from tests.bench.laws import rows_of_laws
from tests.bench.passes import rows_of_passes, sweep_rate
from tests.bench.timing import Row
from turncheck.duel import DOMAIN
from turncheck.model.decode import COMPARED, WRITTEN, TransformerEngine
from turncheck.model.memory import keep_freed_memory
from turncheck.properties.checking.draw import Budget
from turncheck.properties.session.loading import load_subject

ONE_ANSWER = "import sys, turncheck; turncheck.load_subject(sys.argv[1], turncheck.load_domain('duel'))"
"""Loads the model, which is asked one prompt then."""


def rows_of_processes(model: str, budget: Budget, turns: int) -> list[Row]:
    """The commands of a user: how long the first failure takes, and the memory of a run and of a sweep."""
    with TemporaryDirectory() as folder:
        drawn = [f"--turncheck-examples={budget.examples}", f"--hypothesis-seed={budget.seed}"]
        kept = [f"--turncheck-witnesses={folder}/witnesses", "-p", "no:cacheprovider"]
        laws = _run("-m", "pytest", "properties/", "--model", model, *drawn, *kept)
        swept = ["--turns", str(turns), "--seed", str(budget.seed), "--out", f"{folder}/sweep"]
        sweep = _run("-m", "turncheck", "sweep", "--model", model, *swept)
    least = _run("-c", ONE_ANSWER, model).peak
    peaks = {"pytest properties/": laws.peak, f"turncheck sweep --turns {turns}": sweep.peak}
    return [_row_of_first(laws), *(_row_of_peak(name, peak, least) for name, peak in peaks.items())]


def _run(*arguments: str) -> processes.Run:
    """Run Python on a terminal.

    Raises:
        click.ClickException: it ended with another status than 0, or 1 for broken laws.
    """
    run = processes.run([sys.executable, *arguments])
    if run.status not in (0, 1):
        raise click.ClickException(f"{' '.join(arguments)} ended with {run.status}: {run.shown[-2000:]}")
    return run


def _row_of_first(laws: processes.Run) -> Row:
    title, peer, whole = "first failure shown, wall-clock time", "the whole run", f"{laws.seconds:.1f} s"
    if laws.first is None:
        return title, "none", peer, whole, ""
    return title, f"{laws.first:.1f} s", peer, whole, f"{laws.first / laws.seconds:.2f} of it"


def _row_of_peak(name: str, peak: int, least: int) -> Row:
    return (
        f"peak memory of {name}",
        f"{peak / 1e6:.0f} MB",
        "one answer",
        f"{least / 1e6:.0f} MB",
        f"{peak / least:.1f} times",
    )


def row_of_shrinking(failures: int, budget: Budget) -> Row:
    """Both shrinkers on failures of three subjects."""
    most = -(-failures // len(shrink.SUBJECTS))
    results = [shrink.compared(name, most, budget) for name in shrink.SUBJECTS]
    count = sum(each.failures for each in results)
    theirs, ours = sum(each.peer.seconds for each in results), sum(each.ours.seconds for each in results)
    smaller, larger = sum(each.smaller for each in results), sum(each.larger for each in results)
    sizes = f"smaller in {smaller / count:.0%}, larger in {larger / count:.0%}"
    title = f"{count} failures to smallest turns, {len(results)} subjects"
    return (
        title,
        f"{ours:.1f} s",
        "Hypothesis's shrinker",
        f"{theirs:.1f} s",
        f"{theirs / ours:.1f} times faster, {sizes}",
    )


@click.command()
@click.option("--model", "spec", metavar="PATH", help="A checkpoint of turncheck's own; else the shipped one.")
@click.option("--examples", type=click.IntRange(1), default=200, show_default=True, help="Cases drawn for a law.")
@click.option(
    "--every", type=click.IntRange(1), default=8, show_default=True, help="Plain Hypothesis: 1 law or case in so many."
)
@click.option("--turns", type=click.IntRange(1), default=32_768, show_default=True, help="Of the sweep.")
@click.option("--failures", type=click.IntRange(3), default=60, show_default=True, help="To be shrunk, at most.")
@click.option("--seed", type=click.IntRange(0, 999_999), default=0, show_default=True)
def main(spec: str | None, examples: int, every: int, turns: int, failures: int, seed: int) -> None:
    """Measure all, and print the table."""
    engine = load_subject(spec, DOMAIN, ["threads=1"]).engine
    if not isinstance(engine, TransformerEngine):
        raise click.UsageError("a turncheck checkpoint is needed, whose passes can be timed by themselves")
    torch.set_num_threads(1)
    keep_freed_memory()  # as the command does
    print(f"one thread; drafts in batches of at most {COMPARED}, answers in batches of 1 or {WRITTEN}; seed {seed}")
    budget, swept = Budget(examples, seed), sweep_rate(engine, turns)
    rows = rows_of_laws(engine, budget, every, swept[1])
    rows += rows_of_passes(engine, turns, swept)
    rows.append(row_of_shrinking(failures, Budget(min(examples, 100), seed)))
    rows += rows_of_processes(spec or str(DOMAIN.model), budget, turns)
    print(tabulate(rows, ("what", "ours", "peer", "peer's", "ratio")))


if __name__ == "__main__":
    main()
