"""Laws derived from a domain's schema and declarations, laws of compositions, and laws that a user wrote."""

from turncheck.properties.laws.generic.attached import attached_law
from turncheck.properties.laws.generic.composed import composition_laws
from turncheck.properties.laws.generic.derived import derived_laws

__all__ = ["attached_law", "composition_laws", "derived_laws"]
