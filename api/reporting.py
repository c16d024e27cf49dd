"""Write the results of a command: the report's files, and the summary of a GitHub Actions job."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from turncheck.options import BadInputError, cannot_be_used

if TYPE_CHECKING:
    from turncheck.arguments import Place
    from turncheck.reports.records import Report


def write(report: Report, folder: Place | None) -> None:
    """Write a report into a folder, if one is given, and print where its page is; write the summary of a GitHub Actions
    job.

    Raises:
        BadInputError: a file cannot be written.
    """
    from turncheck.engine.visible import visible
    from turncheck.reports.github import VARIABLE, tell_github
    from turncheck.reports.table import PAGE, write_report

    typed = os.environ.get(VARIABLE, "")
    try:
        tell_github(report)
        if folder is not None:
            typed = folder.typed
            write_report(report, folder.path)
            click.echo(f"page: {visible(os.path.join(folder.typed, PAGE))}")
    except OSError as error:
        raise BadInputError(visible(cannot_be_used(error, typed, "written"))) from error
