"""How far a run is, for somebody who waits: a bar on a terminal, else a plain line to stderr every half minute."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from turncheck.properties.checking.run import Run, beating


@contextmanager
def watching(run: Run) -> Iterator[None]:
    """Within it somebody can see how far the run is."""
    console = Console(stderr=True)
    with _bar(run, console) if console.is_terminal else telling(run):
        yield


@contextmanager
def telling(run: Run, prefix: str = "") -> Iterator[None]:
    """Within it the run says on stderr what it costs, and every half minute how far it is."""

    def tell(line: str) -> None:
        print(f"{prefix}{line}", file=sys.stderr, flush=True)

    run.tell = tell
    with beating(run.heartbeat):
        yield


@contextmanager
def _bar(run: Run, console: Console) -> Iterator[None]:
    """A bar of laws, with the status beside it; what the run says stands above it."""
    columns = (BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("", total=len(run.jobs))
        run.tell = lambda line: console.print(line, markup=False, highlight=False)
        with beating(lambda: shown.update(task, description=run.status(in_a_bar=True), completed=run.done)):
            yield
