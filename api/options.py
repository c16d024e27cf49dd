"""What the subcommands share: how a domain and a model are named, and what is said of one that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from turncheck.engine.domain import Domain
    from turncheck.properties.checking.subject import Subject

Command = Callable[..., None]


class BadInputError(click.ClickException):
    """Something of the user's that cannot be used: a domain, a law of it, a model. It ends the command with 4."""

    exit_code = 4


class Group(click.Group):
    """The command: a mistake in a user's domain or law, wherever it shows, is one line and an exit code of 4."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a subcommand."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit):
            raise
        except Exception as error:
            raise_mistake(error)


class StrictUsageError(click.UsageError):
    """An argument that is wrong, of a command whose 2 means something else."""

    exit_code = BadInputError.exit_code


class StrictCommand(click.Command):
    """A subcommand that ends with 4, and not with 2, where an argument is wrong."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reads the arguments."""
        with _ending_with_4():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the subcommand."""
        with _ending_with_4():
            return super().invoke(ctx)


@contextmanager
def _ending_with_4() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        raise StrictUsageError(error.format_message(), error.ctx) from error


def raise_mistake(error: Exception) -> NoReturn:
    """Raises what was raised, as one line where it is a mistake in a domain or in a law."""
    from turncheck.engine.domain import DomainError
    from turncheck.engine.registry import UnknownDomainError
    from turncheck.engine.visible import visible
    from turncheck.properties.checking.trial import MISTAKES, told
    from turncheck.properties.laws import RepeatedLawError

    if isinstance(error, (DomainError, UnknownDomainError, RepeatedLawError, *MISTAKES)):
        raise BadInputError(visible(told(error))) from error
    raise error


def domain_option(command: Command) -> Command:
    """`--domain`, which gives the domain itself."""
    about = "A name (turncheck domain list), FILE.py:NAME or MODULE:NAME.  [default: duel]"
    return click.option("--domain", metavar="DOMAIN", callback=lambda context, parameter, name: load(name), help=about)(
        command
    )


def load(name: str | None) -> Domain:
    """The domain of that name; the default one where there is none.

    Raises:
        BadInputError: there is no such domain.
    """
    from turncheck.engine.registry import DEFAULT, UnknownDomainError, load_domain
    from turncheck.engine.visible import visible

    try:
        return load_domain(name or DEFAULT)
    except UnknownDomainError as error:
        raise BadInputError(visible(str(error))) from error


def model_options(command: Command) -> Command:
    """How a model is named, as to pytest."""
    about = "A path, or KIND:TARGET as turncheck models lists them; else the domain's own."
    return click.option("--model", "spec", metavar="SPEC", help=about)(options_beside_it(command))


def options_beside_it(command: Command) -> Command:
    """What can be said beside a SPEC, as to pytest."""
    about = "Seconds a call may take; else any time."
    command = click.option("--timeout", type=click.FloatRange(0.001), help=about)(command)
    return words_options("An option of its kind, or template=, rejects=, rules=, sha256=.")(command)


def words_options(about: str) -> Callable[[Command], Command]:
    """In which words, and of which domain, a model is asked; `about` says which arguments there are."""
    rules = click.option("--rules", metavar="FILE", help="A rules file: the variant that it is held against.")
    arguments = click.option("--model-arg", "arguments", metavar="KEY=VALUE", multiple=True, help=about)
    return lambda command: domain_option(arguments(rules(command)))


def subject_of(
    domain: Domain,
    spec: str | None,
    arguments: tuple[str, ...],
    rules: str | None,
    timeout: float | None,
    listed: bool = False,
) -> Subject:
    """The model that was named.

    Raises:
        click.UsageError: there is none.
    """
    from turncheck.properties.session.loading import SpecError, load_subject

    try:
        return load_subject(spec, domain, arguments, rules, timeout, listed=listed)
    except SpecError as error:
        raise click.UsageError(str(error)) from error
