"""What is wrong with a domain, before any model is asked.

`check_reference` is quick: every run of a domain that nobody held against its reference before begins with it.
`check_domain` looks at all else that would make a run's verdicts worth little: texts that are not read back, boundaries
that are never drawn, laws that say nothing.
"""

from turncheck.properties.checking.doctor.report import DomainReport, Row, check_domain, check_reference

__all__ = ["DomainReport", "Row", "check_domain", "check_reference"]
