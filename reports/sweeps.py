"""What a sweep found: rates by law, by failure mode, by field and by stratum."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import Any, Literal

import attrs
from tabulate import tabulate

from turncheck.reports.escape import visible

GateVerdict = Literal["PASS", "FAIL", "INCONCLUSIVE"]


def percent(rate: float) -> str:
    """A rate in percent, with three decimals; one below 0.01 % with its first two digits: a million cases tell them.

    >>> percent(0.5), percent(0.00012), percent(0.000017), percent(0)
    ('50.000%', '0.012%', '0.0017%', '0.000%')
    """
    decimals = 3 if rate == 0 or rate >= 1e-4 else max(3, -floor(log10(rate)) - 1)
    return f"{rate:.{decimals}%}"


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
    def rate(self) -> float | None:
        """How often it broke; None where there was no case."""
        return self.broke / self.applied if self.applied else None

    @property
    def interval(self) -> str:
        """The interval in words; one that is one-sided says so."""
        if not self.applied:
            return ""
        if not self.broke:
            return f"below {percent(self.high)} (one-sided)"
        return f"{percent(self.low)} to {percent(self.high)}"

    @property
    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        rate = "" if self.rate is None else percent(self.rate)
        return visible(self.name), self.rule, f"{self.applied:,}", f"{self.broke:,}", rate, self.interval

    def to_json(self) -> dict[str, Any]:
        """Plain values, the rate among them."""
        ends = {"rate": self.rate, "low": self.low, "high": self.high}
        return {"name": self.name, "rule": self.rule, "applied": self.applied, "broke": self.broke, **ends}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Row:
        """The row that `to_json` gave those values for."""
        return cls(**{name: value for name, value in values.items() if name != "rate"})


@attrs.frozen
class Smallest:
    """A small case that breaks a law in one failure mode.

    Attributes:
        law: its name.
        mode: the failure mode.
        case: the text of the case.
        short: the case in a few words.
        left: why the case need not be minimal: what ended its shrinking; empty where it ended by itself.
        turn: the prompt whose answer diverges.
        expected: the reference's answer to it.
        got: the model's.
        said: what is wrong with that, in a few words.
    """

    law: str
    mode: str
    case: str
    short: str = ""
    left: str = ""
    turn: str = ""
    expected: str = ""
    got: str = ""
    said: str = ""


@attrs.frozen
class SweepResult:
    """What the sweep of one model found.

    Attributes:
        sampler: whose cases were asked.
        seed: of the sample, an evaluation seed.
        stream: the random stream that the cases come from; None where they are enumerated.
        training_seeds: the first and the last of the seeds that training draws from, which are others.
        turns: how many were to be asked, fixed beforehand.
        done: how many were.
        diverged: cases whose own answer is not right.
        low: the lower end of that rate's 95 % interval, two-sided.
        high: its upper end, two-sided, which the gate is about.
        unreadable: diverging answers that are not well-formed, and so are wrong in no field.
        more: laws that ask a second prompt, made from the case, ask about one such prompt for so many cases each.
        damaged: laws about malformed texts are held on one case in so many; 0 where there are none.
        played: laws about plays, likewise.
        again: laws about asking again, likewise.
        laws: how often each was broken, in their order.
        modes: how many cases' own answers diverged, and in which mode.
        fields: how often each field of the answer was wrong; of those that the prompt has too by whether they change.
        strata: how many cases diverged, by what the domain tells them apart by.
        silent: the laws that say nothing about the model, and why.
        smallest: for each law about single cases and each mode a small case that breaks it so.
        shrunk: whether those were shrunk, else they are the simplest that were met.
        gate: the rate of divergence that was demanded, 0..1, if one was.
        verdict: what the gate says; None where there is none, or the sweep is partial.
        noun: what a case is called (`turncheck.reports.cases.noun_of`).
        fields_title: what a field of the answer is called.
        strata_title: what the cases are told apart by.
        sentences: of the laws that were broken, each in full.
    """

    sampler: str
    seed: int
    stream: str | None
    training_seeds: tuple[int, int]
    turns: int
    done: int
    diverged: int
    low: float
    high: float
    unreadable: int
    more: int
    damaged: int
    played: int
    again: int
    laws: tuple[Row, ...]
    modes: tuple[Row, ...]
    fields: tuple[Row, ...]
    strata: tuple[Row, ...]
    silent: dict[str, str] = attrs.field(factory=dict, hash=False)
    smallest: tuple[Smallest, ...] = ()
    shrunk: bool = True
    gate: float | None = None
    verdict: GateVerdict | None = None
    noun: str = "case"
    fields_title: str = "field"
    strata_title: str = "stratum"
    sentences: dict[str, str] = attrs.field(factory=dict, hash=False)

    @property
    def whole(self) -> bool:
        """Whether all cases were asked."""
        return self.done == self.turns

    def to_json(self) -> dict[str, Any]:
        """Plain values, as they stand in `divergence.json`."""
        rows = {name: [row.to_json() for row in getattr(self, name)] for name in ROWS}
        return {**attrs.asdict(self), **rows}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SweepResult:
        """The result that `to_json` gave those values for."""
        rows = {name: tuple(map(Row.from_json, values[name])) for name in ROWS}
        smallest = tuple(Smallest(**each) for each in values["smallest"])
        first, last = values["training_seeds"]
        return cls(**{**values, **rows, "smallest": smallest, "training_seeds": (first, last)})


ROWS = ("laws", "modes", "fields", "strata")
"""The attributes of a result that are rows."""


# --- tables ----------------------------------------------------------------------------------------------------------


def table_of(title: str, rows: Sequence[Row], with_rule: bool = False) -> str:
    """The rows under the title, for a terminal."""
    headers, cells, aligned = cells_of(title, rows, with_rule)
    return tabulate(cells, headers, disable_numparse=True, colalign=aligned if cells else None)


def cells_of(
    title: str, rows: Sequence[Row], with_rule: bool = False
) -> tuple[Sequence[str], list[tuple[str, ...]], Sequence[str]]:
    """The headers, the cells and how the columns are aligned."""
    headers = (title, "rule", "applied", "broke", "rate", "95 % interval")
    aligned = ("left", "left", "right", "right", "right", "left")
    kept = [index for index in range(len(headers)) if with_rule or index != 1]
    cells = [tuple(row.cells[index] for index in kept) for row in rows]
    return [headers[index] for index in kept], cells, [aligned[index] for index in kept]


def worst(rows: Sequence[Row], most: int) -> list[Row]:
    """The rows with the highest rates, those that broke at all; the most frequent first among equals."""
    broken = [row for row in rows if row.broke]
    return sorted(broken, key=lambda row: (-row.broke / row.applied, -row.broke, row.name))[:most]
