"""Laws derived from a domain's schema and declarations, and laws that a user wrote as functions."""

from turncheck.properties.laws.generic.attached import attached_law
from turncheck.properties.laws.generic.derived import derived_laws

__all__ = ["attached_law", "derived_laws"]
