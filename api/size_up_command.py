"""`turncheck size-up`: what models can do beside their bytes, all measured in the same way."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from turncheck.arguments import CASES, EVALUATION_SEED, Place, located, names_in, quoted
from turncheck.options import (
    BadInputError,
    Command,
    Function,
    NoVerdictError,
    cannot_be_used,
    options_beside_it,
    prepare,
    subject_of,
)

if TYPE_CHECKING:
    from turncheck.engine.domain import Domain
    from turncheck.properties.sizing.measure import Sizing
    from turncheck.properties.sizing.models import Loader
    from turncheck.properties.sizing.plan import SizingPlan
    from turncheck.reports.size_up import SizedModel, SizeUp

A_FILE = click.Path(dir_okay=False)


def _measuring_options(command: Function) -> Function:
    """Add the options of what each model is asked."""
    names = "Samplers of the domain, separated by commas.  [default: mixed and play]"
    for option in (
        click.option("--samplers", callback=names_in, metavar="NAMES", help=names),
        click.option("--turns", type=CASES, default=10_000, show_default=True, help="Cases of each sampler."),
        click.option(
            "--seed", type=EVALUATION_SEED, default=0, show_default=True, help="Evaluation seed, below 1,000,000."
        ),
        click.option("--malformed", type=CASES, default=1_000, show_default=True, help="Malformed texts."),
        click.option("--examples", type=CASES, default=50, show_default=True, help="Cases to draw for each law."),
        click.option("--no-laws", is_flag=True, help="Check no laws."),
    )[::-1]:
        command = option(command)
    return command


def _written_options(command: Function) -> Function:
    """Add the options of the files to write."""
    for option in (
        located("--csv", A_FILE, dest="as_csv", help="Write the table into this file as CSV."),
        located("--json", A_FILE, dest="as_json", help="Write everything into this file as JSON, after each model."),
        click.option("--resume", is_flag=True, help="Measure only models that are not in the --json file yet."),
        located("--plot", A_FILE, help="Draw the models into this file, .png or .svg; needs matplotlib."),
    )[::-1]:
        command = option(command)
    return command


@click.command("size-up", cls=Command)
@click.argument("specs", metavar="[SPEC]...", nargs=-1)
@options_beside_it
@click.option(
    "--file",
    "files",
    metavar="SPEC=FILE",
    multiple=True,
    help="A file that counts in the size of that model, such as the weights of a py: model. May be repeated.",
)
@_measuring_options
@_written_options
def size_up(
    domain: Domain,
    specs: tuple[str, ...],
    files: tuple[str, ...],
    as_csv: Place | None,
    as_json: Place | None,
    plot: Place | None,
    resume: bool,
    rules: str | None,
    arguments: tuple[str, ...],
    timeout: float | None,
    isolate: bool,
    **asked: Any,
) -> None:
    """Show what models can do beside their bytes. Prints a row per model, and the smallest for each number of nines.

    \b
      turncheck size-up runs/a/checkpoint.safetensors runs/b/checkpoint.safetensors --plot sizes.png

    A SPEC is a path or KIND:TARGET (see turncheck models). Without one, the domain's own model is measured.
    """
    from turncheck.properties.checking.trial import try_domain
    from turncheck.properties.sizing.measure import Sizing
    from turncheck.properties.sizing.models import Loader

    named: tuple[str | None, ...] = tuple(dict.fromkeys(specs)) or (None,)
    belonging = _belonging(files, specs)
    _check_places(as_csv, as_json, plot)
    plan = _plan(domain, asked)
    reference = subject_of(domain, "reference", (), rules, None)
    sizing = Sizing(reference, plan)
    before = _before(sizing, as_json) if resume else ()
    loader = Loader(domain, reference.domain, arguments, rules, timeout, isolate)
    models: list[SizedModel] = []
    with suppress(KeyboardInterrupt):
        try_domain(sizing.domain, sizing.laws)
        for place, spec in enumerate(named):
            models.append(_measured(sizing, loader, spec, belonging.get(spec, ()), before, (place, len(named))))
            _write_json(sizing.result(models), as_json)
    if not models:
        raise NoVerdictError("stopped before a model was measured: the same command starts again")
    result = sizing.result(models)
    _show(result)
    _write(result, as_csv, as_json, plot)
    _end(result, len(named))


def _belonging(files: Sequence[str], specs: Sequence[str]) -> Mapping[str | None, tuple[Path, ...]]:
    """Return the further files of each model.

    Raises:
        click.UsageError: the part before `=` is no SPEC of the command.
        BadInputError: there is no such file.
    """
    found: dict[str | None, tuple[Path, ...]] = {}
    for each in files:
        spec = max((spec for spec in specs if each.startswith(f"{spec}=")), key=len, default=None)
        if spec is None:
            raise click.UsageError(f"--file must be SPEC=FILE with a SPEC of this command, got {quoted(each)}")
        typed = each.removeprefix(f"{spec}=")
        if not os.path.isfile(typed):
            raise BadInputError(f"--file must name a file after {quoted(spec)}, got {quoted(typed)}")
        found[spec] = (*found.get(spec, ()), Path(os.path.abspath(typed)))
    return found


def _check_places(*places: Place | None) -> None:
    """Check, before models are measured, that the files can be written.

    Raises:
        click.UsageError: the picture's file has another ending.
        BadInputError: a folder cannot be written, or no picture can be drawn.
    """
    from turncheck.reports.plots import NoPlotsError
    from turncheck.reports.size_up_plot import ENDINGS, check_plots

    plot = places[-1]
    if plot is not None:
        if plot.path.suffix not in ENDINGS:
            raise click.UsageError(f"--plot must end with {' or '.join(ENDINGS)}, got {quoted(plot.typed)}")
        try:
            check_plots()
        except NoPlotsError as error:
            raise BadInputError(str(error)) from error
    for place in places:
        if place is not None:
            prepare(Place(place.path.parent, os.path.dirname(place.typed) or "."))


def _plan(domain: Domain, asked: Mapping[str, Any]) -> SizingPlan:
    from turncheck.engine.sampling import UnknownSamplerError
    from turncheck.properties.sizing.plan import SizingPlan

    examples = 0 if asked["no_laws"] else asked["examples"]
    try:
        return SizingPlan.of(domain, asked["samplers"], asked["seed"], asked["turns"], asked["malformed"], examples)
    except UnknownSamplerError as error:
        raise click.BadParameter(str(error), param_hint="'--samplers'") from error


def _before(sizing: Sizing, as_json: Place | None) -> tuple[SizedModel, ...]:
    """Return the models in the file of an earlier run; none if there is no file.

    Raises:
        click.UsageError: no file is named.
        BadInputError: the file cannot be read, or its models were measured in another way.
        NoVerdictError: it is no result.
    """
    import attrs

    from turncheck.engine.files import read_file
    from turncheck.engine.visible import visible
    from turncheck.reports.size_up import LARGEST, SizeUp

    if as_json is None:
        raise click.UsageError("--resume must have the file of the run to continue: add --json FILE")
    if not as_json.path.exists():
        return ()
    name = visible(as_json.typed)
    try:
        values = json.loads(read_file(as_json.path, LARGEST))
        found = SizeUp.from_json(values)
        if json.loads(_as_json(found)) != values:
            raise ValueError("what follows from its counts is something else")
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, as_json.typed, "read"))) from error
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        way_out = "name another file, or leave out --resume"
        raise NoVerdictError(f"{name} must be what size-up --json wrote, and cannot be read: {way_out}") from error
    wanted = sizing.result(())
    for field in attrs.fields(SizeUp):
        if field.name != "models" and (old := getattr(found, field.name)) != (new := getattr(wanted, field.name)):
            got = f"{field.name} {visible(str(old))}, this run {visible(str(new))}"
            raise BadInputError(f"{name} holds models measured with {got}: name another file, or leave out --resume")
    return found.models


def _measured(
    sizing: Sizing,
    loader: Loader,
    spec: str | None,
    files: Sequence[Path],
    before: Sequence[SizedModel],
    at: tuple[int, int],
) -> SizedModel:
    """Measure a model, or find it among those measured before. If it cannot be loaded, return why.

    Raises:
        BadInputError: it cannot be loaded, and is the only one.
    """
    from turncheck.properties.session.loading import SpecError
    from turncheck.properties.session.progress import counting, loading
    from turncheck.reports.escape import visible
    from turncheck.reports.size_up import SizedModel

    place, count = at
    name = "the model" if spec is None else visible(spec)
    alone = subject = None
    try:
        with loading(name, lambda line: click.echo(line, err=True)):
            subject = loader.load(spec, files)
            if (known := sizing.known(subject, before)) is not None:
                return known
            alone = loader.alone(spec, subject)
        for finding in subject.findings():
            click.echo(f"{visible(subject.name)}: {visible(finding)}", err=True)
        about = f"measuring {visible(subject.name)} ({place + 1} of {count})"
        with counting(subject.meter, about, sizing.prompts(subject)):
            return sizing.measured(subject, alone)
    except SpecError as error:
        if count == 1:
            raise BadInputError(str(error)) from error
        return SizedModel(spec or error.spec, fault=visible(error.fault))
    finally:
        for each in {id(each): each for each in (subject, alone) if each is not None}.values():
            each.close()


def _show(result: SizeUp) -> None:
    from turncheck.reports.screen import Screen
    from turncheck.reports.size_up_text import size_up_text

    screen = Screen.of(sys.stdout)
    click.echo(size_up_text(result, screen), color=screen.colour)


def _write(result: SizeUp, as_csv: Place | None, as_json: Place | None, plot: Place | None) -> None:
    """Write the files.

    Raises:
        BadInputError: a file cannot be written.
    """
    from turncheck.engine.visible import visible
    from turncheck.reports.size_up_plot import size_up_picture
    from turncheck.reports.size_up_text import size_up_csv

    made: list[tuple[Place | None, Callable[[], bytes]]] = [
        (as_csv, lambda: size_up_csv(result).encode()),
        (as_json, lambda: _as_json(result)),
        (plot, lambda: size_up_picture(result, plot.path.suffix if plot is not None else "")),
    ]
    written = [(place, content()) for place, content in made if place is not None]
    for place, content in written:
        _write_file(place, content)
    if written:
        click.echo(f"\nwritten: {', '.join(visible(place.typed) for place, _ in written)}")


def _as_json(result: SizeUp) -> bytes:
    return (json.dumps(result.to_json(), indent=1) + "\n").encode()


def _write_json(result: SizeUp, as_json: Place | None) -> None:
    """Write the models so far, so that a run that is killed can be resumed."""
    if as_json is not None:
        _write_file(as_json, _as_json(result))


def _write_file(place: Place, content: bytes) -> None:
    from turncheck.engine.files import write_whole
    from turncheck.engine.visible import visible

    try:
        write_whole(place.path, content)
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, place.typed, "written"))) from error


def _end(result: SizeUp, named: int) -> None:
    """Raise what ends the command with another code than 0: it was interrupted, or not all models were measured.

    Raises:
        NoVerdictError: it was interrupted.
        BadInputError: a model could not be measured.
        click.ClickException: the verify of a model is wrong.
    """
    done, failed = len(result.models), sum(bool(model.fault) for model in result.models)
    if done < named:
        raise NoVerdictError(f"stopped after {done} of {named} models, which are in the table")
    if failed:
        raise BadInputError(f"{failed} of {named} models could not be measured: the lines below the table say why")
    if refuted := [model.name for model in result.models if model.refuted]:
        from turncheck.engine.visible import visible

        raise click.ClickException(f"the verify of {visible(refuted[0])} is wrong: see turncheck conform")
