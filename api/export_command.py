"""`turncheck export`: a folder that runs a model without Turncheck and without PyTorch."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from turncheck.arguments import Place, located
from turncheck.options import TYPED_DOMAIN, BadInputError, Command, domain_option, prepare

if TYPE_CHECKING:
    from pathlib import Path

    from turncheck.engine.domain import Domain
    from turncheck.model.export import Parts

NUMPY, ONNX = "numpy", "onnx"


@click.command(cls=Command)
@click.argument("spec", metavar="SPEC")
@domain_option
@located("--out", click.Path(), required=True, help="Folder for the files; it must be empty or new.")
@click.option(
    "--format",
    "form",
    type=click.Choice([NUMPY, ONNX]),
    default=NUMPY,
    show_default=True,
    help="numpy: the weights as they are. onnx: graphs for onnxruntime.",
)
@click.pass_context
def export(context: click.Context, spec: str, domain: Domain, out: Place, form: str) -> None:
    """Export a checkpoint or composition as files and one Python page.

    \b
      turncheck export runs/x/checkpoint.safetensors --out pi

    The page, engine.py, needs numpy, or onnxruntime, and neither Turncheck nor PyTorch.
    """
    from turncheck.engine.visible import visible

    parts = _parts(spec, domain)
    convert = _converter() if form == ONNX else None
    _check_empty(out)
    prepare(out)
    from turncheck.model.export import PAGE, write_folder

    written = write_folder(parts, out.path, convert)
    folder = out.typed.rstrip("/") or "/"
    for path in written:
        click.echo(visible(f"{folder}/{path.name}: {path.stat().st_size:,} bytes"))
    typed = context.meta.get(TYPED_DOMAIN)
    options = ["--domain", typed] if typed else []
    options += ["--rules", parts.card.rules] if parts.card.rules else []
    options += [] if parts.card.rejects else ["--model-arg", "rejects=false"]
    command = shlex.join(["turncheck", "check", *options, "--model", f"py:{folder}/{PAGE}:predict"])
    click.echo(visible(f"check it: {command}"))


def _parts(spec: str, domain: Domain) -> Parts:
    from turncheck.engine.learned import EngineError
    from turncheck.engine.visible import visible

    try:
        from turncheck.model.export import parts_of
    except ModuleNotFoundError as error:
        way_out = "pip install 'turncheck[torch]'"
        raise BadInputError(f"exporting needs {error.name}, which is not installed: {way_out}") from error
    try:
        return parts_of(spec, domain)
    except EngineError as error:
        raise BadInputError(visible(f"model {spec}: {error.fault}")) from error


def _converter() -> Callable[[Path], bytes]:
    try:
        from turncheck.model.graphs import graph_of
    except ModuleNotFoundError as error:
        way_out = "pip install onnx, or leave --format onnx out"
        raise BadInputError(f"--format onnx needs {error.name}, which is not installed: {way_out}") from error
    return graph_of


def _check_empty(out: Place) -> None:
    """Raises BadInputError for a folder with something in it."""
    from turncheck.engine.visible import visible

    if out.path.is_dir() and any(out.path.iterdir()):
        raise BadInputError(visible(f"--out must be an empty folder or a new one, got {out.typed}: it has files"))
