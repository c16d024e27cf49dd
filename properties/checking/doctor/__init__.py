"""What is wrong with a domain, before any model is asked.

`check_domain` looks at all that would make a run's verdicts worth little: texts that are not read back, a reference
that wavers, boundaries that are never drawn, laws that are not true, never apply or say nothing.
"""

from turncheck.properties.checking.doctor.report import LOOKS, DomainReport, Row, check_domain

__all__ = ["LOOKS", "DomainReport", "Row", "check_domain"]
