"""Assemble and explain the results of a run, for the pytest plugin, the command and `turncheck.check`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from turncheck.engine.domain import Domain
from turncheck.engine.schema import Schema
from turncheck.properties.checking.law import Law
from turncheck.properties.checking.subject import Subject
from turncheck.reports.brief import failure_in_short
from turncheck.reports.cases import noun_of
from turncheck.reports.escape import visible
from turncheck.reports.records import Form, LawResult, ModelResult
from turncheck.reports.screen import Screen
from turncheck.reports.show import show_failure
from turncheck.reports.sweeps import SweepResult

MOST_LAID_OUT = 400
"""Most fields of a text that a report lays out."""


def model_result(
    subject: Subject,
    laws: Iterable[LawResult] = (),
    missing: Mapping[str, str] | None = None,
    in_all: int = 0,
    sweep: SweepResult | None = None,
) -> ModelResult:
    """Return the result of a subject.

    Args:
        subject: the subject.
        laws: the results of the laws.
        missing: the planned laws without a result, each with the reason.
        in_all: the number of laws, selected or not; 0 if it is not known.
        sweep: the result of its sweep; None without one.
    """
    domain = subject.domain
    base = domain if domain.base is None else domain.base
    return ModelResult(
        subject.name,
        subject.kind,
        subject.bytes,
        subject.sha256,
        tuple(laws),
        domain=base.name,
        template=subject.template,
        rules=domain.described,
        rules_order=tuple(domain.rules),
        exempt=tuple(domain.exempt),
        audited=subject.audit.checked,
        refuted=subject.audit.refuted,
        missing=dict(missing or {}),
        in_all=in_all,
        troubles=subject.troubles(),
        sweep=sweep,
        noun=noun_of(domain),
        prompt=form_of(domain.prompt),
        answer=form_of(domain.answer),
    )


def form_of(schema: Schema) -> Form | None:
    """Return the form of a schema's text; None if it has too many fields to be laid out."""
    if len(schema.names) > MOST_LAID_OUT:
        return None
    return Form(schema.notation, schema.write(schema.neutral))


def explain(law: Law, result: LawResult, domain: Domain, screen: Screen, whole: bool = False) -> str:
    """Explain a law that did not hold: its rule, its sentence, and for each failure mode a minimal counterexample.

    Args:
        law: the law.
        result: the result of the law.
        domain: the domain in which it was checked.
        screen: the screen to wrap to.
        whole: whether to show texts in full; if not, only the fields that differ or are not neutral, in a few lines.
    """
    about = ", ".join(part for part in (law.rule, law.kind) if part)
    parts = [f"{screen.paint(law.id, 'bold')} ({about})", *screen.wrapped(" ".join(law.sentence.split()))]
    if result.verdict in ("INCONCLUSIVE", "TIMED_OUT"):
        first, *more = screen.wrapped(f"{result.verdict}: {visible(result.why)}", "  ")
        parts += [screen.paint(result.verdict, "yellow", "bold") + first[len(result.verdict) :], *more]
    for failure in result.failures:
        full = partial(show_failure, failure, result.applied, noun_of(domain), screen)
        parts += ["", full() if whole else failure_in_short(failure, result.applied, domain, screen)]
    return "\n".join(parts)


def in_short(result: LawResult) -> str:
    """Return the modes of a result in one line."""
    modes = [f"{failure.mode} in {failure.count} of {result.applied} cases" for failure in result.failures]
    return ", ".join(modes) or result.verdict
