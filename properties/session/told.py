"""What pytest shows of a law that failed: made for the screen when it is shown, with colour where pytest has some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
