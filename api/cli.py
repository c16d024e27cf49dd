"""The `turncheck` command. Each subcommand puts rooms together; what it needs is imported when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from turncheck.model.train import Run


@click.group()
@click.version_option(package_name="turncheck")
def main() -> None:
    """QuickCheck for learned engines: hold a small model against the engine that it imitates."""


@main.command()
def resolve() -> None:
    """Answer the turn on standard input: the next state, or `reject REASON`.

    Byte for byte: no newline is translated, and bytes that are no UTF-8 are answered like any other text.
    """
    from turncheck.engine import resolve_text

    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    sys.stdout.buffer.write(resolve_text(text).encode())


@main.command()
@click.option("--config", "config_name", default="small", show_default=True, help="A configuration by name.")
@click.option("--seed", type=click.IntRange(0, 999_999), default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The run's folder; a run in it goes on.")
@click.option("--steps", type=click.IntRange(1), help="Optimizer steps of the whole run, instead of the config's.")
@click.option("--threads", type=click.IntRange(1), help="PyTorch's threads, instead of the config's.")
@click.option("--snapshot", "snapshots", type=click.IntRange(1), multiple=True, help="Keep a checkpoint of that step.")
def train(
    config_name: str, seed: int, out: Path, steps: int | None, threads: int | None, snapshots: tuple[int, ...]
) -> None:
    """Train a tiny transformer on the reference engine. Ctrl-C saves; the same command goes on."""
    import attrs

    from turncheck.model.train import CONFIGS, ResumeError, Run

    if config_name not in CONFIGS:
        raise click.BadParameter(f"must be one of {', '.join(CONFIGS)}, got {config_name!r}", param_hint="--config")
    given = {"steps": steps, "threads": threads}
    config = attrs.evolve(CONFIGS[config_name], **{key: value for key, value in given.items() if value is not None})
    try:
        run = Run(out, config, seed, snapshots)
    except ResumeError as error:
        raise click.UsageError(str(error)) from error
    _show_progress(run, config.batch)


def _show_progress(run: Run, batch: int) -> None:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("step"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.4f}  held out {task.fields[exact]:.1%} exact"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, speed_estimate_period=300) as bar:
        task = bar.add_task("", total=run.config.steps, completed=run.step, loss=float("nan"), exact=float("nan"))
        try:
            for at in run.steps():
                bar.update(task, completed=at.step, loss=at.loss)
                if at.exact is not None:
                    bar.update(task, exact=at.exact)
                    if not bar.console.is_terminal:
                        bar.console.print(f"step {at.step}  loss {at.loss:.4f}  held out {at.exact:.1%} exact")
        except KeyboardInterrupt:
            raise click.ClickException(f"stopped after step {run.step}, saved: the same command goes on") from None
