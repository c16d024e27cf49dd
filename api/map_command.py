"""`turncheck map`: how models answer texts that operators change on purpose, and what to fix next."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from turncheck.arguments import CASES, EVALUATION_SEED, Place, located, names_in
from turncheck.options import (
    TYPED_DOMAIN,
    BadInputError,
    Command,
    NoVerdictError,
    cannot_be_used,
    options_beside_it,
    prepare,
    report_and_table,
    subject_of,
)
from turncheck.reporting import write
from turncheck.sweep_commands import one_line_errors

if TYPE_CHECKING:
    from turncheck.engine.domain import Domain
    from turncheck.properties.checking.subject import Subject
    from turncheck.properties.mapping.run import Map
    from turncheck.reports.brittleness import MappedModel
    from turncheck.reports.records import Report
    from turncheck.strategies.perturbations import Perturbation

OPTIONS = {"operator": "operators", "family": "families"}
NAMES = "Names, separated by commas."


@click.command("map", cls=Command)
@click.option(
    "--model",
    "specs",
    metavar="SPEC",
    multiple=True,
    help="A path or KIND:TARGET (see turncheck models). May be repeated.  [default: the domain's own model]",
)
@options_beside_it
@click.option("--sampler", metavar="NAME", help="A sampler of the domain's.  [default: mixed]")
@click.option("--seed", type=EVALUATION_SEED, default=0, show_default=True, help="Evaluation seed, below 1,000,000.")
@click.option("--turns", type=CASES, default=200, show_default=True, help="Cases for each operator and strength.")
@click.option("--operators", callback=names_in, metavar="NAMES", help=f"Ask these operators only. {NAMES}")
@click.option("--families", callback=names_in, metavar="NAMES", help=f"Ask these families only. {NAMES}")
@located("--out", click.Path(file_okay=False), required=True, help="Folder of the map.")
@click.option("--resume", is_flag=True, help="Continue the map in that folder.")
@report_and_table
def brittleness_map(
    domain: Domain,
    specs: tuple[str, ...],
    sampler: str | None,
    seed: int,
    turns: int,
    operators: tuple[str, ...],
    families: tuple[str, ...],
    out: Place,
    resume: bool,
    folder: Place | None,
    table: str,
    **model: Any,
) -> None:
    """Map where models break. Asks texts changed by each operator at each strength, and says what to fix next.

    \b
      turncheck map --model runs/x/checkpoint.safetensors --out maps/x

    Ctrl-C saves the map, and --resume continues it.
    """
    from turncheck.engine.visible import visible
    from turncheck.properties.mapping.result import found

    typed = click.get_current_context().meta.get(TYPED_DOMAIN)
    chosen = _operators(domain, operators, families)
    with one_line_errors():
        if folder is not None:
            prepare(folder)
        work = _begun(domain, specs or (None,), chosen, sampler, seed, turns, out, resume, model)
        with _telling_what_is_kept(work, table):
            _run(work)
            models = found(work)
    _show(models, table)
    _write(models, out)
    if folder is not None:
        write(_report(work, models, typed, {**model, "spec": ", ".join(specs)}), folder)
    for each in work.models:
        if refuted := each.subject.audit.refuted:
            fault = f"the verify of {visible(each.subject.name)} is wrong ({refuted} drafts): see turncheck conform"
            raise click.ClickException(fault)


def _operators(domain: Domain, operators: Sequence[str], families: Sequence[str]) -> Mapping[str, Perturbation]:
    from turncheck.engine.visible import visible
    from turncheck.properties.mapping.plan import UnknownOperatorError, chosen
    from turncheck.strategies.perturbations import perturbations_of

    try:
        return chosen(perturbations_of(domain), operators, families)
    except UnknownOperatorError as error:
        raise click.BadParameter(visible(str(error)), param_hint=f"'--{OPTIONS[error.what]}'") from error


def _begun(
    domain: Domain,
    specs: Sequence[str | None],
    operators: Mapping[str, Perturbation],
    sampler: str | None,
    seed: int,
    turns: int,
    out: Place,
    resume: bool,
    model: dict[str, Any],
) -> Map:
    """Load the models, and begin or resume the map.

    Raises:
        BadInputError: the map cannot begin or resume.
        NoVerdictError: it was interrupted.
    """
    from turncheck.engine.sampling import UnknownSamplerError
    from turncheck.properties.mapping.plan import MapPlan, sampler_of
    from turncheck.properties.mapping.run import Map

    try:
        name = sampler_of(sampler, domain)
        subjects = [subject_of(domain, spec, **model) for spec in dict.fromkeys(specs)]
        _check_alike(subjects)
        return Map(subjects, MapPlan(name, seed, turns), operators, out.path, resume)
    except UnknownSamplerError as error:
        raise click.BadParameter(str(error), param_hint="'--sampler'") from error
    except KeyboardInterrupt:
        raise NoVerdictError("stopped before the first text was asked") from None


def _check_alike(subjects: Sequence[Subject]) -> None:
    from turncheck.reports.escape import visible

    for each in subjects:
        if each.domain.fingerprint != subjects[0].domain.fingerprint:
            demand = f"the models of a map must have the same rules, got {each.domain.described} for {each.name}"
            raise BadInputError(visible(f"{demand}: map it by itself"))


def _run(work: Map) -> None:
    """Ask what is left, with a progress bar for each model."""
    from turncheck.properties.session.progress import counting
    from turncheck.reports.escape import visible

    for model in work.models:
        if left := work.planned_of(model) - model.done:
            with counting(model.subject.meter, f"mapping {visible(model.subject.name)}", left):
                for _ in work.chunks(model):
                    pass


@contextmanager
def _telling_what_is_kept(work: Map, table: str) -> Iterator[None]:
    """On Ctrl-C, show what was mapped so far, what is saved and how to resume."""
    from turncheck.properties.mapping.result import found

    try:
        yield
    except KeyboardInterrupt:
        if not work.done:
            fault = "stopped before the first chunk was done: nothing is saved, the same command starts again"
            raise NoVerdictError(fault) from None
        _show([model for model in found(work, advises=False) if model.map.cells], table)
        kept = f"stopped after {work.done:,} of {work.planned:,} texts, which are saved"
        raise NoVerdictError(f"{kept}: the same command with --resume continues") from None


def _show(models: Sequence[MappedModel], table: str) -> None:
    from turncheck.reports.map_terminal import maps_text
    from turncheck.reports.screen import Screen

    screen = Screen.of(sys.stdout)
    click.echo(maps_text(models, screen, table == "all", "--table=all"), color=screen.colour)


def _write(models: Sequence[MappedModel], out: Place) -> None:
    """Write `map.json`, `map.md` and, with matplotlib, `map.svg` and `map.png`.

    Raises:
        BadInputError: a file cannot be written.
    """
    from turncheck.engine.files import write_whole
    from turncheck.engine.visible import visible
    from turncheck.reports.brittleness import maps_to_json
    from turncheck.reports.map_text import maps_markdown
    from turncheck.reports.plots import NoPlotsError, pictures

    files = {
        "map.json": (json.dumps(maps_to_json(models), indent=1) + "\n").encode(),
        "map.md": maps_markdown(models).encode(),
    }
    missing = ""
    try:
        files |= pictures(models)
    except NoPlotsError as error:
        missing = str(error)
    try:
        for name, content in files.items():
            write_whole(out.path / name, content)
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, out.typed, "written"))) from error
    click.echo(f"\n{visible(out.typed)}: {', '.join(files)}")
    if missing:
        click.echo(missing, err=True)


def _report(work: Map, models: Sequence[MappedModel], domain: str | None, model: dict[str, Any]) -> Report:
    """Return a report of the maps alone."""
    import attrs

    from turncheck.properties.session.facts import with_facts
    from turncheck.properties.session.outcome import model_result
    from turncheck.reports.records import Report

    pairs = zip(work.models, models, strict=True)
    results = tuple(attrs.evolve(model_result(each.subject), map=mapped.map) for each, mapped in pairs)
    plan = work.plan
    return with_facts(Report(plan.seed, 0, 0, results), domain, model, {"sampler": plan.sampler, "turns": plan.turns})
