"""What a sweep found, as tables: rates by law, by failure mode, by number of the state and by pair of orders."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from tabulate import tabulate

from turncheck.reports.escape import visible


@attrs.frozen
class Row:
    """A rate of a sweep, with how sure it is.

    Attributes:
        name: what it is a rate of.
        rule: of a law, the rules that it follows from; of all else empty.
        applied: cases.
        broke: of those, the ones that broke the law, or diverged.
        low: the lower end of its 95 % interval, two-sided.
        high: the upper end; where nothing broke, the one-sided bound.
    """

    name: str
    rule: str
    applied: int
    broke: int
    low: float
    high: float

    @property
    def interval(self) -> str:
        """The interval in words; one that is one-sided says so."""
        if not self.applied:
            return ""
        if not self.broke:
            return f"below {self.high:.3%} (one-sided)"
        return f"{self.low:.3%} to {self.high:.3%}"

    @property
    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        rate = f"{self.broke / self.applied:.3%}" if self.applied else ""
        return visible(self.name), self.rule, f"{self.applied:,}", f"{self.broke:,}", rate, self.interval


def table_of(title: str, rows: Sequence[Row], with_rule: bool = False) -> str:
    """The rows under the title, for a terminal."""
    headers = (title, "rule", "applied", "broke", "rate", "95 % interval")
    aligned = ("left", "left", "right", "right", "right", "left")
    kept = [index for index in range(len(headers)) if with_rule or index != 1]
    cells = [[row.cells[index] for index in kept] for row in rows]
    columns, sides = [headers[index] for index in kept], [aligned[index] for index in kept]
    return tabulate(cells, columns, disable_numparse=True, colalign=sides if cells else None)


def worst(rows: Sequence[Row], most: int) -> list[Row]:
    """The rows with the highest rates, those that broke at all; the most frequent first among equals."""
    broken = [row for row in rows if row.broke]
    return sorted(broken, key=lambda row: (-row.broke / row.applied, -row.broke, row.name))[:most]
