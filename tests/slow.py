"""What `make test` holds of a table, and what of it is left to `make test-slow`."""

from collections.abc import Iterable
from typing import Any

import pytest


def mostly_slow(rows: Iterable[Any], *places: int) -> list[Any]:
    """The rows of a parametrised test: those at the places given as they are, all the others marked as slow."""
    rows = list(rows)
    assert max(places) < len(rows), "a place is that of a row, from 0"
    return [row if place in places else _slow(row) for place, row in enumerate(rows)]


def _slow(row: Any) -> Any:
    return pytest.param(*(row if isinstance(row, tuple) else (row,)), marks=pytest.mark.slow)
