"""Changes to another valid case that a domain defines: its symmetries, its harmless changes, its edge states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from turncheck.engine.case import Case
from turncheck.engine.domain import AnyCase, Domain, DomainError, Symmetry
from turncheck.engine.learned import described
from turncheck.strategies.choices import Choices, NoOptionError
from turncheck.strategies.perturbations.perturbation import Change


def of_symmetry(domain: Domain, symmetry: Symmetry) -> Change:
    """Return the change to the other case of a symmetry."""
    return lambda case, strength, choices: _written(domain, symmetry.name, case, lambda: symmetry.of_case(case))


def of_function(domain: Domain, name: str, function: Callable[[AnyCase, Random], Any]) -> Change:
    """Return the change that the domain's function makes, with randomness seeded by the choice."""

    def change(case: AnyCase, strength: int, choices: Choices) -> str:
        random = Random(f"{name}/{choices.take_all()}")
        return _written(domain, name, case, lambda: function(case, random))

    return change


def _written(domain: Domain, name: str, case: AnyCase, make: Callable[[], Any]) -> str:
    """Return the text of the case that is made, which may be given as the fields that differ.

    Raises:
        NoOptionError: None was made.
        DomainError: the function raised, or returned something else.
    """
    try:
        other = make()
        if other is None:
            raise NoOptionError
        if isinstance(other, Mapping) and not isinstance(other, Case):
            return domain.prompt.write(domain.fields_of(case).changed(other))
        return domain.write(other)
    except NoOptionError:
        raise
    except Exception as error:
        fault = f"{name} must return a case, values of fields, or None: it raised {described(error)}"
        raise DomainError(domain.name, fault[:400], domain.write(case)) from error
