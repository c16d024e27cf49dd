"""`--model` and `--model-arg`, short for `--turncheck-model` and so on, for sessions that run this folder."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the short names, and no other option: another plugin may have some called so too."""
    group = parser.getgroup("turncheck")
    for name, metavar in (("model", "SPEC"), ("model-arg", "KEY=VALUE")):
        dest = f"turncheck_{name.replace('-', '_')}"
        group.addoption(f"--{name}", action="append", metavar=metavar, dest=dest, help=f"as --turncheck-{name}")
