"""`turncheck train`: train a tiny model on a domain, with progress."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import attrs
import click
from click.core import ParameterSource

from turncheck.arguments import CASES, EVALUATION_SEED, RATE, Place, Whole, located, located_often, quoted
from turncheck.model.configs import CONFIGS, TrainConfig, described
from turncheck.options import (
    TYPED_DOMAIN,
    BadInputError,
    Command,
    NoVerdictError,
    cannot_be_used,
    domain_option,
    prepare,
)
from turncheck.train_folder import RunFolder
from turncheck.train_given import FILE, Asked, given_of, turns_for
from turncheck.train_sweep import final_sweep

if TYPE_CHECKING:
    from rich.console import Console

    from turncheck.engine.domain import Domain
    from turncheck.model.given import Given
    from turncheck.model.start import Start
    from turncheck.model.train import Progress, Run
    from turncheck.properties.session.turn_files import Turns

EVERY = 30.0
"""Seconds between two lines without a terminal."""


@click.command(cls=Command)
@domain_option
@click.option("--config", "config_name", default="small", show_default=True, help=described(CONFIGS))
@click.option("--seed", type=EVALUATION_SEED, default=0, show_default=True)
@located("--out", click.Path(), required=True, help="Folder of the run; a run in it is continued.")
@click.option("--steps", type=CASES, help="Optimizer steps of the whole run.  [default: the config's]")
@click.option(
    "--stages",
    metavar="NAMES",
    help="Stages of the domain to learn, separated by commas, or all.  [default: the config's]",
)
@click.option("--threads", type=Whole(1, 1_024), help="PyTorch threads.  [default: the config's]")
@click.option("--device", default="cpu", show_default=True, help="The device of PyTorch to train on, such as cuda.")
@click.option(
    "--workers",
    type=Whole(0, 1_024),
    default=0,
    show_default=True,
    help="Other processes that draw what is learned. They do not change it.",
)
@click.option(
    "--snapshot", "snapshots", type=CASES, multiple=True, help="Keep the checkpoint of this step. May be repeated."
)
@located("--start", click.Path(), help="A checkpoint: begin with its weights instead of random ones.")
@located_often("--from", dest="places", help="Witnesses, a divergence.json, a sweep's folder, or turns, to learn too.")
@click.option(
    "--from-share",
    "share",
    type=RATE,
    default=0.1,
    show_default=True,
    help="Their share of the first batch; it falls to 0 over the run.",
)
@click.option(
    "--mine", "spec", metavar="SPEC", help="A model: the turns of a training seed on which it errs join them."
)
@click.option("--mine-turns", type=CASES, default=20_000, show_default=True, help="Turns that it is asked.")
@click.option(
    "--hard", type=CASES, metavar="TURNS", help="Search that many turns for those of which --start is least sure."
)
@click.option(
    "--final-sweep",
    "final",
    type=Whole(0, 1_000_000_000),
    help="Turns of each sampler (or texts of stages) asked at the end.  [default: 2000 (10000)]",
)
def train(
    domain: Domain,
    config_name: str,
    seed: int,
    out: Place,
    steps: int | None,
    stages: str | None,
    threads: int | None,
    device: str,
    workers: int,
    snapshots: tuple[int, ...],
    start: Place | None,
    places: tuple[Place, ...],
    share: float,
    spec: str | None,
    mine_turns: int,
    hard: int | None,
    final: int | None,
) -> None:
    """Train a tiny model on a domain's reference. Ctrl-C saves the run, and the same command continues it.

    \b
      turncheck train --domain tictactoe.py:DOMAIN --config tiny --out runs/ttt
      turncheck train --config tiny --from .turncheck/witnesses --out runs/again
      turncheck train --config tiny --mine runs/again/checkpoint.safetensors --out runs/third
      turncheck train --config tiny --start runs/third/checkpoint.safetensors --hard 100000 --out runs/last
    """
    config = _config(config_name, {"steps": steps, "stages": _stages(stages, domain), "threads": threads})
    if hard is not None and start is None:
        raise click.UsageError("--hard must come with --start, the checkpoint for which turns are hard")
    _check_computing(device, workers)
    begun = _start(start, domain)
    asked = Asked(places, share, spec, mine_turns, start, hard)
    turns, lines = turns_for(out, domain, config, seed, asked, begun)
    run = _run(out, domain, config, seed, snapshots, given_of(turns, share), begun, device, workers)
    lines += _told_of(run.given)
    for line in lines:
        click.echo(line, err=True)
    prepare(out)
    folder = RunFolder(out, run, _command(), config_name, asked.sources)
    with _one_line_errors(out, folder):
        _keep(out, domain, turns, asked.sources, run)
        folder.begin(lines)
        _trained(run, folder)
        _ended(run, folder, final)


def _stages(given: str | None, domain: Domain) -> tuple[str, ...] | None:
    """Return the names of the stages that are given; None if none are."""
    from turncheck.engine.stages import stages_of

    known = stages_of(domain)
    if given == "all" and known is not None:
        return tuple(known.answers)
    return None if given is None else tuple(given.split(","))


def _config(name: str, given: dict[str, Any]) -> TrainConfig:
    """Return the config of that name with other values where they are given.

    Raises:
        BadInputError: PyTorch is not installed.
        click.UsageError: there is no such config.
    """
    try:
        import turncheck.model.train  # noqa: F401  it needs PyTorch
    except ModuleNotFoundError as error:
        way_out = "pip install 'turncheck[torch]'"
        raise BadInputError(f"training needs {error.name}, which is not installed: {way_out}") from error
    if name not in CONFIGS:
        raise click.UsageError(f"--config must be one of {', '.join(CONFIGS)}, got {quoted(name)}")
    return attrs.evolve(CONFIGS[name], **{key: value for key, value in given.items() if value is not None})


def _check_computing(device: str, workers: int) -> None:
    """Check that PyTorch can compute on that device, and that other processes can draw if they are asked for.

    Raises:
        BadInputError: they cannot.
    """
    from turncheck.engine.visible import visible
    from turncheck.model.ahead import can_draw_ahead
    from turncheck.model.device import DeviceError, check_device

    try:
        check_device(device)
    except DeviceError as error:
        raise BadInputError(visible(f"--device: {error}")) from error
    if workers and not can_draw_ahead():
        raise BadInputError(f"--workers must be 0 on a system that cannot fork processes, got {workers}: leave it out")


def _run(
    out: Place,
    domain: Domain,
    config: TrainConfig,
    seed: int,
    snapshots: tuple[int, ...],
    given: Given,
    start: Start | None,
    device: str,
    workers: int,
) -> Run:
    from turncheck.engine.visible import visible
    from turncheck.model.given import UnusableTextsError
    from turncheck.model.start import StartError
    from turncheck.model.state import StateError
    from turncheck.model.train import ResumeError, Run

    try:
        return Run(out.path, domain, config, seed, snapshots, given=given, start=start, device=device, workers=workers)
    except StateError as error:  # the saved run is damaged
        raise NoVerdictError(visible(out.as_typed(str(error)))) from error
    except (ResumeError, StartError, UnusableTextsError) as error:
        raise BadInputError(visible(out.as_typed(str(error)))) from error


def _start(place: Place | None, domain: Domain) -> Start | None:
    """Read the checkpoint with which the run is to begin.

    Raises:
        BadInputError: it cannot be read, or is none.
    """
    from turncheck.engine.visible import visible
    from turncheck.model.checkpoint import CheckpointError
    from turncheck.model.start import Start

    if place is None:
        return None
    try:
        return attrs.evolve(Start.of(place.path, domain), path=place.typed)
    except CheckpointError as error:
        raise BadInputError(visible(f"--start {place.typed}: {error.fault}")) from error
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, place.typed, "read"))) from error


def _told_of(given: Given) -> list[str]:
    """Return how many texts a run is given, in a line; no line if it is given none."""
    if not given.texts:
        return []
    seen = f", {given.seen:,} of them not from training seeds: the checkpoint says so" if given.seen else ""
    return [f"{len(given.texts):,} texts are {given.share:.0%} of the first batch, and 0 % of the last{seen}"]


def _keep(out: Place, domain: Domain, turns: Turns, sources: list[str], run: Run) -> None:
    """Write the texts that a run is given into its folder, from where it reads them if it is resumed."""
    from turncheck.properties.session.turn_files import write_turns

    if sources and not run.state_path.exists():
        write_turns(out.path / FILE, turns, domain, sources)


def _command() -> str:
    """Return the command that was given, as typed, but for options that have their default."""
    context = click.get_current_context()
    words = ["turncheck", "train"]
    for option in context.command.params:
        name = option.name or ""
        if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        value = context.meta[TYPED_DOMAIN] if name == "domain" else context.params[name]
        many = isinstance(value, tuple) and not isinstance(value, Place)
        for each in value if many else (value,):
            words += [option.opts[0], each.typed if isinstance(each, Place) else str(each)]
    return shlex.join(words)


@contextmanager
def _one_line_errors(out: Place, folder: RunFolder) -> Iterator[None]:
    """Tell in one line what stops a run; what was saved before stays."""
    from turncheck.engine.visible import visible
    from turncheck.model.ahead import WorkerError
    from turncheck.model.state import StateError
    from turncheck.model.train import DivergedError
    from turncheck.properties.sweeps.faults import SweepError

    try:
        yield
    except (StateError, DivergedError, WorkerError, SweepError) as error:  # a StateError: another process trains there
        with suppress(OSError):
            folder.log(out.as_typed(str(error)))
        raise NoVerdictError(visible(out.as_typed(str(error)))) from error
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, out.typed, "written"))) from error


def _ended(run: Run, folder: RunFolder, count: int | None) -> None:
    """Tell what was made, and measure it if it is to ask any turns."""
    from turncheck.engine.visible import visible

    made = visible(f"{folder.out.typed.rstrip('/')}/checkpoint.safetensors")
    click.echo(f"{made}: {run.step} steps of {run.config.batch} turns")
    if count == 0:
        return
    try:
        for line in final_sweep(run, folder.out, count):
            click.echo(line)
            folder.log(line)
    except KeyboardInterrupt:
        raise NoVerdictError("stopped in the final sweep: the run is finished, the same command sweeps again") from None


def _trained(run: Run, folder: RunFolder) -> None:
    """Train to the end and report progress: with a bar on a terminal, else with a line from time to time."""
    from rich.console import Console

    console = Console(stderr=True)
    try:
        with _bar(run, console) if console.is_terminal else _lines(run) as told:
            for at in run.steps():
                folder.tell(at)
                told(at)
    except KeyboardInterrupt:
        line = _stopped(run)
        folder.end(line)
        raise NoVerdictError(line) from None
    if missing := folder.end(f"ended after step {run.step}, {run.core_seconds / 3600:.3g} core-hours"):
        click.echo(missing, err=True)


def _stopped(run: Run) -> str:
    """Return what an interrupted run has saved, in a line."""
    if run.saved == run.step:
        return f"stopped after step {run.step}, saved: the same command continues"
    if run.saved is None:
        return f"stopped in step {run.step + 1}, nothing is saved yet: the same command starts again"
    return f"stopped in step {run.step + 1}, saved after step {run.saved}: the same command continues"


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
