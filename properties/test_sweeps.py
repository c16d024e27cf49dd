"""Sweep every model, one item each, if `--turncheck-sweep` gives a number of turns."""

from __future__ import annotations

import pytest

from turncheck.properties.session.items import sweep
from turncheck.properties.session.suites import Chosen


@pytest.mark.turncheck
def test_sweep(turncheck_model: Chosen, request: pytest.FixtureRequest) -> None:
    """Sweep one model. Fails if a gate is given and the sweep does not show that the model is below it."""
    sweep(request, turncheck_model)
