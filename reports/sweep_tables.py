"""The tables of a sweep on a terminal, which they fit: rows of what went wrong come first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from turncheck.reports.columns import Column, laid_out
from turncheck.reports.screen import Screen, Style
from turncheck.reports.sweeps import Row, SweepResult, cells_of

RATES = (
    Column("rule", least=6, most=18, leaves=1),
    Column("applied", least=11, right=True, leaves=2),
    Column("broke", least=11, right=True),
    Column("rate", least=9, right=True),
    Column("95 % interval", least=25),
)
"""The columns after the name. If wrapping the name is not enough, the rule is left out, then the number of cases."""

LEAST_OF_A_NAME = 24

COMPARED = (
    Column("failed on the same turns", least=LEAST_OF_A_NAME),
    Column("both", least=6, right=True),
    Column("first alone", least=7, right=True, leaves=1),
    Column("second alone", least=8, right=True, leaves=2),
    Column("p", least=8, right=True),
    Column("second is", least=9),
)
"""The columns of two sweeps that are compared. The counts of the cases on which one failed alone are left out first."""

VERDICTS: dict[str, tuple[Style, ...]] = {"worse": ("red", "bold"), "better": ("green",)}


def rates_table(title: str, rows: Sequence[Row], screen: Screen, with_rule: bool = False) -> list[str]:
    """Return the lines of a table of rates under that title, first what broke; without the rules if there are none."""
    first = sorted(rows, key=lambda row: not row.broke)
    headers, cells, _ = cells_of(title, first, with_rule and any(row.rule for row in rows))
    columns = [Column(title, LEAST_OF_A_NAME), *(column for column in RATES if column.header in headers)]

    def painted(header: str, text: str) -> str:
        return screen.paint(text, "red", "bold") if header == "broke" and text != "0" else text

    return list(laid_out(columns, cells, screen.width, painted))


def smallest_table(result: SweepResult, screen: Screen) -> list[str]:
    """Return the lines of a table of the small counterexamples. A law is named in its first row."""
    noun = result.noun
    columns = [
        Column(f"law about {noun}s", LEAST_OF_A_NAME),
        Column("mode", least=14),
        Column(f"minimal {noun}" if result.shrunk else f"the simplest {noun} that was found, not shrunk", least=24),
    ]
    shorts = [f"{each.short} ({each.left})" if each.left else each.short for each in result.smallest]
    modes = [each.mode for each in result.smallest]
    rows = list(zip(_named_once([each.law for each in result.smallest]), modes, shorts, strict=True))
    return list(laid_out(columns, rows, screen.width))


def _named_once(names: Sequence[str]) -> Iterator[str]:
    """Yield the names, with nothing in the place of one that the row before has."""
    for before, name in pairwise(["", *names]):
        yield "" if name == before else name


def compared_table(rows: Sequence[Sequence[str]], screen: Screen) -> list[str]:
    """Return the lines of a table of two sweeps of the same cases: first what is worse, then what is better.

    Args:
        rows: for each law its name, the number of cases on which both failed, the first alone, the second alone, the
            p-value, and the verdict: `worse`, `better` or nothing.
        screen: what the table is shown on.
    """
    order = ("worse", "better", "")
    first = sorted(rows, key=lambda row: order.index(row[-1]))
    return list(laid_out(COMPARED, first, screen.width, lambda header, text: _verdict(header, text, screen)))


def _verdict(header: str, text: str, screen: Screen) -> str:
    return screen.paint(text, *VERDICTS.get(text, ())) if header == COMPARED[-1].header else text
