"""What pytest shows for a failed law: rendered for the screen when it is shown, in colour if pytest uses colour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from turncheck.properties.session.options import COLOURED
from turncheck.properties.session.summary import screen_of
from turncheck.reports.screen import Screen


class FailureText:
    """Replaces pytest's text of a failure in a report. `str` gives pytest's own text, without colour.

    Args:
        plain: pytest's representation of the failure.
        render: renders the failure for a screen.
    """

    def __init__(self, plain: Any, render: Callable[[Screen], str]) -> None:
        self.plain, self.render = plain, render
        self.reprcrash = getattr(plain, "reprcrash", None)

    def __str__(self) -> str:
        return str(self.plain)

    def toterminal(self, writer: Any) -> None:
        """Write the failure to pytest's terminal writer."""
        writer.line(self.render(Screen(writer.fullwidth, writer.hasmarkup)))


def show_failure(report: pytest.TestReport, render: Callable[[Screen], str], config: pytest.Config) -> None:
    """Put the failure into the report. A report of a pytest-xdist process travels as text: if the terminal has colour,
    the coloured text goes beside the plain one.
    """
    if not hasattr(config, "workerinput"):
        _replace(report, render)
    elif (screen := screen_of(config)).colour:
        setattr(report, COLOURED, render(screen))


def show_failure_from_worker(report: pytest.TestReport) -> None:
    """Show the coloured text that came with the report wherever there is colour, else the plain one."""
    coloured, plain = getattr(report, COLOURED), str(report.longrepr)
    delattr(report, COLOURED)
    _replace(report, lambda screen: coloured if screen.colour else plain)


def _replace(report: pytest.TestReport, render: Callable[[Screen], str]) -> None:
    report.longrepr = FailureText(report.longrepr, render)  # type: ignore[assignment]  # it has what pytest uses
