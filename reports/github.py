"""The short table of a run for the job summary of GitHub Actions, whose file an environment variable names."""

from __future__ import annotations

import os
from collections.abc import Iterator

from turncheck.reports.escape import for_markdown
from turncheck.reports.records import ModelResult, Report
from turncheck.reports.sweep_text import gate_in_short, swept_in_short
from turncheck.reports.table import QUIET, law_table, summary

VARIABLE = "GITHUB_STEP_SUMMARY"

MOST_LAWS = 20
"""Most laws of a model in the table; a summary may have at most a megabyte, and should be short enough to read."""


def short_markdown(report: Report) -> str:
    """Return the verdict of each model, the laws that it broke, and the result of its sweep, as Markdown."""
    return "\n".join(part for model in report.models for part in _parts(model))


def _parts(model: ModelResult) -> Iterator[str]:
    demands_nothing = model.is_swept_alone and model.sweep is not None and model.sweep.verdict is None
    only = "swept" if demands_nothing else "mapped" if model.is_mapped_alone else ""
    yield f"### Turncheck: {only or ('FAIL' if model.failed else 'PASS')}\n"
    yield f"{for_markdown(summary(model))}\n"
    loud = [law for law in model.laws if law.verdict not in QUIET and not law.unreached]
    loud.sort(key=lambda law: -law.diverged)
    if loud:
        yield f"{law_table(loud[:MOST_LAWS], model)}\n"
    if beyond := loud[MOST_LAWS:]:
        yield f"and {len(beyond)} laws more: {for_markdown(', '.join(law.id for law in beyond))}\n"
    if model.sweep is not None:
        said = gate_in_short(model.sweep) or f"{swept_in_short(model.sweep)}: {model.sweep.diverged:,} diverge"
        yield f"{for_markdown(said)}\n"


def tell_github(report: Report) -> None:
    """Add the short table to the summary of the job; do nothing if the variable is not set.

    Raises:
        OSError: the file that the environment names cannot be written.
    """
    path = os.environ.get(VARIABLE)
    if path:
        with open(path, "a", encoding="utf-8", newline="\n") as summary_file:
            summary_file.write(f"{short_markdown(report)}\n")
