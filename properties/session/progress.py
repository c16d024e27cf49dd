"""Show the progress of a run: a bar on a terminal, else a plain line on stderr every half minute."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from turncheck.properties.checking.asking import Meter, duration, price_of
from turncheck.properties.checking.run import EVERY, LEAST_ESTIMATE, Run, beating

FIRST = 10.0
"""Seconds until the first line that says that a model is being loaded."""

PRICED = 8
"""Number of prompts after which the price of an answer is known."""

SILENT = -2
"""pytest's verbosity under `-qq`."""


@contextmanager
def watching(run: Run) -> Iterator[None]:
    """Context in which the progress of the run is shown."""
    console = Console(stderr=True)
    with _bar(run, console) if console.is_terminal else telling(run):
        yield


@contextmanager
def telling(run: Run, tell: Callable[[str], None] | None = None) -> Iterator[None]:
    """Context in which the run prints its cost, and every half minute its progress; by default on stderr."""
    run.tell = tell or on_stderr
    with beating(run.heartbeat):
        yield


def on_stderr(line: str) -> None:
    """Write a line to stderr at once."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def counting(
    meter: Meter, what: str, total: int | None = None, tell: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Context in which the number of prompts asked since its start, and the price of an answer, are shown.

    Args:
        meter: the meter of the subject that is asked.
        what: what the subject is asked for.
        total: the approximate number of prompts in all; None if unknown.
        tell: takes lines instead of a bar; by default there is a bar if stderr is a terminal, else lines on stderr.
    """
    console, before = Console(stderr=True), meter.prompts
    columns = (TextColumn(what), BarColumn(20), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    has_bar, say = tell is None and console.is_terminal, tell or on_stderr
    with Progress(*columns, console=console, transient=True, disable=not has_bar) as shown:
        task, told = shown.add_task("", total=total), time.monotonic()
        is_priced = has_bar or total is None

        def beat() -> None:
            nonlocal told, is_priced
            prompts = meter.prompts - before
            status = asked(meter, prompts, total)
            shown.update(task, description=status, completed=prompts)
            if not is_priced and prompts >= PRICED and meter.price is not None and total is not None:
                is_priced = True
                if max(total - prompts, 0) * meter.price >= LEAST_ESTIMATE:
                    told = time.monotonic()
                    say(f"{what}: {status}")
            if not has_bar and time.monotonic() - told >= EVERY:
                told = time.monotonic()
                say(f"{what}: {status}")

        with beating(beat):
            yield


def asked(meter: Meter, prompts: int, total: int | None = None) -> str:
    """Return the number of prompts asked, the price of an answer, and the time left, in one line."""
    parts = [f"{prompts:,} prompts" if total is None else f"{prompts:,} of about {total:,} prompts"]
    if meter.price is not None:
        parts.append(price_of(meter.price))
        parts += [] if total is None else [f"about {duration(max(total - prompts, 0) * meter.price)} left"]
    return ", ".join(parts)


@contextmanager
def stepping(what: str, total: int, tell: Callable[[str], None] | None = None) -> Iterator[Callable[[str], None]]:
    """Context in which the current step of a command is shown: a bar on a terminal, else a line after `FIRST` seconds
    and every half minute from then on. It yields a function to call with the name of each step when the step begins.
    """
    console, began = Console(stderr=True), time.monotonic()
    columns = (
        TextColumn(what),
        BarColumn(20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    has_bar, say = tell is None and console.is_terminal, tell or on_stderr
    with Progress(*columns, console=console, transient=True, disable=not has_bar) as shown:
        task, number, at, due = shown.add_task("", total=total), 0, "", FIRST

        def begins(name: str) -> None:
            nonlocal number, at
            number, at = number + 1, name
            shown.update(task, description=name, completed=number - 1)

        def beat() -> None:
            nonlocal due
            if not has_bar and (took := time.monotonic() - began) >= due:
                due = took + EVERY
                say(f"{what}: {at}, {number} of {total}, {took:.0f} s so far")

        with beating(beat):
            yield begins


@contextmanager
def reaching(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Context in which it is shown how far a command has come: a bar on a terminal, else a line every half minute. It
    yields a function to call with each number that is reached.
    """
    console, began, told = Console(stderr=True), time.monotonic(), time.monotonic()
    columns = (TextColumn(what), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("", total=total)

        def reached(number: int) -> None:
            nonlocal told
            shown.update(task, completed=number)
            if not console.is_terminal and time.monotonic() - told >= EVERY:
                told = time.monotonic()
                left = duration((total - number) * (told - began) / max(1, number))
                on_stderr(f"{what}: {number:,} of {total:,}, about {left} left")

        yield reached


@contextmanager
def loading(what: str, tell: Callable[[str], None], first: float = FIRST) -> Iterator[None]:
    """Context in which a line says that a model is loaded and asked its first prompts, if this takes `first` seconds,
    and every half minute from then on.
    """
    began, due = time.monotonic(), first

    def beat() -> None:
        nonlocal due
        if (took := time.monotonic() - began) >= due:
            due = took + EVERY
            tell(f"{what} is loaded and asked its first prompts: {took:.0f} s so far")

    with beating(beat, min(first, 1.0)):
        yield


def voice(config: pytest.Config) -> Callable[[str], None]:
    """Return a function that writes lines to the real stderr, which pytest captures while items run; silent at `-qq`.

    Call this while nothing is captured, such as after collection. The workers of pytest-xdist share the stderr of the
    first process, and put their names before their lines.
    """
    if config.get_verbosity() <= SILENT:
        return lambda line: None
    worker = getattr(config, "workerinput", {}).get("workerid")
    reporter = config.pluginmanager.getplugin("terminalreporter")
    stderr = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace")
    config.add_cleanup(stderr.close)

    def say(line: str) -> None:
        if reporter is not None and worker is None:
            reporter.ensure_newline()
        print(f"{worker}: {line}" if worker else line, file=stderr, flush=True)

    return say


@contextmanager
def _bar(run: Run, console: Console) -> Iterator[None]:
    """Show a bar of laws with the status beside it; lines of the run appear above it."""
    columns = (BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("", total=len(run.jobs))
        run.tell = lambda line: console.print(line, markup=False, highlight=False)
        with beating(lambda: shown.update(task, description=run.status(in_a_bar=True), completed=run.done)):
            yield
