"""What a sweep found: rates with intervals, by law, failure mode, field and stratum; counterexamples."""

from __future__ import annotations

from collections.abc import Iterator

from turncheck.engine.learned import Listed
from turncheck.properties.checking.counterexamples import Counterexample, counterexample
from turncheck.properties.checking.law import Law
from turncheck.properties.checking.shrink import shrink
from turncheck.properties.sweeps.counts import Counts
from turncheck.properties.sweeps.lines import read_lines
from turncheck.properties.sweeps.statistics import Rate
from turncheck.properties.sweeps.sweep import Sweep
from turncheck.reports.sweeps import Row


def law_rows(sweep: Sweep) -> list[Row]:
    """How often each law was broken, in their order; those that say nothing about the subject are left out."""
    counts = sweep.counts
    return [_row(law.id, law.rule, counts.broke[law.id], counts.applied[law.id]) for law in sweep.laws]


def mode_rows(counts: Counts) -> list[Row]:
    """How many cases' own answers diverged, and in which mode."""
    every = [("any", counts.diverged), *counts.modes.most_common()]
    return [_row(name, "", broke, counts.done) for name, broke in every]


def field_rows(counts: Counts) -> list[Row]:
    """How often each field of an answer was wrong; of one that the prompt has too, where it changes and where not."""
    return [_row(name, "", wrong, cases) for name, (cases, wrong) in counts.fields.items()]


def stratum_rows(counts: Counts) -> list[Row]:
    """How many cases diverged, by stratum."""
    return [_row(name, "", wrong, cases) for name, (cases, wrong) in sorted(counts.strata.items())]


def _row(name: str, rule: str, broke: int, applied: int) -> Row:
    rate = Rate(broke, applied)
    low, high = rate.interval
    return Row(name, rule, applied, broke, low, high if broke else rate.highest)


def witnesses(sweep: Sweep) -> Iterator[tuple[Law, Counterexample]]:
    """For each law about single cases and each mode in which it was broken a small case that breaks it so, minimal.

    The search begins at the simplest that the sweep met. Of a listed engine it ends there too: no
    smaller one can be asked.

    Raises:
        NoVerdictError: what is kept is not what the sweep counted.
    """
    domain, met = sweep.subject.domain, _simplest_met(sweep)
    for law in sweep.laws:
        for (name, _), text in met.items():
            if name == law.id and law.form == "case":
                start = counterexample(law, sweep.subject, domain.read(text))
                if start is not None:  # an answer that was unstable may be right now
                    listed = isinstance(sweep.subject.engine, Listed)
                    yield law, start if listed else shrink(law, sweep.subject, start)


def _simplest_met(sweep: Sweep) -> dict[tuple[str, str], str]:
    """The text of the simplest case that the sweep met, by law and failure mode."""
    met: dict[tuple[str, str], str] = {}
    for found in read_lines(sweep.folder, sweep.state):
        if found["law"]:
            key = found["law"], found["mode"]
            met[key] = min(found["case"], met.get(key, found["case"]), key=sweep.subject.domain.simplicity)
    return met
