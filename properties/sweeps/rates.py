"""What a sweep found: rates with intervals, by law, failure mode, number of the state and pair of orders; witnesses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from turncheck.engine.duel import read
from turncheck.engine.learned import Listed
from turncheck.properties.checking.counterexamples import Breach, breach, simplicity_of
from turncheck.properties.checking.law import Law
from turncheck.properties.checking.shrink import shrink
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.sweeps.statistics import Rate
from turncheck.properties.sweeps.sweep import FOUND, Counts, Sweep
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


def witnesses(sweep: Sweep, laws: Sequence[Law] = LAWS) -> Iterator[tuple[Law, Breach]]:
    """For each law about turns and each mode in which it was broken a small turn that breaks it so, minimal.

    The search begins at the simplest that the sweep met. Of a listed engine it ends there too: no
    smaller one can be asked.
    """
    met: dict[tuple[str, str], str] = {}
    with open(sweep.folder / FOUND, encoding="utf-8") as lines:
        for line in lines:
            found = json.loads(line)
            if found["law"]:
                key = found["law"], found["mode"]
                met[key] = min(found["case"], met.get(key, found["case"]), key=simplicity_of)
    for law in laws:
        for (name, _), text in met.items():
            if name == law.id and law.reads is read:
                start = breach(law, sweep.subject, read(text, sweep.subject.rules))
                if start is not None:  # an answer that was unstable may be right now
                    listed = isinstance(sweep.subject.engine, Listed)
                    yield law, start if listed else shrink(law, sweep.subject, start)
