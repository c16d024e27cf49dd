"""A sweep from its beginning to what it found: for the pytest plugin, the command line and the report."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Int
from turncheck.engine.learned import Listed
from turncheck.engine.sampling import TRAINING_SEEDS
from turncheck.engine.table import SMALL
from turncheck.properties.checking.asking import Limit
from turncheck.properties.checking.subject import Subject
from turncheck.properties.sweeps.faults import OtherSweepError
from turncheck.properties.sweeps.gate import gate as verdict_of
from turncheck.properties.sweeps.plan import AGAIN, DAMAGED, MORE, PLAYED, Plan
from turncheck.properties.sweeps.rates import field_rows, law_rows, mode_rows, smallest, stratum_rows
from turncheck.properties.sweeps.statistics import Rate
from turncheck.properties.sweeps.sweep import Sweep
from turncheck.reports.cases import noun_of
from turncheck.reports.sweeps import SweepResult


def begun(subject: Subject, plan: Plan, folder: Path, goes_on: bool) -> Sweep:
    """A sweep in a folder that may hold one: that one, if it may go on and is not whole, else a new one in its place.

    Args:
        subject: what is asked. The sweep remembers its answers in a memory of its own.
        plan: what is swept.
        folder: of this sweep; no other's.
        goes_on: whether a sweep that was left there may go on: one of the same plan, name, hash, template and rules.

    Raises:
        SweepError: the folder cannot be written.
        NoVerdictError: what it holds of that sweep cannot be trusted, or another process sweeps in it.
    """
    subject = subject.without_memory()
    if goes_on:
        with suppress(OtherSweepError):
            left = Sweep(subject, plan, folder, resume=True)
            if not left.whole:
                return left
    return Sweep(subject, plan, folder, anew=True)


def found(sweep: Sweep, gate: float | None = None, searches: bool = True, limit: Limit | None = None) -> SweepResult:
    """What a sweep found so far, and what the gate says if it is whole.

    Args:
        sweep: whole or partial.
        gate: 0..1; None where nothing is demanded.
        searches: whether the smallest cases are looked for.
        limit: the most that shrinking one of them may take (`rates.smallest`).

    Raises:
        NoVerdictError: it is to be searched, and the folder does not hold what the sweep found.
    """
    plan, counts, subject = sweep.plan, sweep.counts, sweep.subject
    low, high = Rate(counts.diverged, counts.done).interval
    is_shrunk = not isinstance(subject.engine, Listed) and not (limit is not None and limit.is_nothing)
    domain = subject.domain
    return SweepResult(
        sampler=plan.sampler,
        seed=plan.seed,
        stream=None if plan.sampler == SMALL else sweep.arrays.stream,
        training_seeds=(TRAINING_SEEDS[0], TRAINING_SEEDS[-1]),
        turns=plan.turns,
        done=counts.done,
        diverged=counts.diverged,
        low=low,
        high=high,
        unreadable=counts.unreadable,
        more=MORE,
        damaged=DAMAGED if "malformed" in sweep.kinds else 0,
        played=PLAYED if "plays" in sweep.kinds else 0,
        again=AGAIN if "again" in sweep.kinds else 0,
        laws=tuple(law_rows(sweep)),
        modes=tuple(mode_rows(counts)),
        fields=tuple(field_rows(counts)),
        strata=tuple(stratum_rows(counts)),
        silent=dict(sweep.silent),
        smallest=tuple(smallest(sweep, limit)) if searches else (),
        shrunk=is_shrunk,
        gate=gate,
        verdict=None if gate is None or not sweep.whole else verdict_of(counts, plan, gate),
        noun=noun_of(domain),
        fields_title=_fields_title(domain),
        strata_title=sweep.arrays.strata_title,
        sentences={law.id: " ".join(law.sentence.split()) for law in sweep.laws if counts.broke[law.id]},
    )


def _fields_title(domain: Domain) -> str:
    """What a field of an answer is called."""
    numbers = all(isinstance(field, Int) for field in domain.answer.fields.values())
    return f"{'number' if numbers else 'field'} of the {'state' if domain.has_plays else 'answer'}"
