"""`--model`, the short name of `--turncheck-model`, for sessions that run this folder."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the short name, and no other option: another plugin may have one called so too."""
    group = parser.getgroup("turncheck")
    group.addoption("--model", action="append", metavar="SPEC", dest="turncheck_model", help="as --turncheck-model")
