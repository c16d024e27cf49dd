"""A sweep of every model: one item each, where `--turncheck-sweep` says how many turns."""

from __future__ import annotations

import pytest

from turncheck.properties.session.items import sweep
from turncheck.properties.session.suites import Chosen


@pytest.mark.turncheck
def test_sweep(turncheck_model: Chosen, request: pytest.FixtureRequest) -> None:
    """Fails where a gate is given and the sweep does not show that the model is below it."""
    sweep(request, turncheck_model)
