"""`turncheck check`: a model held against the laws of a domain, without a test file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from turncheck.arguments import CASES, SECONDS, SEED, Place, located
from turncheck.exit_codes import BROKEN, NO_VERDICT
from turncheck.options import (
    TYPED_DOMAIN,
    BadInputError,
    Command,
    model_options,
    prepare,
    shrink_options,
    subject_of,
)
from turncheck.reporting import write

if TYPE_CHECKING:
    from turncheck.engine.domain import Domain
    from turncheck.properties.checking.asking import Limit
    from turncheck.properties.checking.draw import Budget
    from turncheck.properties.checking.law import Law
    from turncheck.properties.checking.subject import Subject
    from turncheck.reports.records import LawResult, Report


@click.command(cls=Command)
@model_options
@click.option("--examples", type=CASES, default=200, show_default=True, help="Cases drawn for each law.")
@click.option("--min-cases", type=CASES, help="Fewer are INCONCLUSIVE.  [default: 10, or as many as --examples]")
@click.option("--seed", type=SEED, default=0, show_default=True, help="By which cases are drawn.")
@click.option("-k", "text", metavar="TEXT", default="", help="Only the laws whose names hold TEXT.")
@click.option("--budget", type=SECONDS, help="Seconds: as many laws and cases as fit; the rest is INCONCLUSIVE.")
@shrink_options
@located("--report", click.Path(file_okay=False), dest="folder", help="Write the page and the tables here too.")
def check(
    domain: Domain,
    examples: int,
    min_cases: int | None,
    seed: int,
    text: str,
    budget: float | None,
    shrink: Limit | None,
    folder: Place | None,
    **model: Any,
) -> None:
    """Hold a model against the laws of a domain. Shows minimal counterexamples to those that it breaks, and the table.

    \b
      turncheck check --domain tictactoe.py:DOMAIN --model theirs.py:predict
      turncheck check --model noisy:0.05 -k stun
    """
    from turncheck.properties.checking.draw import Budget, least_cases
    from turncheck.properties.session.again import with_way_back
    from turncheck.properties.session.facts import with_facts

    min_cases = least_cases(examples) if min_cases is None else min_cases
    if min_cases > examples:
        raise click.UsageError(f"--examples must be {min_cases} or more (--min-cases), got {examples}")
    try:
        laws = _chosen(domain, text)
        if folder is not None:
            prepare(folder)
        subject = _tried(domain, laws, model)
        report, is_whole = _checked(subject, laws, Budget(examples, seed, min_cases, shrink=shrink), budget)
    except KeyboardInterrupt:
        click.echo("interrupted before any law ran", err=True)
        sys.exit(NO_VERDICT)
    typed = click.get_current_context().meta.get(TYPED_DOMAIN)
    report = with_way_back(with_facts(report, typed, model, {"-k": text, "budget": budget}), typed, model)
    _show(report)
    write(report, folder)
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


def _checked(subject: Subject, laws: Sequence[Law], budget: Budget, seconds: float | None) -> tuple[Report, bool]:
    """What was found, and whether the run came to its end; what broke is shown."""
    from turncheck.properties.checking.check import InterruptedLawError
    from turncheck.properties.checking.run import Run, finding_most_first
    from turncheck.properties.laws import laws_of
    from turncheck.properties.session.outcome import explain, model_result
    from turncheck.properties.session.progress import watching
    from turncheck.reports.records import Report

    run = Run([(subject, law) for law in laws], budget, seconds)
    results: list[tuple[Law, LawResult]] = []
    try:
        with watching(run):
            for law in laws if seconds is None else finding_most_first(laws):
                results.append((law, run.check(law, subject)))
    except KeyboardInterrupt as interrupt:
        if isinstance(interrupt, InterruptedLawError) and run.law is not None:
            results.append((run.law, interrupt.result))
        click.echo(f"interrupted after {run.done} of {len(laws)} laws", err=True)
    results.sort(key=lambda each: laws.index(each[0]))
    for law, result in results:
        if result.verdict in ("FAIL", "INCONCLUSIVE") and not result.unreached:
            click.echo(f"{explain(law, result, budget.min_cases, subject.domain)}\n")
    found = {law.id for law, _ in results}
    missing = {law.id: "the run was left" for law in laws if law.id not in found}
    in_all = len(laws_of(subject.domain))
    model = model_result(subject, [result for _, result in results], missing, in_all)
    return Report(budget.seed, budget.examples, budget.min_cases, (model,)), run.done == len(laws)


def _show(report: Report) -> None:
    from turncheck.reports.table import divergence_table, notes, summary

    (model,) = report.models
    click.echo(f"{summary(model)} (seed {report.seed})\n")
    if model.laws:
        click.echo(f"{divergence_table(model)}\n")
    for note in notes(model, report.min_cases):
        click.echo(note)
