"""What is shown at the end of a session: the divergence tables, and the sweeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from turncheck.reports.records import ModelResult, Report
    from turncheck.reports.sweeps import SweepResult


def show_laws(terminalreporter: pytest.TerminalReporter, title: str, report: Report) -> None:
    """The divergence tables of a suite, and what there is to note under each."""
    from turncheck.reports.table import comparison, divergence_table, notes, summary

    models = [model for model in report.models if model.laws or model.missing]
    if not models:
        return
    terminalreporter.section(f"divergence{f': {title}' if title else ''} (seed {report.seed})")
    for number, model in enumerate(models):
        terminalreporter.line("\n" * (number > 0) + summary(model))
        terminalreporter.line("")
        if model.laws:
            terminalreporter.line(f"{divergence_table(model)}\n")
        for note in notes(model, report.min_cases):
            terminalreporter.line(note)
    if len(models) > 1:
        terminalreporter.line(f"\nside by side, the laws that one of them broke\n\n{comparison(report)}")


def show_sweeps(terminalreporter: pytest.TerminalReporter, title: str, report: Report) -> None:
    """What the sweeps of a suite found."""
    models = [(model, model.sweep) for model in report.models if model.sweep is not None]
    for number, (model, result) in enumerate(models):
        if not number:
            about = f"{f'{title}: ' if title else ''}sweep of {result.sampler}"
            terminalreporter.section(f"{about} (seed {result.seed})")
        terminalreporter.line("\n" * (number > 0) + _sweep_shown(model, result))


def _sweep_shown(model: ModelResult, result: SweepResult) -> str:
    """What a sweep found; of one that was left, how far it is and how it goes on."""
    from turncheck.reports.escape import visible
    from turncheck.reports.sweep_text import sweep_text, swept_in_short
    from turncheck.reports.table import troubles_in_short

    name = f"{model.name} ({model.kind})"
    if result.whole:
        notes = [] if model.laws else troubles_in_short(model.troubles)  # else the table of laws has them
        return sweep_text(name, result, every_law=False, notes=notes)
    diverged = f"{result.diverged:,} of them diverged"
    return f"{visible(name)}: {swept_in_short(result)}, {diverged}\nPARTIAL, no verdict: {way_on(model.sha256)}"


def way_on(sha256: str | None) -> str:
    """How a sweep goes on; a model with a file is known by its hash."""
    with_option = "" if sha256 is not None else " with --turncheck-resume, if the model is still the same,"
    return f"what was done is kept, and the same command{with_option} goes on"
