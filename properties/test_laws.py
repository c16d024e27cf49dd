"""Every law, held against every model: one item each. The laws stand in `laws/`, what runs them in `checking/`."""

from __future__ import annotations

import pytest

from turncheck.properties.checking.law import Law
from turncheck.properties.session.items import hold
from turncheck.properties.session.suites import Chosen


@pytest.mark.turncheck
def test_law(turncheck_law: Law, turncheck_model: Chosen, request: pytest.FixtureRequest) -> None:
    """Fails with a minimal counterexample to the law."""
    hold(request, turncheck_law, turncheck_model)
