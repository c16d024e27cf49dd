"""Every law, held against every model: one item each. The laws stand in `laws/`, what runs them in `run.py`."""

from __future__ import annotations

import pytest

from turncheck.properties.law import Law
from turncheck.properties.plugin import budget, explain, record
from turncheck.properties.run import check_law
from turncheck.properties.subject import Subject


@pytest.mark.turncheck
def test_law(turncheck_law: Law, turncheck_subject: Subject, request: pytest.FixtureRequest) -> None:
    """Fails with the smallest turn on which the model breaks the law."""
    result = check_law(turncheck_law, turncheck_subject, budget(request.config))
    record(request, turncheck_subject, result)
    if result.verdict != "PASS":
        pytest.fail(explain(turncheck_law, turncheck_subject, result), pytrace=False)
