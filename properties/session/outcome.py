"""What a run found, put together and told: for the pytest plugin, the command and `turncheck.check`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from turncheck.engine.domain import Domain
from turncheck.properties.checking.law import Law
from turncheck.properties.checking.subject import Subject
from turncheck.reports.cases import noun_of
from turncheck.reports.escape import visible
from turncheck.reports.records import LawResult, ModelResult
from turncheck.reports.show import show_failure


def model_result(
    subject: Subject, laws: Iterable[LawResult] = (), missing: Mapping[str, str] | None = None, in_all: int = 0
) -> ModelResult:
    """How a subject fared with some laws.

    Args:
        subject: which.
        laws: their results.
        missing: the laws that were to run besides and have none, each with the reason.
        in_all: how many laws there are, chosen or not; 0 where that is not known.
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
    )


def explain(law: Law, result: LawResult, min_cases: int, domain: Domain) -> str:
    """What is told of a law that did not hold: its rule and its sentence, and for each failure mode a minimal
    counterexample with both answers.
    """
    about = ", ".join(part for part in (law.rule, law.kind) if part)
    parts = [f"{law.id} ({about})", law.sentence]
    if result.verdict in ("INCONCLUSIVE", "TIMED_OUT"):
        parts.append(f"{result.verdict}: {visible(result.why)}")
    shown = (show_failure(failure, result.applied, noun_of(domain)) for failure in result.failures)
    return "\n".join([*parts, *(f"\n{failure}" for failure in shown)])


def in_short(result: LawResult) -> str:
    """The modes of a result in one line."""
    modes = [f"{failure.mode} in {failure.count} of {result.applied} cases" for failure in result.failures]
    return ", ".join(modes) or result.verdict
