"""The laws of a domain: its own laws, those derived from its schema, and those that a user attached."""

from __future__ import annotations

from turncheck.engine.domain import Domain
from turncheck.properties.checking.law import Law
from turncheck.properties.laws.generic import attached_law, composition_laws, derived_laws


class RepeatedLawError(ValueError):
    """Two laws of a domain have the same name.

    Attributes:
        name: the name that they share.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"law {self.name}: each law of a domain must have a unique name, got this one twice; rename yours"


def laws_of(domain: Domain, *, composed: bool = False) -> tuple[Law, ...]:
    """Return all laws of a domain, in the order of the tables; for a variant, the laws of its base, which it may break.

    Args:
        domain: the domain.
        composed: whether to add the laws of compositions, which apply to no other model.

    Raises:
        RepeatedLawError: two laws have the same name.
    """
    whole = domain if domain.base is None else domain.base
    own = whole.laws() if callable(whole.laws) else whole.laws
    derived = derived_laws(whole) if whole.derives else ()
    of_compositions = composition_laws(whole) if composed else ()
    found = (*own, *derived, *of_compositions, *map(attached_law, whole.attached))
    names: set[str] = set()
    for law in found:
        if law.id in names:
            raise RepeatedLawError(law.id)
        names.add(law.id)
    return found
