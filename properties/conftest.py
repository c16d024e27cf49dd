"""`--model` and `--model-arg`, short for `--turncheck-model` and so on, for sessions that run this folder. Sweeps are
collected where one is asked for.
"""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the short names, and no other option: another plugin may have some called so too."""
    group = parser.getgroup("turncheck")
    for name, metavar in (("model", "SPEC"), ("model-arg", "KEY=VALUE")):
        dest = f"turncheck_{name.replace('-', '_')}"
        group.addoption(f"--{name}", action="append", metavar=metavar, dest=dest, help=f"as --turncheck-{name}")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves the sweeps aside unless one is asked for, so that the laws alone are counted."""
    is_asked = config.getoption("turncheck_sweep", default=None) or config.getini("turncheck_sweep")
    return True if collection_path.name == "test_sweeps.py" and not is_asked else None
