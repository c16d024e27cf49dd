"""`turncheck domain` and `turncheck new`: a user's own domains."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from turncheck.arguments import SEED
from turncheck.options import BadInputError, Command, Subgroup, cannot_be_used, load


@click.group(cls=Subgroup)
def domain() -> None:
    """List domains or check a domain.

    \b
      turncheck domain list
      turncheck domain check tictactoe.py:DOMAIN
    """


@domain.command("list")
def list_domains() -> None:
    """List the domains of installed packages.

    \b
      turncheck domain list
    """
    from turncheck.engine.registry import domains
    from turncheck.reports.table import plain_table

    rows = [(name, entry.value) for name, entry in domains().items()]
    click.echo(plain_table(rows, ("domain", "where")))
    click.echo("\nyou can also name a domain as FILE.py:NAME or MODULE:NAME; FILE.py means FILE.py:DOMAIN")


@domain.command("check")
@click.argument("name", metavar="DOMAIN")
@click.option("--seed", type=SEED, default=0, show_default=True, help="Seed of the cases.")
def check_domain(name: str, seed: int) -> None:
    """Check a domain for faults. Asks no model; says what to do about each fault.

    \b
      turncheck domain check tictactoe.py:DOMAIN
    """
    from turncheck.engine.visible import visible
    from turncheck.properties.checking import doctor
    from turncheck.properties.session.progress import stepping

    domain = load(name)
    with stepping("domain check", len(doctor.LOOKS)) as begins:
        report = doctor.check_domain(domain, address=name, seed=seed, begins=begins)
    click.echo(f"{visible(report.domain)}\n\n{report}")
    sys.exit(1 if report.failed else 0)


@click.command(cls=Command)
@click.argument("name", type=click.Path(path_type=Path))
def new(name: Path) -> None:
    """Write a folder NAME to start from. It has a domain, a law, a model with a planted bug, and a test file.

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
        raise BadInputError(visible(cannot_be_used(error, name, "written"))) from error
    click.echo(f"{name}: {', '.join(files_of(name.name))}")
    click.echo(f"\n  cd {name}\n  pytest\n  turncheck check --domain {name.name}.py --model model.py:predict")
