"""Search the single changes of the rules for those under which the reference gives exactly the model's answer.

The changes are each rule left out (`Domain.without`) and the domain's own (`Domain.alternatives`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import attrs

from turncheck.engine.domain import Domain, DomainError
from turncheck.reports.as_if import Explanation


@attrs.frozen
class Variant:
    """A domain with one change of its rules.

    Attributes:
        words: the change, as it follows `as if`: `S4 did not exist`.
        domain: the domain with the change.
        rule: the rule that is left out; empty for another change.
    """

    words: str
    domain: Domain
    rule: str = ""


@lru_cache(maxsize=8)
def variants_of(domain: Domain) -> tuple[Variant, ...]:
    """Return the domain with each single change of its rules: rules left out first."""
    return (*_left_out(domain), *_alternatives(domain))


def _left_out(domain: Domain) -> Iterator[Variant]:
    if domain.without is None:
        return
    of_rejections = {rule for rule, _ in domain.reasons.values()}
    for rule in domain.rules:
        if rule not in domain.exempt and rule not in of_rejections:
            yield Variant(f"{rule} did not exist", domain.without(rule), rule)


def _alternatives(domain: Domain) -> Iterator[Variant]:
    if domain.alternatives is not None:
        yield from (Variant(words, variant) for words, variant in domain.alternatives().items())


def search_rules(domain: Domain, prompt: str, given: str) -> tuple[Explanation, ...]:
    """Return the single changes of the rules under which the reference answers the prompt so."""
    values = domain.reader.values(prompt) if domain.is_case(prompt) else None
    return tuple(
        Explanation("rule", 1, variant.words)
        for variant in variants_of(domain)
        if answer_under(variant.domain, prompt, values if reads_alike(variant.domain, domain) else None) == given
    )


def answer_under(domain: Domain, prompt: str, values: tuple[Any, ...] | None = None) -> str | None:
    """Return the answer of a variant's reference; None if it raises.

    Args:
        domain: the variant.
        prompt: the text that is asked.
        values: its values, if the variant is known to accept them: then the text is not read again.
    """
    try:
        if values is None:
            return domain.resolve_text(prompt)
        return domain.write_answer(domain.outcome(domain.codec.case(values)))
    except DomainError:
        return None


def reads_alike(variant: Domain, domain: Domain) -> bool:
    """Whether the same texts are cases of both."""
    parts = ("prompt",) if domain.state is None else ("state", "orders")
    same = all(getattr(variant, part) is getattr(domain, part) for part in parts)
    return same and variant.checks == domain.checks
