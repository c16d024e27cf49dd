"""A sweep from its beginning to its results: for the pytest plugin, the command line and the report."""

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
from turncheck.properties.sweeps.rates import expert_rows, field_rows, law_rows, mode_rows, smallest, stratum_rows
from turncheck.properties.sweeps.statistics import Rate
from turncheck.properties.sweeps.sweep import Sweep
from turncheck.reports.cases import noun_of
from turncheck.reports.sweeps import SweepResult


def begin_or_resume(subject: Subject, plan: Plan, folder: Path, may_resume: bool) -> Sweep:
    """Resume the sweep in a folder, if it may be resumed and is unfinished; else begin a new sweep in its place.

    Args:
        subject: the subject. The sweep caches its answers separately.
        plan: the plan of the sweep.
        folder: the folder of this sweep only.
        may_resume: whether a sweep in the folder may be resumed: one of the same plan, name, hash, template and rules.

    Raises:
        SweepError: the folder cannot be written.
        NoVerdictError: the saved sweep cannot be trusted, or another process sweeps in the folder.
    """
    subject = subject.without_memory()
    if may_resume:
        with suppress(OtherSweepError):
            left = Sweep(subject, plan, folder, resume=True)
            if not left.whole:
                return left
    return Sweep(subject, plan, folder, anew=True)


def found(sweep: Sweep, gate: float | None = None, searches: bool = True, limit: Limit | None = None) -> SweepResult:
    """Return the results of a sweep so far, with the gate's verdict if the sweep is finished.

    Args:
        sweep: a finished or unfinished sweep.
        gate: 0..1; None without a gate.
        searches: whether to search for the smallest counterexamples, and for a composition's wrong experts.
        limit: the limit for shrinking one counterexample (`rates.smallest`).

    Raises:
        NoVerdictError: the search needs the saved lines, and they do not match the counts.
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
        experts=tuple(expert_rows(sweep)) if searches and is_shrunk else (),
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
    """Return the title for a field of an answer."""
    numbers = all(isinstance(field, Int) for field in domain.answer.fields.values())
    return f"{'number' if numbers else 'field'} of the {'state' if domain.has_plays else 'answer'}"
