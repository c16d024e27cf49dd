"""A Hypothesis strategy for the perturbed texts of a domain's cases."""

from __future__ import annotations

from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from turncheck.engine.attached import Narrowed
from turncheck.engine.domain import AnyCase, Domain
from turncheck.strategies.drawn_cases import cases as cases_of
from turncheck.strategies.drawn_values import some_bytes
from turncheck.strategies.operators import ImpossibleDamageError
from turncheck.strategies.perturbations import UnknownPerturbationError, perturbations_of


def perturbed(
    domain: Domain, name: str | None = None, cases: Narrowed | st.SearchStrategy[Any] | None = None
) -> st.SearchStrategy[str]:
    """Return a strategy for texts that one of the domain's perturbations makes of a case.

    Shrinks towards the least damage (choice 0 at the weakest strength) to the simplest case. Without a name, it also
    shrinks towards the first perturbations of the library.

    Args:
        domain: the domain.
        name: the name of the perturbation; by default any of `perturbations_of(domain)`.
        cases: the cases to change: a strategy, or narrowed cases as `domain.cases(hp=0)`; by default all cases.

    Raises:
        UnknownPerturbationError: the domain has no perturbation of that name.
    """
    library = perturbations_of(domain)
    if name is not None and name not in library:
        raise UnknownPerturbationError(name, library)
    chosen = list(library.values()) if name is None else [library[name]]
    valid = cases_of(domain) if cases is None else cases_of(domain, cases) if isinstance(cases, Narrowed) else cases

    def text(drawn: tuple[bytes, bytes, bytes, AnyCase]) -> str:
        which, strong, choice, case = drawn
        perturbation = chosen[which[0] % len(chosen)]
        strength = perturbation.strengths[strong[0] % len(perturbation.strengths)]
        try:
            return perturbation.apply(case, strength, int.from_bytes(choice, "little"))
        except ImpossibleDamageError:
            reject()

    # Bytes instead of integers, and the first byte as the lowest digits, as in `malformed`.
    return st.tuples(some_bytes(1), some_bytes(1), some_bytes(8), valid).map(text)
