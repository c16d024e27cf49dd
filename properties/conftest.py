"""Sweeps are collected where one is asked for. That this file is loaded says that the folder is run by its path, where
`--model` and `--model-arg` are short for `--turncheck-model` and so on.
"""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves the sweeps aside unless one is asked for, so that the laws alone are counted."""
    is_asked = config.getoption("turncheck_sweep", default=None) or config.getini("turncheck_sweep")
    return True if collection_path.name == "test_sweeps.py" and not is_asked else None
