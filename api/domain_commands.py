"""`turncheck domain` and `turncheck new`: domains of a user's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from turncheck.options import BadInputError, StrictCommand, loaded

if TYPE_CHECKING:
    from turncheck.engine.domain import Domain


class StrictGroup(click.Group):
    """A group whose subcommands end with 4 where an argument is wrong."""

    command_class = StrictCommand


@click.group(cls=StrictGroup)
def domain() -> None:
    """Look at domains: which there are, and what is wrong with one.

    \b
      turncheck domain list
      turncheck domain check tictactoe.py:DOMAIN
    """


@domain.command("list")
def list_domains() -> None:
    """List the domains that installed packages offer, as `--domain` names them.

    \b
      turncheck domain list
    """
    from turncheck.engine.registry import domains
    from turncheck.reports.table import plain_table

    rows = [(name, entry.value) for name, entry in domains().items()]
    click.echo(plain_table(rows, ("domain", "where")))
    click.echo("\nbesides, FILE.py:NAME and MODULE:NAME name a domain of yours; FILE.py alone is FILE.py:DOMAIN")


@domain.command("check")
@click.argument("domain", metavar="DOMAIN", callback=loaded)
def check_domain(domain: Domain) -> None:
    """Say what is wrong with a domain, before any model is asked, and what to do.

    \b
      turncheck domain check tictactoe.py:DOMAIN

    Ends with 0 where nothing is wrong, with 1 where something is, and with 4 where there is no such domain.
    """
    from turncheck.engine.visible import visible
    from turncheck.properties.checking import doctor

    report = doctor.check_domain(domain)
    click.echo(visible(domain.described))
    click.echo(report)
    sys.exit(1 if report.failed else 0)


@click.command(cls=StrictCommand)
@click.argument("name", type=click.Path(path_type=Path))
def new(name: Path) -> None:
    """Write a folder NAME to start from: a domain, a law, a model with a planted bug, a test file. It runs at once.

    \b
      turncheck new my_game
      cd my_game; pytest
    """
    from turncheck.engine.visible import visible
    from turncheck.new import NewError, files_of, write_new

    try:
        write_new(name)
    except NewError as error:
        raise BadInputError(visible(str(error))) from error
    except OSError as error:
        raise BadInputError(f"{visible(str(name))} cannot be written: {error.strerror}") from error
    click.echo(f"{name}: {', '.join(files_of(name.name))}")
    click.echo(f"\n  cd {name}\n  pytest\n  turncheck check --domain {name.name}.py --model model.py:predict")
