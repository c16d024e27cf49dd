"""Common parts of the subcommands: exit codes, naming a domain and a model, and errors."""

from __future__ import annotations

import errno
import functools
import io
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import click

from turncheck.arguments import SECONDS, SHRINKING, Place, located, no_long_numbers, shortened
from turncheck.exit_codes import ABOUT, BAD_INPUT, HELD, INTERNAL, NO_VERDICT, endings

if TYPE_CHECKING:
    from turncheck.engine.domain import Domain
    from turncheck.properties.checking.asking import Limit
    from turncheck.properties.checking.subject import Subject

Function = Callable[..., None]


class OneLineError(click.ClickException):
    """An error that is printed in one line, cut if it is long."""

    def __init__(self, message: str) -> None:
        super().__init__(shortened(message))


class BadInputError(OneLineError):
    """User input that cannot be used: an option, a model, a domain or a law, or a file."""

    exit_code = BAD_INPUT


class NoVerdictError(OneLineError):
    """A command that ends without a result: it was interrupted, or saved data cannot be trusted."""

    exit_code = NO_VERDICT


class Command(click.Command):
    """A subcommand whose help ends with its exit codes."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the exit codes."""
        _write_codes(formatter, endings(_name_of(ctx)))


class Subgroup(click.Group):
    """A subcommand with subcommands."""

    command_class = Command

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the exit codes."""
        _write_codes(formatter, ABOUT)


class Group(Subgroup):
    """The command. It always ends with one of the exit codes, and prints the reason in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a subcommand."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # the reader of the output has exited, as `head` does
            _say_no_more()
            sys.exit(NO_VERDICT)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command, and end the process unless told not to."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, False, **extra)
        except Exception as error:
            code = _told(error)
        sys.exit(code if isinstance(code, int) else HELD)


def _told(error: Exception) -> int:
    """Print what went wrong; return the exit code."""
    if isinstance(error, click.Abort):
        click.echo("interrupted", err=True)
        return NO_VERDICT
    if isinstance(error, click.ClickException):
        error.show()
        return BAD_INPUT if isinstance(error, click.UsageError) else error.exit_code
    fault = fault_of_users(error)
    if fault is None:
        _tell_internal(error)
        return INTERNAL
    if isinstance(error, OSError) and error.filename is None:
        _say_no_more()  # it may be the output that cannot be written
    told = "\n".join(map(shortened, fault.split("\n")))
    click.echo(f"Error: {told}", err=True)
    return BAD_INPUT


def _tell_internal(error: Exception) -> None:
    traceback.print_exception(error, file=sys.stderr)
    fault = "this is a bug in Turncheck, not in your model or your domain"
    click.echo(f"Error: {fault}: please report it with the lines above", err=True)


def _say_no_more() -> None:
    """Discard the remaining output: Python would try to print it once more at its end, and fail again."""
    sys.stdout = io.StringIO()


def fault_of_users(error: Exception) -> str | None:
    """Return the error as printable lines if the user can fix it: in a domain, a law or a file; None for any other
    error.
    """
    from turncheck.engine.domain import DomainError
    from turncheck.engine.registry import UnknownDomainError
    from turncheck.engine.visible import visible
    from turncheck.properties.checking.trial import MISTAKES, format_mistake
    from turncheck.properties.laws import RepeatedLawError

    if isinstance(error, (DomainError, UnknownDomainError, RepeatedLawError, *MISTAKES)):
        return format_mistake(error)
    if isinstance(error, OSError) and error.errno in OF_FILES:
        return visible(cannot_be_used(error))
    return None


# fmt: off
OF_FILES = frozenset({
    errno.EACCES, errno.EDQUOT, errno.EEXIST, errno.EFBIG, errno.EIO, errno.EISDIR, errno.ELOOP, errno.EMFILE,
    errno.ENAMETOOLONG, errno.ENFILE, errno.ENODEV, errno.ENOENT, errno.ENOSPC, errno.ENOTDIR, errno.EPERM,
    errno.EROFS,
})
"""System errors about files and disks that only the user can fix."""
# fmt: on


def cannot_be_used(error: OSError, path: object = None, to: str = "read or written") -> str:
    """Return the message for a file or a folder that the system refuses; for a full disk, the message says so."""
    named = error.filename if path is None else path
    what = "the output" if named is None else os.fsdecode(named) if isinstance(named, bytes) else str(named)
    in_the_way = error.errno in (errno.EEXIST, errno.ENOTDIR)
    why = "a file is in the place of a folder" if in_the_way else error.strerror or str(error)
    return f"{what} cannot be {to}: {why}"


def prepare(folder: Place) -> None:
    """Create a folder and test that it can be written, before the work whose result goes there.

    Raises:
        BadInputError: the folder cannot be created or written.
    """
    from turncheck.engine.visible import visible

    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder.path) as probe:
            probe.write(b"turncheck")
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, folder.typed, "written"))) from error


def _name_of(ctx: click.Context) -> str:
    """Return the full name of a subcommand: `domain check`."""
    names = []
    while ctx.parent is not None:
        names.append(ctx.info_name or "")
        ctx = ctx.parent
    return " ".join(reversed(names))


def _write_codes(formatter: click.HelpFormatter, codes: Mapping[int, str]) -> None:
    with formatter.section("Exit codes"):
        formatter.write_dl([(str(code), about) for code, about in codes.items()])


TYPED_DOMAIN = "turncheck.domain"
"""The key of the domain's name as typed, in the context of a command."""


def domain_option(command: Function) -> Function:
    """Add `--domain`, which passes the domain itself."""
    about = "A name (see turncheck domain list), FILE.py:NAME or MODULE:NAME.  [default: duel]"

    def loaded(context: click.Context, parameter: click.Parameter, name: str | None) -> Domain:
        context.meta[TYPED_DOMAIN] = name
        return load(name)

    return click.option("--domain", metavar="DOMAIN", callback=loaded, help=about)(command)


def load(name: str | None) -> Domain:
    """Return the domain of that name; the default domain without a name.

    Raises:
        BadInputError: there is no such domain.
    """
    from turncheck.engine.registry import DEFAULT, UnknownDomainError, load_domain
    from turncheck.engine.visible import visible

    try:
        return load_domain(name or DEFAULT)
    except UnknownDomainError as error:
        raise BadInputError(visible(str(error))) from error


def model_options(command: Function) -> Function:
    """Add the options that name a model, as in pytest."""
    about = "A path or KIND:TARGET (see turncheck models).  [default: the domain's own model]"
    return click.option("--model", "spec", metavar="SPEC", help=about)(options_beside_it(command))


def options_beside_it(command: Function) -> Function:
    """Add the options that go with a SPEC, as in pytest."""
    about = "Longest time for one call of a model.  [default: no limit]"
    command = click.option("--timeout", type=SECONDS, help=about)(command)
    alone = "Run a py: model in a separate process: for models that you do not trust."
    command = click.option("--isolate", is_flag=True, help=alone)(command)
    return words_options("An option of the model's kind, or template=, rejects=, rules=, sha256=. May be repeated.")(
        command
    )


def report_and_table(command: Function) -> Function:
    """Add `--report`, passed as `folder`, and `--table`: where results are written, and which rows are shown."""
    about = "Rows of the tables: what went wrong, or all.  [default: failing]"
    rows = click.option("--table", type=click.Choice(["failing", "all"]), default="failing", help=about)
    folder = click.Path(file_okay=False)
    return located("--report", folder, dest="folder", help="Write the report into this folder.")(rows(command))


def shrink_options(command: Callable[..., Any]) -> Function:
    """Add `--shrink` and `--no-shrink`, passed as one argument `shrink`: a limit, or None for the default."""

    @functools.wraps(command)
    def limited(*arguments: Any, shrink: Limit | None, no_shrink: bool, **others: Any) -> None:
        from turncheck.properties.checking.asking import Limit

        if no_shrink and shrink is not None:
            raise click.UsageError("--shrink and --no-shrink cannot both be given: leave one out")
        command(*arguments, shrink=Limit(prompts=0) if no_shrink else shrink, **others)

    about = "Limit for shrinking one counterexample: prompts (100) or model time (30s, 5m).  [default: 30s or more]"
    limit = click.option("--shrink", type=SHRINKING, help=about)
    none = click.option(
        "--no-shrink", is_flag=True, help="Do not shrink: show the smallest failing case that was drawn."
    )
    return limit(none(limited))


def words_options(about: str) -> Callable[[Function], Function]:
    """Add the options for the domain, the rules and the wording of prompts; `about` describes the arguments."""
    rules = click.option("--rules", metavar="FILE", help="A rules file: check against this variant of the domain.")
    arguments = click.option(
        "--model-arg", "arguments", metavar="KEY=VALUE", multiple=True, callback=no_long_numbers, help=about
    )
    return lambda command: domain_option(arguments(rules(command)))


def subject_of(
    domain: Domain,
    spec: str | None,
    arguments: tuple[str, ...],
    rules: str | None,
    timeout: float | None,
    isolate: bool = False,
    *,
    listed: bool = False,
    tells: bool = True,
) -> Subject:
    """Load the named model. If `tells`, print on stderr what the model found out about the system behind it.

    Raises:
        BadInputError: the model cannot be loaded.
    """
    from turncheck.properties.session.loading import SpecError, load_subject
    from turncheck.properties.session.progress import loading
    from turncheck.reports.escape import visible

    name = "the model" if spec is None else visible(spec)
    try:
        with loading(name, lambda line: click.echo(line, err=True)):
            subject = load_subject(spec, domain, arguments, rules, timeout, listed=listed, isolate=isolate)
    except SpecError as error:
        raise BadInputError(str(error)) from error
    for finding in subject.findings() if tells else ():
        click.echo(f"{visible(subject.name)}: {visible(finding)}", err=True)
    return subject
