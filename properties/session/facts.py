"""The facts of a run that a report shows: its options, and the versions that a result may depend on."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import attrs

from turncheck.properties.session.options import OPTIONS
from turncheck.reports.records import Report

if TYPE_CHECKING:
    import pytest

LIBRARIES = ("attrs", "hypothesis", "numpy", "pytest", "tokenizers", "torch", "transformers")
"""Libraries that a result may depend on, besides the model's own libraries."""

ELSEWHERE = ("table", "report", "witnesses", "baseline", "write-baseline", "sweeps", "resume", "examples", "min-cases")
"""Options that change no result, and options that a report shows elsewhere."""


def versions() -> dict[str, str]:
    """Return the versions of Python, Turncheck and the installed libraries, loaded or not."""
    found = {}
    for name in ("turncheck", *LIBRARIES):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return {"python": platform.python_version(), **found}


def options_of(config: pytest.Config) -> dict[str, str]:
    """Return the options that were given, on the command line or in the ini file."""
    found = {}
    for option in OPTIONS:
        given = config.getoption(option.dest, default=None)
        given = (config.getini(option.dest) or None) if given is None else given
        if given is not None and option.name not in ELSEWHERE:
            found[option.name] = ", ".join(map(str, given)) if isinstance(given, list) else str(given)
    return found


def with_facts(report: Report, domain: str | None, model: Mapping[str, Any], others: Mapping[str, object]) -> Report:
    """Return the report of a command's run with its options and the versions.

    Args:
        report: the report of the run.
        domain: the domain as typed; None if it was not given.
        model: the options that name the model, by their parameters.
        others: the other options of the command, by name; None, empty or False if not given.
    """
    given = {"domain": domain, "model": model["spec"], "model-arg": ", ".join(model["arguments"])}
    given |= {name: model[name] for name in ("rules", "timeout", "isolate") if name in model}
    options = {name: str(value) for name, value in {**given, **others}.items() if value not in (None, "", False)}
    return attrs.evolve(report, options=options, versions=versions())
