"""`turncheck check`: check models against the laws of a domain, as pytest with the plugin does, without a test file."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from turncheck.arguments import CASES, RATE, SECONDS, SEED, Place, located
from turncheck.exit_codes import BROKEN, NO_VERDICT
from turncheck.options import (
    TYPED_DOMAIN,
    BadInputError,
    Command,
    Function,
    NoVerdictError,
    cannot_be_used,
    options_beside_it,
    prepare,
    shrink_options,
)
from turncheck.reporting import write

if TYPE_CHECKING:
    from turncheck.engine.domain import Domain
    from turncheck.properties.checking.law import Law
    from turncheck.properties.session.alone import Alone
    from turncheck.reports.records import Report
    from turncheck.reports.screen import Screen


def sweep_options(command: Function) -> Function:
    """Options of the sweep after the laws."""
    folder = click.Path(file_okay=False)
    for option in (
        click.option(
            "--sweep", type=CASES, metavar="N", help="After the laws, sweep N cases to estimate failure rates."
        ),
        click.option("--sampler", metavar="NAME", help="The sampler of the sweep.  [default: play]"),
        click.option("--gate", type=RATE, help="Fail unless the sweep shows that fewer cases diverge, 0..1."),
        located("--sweeps", folder, help="Folder for sweeps.  [default: .turncheck/sweeps]"),
        click.option("--resume", is_flag=True, help="Continue an interrupted sweep."),
    )[::-1]:
        command = option(command)
    return command


def kept_options(command: Function) -> Function:
    """Options for the files that a run writes, and for those that earlier runs left."""
    folder = click.Path(file_okay=False)
    known = "Known failures: a law fails only in a failure mode that is not in FILE."
    for option in (
        located("--report", folder, help="Write the report into this folder."),
        located(
            "--witnesses",
            folder,
            help="Folder for counterexamples, which the next run asks first.  [default: .turncheck/witnesses]",
        ),
        located("--baseline", click.Path(dir_okay=False), help=known),
        click.option("--write-baseline", is_flag=True, help="Write the failures of this run into the --baseline file."),
    )[::-1]:
        command = option(command)
    return command


def shown_options(command: Function) -> Function:
    """Options for the display of results."""
    rows, about = click.Choice(["failing", "all"]), "Rows of the tables: what failed, or all.  [default: failing]"
    colour = click.Choice(["auto", "yes", "no"])
    for option in (
        click.option("--table", type=rows, default="failing", help=about),
        click.option("-v", "--verbose", "whole", is_flag=True, help="Show each failure with its full texts."),
        click.option("--color", type=colour, default="auto", help="Use colour.  [default: auto, on a terminal]"),
    )[::-1]:
        command = option(command)
    return command


@click.command(cls=Command)
@click.argument("specs", metavar="[SPEC]...", nargs=-1)
@click.option("--model", "named", metavar="SPEC", multiple=True, help="The same as SPEC. May be repeated.")
@options_beside_it
@click.option("--examples", type=CASES, default=200, show_default=True, help="Cases to draw for each law.")
@click.option(
    "--min-cases",
    type=CASES,
    help="A law that applies to fewer is INCONCLUSIVE.  [default: 10, or --examples if fewer]",
)
@click.option("--seed", type=SEED, default=0, show_default=True, help="Seed of the cases.")
@click.option("-k", "text", metavar="TEXT", default="", help="Check only laws with TEXT in their names.")
@click.option("--budget", type=SECONDS, help="Stop after so many seconds. Laws that are not reached are INCONCLUSIVE.")
@click.option(
    "--inconclusive",
    type=click.Choice(["fail", "skip"]),
    help="Whether an INCONCLUSIVE law fails the run.  [default: fail]",
)
@shrink_options
@kept_options
@sweep_options
@shown_options
def check(domain: Domain, specs: tuple[str, ...], named: tuple[str, ...], text: str, **given: Any) -> None:
    """Check models against the laws of a domain. Shows a minimal counterexample to each broken law, and a table.

    \b
      turncheck check checkpoint.safetensors
      turncheck check theirs.py:predict --domain tictactoe.py:DOMAIN
      turncheck check noisy:0.05 noisy:0.01 -k stun

    A SPEC is a path or KIND:TARGET (see turncheck models). Without one, the domain's own model is checked. The options
    are those of pytest --pyargs turncheck.properties, where their names begin with --turncheck-.
    """
    from turncheck.properties.session.summary import next_steps
    from turncheck.reports.screen import Screen

    _check_numbers(given)
    screen = Screen.of(sys.stdout, None if given["color"] == "auto" else given["color"] == "yes")
    folder: Place | None = given["report"]
    models = tuple(dict.fromkeys([*named, *specs]))
    try:
        laws = _chosen(domain, text, models)
        if folder is not None:
            prepare(folder)
        with _one_line_errors():
            alone = _loaded(domain, laws, models, given)
            alone.run(lambda line: click.echo(line, err=True))
    except KeyboardInterrupt:
        click.echo("interrupted before any law ran", err=True)
        sys.exit(NO_VERDICT)
    if alone.is_left:
        click.echo(f"interrupted after {alone.session.run.done} of {len(alone.session.run.jobs)} laws", err=True)
    report = _report(alone, {"text": text, **given})
    _show(alone, report, screen, given)
    for line in next_steps(report):
        click.echo(line)
    _write_baseline(alone, report)
    write(report, folder)
    if alone.is_left:
        sys.exit(NO_VERDICT)
    sys.exit(BROKEN if alone.fails(report) else 0)


def _check_numbers(given: dict[str, Any]) -> None:
    """Raise click.UsageError if no law could reach its minimum number of cases."""
    from turncheck.properties.checking.draw import least_cases

    least = least_cases(given["examples"]) if given["min_cases"] is None else given["min_cases"]
    if least > given["examples"]:
        raise click.UsageError(f"--examples must be {least} or more (--min-cases), got {given['examples']}")


def _chosen(domain: Domain, text: str, models: Sequence[str]) -> list[Law]:
    from turncheck.properties.laws import laws_of
    from turncheck.properties.session.loading import is_composed

    known = laws_of(domain, composed=any(is_composed(model, domain) for model in models or (None,)))
    laws = [law for law in known if text.lower() in law.id.lower()]
    if not known:
        raise BadInputError(f"domain {domain.name}: it has no laws: attach one with @DOMAIN.law")
    if not laws:
        raise BadInputError(f"no law of domain {domain.name} has {text!r} in its name (turncheck laws lists them)")
    return laws


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Report a session's error with the names that its options have in this command."""
    import pytest

    from turncheck.properties.sweeps import faults
    from turncheck.reports.escape import visible

    try:
        yield
    except pytest.UsageError as error:
        said = re.sub("--turncheck-(?!model SPEC to pytest)", "--", str(error)).replace("--hypothesis-seed", "--seed")
        raise BadInputError(said) from error
    except faults.NoVerdictError as error:
        raise NoVerdictError(visible(str(error))) from error
    except faults.SweepError as error:
        raise BadInputError(visible(str(error))) from error


def _loaded(domain: Domain, laws: Sequence[Law], models: Sequence[str], given: dict[str, Any]) -> Alone:
    """Load the session and its models. Print on stderr what the models found out about the systems behind them."""
    from turncheck.properties.session.alone import Alone, Typed
    from turncheck.properties.session.progress import loading
    from turncheck.reports.escape import visible

    places = {name: value.path if isinstance(value, Place) else value for name, value in given.items()}
    values = {**places, "model": list(models), "model_arg": list(given["arguments"]), "domain": None}
    name = visible(models[0]) if len(models) == 1 else "the model"
    with loading(name, lambda line: click.echo(line, err=True)):
        alone = Alone.load(domain, laws, Typed(values, Path.cwd()))
    for model in alone.session.models.values():
        for finding in model.subject.findings():
            click.echo(f"{visible(model.subject.name)}: {visible(finding)}", err=True)
    return alone


def _report(alone: Alone, given: dict[str, Any]) -> Report:
    """Return the results, with the command that repeats the smallest failure of each model."""
    import attrs

    from turncheck.properties.session.again import with_way_back
    from turncheck.properties.session.facts import with_facts

    typed = click.get_current_context().meta.get(TYPED_DOMAIN)
    about = {name: given[name] for name in ("rules", "timeout", "arguments", "isolate")}
    reports = [with_way_back(report, typed, {"spec": spec, **about}) for spec, report in alone.reports()]
    together = attrs.evolve(reports[0], models=tuple(model for report in reports for model in report.models))
    others = {"-k": given["text"], **{name: given[name] for name in ("budget", "sweep", "sampler", "gate")}}
    specs = ", ".join(spec for spec, _ in alone.reports() if spec is not None)
    return with_facts(together, typed, {"spec": specs, **about}, others)


def _show(alone: Alone, report: Report, screen: Screen, given: dict[str, Any]) -> None:
    from turncheck.properties.session.outcome import explain
    from turncheck.properties.session.summary import laws_shown, sweeps_shown
    from turncheck.reports.escape import visible

    several = len(report.models) > 1
    for model, law, result in alone.to_show():
        name = f"{visible(model.subject.name)}: " if several else ""
        click.echo(f"{name}{explain(law, result, model.subject.domain, screen, given['whole'])}\n", color=screen.colour)
    every_law = given["table"] == "all"
    for line in laws_shown(report, screen, every_law, "--table=all", f" (seed {report.seed})"):
        click.echo(line, color=screen.colour)
    for line in sweeps_shown(report, screen, every_law, "--table=all"):
        click.echo(line.replace("--turncheck-", "--"), color=screen.colour)


def _write_baseline(alone: Alone, report: Report) -> None:
    from turncheck.engine.visible import visible
    from turncheck.properties.session.baseline import write_baseline
    from turncheck.properties.session.session import known_divergences

    path = alone.settings.baseline
    if path is None or not alone.settings.writes_baseline:
        return
    try:
        decided = [law for law in report.models[0].laws if law.verdict in ("PASS", "FAIL")]
        write_baseline(path, decided, known_divergences(alone.settings))
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, path, "written"))) from error
