"""Run a sweep to its end: with a bar on a terminal, else with a line on stderr every half minute."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from turncheck.properties.checking.asking import duration, price_of
from turncheck.properties.checking.run import EVERY, LEAST_ESTIMATE, beating
from turncheck.properties.session.progress import on_stderr
from turncheck.properties.sweeps.sweep import Sweep


def run(sweep: Sweep, tell: Callable[[str], None] | None = None) -> None:
    """Run the sweep to its end. The work up to each chunk is saved.

    Reports the progress: turns, divergences, seconds per answer, time left. If more than a minute is left, the estimate
    is printed before the sweep continues.

    Args:
        sweep: the sweep.
        tell: takes lines, if there is no bar; by default there is a bar if stderr is a terminal, else lines.
    """
    console = Console(stderr=True)
    columns = (TextColumn("turns"), BarColumn(20), MofNCompleteColumn(), TextColumn("{task.description}"))
    has_bar = tell is None and console.is_terminal
    with Progress(*columns, console=console, disable=not has_bar, transient=True) as bar:
        task = bar.add_task("", total=sweep.plan.turns, completed=sweep.counts.done)
        say = tell or (_above(bar) if has_bar else on_stderr)
        watch = Watch(sweep, say, lambda line: bar.update(task, description=line, completed=sweep.counts.done))
        sweep.subject.meter.on_call = watch.hear
        try:
            with beating(watch.beat if not has_bar else watch.show):
                for _ in sweep.chunks():
                    watch.show()
        finally:
            sweep.subject.meter.on_call = lambda: None


class Watch:
    """Reports the progress of a sweep.

    Args:
        sweep: the sweep.
        say: takes lines for the user.
        shown: takes the progress, for a bar.
    """

    def __init__(self, sweep: Sweep, say: Callable[[str], None], shown: Callable[[str], object]) -> None:
        self.sweep, self.say, self.shown = sweep, say, shown
        self.before, self.began = sweep.counts.done, time.monotonic()
        self.told, self.is_priced = self.began, False

    def status(self) -> str:
        """The progress."""
        counts, meter = self.sweep.counts, self.sweep.subject.meter
        parts = [f"{counts.diverged:,} diverged"]
        parts += [price_of(meter.price)] if meter.price is not None else []
        parts += [f"about {duration(left)} left"] if (left := self.left()) is not None else []
        return ", ".join(parts)

    def left(self) -> float | None:
        """The approximate seconds left; None before the price is known."""
        turns = self.sweep.plan.turns - self.sweep.counts.done
        done = self.sweep.counts.done - self.before
        if done:
            return turns * (time.monotonic() - self.began) / done
        price = self.sweep.subject.meter.price
        return None if price is None else turns * self.sweep.prompts_a_case * price

    def show(self) -> None:
        """Show the progress."""
        self.shown(self.status())

    def beat(self) -> None:
        """Report the progress if nothing was printed for half a minute."""
        if time.monotonic() - self.told >= EVERY:
            self._tell(f"{self.sweep.counts.done:,} of {self.sweep.plan.turns:,} turns, {self.status()}")

    def hear(self) -> None:
        """After a call, print the cost of the sweep once it is known, if it is high enough."""
        meter = self.sweep.subject.meter
        if self.is_priced or meter.price is None or (meter.prompts <= 8 and meter.seconds < EVERY):
            return
        self.is_priced, left = True, self.left() or 0.0
        if left >= LEAST_ESTIMATE:
            prompts = (self.sweep.plan.turns - self.sweep.counts.done) * self.sweep.prompts_a_case
            fewer = max(round(self.sweep.plan.turns / 10), 1)
            less = f"{fewer:,} turns take {duration(left * fewer / self.sweep.plan.turns)}"
            self._tell(f"about {duration(left)} at {price_of(meter.price)} ({prompts:,.0f} prompts); {less}")

    def _tell(self, line: str) -> None:
        self.told = time.monotonic()
        self.say(line)


def _above(bar: Progress) -> Callable[[str], None]:
    return lambda line: bar.console.print(line, markup=False, highlight=False)
