"""A sweep from its beginning to what it found: for the pytest plugin, the command line and the report."""

from __future__ import annotations

from contextlib import suppress
from math import floor, log, log1p
from pathlib import Path

import attrs

from turncheck.engine.duel.array_samplers import STREAM
from turncheck.engine.learned import Listed
from turncheck.engine.sampling import TRAINING_SEEDS
from turncheck.properties.checking.subject import Subject
from turncheck.properties.sweeps.plan import AGAIN, DAMAGED, MORE, PLAYED, SMALL, Plan
from turncheck.properties.sweeps.rates import action_rows, field_rows, law_rows, mode_rows, witnesses
from turncheck.properties.sweeps.statistics import LEVEL, Rate
from turncheck.properties.sweeps.sweep import STATE, Sweep, SweepError
from turncheck.properties.sweeps.verdicts import gate as verdict_of
from turncheck.reports.cases import describe
from turncheck.reports.sweeps import Smallest, SweepResult


def least_turns(gate: float) -> int:
    """How many turns can pass a gate at all: with fewer the interval's upper end is above it without any divergence.

    Args:
        gate: a rate, above 0 and at most 1.
    """
    # For none of n that end is 1 - tail ** (1 / n), which is to be below the gate.
    return 1 if gate == 1 else floor(log((1 - LEVEL) / 2) / log1p(-gate)) + 1


def begun(subject: Subject, plan: Plan, folder: Path, goes_on: bool) -> Sweep:
    """A sweep in a folder that may hold one: that one, if it may go on and is not whole, else a new one in its place.

    Args:
        subject: what is asked. The sweep remembers its answers in a memory of its own.
        plan: what is swept.
        folder: of this sweep; no other's.
        goes_on: whether a sweep that was left there may go on: one of the same plan, name, hash, template and rules.

    Raises:
        OSError: the folder cannot be written.
    """
    subject = attrs.evolve(subject)
    if goes_on:
        with suppress(SweepError):
            left = Sweep(subject, plan, folder, resume=True)
            if not left.whole:
                return left
    (folder / STATE).unlink(missing_ok=True)
    return Sweep(subject, plan, folder)


def found(sweep: Sweep, gate: float | None = None, searches: bool = True) -> SweepResult:
    """What a sweep found so far, and what the gate says if it is whole.

    Args:
        sweep: whole or partial.
        gate: 0..1; None where nothing is demanded.
        searches: whether the subject is asked for the smallest turns.
    """
    plan, counts, subject = sweep.plan, sweep.counts, sweep.subject
    low, high = Rate(counts.diverged, counts.done).interval
    shown = witnesses(sweep) if searches else ()
    smallest = [Smallest(law.id, at.divergence.mode, at.text, describe(at.domain, at.text)) for law, at in shown]
    return SweepResult(
        sampler=plan.sampler,
        seed=plan.seed,
        stream=None if plan.sampler == SMALL else STREAM,
        training_seeds=(TRAINING_SEEDS[0], TRAINING_SEEDS[-1]),
        turns=plan.turns,
        done=counts.done,
        diverged=counts.diverged,
        low=low,
        high=high,
        unreadable=counts.unreadable,
        more=MORE,
        damaged=DAMAGED,
        played=PLAYED,
        again=AGAIN,
        laws=tuple(law_rows(sweep)),
        modes=tuple(mode_rows(counts)),
        fields=tuple(field_rows(counts)),
        strata=tuple(action_rows(counts)),
        silent=dict(sweep.silent),
        smallest=tuple(smallest),
        shrunk=not isinstance(subject.engine, Listed),
        gate=gate,
        verdict=None if gate is None or not sweep.whole else verdict_of(counts, plan, gate),
        noun="turn",
        fields_title="number of the state",
        strata_title="orders",
    )
