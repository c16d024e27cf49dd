"""The subcommands about sweeps: `sweep`, `prompts` for answers made elsewhere, and `compare`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from turncheck.arguments import CASES, EVALUATION_SEED, RATE, Place, located
from turncheck.options import (
    TYPED_DOMAIN,
    BadInputError,
    Command,
    Function,
    NoVerdictError,
    cannot_be_used,
    model_options,
    prepare,
    report_and_table,
    shrink_options,
    subject_of,
    words_options,
)
from turncheck.reporting import write

if TYPE_CHECKING:
    from turncheck.engine.domain import Domain
    from turncheck.properties.checking.asking import Limit
    from turncheck.properties.checking.subject import Subject
    from turncheck.properties.sweeps.plan import Plan
    from turncheck.properties.sweeps.sweep import Sweep
    from turncheck.reports.records import Report
    from turncheck.reports.sweeps import SweepResult


def _sample_options(command: Function) -> Function:
    """Add the options of a sweep's sample."""
    command = click.option(
        "--seed", type=EVALUATION_SEED, default=0, show_default=True, help="Evaluation seed, below 1,000,000."
    )(command)
    most = "Number of cases; for small, at most all of them."
    command = click.option("--turns", type=CASES, default=100_000, show_default=True, help=most)(command)
    about = "play, mixed, small (all small cases), or a sampler of the domain's.  [default: play, else mixed]"
    return click.option("--sampler", metavar="NAME", help=about)(command)


def _plan(subject: Subject, sampler: str | None, seed: int, turns: int) -> Plan:
    """Return the plan of a sweep; by default its sampler is `play` if the domain has it.

    Raises:
        click.UsageError: the domain has no such sampler.
    """
    from turncheck.engine.sampling import UnknownSamplerError
    from turncheck.properties.session.loading import sampler_of
    from turncheck.properties.sweeps.plan import Plan, turns_in

    try:
        name = sampler_of(sampler, subject.domain)
    except UnknownSamplerError as error:
        raise click.BadParameter(str(error), param_hint="'--sampler'") from error
    return Plan(name, seed, turns_in(name, turns, subject.domain))


@click.command(cls=Command)
@words_options("template=, rejects= or rules=, the same as for the sweep.")
@_sample_options
@located("--out", click.Path(dir_okay=False), required=True, help="File to write; it must not exist.")
def prompts(
    domain: Domain,
    sampler: str | None,
    turns: int,
    seed: int,
    out: Place,
    rules: str | None,
    arguments: tuple[str, ...],
) -> None:
    """Write the prompts of a sweep to a file. Answer them elsewhere, then sweep --model predictions:FILE.

    \b
      turncheck prompts --turns 100000 --out prompts.jsonl
    """
    from turncheck.engine.learned import EngineError
    from turncheck.prompting import bar, write_prompts
    from turncheck.reports.escape import visible

    if os.path.exists(out.path):
        raise BadInputError(f"{visible(out.typed)} exists already: choose another --out")
    subject = subject_of(domain, "reference", arguments, rules, None)  # it supports any template
    plan = _plan(subject, sampler, seed, turns)
    try:
        with bar(plan, "turns") as told:
            count = write_prompts(out.path, subject, plan, told)
    except EngineError as error:
        raise BadInputError(visible(error.fault)) from error
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, out.typed, "written"))) from error
    click.echo(
        f"{visible(out.typed)}: {count:,} prompts of a sweep of {plan.turns:,} turns of {plan.sampler}, seed {seed}"
    )


@click.command(cls=Command)
@model_options
@_sample_options
@located("--out", click.Path(file_okay=False), required=True, help="Folder of the sweep.")
@click.option("--resume", is_flag=True, help="Continue the sweep in that folder.")
@click.option("--gate", type=RATE, help="Fail unless the sweep shows that fewer cases diverge, 0..1.")
@shrink_options
@report_and_table
def sweep(
    sampler: str | None,
    turns: int,
    seed: int,
    out: Place,
    resume: bool,
    gate: float | None,
    folder: Place | None,
    shrink: Limit | None,
    table: str,
    **model: Any,
) -> None:
    """Estimate how often a model breaks each law. Ctrl-C saves the sweep, and --resume continues it.

    \b
      turncheck sweep --model noisy:0.01 --turns 100000 --out sweeps/noisy --gate 0.02
    """
    from turncheck.properties.session.progress import counting
    from turncheck.properties.sweeps.progress import run
    from turncheck.properties.sweeps.result import found

    typed = click.get_current_context().meta.get(TYPED_DOMAIN)
    with one_line_errors():
        if folder is not None:
            prepare(folder)
        work = _begun(sampler, turns, seed, out, resume, gate, model)
        with _telling_what_is_kept(work, gate, table):
            run(work)
        looking = counting(work.subject.meter, "looking for the smallest turns")
        with _telling_what_is_kept(work, gate, table), looking:
            result = found(work, gate, limit=shrink)
    _show(work, result, table)
    write(_report(work, result, typed, model), folder)
    if gate is not None and result.verdict != "PASS":
        sys.exit(1)
    if refuted := work.subject.audit.refuted:
        raise click.ClickException(f"its verify is wrong ({refuted} drafts): see turncheck conform")


def _report(work: Sweep, result: SweepResult, domain: str | None, model: dict[str, Any]) -> Report:
    """Return a report of a sweep alone."""
    from turncheck.properties.session.facts import with_facts
    from turncheck.properties.session.outcome import model_result
    from turncheck.reports.records import Report

    plan = work.plan
    swept = {"sampler": plan.sampler, "turns": plan.turns, "gate": result.gate}
    report = Report(plan.seed, 0, 0, (model_result(work.subject, sweep=result),))
    return with_facts(report, domain, model, swept)


def _begun(
    sampler: str | None, turns: int, seed: int, out: Place, resume: bool, gate: float | None, model: dict[str, Any]
) -> Sweep:
    """Begin or resume the sweep; for answers made elsewhere, check that all answers are there.

    Raises:
        BadInputError: the sweep cannot begin or resume.
        NoVerdictError: it was interrupted.
    """
    from turncheck.prompting import bar
    from turncheck.properties.session.loading import SpecError
    from turncheck.properties.sweeps.prerecorded import check_listed
    from turncheck.properties.sweeps.sweep import Sweep

    try:
        _check_gate(gate, turns)  # before the model is loaded, which may be slow
        subject = subject_of(**model, listed=True)
        plan = _plan(subject, sampler, seed, turns)
        _check_gate(gate, plan.turns)
        with bar(plan, "looking for answers") as told:
            check_listed(subject, plan, told)
        return Sweep(subject, plan, out.path, resume=resume)
    except SpecError as error:
        raise BadInputError(str(error)) from error
    except KeyboardInterrupt:
        raise NoVerdictError("stopped before the first turn was asked") from None


def _check_gate(gate: float | None, turns: int) -> None:
    """Raise click.UsageError if no sweep of this many cases could pass the gate."""
    from turncheck.properties.sweeps.gate import least_turns

    if gate == 0:
        raise click.UsageError("--gate must be above 0, got 0: no sample can show a rate of 0")
    if gate is not None and turns < (least := least_turns(gate)):
        demand = f"--turns must be {least:,} or more for a gate of {gate:g}, got {turns:,}"
        raise click.UsageError(f"{demand}: fewer could not pass even without a divergence")


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Report a fault of the folder of a sweep or a map in one line, with the exit code for saved or missing data."""
    from turncheck.properties.sweeps import faults
    from turncheck.reports.escape import visible

    try:
        yield
    except faults.NoVerdictError as error:
        raise NoVerdictError(visible(str(error))) from error
    except faults.SweepError as error:
        raise BadInputError(visible(str(error))) from error


@contextmanager
def _telling_what_is_kept(work: Sweep, gate: float | None, table: str) -> Iterator[None]:
    """On Ctrl-C, show what was swept so far, what is saved and how to resume."""
    from turncheck.properties.checking.asking import Limit
    from turncheck.properties.sweeps.result import found

    try:
        yield
    except KeyboardInterrupt:
        if not (done := work.counts.done):
            fault = "stopped before the first chunk of turns was done: nothing is saved, the same command starts again"
            raise NoVerdictError(fault) from None
        _show(work, found(work, gate, searches=work.whole, limit=Limit(prompts=0)), table)
        if work.whole:
            kept = f"all {done:,} turns are saved, and the same command with --resume searches again"
            raise NoVerdictError(f"stopped while looking for the smallest turns: {kept}") from None
        kept = f"stopped after {done:,} of {work.plan.turns:,} turns, which are saved"
        raise NoVerdictError(f"{kept}: the same command with --resume continues") from None


def _show(work: Sweep, result: SweepResult, table: str) -> None:
    from turncheck.reports.screen import Screen
    from turncheck.reports.sweep_terminal import sweep_text
    from turncheck.reports.table import troubles_in_short

    subject, screen = work.subject, Screen.of(sys.stdout)
    name, notes = f"{subject.name} ({subject.kind})", troubles_in_short(subject.troubles())
    click.echo(sweep_text(name, result, screen, table == "all", "--table=all", notes), color=screen.colour)


@click.command(cls=Command)
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
def compare(first: Path, second: Path) -> None:
    """Compare two sweeps of the same cases. Says whether SECOND is worse than FIRST.

    \b
      turncheck compare sweeps/before sweeps/after

    Uses McNemar's exact test, at p < 0.01, for the answers and for each law.
    """
    from turncheck.properties.sweeps.compare import compared
    from turncheck.reports.escape import visible
    from turncheck.reports.screen import Screen
    from turncheck.reports.sweep_tables import compared_table

    with one_line_errors():
        result = compared(first, second)
    screen = Screen.of(sys.stdout)
    rows = [
        (visible(pair.name), f"{pair.both:,}", f"{pair.first:,}", f"{pair.second:,}", f"{pair.p:.2g}", pair.verdict)
        for pair in result.pairs
    ]
    click.echo("\n".join(compared_table(rows, screen)), color=screen.colour)
    click.echo("\n" + "\n".join(screen.wrapped(visible(result.in_short), "  ")))
    sys.exit(1 if result.verdict == "worse" else 0)
