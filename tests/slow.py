"""Which parts of a table `make test` checks, and which are left to `make test-slow`."""

from collections.abc import Iterable
from typing import Any

import pytest


def mostly_slow(rows: Iterable[Any], *places: int) -> list[Any]:
    """The rows of a parametrised test: those at the places given as they are, all the others marked as slow.

    Args:
        rows: the rows, tuples where a test has several parameters.
        places: from 0; below 0 they count from the end.
    """
    rows = list(rows)
    chosen = {range(len(rows))[place] for place in places}
    return [row if place in chosen else _slow(row) for place, row in enumerate(rows)]


def _slow(row: Any) -> Any:
    return pytest.param(*(row if isinstance(row, tuple) else (row,)), marks=pytest.mark.slow)
