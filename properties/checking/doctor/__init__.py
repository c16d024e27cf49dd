"""Find faults of a domain before any model is asked.

`check_domain` checks everything that would make a run's verdicts worth little: texts that are not read back, a
reference that is not deterministic, boundaries that are never drawn, laws that are false, never apply or catch nothing.
"""

from turncheck.properties.checking.doctor.report import LOOKS, DomainReport, Row, check_domain

__all__ = ["LOOKS", "DomainReport", "Row", "check_domain"]
