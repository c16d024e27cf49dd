"""The library of a domain: every perturbation that can change its cases, in the order of the families.

| family | what is changed | the text is |
|---|---|---|
| labels, fields, numbers, spacing, orders, lines, surroundings | the pieces of the text | malformed |
| orders: `orders swapped`, `actions exchanged` | the orders | a case |
| reject reasons | whatever the operator of a reason damages (`turncheck.strategies.operators`) | malformed |
| harmless | the case: the domain's symmetries and its `harmless` changes | a case |
| edge states | the case: fields at the boundaries of the schema, and the domain's `edge_states` | a case |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

import attrs

from turncheck.engine.domain import AnyCase, Domain, DomainError
from turncheck.engine.sampling import sample, samplers_of
from turncheck.engine.visible import one_of, quoted
from turncheck.strategies.choices import Choices
from turncheck.strategies.operators import AnyOperator, ImpossibleDamageError, operators_of
from turncheck.strategies.perturbations.edge_states import EDGE_STATES
from turncheck.strategies.perturbations.fields import FIELDS
from turncheck.strategies.perturbations.harmless import of_function, of_symmetry
from turncheck.strategies.perturbations.labels import LABELS
from turncheck.strategies.perturbations.lines import LINES
from turncheck.strategies.perturbations.numbers import NUMBERS
from turncheck.strategies.perturbations.orders import ORDERS
from turncheck.strategies.perturbations.perturbation import Change, Perturbation, Row, of_pages, sentence_of
from turncheck.strategies.perturbations.spacing import SPACING
from turncheck.strategies.perturbations.surroundings import SURROUNDINGS

FAMILIES: Mapping[str, tuple[Row, ...]] = {
    "labels": LABELS,
    "fields": FIELDS,
    "numbers": NUMBERS,
    "spacing": SPACING,
    "orders": ORDERS,
    "lines": LINES,
    "surroundings": SURROUNDINGS,
    "reject reasons": (),
    "harmless": (),
    "edge states": EDGE_STATES,
}
"""The families in order, each with the changes that follow from the schema."""

TRIAL_CASES = 8
"""Number of sampled cases on which each perturbation is tried before the library gets it."""

TRIAL_CHOICES = (0, 0x9E3779B97F4A7C15)
"""Choices with which it is tried on each case: the least damage, and any other."""


class UnknownPerturbationError(KeyError):
    """The library of a domain has no perturbation of this name.

    Attributes:
        name: the name that was given.
        known: the names of the library.
    """

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name)
        self.name, self.known = name, tuple(known)

    def __str__(self) -> str:
        return f"perturbation must be {one_of(self.known, self.name)}, got {quoted(self.name)}"


@lru_cache(maxsize=64)  # a domain never changes
def perturbations_of(domain: Domain) -> Mapping[str, Perturbation]:
    """Return the domain's perturbations by name, always in the same order.

    A perturbation, or a strength, that can change none of a few trial cases is left out: a domain without numbers has
    no perturbations of numbers. A domain that rejects nothing (`rejects=False`) has the malformed texts too: whoever
    asks a model decides whether it is asked them.

    Raises:
        DomainError: two perturbations have the same name, or a function of the domain raised.
    """
    found: dict[str, Perturbation] = {}
    trials = _trial_cases(domain)
    for each in _all(domain):
        if each.name in found:
            fault = f"its harmless changes, edge states and symmetries must have unique names, got {each.name!r} twice"
            raise DomainError(domain.name, fault)
        strengths = tuple(strength for strength in each.strengths if _changes_one(each, strength, trials))
        if strengths:
            found[each.name] = attrs.evolve(each, strengths=strengths)
    return found


def _all(domain: Domain) -> Iterator[Perturbation]:
    """Yield every perturbation that the domain may have."""
    for family, rows in FAMILIES.items():
        for row in rows:
            change = of_pages(domain, row.way)
            yield Perturbation(row.name, family, row.strengths, row.keeps_valid, domain, change, row.about, row.tries)
        for name, about, change in _own(domain, family):
            yield Perturbation(name, family, (1,), family != "reject reasons", domain, change, about)


def _own(domain: Domain, family: str) -> Iterator[tuple[str, str, Change]]:
    """Yield the changes of a family that the domain itself gives: name, sentence and change."""
    if family == "reject reasons":
        for reason, operator in operators_of(domain).items():
            yield reason, f"Damage the text so that {domain.reasons[reason][1]}.", _of_operator(operator)
    if family == "harmless":
        for symmetry in domain.symmetries:
            yield symmetry.name, "Take the other case of that symmetry.", of_symmetry(domain, symmetry)
    given = {"harmless": domain.harmless, "edge states": domain.edge_states}.get(family, {})
    for name, function in given.items():
        yield name, sentence_of(function), of_function(domain, name, function)


def _of_operator(operator: AnyOperator) -> Change:
    def change(case: AnyCase, strength: int, choices: Choices) -> str:
        return operator(case, choices.left)

    return change


def _changes_one(perturbation: Perturbation, strength: int, cases: Iterable[AnyCase]) -> bool:
    return any(_changes(perturbation, strength, case, choice) for case in cases for choice in TRIAL_CHOICES)


def _changes(perturbation: Perturbation, strength: int, case: AnyCase, choice: int) -> bool:
    try:
        perturbation.apply(case, strength, choice)
    except ImpossibleDamageError:
        return False
    return True


def _trial_cases(domain: Domain) -> list[AnyCase]:
    """Return the simplest case, if it is valid, and some sampled cases."""
    samplers = samplers_of(domain)
    simplest = domain.case()
    found = list(sample(domain, "mixed" if "mixed" in samplers else next(iter(samplers)), 0, TRIAL_CASES))
    return [simplest, *found] if domain.is_case(domain.write(simplest)) else found
