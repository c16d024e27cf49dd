"""What a sweep found, as rates with intervals: by law, failure mode, number of the state, and pair of orders."""

from __future__ import annotations

from collections.abc import Sequence

from turncheck.properties.law import Law
from turncheck.properties.laws import LAWS
from turncheck.properties.statistics import Rate
from turncheck.properties.sweep import Counts, Sweep
from turncheck.reports.sweeps import Row


def law_rows(sweep: Sweep, laws: Sequence[Law] = LAWS) -> list[Row]:
    """How often each law was broken, in their order; those that say nothing about the subject are left out."""
    counts = sweep.counts
    return [
        _row(law.id, law.rule, counts.broke[law.id], counts.applied[law.id])
        for law in laws
        if law.id not in sweep.silent
    ]


def mode_rows(counts: Counts) -> list[Row]:
    """How many turns' own answers diverged, and in which mode."""
    every = [("any", counts.diverged), *counts.modes.most_common()]
    return [_row(name, "", broke, counts.done) for name, broke in every]


def field_rows(counts: Counts) -> list[Row]:
    """How often each number of a state was wrong, where the turn changes it and where not."""
    return [_row(name, "", wrong, turns) for name, (turns, wrong) in counts.fields.items()]


def action_rows(counts: Counts) -> list[Row]:
    """How many turns diverged, by what both units were ordered."""
    return [_row(name, "", wrong, turns) for name, (turns, wrong) in sorted(counts.actions.items())]


def _row(name: str, rule: str, broke: int, applied: int) -> Row:
    rate = Rate(broke, applied)
    low, high = rate.interval
    return Row(name, rule, applied, broke, low, high if broke else rate.highest)
