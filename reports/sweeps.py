"""The result of a sweep: rates by law, by failure mode, by field and by stratum."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import Any, Literal

import attrs

from turncheck.reports.escape import visible

GateVerdict = Literal["PASS", "FAIL", "INCONCLUSIVE"]


def percent(rate: float) -> str:
    """Write a rate in percent with three decimals; below 0.01 %, with two significant digits, for large samples.

    >>> percent(0.5), percent(0.00012), percent(0.000017), percent(0)
    ('50.000%', '0.012%', '0.0017%', '0.000%')
    """
    decimals = 3 if rate == 0 or rate >= 1e-4 else max(3, -floor(log10(rate)) - 1)
    return f"{rate:.{decimals}%}"


@attrs.frozen
class Row:
    """A rate of a sweep, with its confidence interval.

    Attributes:
        name: the law, mode, field or stratum of the rate.
        rule: the rules that a law follows from; empty for all else.
        applied: the number of cases.
        broke: the number of these cases that broke the law or diverged.
        low: the lower end of the two-sided 95 % interval.
        high: the upper end of that interval; if nothing broke, the one-sided bound.
    """

    name: str
    rule: str
    applied: int
    broke: int
    low: float
    high: float

    @property
    def rate(self) -> float | None:
        """The rate, 0..1; None if there was no case."""
        return self.broke / self.applied if self.applied else None

    @property
    def interval(self) -> str:
        """The interval in words; a one-sided bound is marked."""
        if not self.applied:
            return ""
        if not self.broke:
            return f"below {percent(self.high)} (one-sided)"
        return f"{percent(self.low)} to {percent(self.high)}"

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of a table's row."""
        rate = "" if self.rate is None else percent(self.rate)
        return visible(self.name), self.rule, f"{self.applied:,}", f"{self.broke:,}", rate, self.interval

    def to_json(self) -> dict[str, Any]:
        """Return plain values, including the rate."""
        ends = {"rate": self.rate, "low": self.low, "high": self.high}
        return {"name": self.name, "rule": self.rule, "applied": self.applied, "broke": self.broke, **ends}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Row:
        """Return the row from the values of `to_json`."""
        return cls(**{name: value for name, value in values.items() if name != "rate"})


@attrs.frozen
class Smallest:
    """A small case that breaks a law in one failure mode.

    Attributes:
        law: the law's id.
        mode: the failure mode.
        case: the text of the case.
        short: the short form of the case.
        left: why the case need not be minimal: what stopped its shrinking; empty if shrinking finished.
        turn: the prompt whose answer diverges.
        expected: the reference's answer to it.
        got: the model's answer to it.
        said: what is wrong with that answer, in a few words.
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
    """The result of the sweep of one model.

    Attributes:
        sampler: the sampler of the cases.
        seed: the seed of the sample, an evaluation seed.
        stream: the random stream of the cases; None if they are enumerated.
        training_seeds: the first and the last of the seeds for training, which evaluation does not use.
        turns: the number of cases to ask, fixed beforehand.
        done: the number of cases that were asked.
        diverged: the number of cases whose own answer is wrong.
        low: the lower end of that rate's two-sided 95 % interval.
        high: the upper end of that interval, which the gate is compared with.
        unreadable: the number of diverging answers that are not well-formed and therefore count for no field.
        more: each law that asks a second prompt, made from the case, asks about one per this many cases.
        damaged: laws about malformed texts are checked on one of this many cases; 0 if there are none.
        played: the same for laws about plays.
        again: the same for laws about asking again.
        laws: how often each law was broken, in the order of the laws.
        modes: how many cases' own answers diverged in each mode.
        fields: how often each field of the answer was wrong; fields of the prompt are split by whether they change.
        strata: how often the cases of each stratum diverged.
        silent: the laws that do not apply to the model, each with the reason.
        smallest: a small counterexample for each law about single cases and each mode in which it was broken.
        shrunk: whether these were shrunk; if not, they are the simplest that the sweep found.
        gate: the highest allowed rate of divergence, 0..1; None without a gate.
        verdict: the verdict of the gate; None if there is no gate or the sweep is partial.
        noun: the word for a case (`turncheck.reports.cases.noun_of`).
        fields_title: the word for a field of the answer.
        strata_title: the word for what the strata are.
        sentences: the sentences of the laws that were broken.
        experts: for a composition, how often each expert was wrong, of the kept prompts with wrong answers.
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
    experts: tuple[Row, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the sweep is complete: all cases were asked."""
        return self.done == self.turns

    def to_json(self) -> dict[str, Any]:
        """Return plain values, as in `divergence.json`."""
        rows = {name: [row.to_json() for row in getattr(self, name)] for name in ROWS}
        return {**attrs.asdict(self), **rows}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SweepResult:
        """Return the result from the values of `to_json`."""
        rows = {name: tuple(map(Row.from_json, values.get(name, ()))) for name in ROWS}
        smallest = tuple(Smallest(**each) for each in values["smallest"])
        first, last = values["training_seeds"]
        return cls(**{**values, **rows, "smallest": smallest, "training_seeds": (first, last)})


ROWS = ("laws", "modes", "fields", "strata", "experts")
"""The attributes of a result that are rows."""


# --- tables ----------------------------------------------------------------------------------------------------------


def cells_of(
    title: str, rows: Sequence[Row], with_rule: bool = False
) -> tuple[Sequence[str], list[tuple[str, ...]], Sequence[str]]:
    """Return the headers, the cells and the alignment of the columns."""
    headers = (title, "rule", "applied", "broke", "rate", "95 % interval")
    aligned = ("left", "left", "right", "right", "right", "left")
    kept = [index for index in range(len(headers)) if with_rule or index != 1]
    cells = [tuple(row.cells[index] for index in kept) for row in rows]
    return [headers[index] for index in kept], cells, [aligned[index] for index in kept]


def worst(rows: Sequence[Row], most: int) -> list[Row]:
    """Return the rows with the highest rates above 0; of equal rates, the row with more cases comes first."""
    broken = [row for row in rows if row.broke]
    return sorted(broken, key=lambda row: (-row.broke / row.applied, -row.broke, row.name))[:most]
