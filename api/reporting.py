"""What the commands write of what they found: the report's files, and the summary of a job of GitHub Actions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from turncheck.options import BadInputError, cannot_be_used

if TYPE_CHECKING:
    from turncheck.arguments import Place
    from turncheck.reports.records import Report


def write(report: Report, folder: Place | None) -> None:
    """Writes a report into a folder, if one is given, and says where its page is; tells GitHub, where it listens.

    Raises:
        BadInputError: something cannot be written.
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
