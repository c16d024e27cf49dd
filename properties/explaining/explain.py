"""Explain one wrong answer: which other input, or which other rules, would make it right."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.reading import MalformedTextError
from turncheck.properties.explaining.inputs import MOST_ALONE, Searched, search_inputs
from turncheck.properties.explaining.repairs import search_repairs
from turncheck.properties.explaining.rules import search_rules, variants_of
from turncheck.reports.as_if import AsIf

LONGEST = 100_000
"""Most characters of a prompt or an answer that is explained."""


def explain(domain: Domain, prompt: str, given: str, *, most: int = 2, alone: int = MOST_ALONE) -> AsIf:
    """Return what would make a wrong answer right, by the fewest changes.

    A change of the input gives one field another value, or exchanges two groups or the orders. A change of the rules
    leaves one out, or is one of the domain's `alternatives`. The reference gives exactly the model's answer under each
    explanation: as the answer reads leniently, written again. An answer that cannot be read has no explanation.

    Args:
        domain: the domain of the prompt.
        prompt: the text that was asked.
        given: the model's answer.
        most: the most changes of the input to try together: 1 or 2.
        alone: the most inputs with one change, and the most with two, to resolve if the domain's arrays cannot resolve
            many at once.
    """
    return _explained(domain, prompt, given, most, alone)


@lru_cache(maxsize=1024)  # several laws have the same witness
def _explained(domain: Domain, prompt: str, given: str, most: int, alone: int) -> AsIf:
    wanted = None if max(len(prompt), len(given)) > LONGEST else rewritten(domain, given)
    if wanted is None or domain.agrees(prompt, wanted):
        return AsIf()
    of_rules = search_rules(domain, prompt, wanted)
    inputs = _of_inputs(domain, prompt, wanted, 1 if of_rules else most, alone)
    found = sorted((*of_rules, *inputs.found), key=lambda each: each.changes)
    fewest = tuple(each for each in found if each.changes == found[0].changes)
    return AsIf(fewest, len(variants_of(domain)) + inputs.tried, inputs.cut)


def rewritten(domain: Domain, given: str) -> str | None:
    """Return a model's answer as the reference would write it; None if it cannot be read.

    An answer is read leniently: its values may be out of range.
    """
    if domain.rejected_for(given) is not None:
        return given
    try:
        return domain.answer.write_values(domain.answer_reader.lenient(given))
    except (MalformedTextError, DomainError, ValueError):
        return None


def _of_inputs(domain: Domain, prompt: str, wanted: str, most: int, alone: int) -> Searched:
    values = _values(domain, prompt)
    if values is None:
        found, tried = search_repairs(domain, prompt, wanted, 2 * alone)
        return Searched(found, tried, "further repairs of the text" if tried == 2 * alone else "")
    if not _can_be_given(domain, wanted):
        return Searched(cut="inputs, because the reference never answers so")
    if domain.rejected_for(wanted) is not None:
        return search_inputs(domain, values, wanted, 1, alone)
    return search_inputs(domain, values, wanted, most, alone)


def _values(domain: Domain, prompt: str) -> tuple[Any, ...] | None:
    """Return the values of a prompt, which may be out of range or fail checks; None if it does not have the form."""
    try:
        return domain.reader.lenient(prompt)
    except (MalformedTextError, DomainError, ValueError):
        return None


def _can_be_given(domain: Domain, wanted: str) -> bool:
    """Whether the reference may give the answer to some input: its values are in range, or a check rejects so."""
    reason = domain.rejected_for(wanted)
    if reason is not None:
        return reason in {check.reason for check in domain.checks}
    values = domain.answer_reader.lenient(wanted)
    return all(field.allows(value) for field, value in zip(domain.answer.fields.values(), values, strict=True))
