"""`turncheck report`: make the page of one or several saved reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from turncheck.options import BadInputError, Command, cannot_be_used

if TYPE_CHECKING:
    from turncheck.reports.records import Report

A_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=Command)
@click.argument("files", type=A_FILE, nargs=-1, required=True)
@click.option(
    "--before", type=A_FILE, help="The divergence.json of an earlier run, to show what is new and what is fixed."
)
@click.option("--out", type=A_FILE, help="The page to write.  [default: report.html, beside the first FILE]")
def report(files: tuple[Path, ...], before: Path | None, out: Path | None) -> None:
    """Make the page of a saved divergence.json. With several FILES, the page compares their models.

    \b
      turncheck report out/divergence.json --before main/divergence.json
    """
    from turncheck.engine.visible import visible
    from turncheck.reports.page import report_page
    from turncheck.reports.saved import together
    from turncheck.reports.table import PAGE

    page = report_page(together([_read(file) for file in files]), None if before is None else _read(before))
    place = files[0].with_name(PAGE) if out is None else out
    try:
        place.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, place, "written"))) from error
    click.echo(f"page: {visible(str(place))}")


def _read(file: Path) -> Report:
    """Return the report that is saved in a file.

    Raises:
        BadInputError: the file cannot be read, or is no report.
    """
    from turncheck.engine.visible import visible
    from turncheck.reports.saved import read_report

    try:
        return read_report(file)
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, file, "read"))) from error
    except ValueError as error:
        raise BadInputError(visible(f"{file} is no divergence.json: {error}")) from error
