"""`turncheck train`: train a tiny transformer on a domain, with progress."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import click

from turncheck.arguments import CASES, EVALUATION_SEED, Place, Whole, located, quoted
from turncheck.model.configs import CONFIGS, described
from turncheck.options import BadInputError, Command, NoVerdictError, cannot_be_used, domain_option, prepare

if TYPE_CHECKING:
    from rich.console import Console

    from turncheck.engine.domain import Domain
    from turncheck.model.train import Progress, Run

EVERY = 30.0
"""Seconds between two lines without a terminal."""


@click.command(cls=Command)
@domain_option
@click.option("--config", "config_name", default="small", show_default=True, help=described(CONFIGS))
@click.option("--seed", type=EVALUATION_SEED, default=0, show_default=True)
@located("--out", click.Path(), required=True, help="Folder of the run; a run in it is continued.")
@click.option("--steps", type=CASES, help="Optimizer steps of the whole run.  [default: the config's]")
@click.option("--threads", type=Whole(1, 1_024), help="PyTorch threads.  [default: the config's]")
@click.option(
    "--snapshot", "snapshots", type=CASES, multiple=True, help="Keep the checkpoint of this step. May be repeated."
)
def train(
    domain: Domain,
    config_name: str,
    seed: int,
    out: Place,
    steps: int | None,
    threads: int | None,
    snapshots: tuple[int, ...],
) -> None:
    """Train a tiny transformer on a domain's reference. Ctrl-C saves the run, and the same command continues it.

    \b
      turncheck train --domain tictactoe.py:DOMAIN --config tiny --out runs/ttt
    """
    from turncheck.engine.visible import visible

    run = _run(out, domain, config_name, seed, {"steps": steps, "threads": threads}, snapshots)
    from turncheck.model.state import StateError  # it imports torch, as `_run` has done already

    prepare(out)
    try:
        _trained(run)
    except StateError as error:  # another process trains there
        raise NoVerdictError(visible(out.as_typed(str(error)))) from error
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, out.typed, "written"))) from error
    made = visible(f"{out.typed.rstrip('/')}/checkpoint.safetensors")
    click.echo(f"{made}: {run.step} steps of {run.config.batch} turns")


def _run(
    out: Place, domain: Domain, config_name: str, seed: int, given: dict[str, Any], snapshots: tuple[int, ...]
) -> Run:
    from turncheck.engine.visible import visible

    try:
        from turncheck.model.state import StateError
        from turncheck.model.train import ResumeError, Run
    except ModuleNotFoundError as error:
        way_out = "pip install 'turncheck[torch]'"
        raise BadInputError(f"training needs {error.name}, which is not installed: {way_out}") from error
    if config_name not in CONFIGS:
        raise click.UsageError(f"--config must be one of {', '.join(CONFIGS)}, got {quoted(config_name)}")
    config = attrs.evolve(CONFIGS[config_name], **{key: value for key, value in given.items() if value is not None})
    try:
        return Run(out.path, domain, config, seed, snapshots)
    except StateError as error:  # the saved run is damaged
        raise NoVerdictError(visible(out.as_typed(str(error)))) from error
    except ResumeError as error:
        raise BadInputError(visible(out.as_typed(str(error)))) from error


def _trained(run: Run) -> None:
    """Train to the end and report progress: with a bar on a terminal, else with a line from time to time."""
    from rich.console import Console

    console = Console(stderr=True)
    try:
        with _bar(run, console) if console.is_terminal else _lines(run) as told:
            for at in run.steps():
                told(at)
    except KeyboardInterrupt:
        raise NoVerdictError(f"stopped after step {run.step}, saved: the same command continues") from None


@contextmanager
def _bar(run: Run, console: Console) -> Iterator[Any]:
    from rich import progress

    columns = (
        progress.TextColumn("step"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("loss {task.fields[loss]}  held out {task.fields[exact]} exact"),
        progress.TimeElapsedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=console, speed_estimate_period=300) as bar:
        task = bar.add_task("", total=run.config.steps, completed=run.step, loss="?", exact="?")

        def told(at: Progress) -> None:
            bar.update(task, completed=at.step, loss=f"{at.loss:.4f}")
            if at.exact is not None:
                bar.update(task, exact=f"{at.exact:.1%}")

        yield told


@contextmanager
def _lines(run: Run) -> Iterator[Any]:
    from turncheck.properties.checking.asking import duration

    began, before, last = time.monotonic(), run.step, time.monotonic()

    def told(at: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if at.exact is None and now - last < EVERY:
            return
        last = now
        left = (run.config.steps - at.step) * (now - began) / (at.step - before)
        exact = "" if at.exact is None else f", held out {at.exact:.1%} exact"
        where = f"step {at.step:,} of {run.config.steps:,}"
        click.echo(f"{where}, loss {at.loss:.4f}{exact}, about {duration(left)} left", err=True)

    yield told
