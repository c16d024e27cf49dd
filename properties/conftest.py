"""Collect sweeps only if one is asked for. If this file is loaded, the folder is run by its path, and `--model` and
`--model-arg` are short for `--turncheck-model` and `--turncheck-model-arg`.
"""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore the sweeps unless one is asked for, so that only the laws are counted."""
    is_asked = config.getoption("turncheck_sweep", default=None) or config.getini("turncheck_sweep")
    return True if collection_path.name == "test_sweeps.py" and not is_asked else None
