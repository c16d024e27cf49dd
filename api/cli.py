"""The `turncheck` command. Each subcommand combines several packages and imports what it needs when it runs."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from turncheck.arguments import CASES, EVALUATION_SEED
from turncheck.check_command import check
from turncheck.conform_command import conform
from turncheck.domain_commands import domain, new
from turncheck.export_command import export
from turncheck.map_command import brittleness_map
from turncheck.options import (
    Group,
    NoVerdictError,
    domain_option,
    model_options,
    subject_of,
)
from turncheck.report_command import report
from turncheck.show_command import show
from turncheck.size_up_command import size_up
from turncheck.sweep_commands import compare, prompts, sweep
from turncheck.train_command import train

if TYPE_CHECKING:
    from turncheck.engine.domain import Domain


@click.group(cls=Group)
@click.version_option(package_name="turncheck")
def main() -> None:
    """QuickCheck for learned engines: check a small model against the deterministic engine that it imitates.

    \b
      turncheck new my_game                                         # write a domain to start from
      turncheck check --domain my_game.py --model model.py:predict  # check which laws a model breaks
    """
    from turncheck.model.memory import keep_freed_memory

    keep_freed_memory()


COMMANDS = (check, conform, domain, new, show, prompts, sweep, compare, brittleness_map, size_up, report, train, export)

for command in COMMANDS:
    main.add_command(command)


@main.command()
@domain_option
def resolve(domain: Domain) -> None:
    """Answer the case on standard input. Prints the reference's answer, or `reject REASON`.

    \b
      turncheck resolve < turn.txt

    Input and output are bytes: no newline is translated, and bytes that are not UTF-8 get an answer like any other
    text.
    """
    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    click.echo(domain.resolve_text(text).encode(), nl=False)


@main.command()
@domain_option
def laws(domain: Domain) -> None:
    """List the laws of a domain. Prints the name, the rules, the kind and the sentence of each law.

    \b
      turncheck laws --domain tictactoe.py:DOMAIN
    """
    from turncheck.properties.laws import laws_of
    from turncheck.reports.table import plain_table

    rows = [(law.id, law.rule, law.kind, " ".join(law.sentence.split())) for law in laws_of(domain)]
    click.echo(plain_table(rows, ("law", "rule", "kind", "sentence"), style="github"))


@main.command()
@model_options
@click.option("--turns", type=CASES, default=10_000, show_default=True, help="Cases for each row of the table.")
@click.option("--seed", type=EVALUATION_SEED, default=0, show_default=True, help="Evaluation seed, below 1,000,000.")
def evaluate(turns: int, seed: int, **model: Any) -> None:
    """Count the held-out cases that a model answers correctly. Prints a row per sampler, and per reason for rejecting.

    \b
      turncheck evaluate --model runs/x/checkpoint.safetensors --turns 1000
    """
    from turncheck.evaluate import evaluate as measure
    from turncheck.evaluate import prompts
    from turncheck.properties.session.progress import counting
    from turncheck.reports.escape import visible
    from turncheck.reports.table import plain_table

    subject, rows, is_whole = subject_of(**model), [], False
    with suppress(KeyboardInterrupt), counting(subject.meter, "evaluating", prompts(subject, turns)):
        for score in measure(subject, turns, seed):
            rows.append((score.name, score.count, score.exact, f"{score.share:.2%}"))
        is_whole = True
    click.echo(f"{visible(subject.name)}, seed {seed}")
    click.echo(plain_table(rows, ("sample", "texts", "exact", "share")))
    if not is_whole:
        raise NoVerdictError(f"interrupted: the table holds only complete samples, {len(rows)} of them")
    if subject.audit.refuted:
        fault = f"its verify accepted {subject.audit.refuted} of {subject.audit.checked} drafts that it would not write"
        raise click.ClickException(f"{fault}; it was no longer used (see turncheck conform)")


@main.command()
def models() -> None:
    """List the kinds of models. A SPEC is a path or KIND:TARGET, with one of these kinds.

    \b
      turncheck models
    """
    from turncheck.model.adapters.kinds import kinds
    from turncheck.reports.columns import Column, laid_out
    from turncheck.reports.screen import Screen

    columns = [Column("kind", 12), Column("what", 24), Column("needs", 16), Column("here", 12)]
    rows = [(*kind.about, kind.state) for kind in kinds().values()]
    click.echo("\n".join(laid_out(columns, rows, Screen.of(sys.stdout).width)))
