"""A sweep on the command line: its progress, and what it found."""

from __future__ import annotations

import time

from turncheck.engine.learned import Listed
from turncheck.engine.twin_samplers import STREAM
from turncheck.properties.law import text_of
from turncheck.properties.rates import action_rows, field_rows, law_rows, mode_rows, witnesses
from turncheck.properties.sweep import MORE, RARE, Sweep
from turncheck.reports.cases import in_short
from turncheck.reports.escape import visible
from turncheck.reports.sweeps import table_of, worst
from turncheck.reports.table import plain_table

MOST = 12
"""Rows that are shown of numbers of the state, and of orders: the worst."""

SHRUNK = "a smallest turn: no single simplification of it breaks the law so"
MET = "the simplest turn that was met: no other can be asked"
"""What stands above the turns that break a law; of a listed engine they are shown as they were met."""


def run(work: Sweep) -> None:
    """Goes on with the sweep to its end, with a bar on a terminal: turns, turns a second, divergences so far."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    told = TextColumn("{task.fields[rate]} a second  {task.fields[diverged]} diverged")
    columns = (TextColumn("turns"), BarColumn(), MofNCompleteColumn(), told, TimeRemainingColumn())
    shown = Console(stderr=True)
    with Progress(*columns, console=shown, disable=not shown.is_terminal, transient=True) as bar:
        before, started = work.counts.done, time.monotonic()
        task = bar.add_task("", total=work.plan.turns, completed=before, rate="?", diverged=work.counts.diverged)
        for counts in work.chunks():
            rate = (counts.done - before) / (time.monotonic() - started)
            bar.update(task, completed=counts.done, rate=f"{rate:.0f}", diverged=counts.diverged)


def report(work: Sweep) -> str:
    """What the sweep found, for a terminal."""
    plan, counts, subject = work.plan, work.counts, work.subject
    parts = [
        f"{visible(subject.name)} ({visible(subject.kind)}): {counts.done:,} of {plan.turns:,} turns of {plan.sampler}",
        f"random stream {STREAM}, seed {plan.seed}; the seeds of training are others (1,000,000 and up)",
        "",
        table_of("law", law_rows(work), with_rule=True),
        *(f"NOT_APPLICABLE {law}: {visible(why)}" for law, why in work.silent.items()),
        f"laws that ask more than the turn, and malformed texts: on one turn in {MORE}; plays, asking again: in {RARE}",
        "",
        table_of("own answer", mode_rows(counts)),
        "",
        table_of(f"number of the state (the worst {MOST})", worst(field_rows(counts), MOST)),
        "",
        table_of(f"orders (the worst {MOST})", worst(action_rows(counts), MOST)),
    ]
    if found := _smallest(work):
        listed = isinstance(subject.engine, Listed)
        parts += ["", plain_table(found, ("law about turns", "mode", MET if listed else SHRUNK))]
    if counts.unreadable:
        parts.append(f"{counts.unreadable:,} answers could not be read, and count for no number")
    return "\n".join(parts)


def _smallest(work: Sweep) -> list[tuple[str, str, str]]:
    """Law, failure mode and the smallest turn found of each."""
    from rich.console import Console

    with Console(stderr=True).status("looking for the smallest turns"):
        return [(law.id, each.divergence.mode, in_short(text_of(each.case), law.kind)) for law, each in witnesses(work)]
