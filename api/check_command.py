"""`turncheck check`: a model held against the laws of a domain, without a test file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from turncheck.arguments import CASES, SEED
from turncheck.exit_codes import BROKEN, NO_VERDICT
from turncheck.options import BadInputError, Command, cannot_be_used, model_options, prepare, subject_of

if TYPE_CHECKING:
    from turncheck.engine.domain import Domain
    from turncheck.properties.checking.draw import Budget
    from turncheck.properties.checking.law import Law
    from turncheck.properties.checking.subject import Subject
    from turncheck.reports.records import LawResult, Report


@click.command(cls=Command)
@model_options
@click.option("--examples", type=CASES, default=200, show_default=True, help="Cases drawn for each law.")
@click.option("--min-cases", type=CASES, default=10, show_default=True, help="Fewer are INCONCLUSIVE.")
@click.option("--seed", type=SEED, default=0, show_default=True, help="By which cases are drawn.")
@click.option("-k", "text", metavar="TEXT", default="", help="Only the laws whose names hold TEXT.")
@click.option("--report", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write the tables here too.")
def check(
    domain: Domain, examples: int, min_cases: int, seed: int, text: str, folder: Path | None, **model: Any
) -> None:
    """Hold a model against the laws of a domain. Shows minimal counterexamples to those that it breaks, and the table.

    \b
      turncheck check --domain tictactoe.py:DOMAIN --model theirs.py:predict
      turncheck check --model noisy:0.05 -k stun
    """
    from turncheck.properties.checking.draw import Budget

    if min_cases > examples:
        raise click.UsageError(f"--examples must be {min_cases} or more (--min-cases), got {examples}")
    try:
        laws = _chosen(domain, text)
        if folder is not None:
            prepare(folder)
        subject = _tried(domain, laws, model)
        report, is_whole = _checked(subject, laws, Budget(examples, seed, min_cases))
    except KeyboardInterrupt:
        click.echo("interrupted before any law ran", err=True)
        sys.exit(NO_VERDICT)
    _show(report)
    if folder is not None:
        _write(report, folder)
    sys.exit(NO_VERDICT if not is_whole else BROKEN if report.failed else 0)


def _chosen(domain: Domain, text: str) -> list[Law]:
    from turncheck.properties.laws import laws_of

    known = laws_of(domain)
    laws = [law for law in known if text.lower() in law.id.lower()]
    if not known:
        raise BadInputError(f"domain {domain.name}: it has no laws: attach one with @DOMAIN.law")
    if not laws:
        raise BadInputError(f"no law of domain {domain.name} has {text!r} in its name (turncheck laws lists them)")
    return laws


def _tried(domain: Domain, laws: Sequence[Law], model: dict[str, Any]) -> Subject:
    from turncheck.properties.checking.trial import try_domain

    try_domain(domain, laws)
    subject = subject_of(domain, **model)
    if subject.domain is not domain:  # a variant: its rules were named beside the model
        try_domain(subject.domain, laws)
    return subject


def _checked(subject: Subject, laws: Sequence[Law], budget: Budget) -> tuple[Report, bool]:
    """What was found, and whether all laws have a result; what broke is shown."""
    from turncheck.properties.checking.check import check_law
    from turncheck.properties.session.outcome import explain, model_result
    from turncheck.reports.records import Report

    results: list[LawResult] = []
    try:
        with _bar(len(laws)) as told:
            for law in laws:
                told(law.id, len(results))
                results.append(check_law(law, subject, budget))
    except KeyboardInterrupt:
        click.echo(f"interrupted after {len(results)} of {len(laws)} laws", err=True)
    for law, result in zip(laws, results, strict=False):
        if result.verdict in ("FAIL", "INCONCLUSIVE"):
            click.echo(f"{explain(law, result, budget.min_cases, subject.domain)}\n")
    model = model_result(subject, results, len(laws) - len(results))
    return Report(budget.seed, budget.examples, budget.min_cases, (model,)), len(results) == len(laws)


@contextmanager
def _bar(laws: int) -> Iterator[Callable[[str, int], None]]:
    """A bar on a terminal: what it gives is told which law runs, and how many are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as shown:
        task = shown.add_task("", total=laws)
        yield lambda law, done: shown.update(task, description=law, completed=done)


def _show(report: Report) -> None:
    from turncheck.reports.table import divergence_table, notes, summary

    (model,) = report.models
    click.echo(f"{summary(model)} (seed {report.seed})\n")
    if model.laws:
        click.echo(f"{divergence_table(model)}\n")
    for note in notes(model, report.min_cases):
        click.echo(note)


def _write(report: Report, folder: Path) -> None:
    from turncheck.engine.visible import visible
    from turncheck.reports.table import write_report

    try:
        write_report(report, folder)
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, folder, "written"))) from error
