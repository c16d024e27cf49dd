"""Checks of what explains wrong answers: the variants of the rules, rows that are resolved together, and stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from turncheck.engine.domain import Domain
from turncheck.engine.rows import rows_of, rows_resolver, values_of
from turncheck.engine.stages import stages_of
from turncheck.properties.checking.doctor.looked import Finding, Looked


def alternatives(looked: Looked) -> Finding | None:
    """Check that every alternative is a domain with the fields of this domain."""
    domain = looked.domain
    if domain.alternatives is None:
        return None
    todo = "return a mapping from words, such as `burn_damage were 2`, to domains with the same fields"
    found: Any = domain.alternatives()
    if not isinstance(found, Mapping):
        return Finding("fails", f"alternatives() returns a {type(found).__name__}", todo)
    for words, other in found.items():
        if not isinstance(words, str) or not isinstance(other, Domain):
            return Finding("fails", f"alternatives() has {words!r:.80}: {other!r:.80}", todo)
        if (other.prompt.names, other.answer.names) != (domain.prompt.names, domain.answer.names):
            return Finding("fails", f"the domain where {words!r:.80} has other fields", todo)
    return Finding("holds", f"{len(found)} alternatives have the fields of the domain")


def rows(looked: Looked) -> Finding | None:
    """Check that the arrays answer rows of numbers as the reference answers the cases."""
    domain, cases = looked.domain, looked.cases
    arrays = rows_resolver(domain)
    if arrays is None or not cases:
        return None
    given = arrays.resolve_rows(rows_of(domain.prompt, [domain.codec.case_values(case) for case in cases]))
    for case, row in zip(cases, given, strict=True):
        if values_of(domain.answer, row) != domain.codec.answer_values(domain.outcome(case)):
            found = f"resolve_rows and the reference answer {domain.write(case)!r:.200} differently"
            return Finding("fails", found, "fix the arrays, or leave resolve_rows out")
    return Finding("holds", f"resolve_rows and the reference agree in {len(cases)} cases")


def stages(looked: Looked) -> Finding | None:
    """Check that the stages of the reference end with its answer."""
    domain, known = looked.domain, stages_of(looked.domain)
    if known is None or not looked.cases:
        return None
    for text in map(domain.write, looked.cases):
        *_, last = known.steps(text)
        if last.answer != domain.resolve_text(text):
            found = f"the stages end with {last.answer!r:.200} for {text!r:.200}, the reference answers otherwise"
            return Finding("fails", found, "fix the stages, or leave them out")
    return Finding("holds", f"the stages {', '.join(known.answers)} end with the reference's answer")
