"""Show the end of a session: the divergence tables, the sweeps, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from turncheck.reports.screen import Screen

if TYPE_CHECKING:
    from turncheck.reports.records import ModelResult, Report
    from turncheck.reports.sweeps import SweepResult

EVERY_LAW = "--turncheck-table=all"

SCREEN = "turncheck_screen"
"""The key under which the workers of pytest-xdist get the terminal's width, and whether it has colour."""


def screen_of(config: pytest.Config, colour: bool = True) -> Screen:
    """Return the screen that pytest writes to, without colour if `colour` is false. A process of pytest-xdist does not
    write itself: its screen is that of the first process.
    """
    told = getattr(config, "workerinput", {}).get(SCREEN)
    if told is None:
        writer = config.get_terminal_writer()
        told = writer.fullwidth, writer.hasmarkup
    width, has_colour = told
    return Screen(width, has_colour and colour)


def show_laws(terminalreporter: pytest.TerminalReporter, title: str, report: Report, every_law: bool = False) -> None:
    """Show the divergence tables of a suite, with the notes under each."""
    if not any(model.laws or model.missing for model in report.models):
        return
    terminalreporter.section(f"divergence{f': {title}' if title else ''} (seed {report.seed})")
    for line in laws_shown(report, screen_of(terminalreporter.config), every_law, EVERY_LAW):
        terminalreporter.line(line)


def laws_shown(report: Report, screen: Screen, every_law: bool, option: str, more: str = "") -> list[str]:
    """Return the divergence tables of some models, with the notes under each, as lines.

    Args:
        report: the report of the models.
        screen: the screen to wrap to.
        every_law: whether laws that did not fail have rows too.
        option: the option that shows all laws.
        more: text to add after the number of laws that held.
    """
    from turncheck.reports.table import notes, summary
    from turncheck.reports.terminal import comparison, divergence_table

    models = [model for model in report.models if model.laws or model.missing]
    lines: list[str] = []
    for number, model in enumerate(models):
        lines += [*([""] if number else []), *screen.wrapped(f"{summary(model)}{more}", "  "), ""]
        if model.laws:
            lines += [*divergence_table(model, screen, every_law, option).split("\n"), ""]
        lines += [part for note in notes(model, report.min_cases) for part in screen.wrapped(note, "  ")]
    if len(models) > 1:
        lines += [
            *([""] if lines[-1] else []),
            "side by side, the laws that one of them broke",
            "",
            *comparison(report, screen).split("\n"),
        ]
    return lines


def next_steps(report: Report) -> list[str]:
    """Return what to do next: how to repeat the smallest failure of each model, and how to show failures in full.

    A command is one line, whatever the width.
    """
    from turncheck.reports.table import way_back

    lines = [line for model in report.models for line in way_back(model)]
    if any(law.failures for model in report.models for law in model.laws):
        lines.append("-v shows the texts of each failure in full")
    return lines


def show_sweeps(terminalreporter: pytest.TerminalReporter, title: str, report: Report, every_row: bool = False) -> None:
    """Show what the sweeps of a suite found."""
    swept = [model.sweep for model in report.models if model.sweep is not None]
    if swept:
        about = f"{f'{title}: ' if title else ''}sweep of {swept[0].sampler}"
        terminalreporter.section(f"{about} (seed {swept[0].seed})")
    for number, told in enumerate(sweeps_shown(report, screen_of(terminalreporter.config), every_row, EVERY_LAW)):
        terminalreporter.line("\n" * (number > 0) + told)


def sweeps_shown(report: Report, screen: Screen, every_row: bool, option: str) -> list[str]:
    """Return what the sweep of each model found, for the models that were swept.

    Args:
        report: of the models.
        screen: what it is shown on.
        every_row: whether what never went wrong has rows too.
        option: the name of the option that shows all rows.
    """
    swept = [(model, model.sweep) for model in report.models if model.sweep is not None]
    return [_sweep_shown(model, result, screen, every_row, option) for model, result in swept]


def _sweep_shown(model: ModelResult, result: SweepResult, screen: Screen, every_row: bool, option: str) -> str:
    """Return what a sweep found; for an unfinished one, how far it is and how to continue it."""
    from turncheck.reports.escape import visible
    from turncheck.reports.sweep_terminal import sweep_text
    from turncheck.reports.sweep_text import swept_in_short
    from turncheck.reports.table import troubles_in_short

    name = f"{model.name} ({model.kind})"
    if result.whole:
        notes = [] if model.laws else troubles_in_short(model.troubles)  # else the table of laws has them
        return sweep_text(name, result, screen, every_row, option, notes)
    diverged = f"{result.diverged:,} of them diverged"
    told = f"{visible(name)}: {swept_in_short(result)}, {diverged}", f"PARTIAL, no verdict: {way_on(model.sha256)}"
    return "\n".join(part for line in told for part in screen.wrapped(line, "  "))


def way_on(sha256: str | None) -> str:
    """Return how to continue a sweep; a model with a file is identified by its hash."""
    with_option = "" if sha256 is not None else " with --turncheck-resume, if the model is still the same,"
    return f"what was done is kept, and the same command{with_option} continues"
