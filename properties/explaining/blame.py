"""Blame rules, each by its own denominator: of the turns where leaving it out changes the answer, how many the model
answered exactly so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.rows import Numbers, row_of, rows_of, rows_resolver, type_of
from turncheck.properties.explaining.explain import rewritten
from turncheck.properties.explaining.rules import Variant, reads_alike, variants_of
from turncheck.properties.sweeps.statistics import Rate

Values = tuple[Any, ...]


@attrs.frozen
class Blame:
    """How often a model answered as if a rule did not exist, or as if the rules were different in another way.

    Attributes:
        rule: the id of the rule that is left out; empty for another change of the rules.
        answered: the number of prompts that the model answered exactly so.
        at_work: the number of prompts where the change alters the reference's answer.
        words: the change, as it follows `as if`: `S4 did not exist`.
    """

    rule: str
    answered: int
    at_work: int
    words: str = attrs.field(default=attrs.Factory(lambda self: f"{self.rule} did not exist", takes_self=True))

    @property
    def rate(self) -> float:
        """The share of `answered` in `at_work`; 0 if the rule was never at work."""
        return Rate(self.answered, self.at_work).value

    @property
    def interval(self) -> tuple[float, float]:
        """The two-sided 95 % interval of Clopper and Pearson."""
        return Rate(self.answered, self.at_work).interval


def blame(
    domain: Domain, prompts: Sequence[str], answers: Sequence[str], *, alternatives: bool = False
) -> tuple[Blame, ...]:
    """Return the blame of each rule that can be left out, in the order of the rules.

    Args:
        domain: the domain of the prompts.
        prompts: what a model was asked, whether it answered right or wrong; malformed texts are left aside.
        answers: the model's answers, one for each prompt.
        alternatives: whether to blame also the domain's other changes of the rules (`Domain.alternatives`), except
            those that change which texts are cases.
    """
    pairs = [pair for pair in zip(prompts, answers, strict=True) if domain.is_case(pair[0])]
    rules = [each for each in variants_of(domain) if each.rule or (alternatives and reads_alike(each.domain, domain))]
    if not pairs:
        return tuple(Blame(variant.rule, 0, 0, variant.words) for variant in rules)
    asked = [domain.reader.values(prompt) for prompt, _ in pairs]
    said = [_values(domain, answer) for _, answer in pairs]
    given, answers_to = _coded(domain, asked, said)
    right = answers_to(domain)
    return tuple(_blame(variant, right, answers_to(variant.domain), given) for variant in rules)


def _blame(variant: Variant, right: Numbers, others: Numbers, given: Numbers) -> Blame:
    at_work = (others != right).any(axis=1) & (others != RAISED).all(axis=1)
    answered = at_work & (others == given).all(axis=1)
    return Blame(variant.rule, int(answered.sum()), int(at_work.sum()), variant.words)


def _values(domain: Domain, answer: str) -> Values | None:
    """Return the values of a model's answer; None for a rejection and for a text that is no answer."""
    wanted = rewritten(domain, answer)
    return None if wanted is None or domain.rejected_for(wanted) else domain.answer_reader.lenient(wanted)


# --- answers as numbers ----------------------------------------------------------------------------------------------

RAISED = -(2**15)
"""The number that stands for an answer that cannot be compared: the reference raised, or the model wrote no answer."""

Resolver = Callable[[Domain], Numbers]
"""Returns the answers of a domain, or of a variant of it, to the cases, one per row."""


def _coded(domain: Domain, asked: Sequence[Values], said: Sequence[Values | None]) -> tuple[Numbers, Resolver]:
    """Return the model's answers as rows, and what returns the reference's as such rows.

    The rows hold the values of the answers if the arrays resolve rows; else a number for each different answer.
    """
    rows = _as_rows(domain, asked)
    if rows is not None:
        given = np.stack([_row(domain, values) for values in said])
        return given, lambda variant: _resolved(variant, rows)
    numbers: dict[Values, int] = {}

    def number(values: Values | None) -> int:
        return RAISED if values is None else numbers.setdefault(values, len(numbers))

    def answers_to(variant: Domain) -> Numbers:
        return np.array([[number(_answer(variant, values))] for values in asked])

    return np.array([[number(values)] for values in said]), answers_to


def _as_rows(domain: Domain, asked: Sequence[Values]) -> Numbers | None:
    return None if rows_resolver(domain) is None else rows_of(domain.prompt, asked)


def _row(domain: Domain, values: Values | None) -> Numbers:
    try:
        if values is not None:
            return row_of(domain.answer, values)
    except OverflowError:
        pass
    return np.full(len(domain.answer.names), RAISED, type_of(domain.answer))


def _resolved(variant: Domain, rows: Numbers) -> Numbers:
    arrays = rows_resolver(variant)
    assert arrays is not None, "a variant has the arrays of its domain"
    return arrays.resolve_rows(rows)


def _answer(domain: Domain, values: Values) -> Values | None:
    try:
        return domain.codec.answer_values(domain.outcome(domain.codec.case(values)))
    except DomainError:
        return None
