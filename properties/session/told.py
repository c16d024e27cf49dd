"""What pytest shows of a law that failed: made for the screen when it is shown, with colour where pytest has some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from turncheck.properties.session.options import COLOURED
from turncheck.properties.session.summary import screen_of
from turncheck.reports.screen import Screen


class Told:
    """What a report holds in the place of pytest's own text; as text it is that one, without colour.

    Args:
        plain: what pytest made of the failure.
        told: the failure on any screen.
    """

    def __init__(self, plain: Any, told: Callable[[Screen], str]) -> None:
        self.plain, self.told = plain, told
        self.reprcrash = getattr(plain, "reprcrash", None)

    def __str__(self) -> str:
        return str(self.plain)

    def toterminal(self, writer: Any) -> None:
        """Shows it, on a writer of pytest's."""
        writer.line(self.told(Screen(writer.fullwidth, writer.hasmarkup)))


def tell(report: pytest.TestReport, told: Callable[[Screen], str], config: pytest.Config) -> None:
    """Put the failure into the report. A report of a pytest-xdist process travels as text: if the terminal has colour,
    the coloured text goes beside the plain one.
    """
    if not hasattr(config, "workerinput"):
        _replace(report, told)
    elif (screen := screen_of(config)).colour:
        setattr(report, COLOURED, told(screen))


def tell_from_worker(report: pytest.TestReport) -> None:
    """Show the coloured text that came with the report wherever there is colour, else the plain one."""
    coloured, plain = getattr(report, COLOURED), str(report.longrepr)
    delattr(report, COLOURED)
    _replace(report, lambda screen: coloured if screen.colour else plain)


def _replace(report: pytest.TestReport, told: Callable[[Screen], str]) -> None:
    report.longrepr = Told(report.longrepr, told)  # type: ignore[assignment]  # it has all that pytest asks of it
