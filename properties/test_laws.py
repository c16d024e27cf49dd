"""Check every law for every model, one item each. The laws are in `laws/`; `checking/` runs them."""

from __future__ import annotations

import pytest

from turncheck.properties.checking.law import Law
from turncheck.properties.session.items import hold
from turncheck.properties.session.suites import Chosen


@pytest.mark.turncheck
def test_law(turncheck_law: Law, turncheck_model: Chosen, request: pytest.FixtureRequest) -> None:
    """Check one law for one model. Fails with a minimal counterexample."""
    hold(request, turncheck_law, turncheck_model)
