"""The stash keys of a pytest session. pytest reads this module at every start, so it imports nothing else."""

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
"""The marker of the laws' items."""

# fmt: off
SUITES: pytest.StashKey[Suites] = pytest.StashKey()
SESSION: pytest.StashKey[Session] = pytest.StashKey()
PLAN: pytest.StashKey[str] = pytest.StashKey()           # what is to run, until an item's report carries it
HELD: pytest.StashKey[LawResult] = pytest.StashKey()     # of an item
SWEPT: pytest.StashKey[SweepResult] = pytest.StashKey()  # of an item
LEFT: pytest.StashKey[str] = pytest.StashKey()           # the text about a law whose check was interrupted
SHOWN: pytest.StashKey[Callable[[Screen], str]] = pytest.StashKey()  # renders the text of a failed item
RESULT: pytest.StashKey[str] = pytest.StashKey()         # of an item, as its report carries it
RESULTS: pytest.StashKey[Results] = pytest.StashKey()
# fmt: on


def results_of(config: pytest.Config) -> Results:
    """Return what the session's items reported so far."""
    from turncheck.properties.session.results import Results

    return config.stash.setdefault(RESULTS, Results())
