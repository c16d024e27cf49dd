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
"""Libraries that a result may depend on, besides those of the model's own."""

ELSEWHERE = ("table", "report", "witnesses", "baseline", "write-baseline", "sweeps", "resume", "examples", "min-cases")
"""Options that change no result, and those that a report has in a place of their own."""


def versions() -> dict[str, str]:
    """Of Turncheck and Python, then of the libraries that are installed, loaded or not."""
    found = {}
    for name in ("turncheck", *LIBRARIES):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return {"python": platform.python_version(), **found}


def options_of(config: pytest.Config) -> dict[str, str]:
    """The options of a session that were given, on the command line or in the ini file."""
    found = {}
    for option in OPTIONS:
        given = config.getoption(option.dest, default=None)
        given = (config.getini(option.dest) or None) if given is None else given
        if given is not None and option.name not in ELSEWHERE:
            found[option.name] = ", ".join(map(str, given)) if isinstance(given, list) else str(given)
    return found


def with_facts(report: Report, domain: str | None, model: Mapping[str, Any], others: Mapping[str, object]) -> Report:
    """The report of a command's run with what was asked for, and the versions of what ran.

    Args:
        report: of the run.
        domain: as typed, if it was.
        model: the options that name the model, by their parameters.
        others: options of the command, by their names; what is None or empty was not given.
    """
    given = {"domain": domain, "model": model["spec"], "model-arg": ", ".join(model["arguments"])}
    given |= {name: model[name] for name in ("rules", "timeout", "isolate") if name in model}
    options = {name: str(value) for name, value in {**given, **others}.items() if value not in (None, "", False)}
    return attrs.evolve(report, options=options, versions=versions())
