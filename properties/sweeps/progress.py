"""A sweep goes on to its end, with a bar where somebody looks on."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from turncheck.properties.sweeps.sweep import Sweep


def run(sweep: Sweep, is_shown: bool = True) -> None:
    """Goes on with the sweep to its end: with a bar on stderr where that is a terminal, of turns, turns a second, and
    divergences so far. The work up to each chunk is kept.

    Args:
        sweep: which.
        is_shown: whether there may be a bar at all.
    """
    told = TextColumn("{task.fields[rate]} a second  {task.fields[diverged]} diverged")
    columns = (TextColumn("turns"), BarColumn(), MofNCompleteColumn(), told, TimeRemainingColumn())
    console = Console(stderr=True)
    is_hidden = not (is_shown and console.is_terminal)
    with Progress(*columns, console=console, disable=is_hidden, transient=True) as bar:
        before, started = sweep.counts.done, time.monotonic()
        task = bar.add_task("", total=sweep.plan.turns, completed=before, rate="?", diverged=sweep.counts.diverged)
        for counts in sweep.chunks():
            rate = (counts.done - before) / (time.monotonic() - started)
            bar.update(task, completed=counts.done, rate=f"{rate:.0f}", diverged=counts.diverged)


def looking(what: str) -> AbstractContextManager[object]:
    """Says on stderr, where that is a terminal, what is done as long as it is."""
    return Console(stderr=True).status(what)
