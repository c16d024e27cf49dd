"""What a session of pytest keeps, and under which keys. Read at every start of pytest: it imports nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from turncheck.properties.session.results import Results
    from turncheck.properties.session.session import Session
    from turncheck.properties.session.suites import Suites
    from turncheck.reports.records import LawResult
    from turncheck.reports.screen import Screen
    from turncheck.reports.sweeps import SweepResult

MARKER = "turncheck"
"""The marker that the laws' items carry."""

# fmt: off
SUITES: pytest.StashKey[Suites] = pytest.StashKey()
SESSION: pytest.StashKey[Session] = pytest.StashKey()
PLAN: pytest.StashKey[str] = pytest.StashKey()           # what is to run, until an item's report takes it along
HELD: pytest.StashKey[LawResult] = pytest.StashKey()     # of an item
SWEPT: pytest.StashKey[SweepResult] = pytest.StashKey()  # of an item
LEFT: pytest.StashKey[str] = pytest.StashKey()           # what is told of a law whose check was interrupted
TOLD: pytest.StashKey[Callable[[Screen], str]] = pytest.StashKey()  # of an item that failed, for any screen
RESULT: pytest.StashKey[str] = pytest.StashKey()         # of an item, as it travels with its report
RESULTS: pytest.StashKey[Results] = pytest.StashKey()
# fmt: on


def results_of(config: pytest.Config) -> Results:
    """What the session's items reported so far."""
    from turncheck.properties.session.results import Results

    return config.stash.setdefault(RESULTS, Results())
