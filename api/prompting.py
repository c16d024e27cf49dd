"""The prompts of a sweep as a file, to be answered elsewhere; the bar that shows how far they are."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import attrs

from turncheck.engine.table import SMALL, arrays_of
from turncheck.model.adapters.predictions import PROMPTS, said
from turncheck.model.adapters.templates import bare
from turncheck.properties.checking.asking import duration
from turncheck.properties.checking.run import EVERY, WORTH_SAYING
from turncheck.properties.checking.subject import Subject
from turncheck.properties.session.progress import on_stderr
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.prerecorded import prompts_asked


def header(subject: Subject, plan: Plan) -> dict[str, object]:
    """The first line of the file: the schema, and what the prompts are of."""
    domain = subject.domain
    stream = None if plan.sampler == SMALL else arrays_of(domain, plan.sampler).stream
    sample = {"sampler": plan.sampler, "stream": stream, "seed": plan.seed, "turns": plan.turns}
    asked = {"rules": domain.described, "template": subject.template, "rejects": subject.rejects}
    return {"schema": PROMPTS, "domain": domain.name, **sample, **asked}


def write_prompts(path: Path, subject: Subject, plan: Plan, told: Callable[[int], None]) -> int:
    """Writes the prompts, a line each behind the header, in the words of the subject's template; gives their number.
    Makes the file's folder.

    The file is there when all of it is: until then it is `.part`, which is removed where the work is interrupted.

    Args:
        path: of the file; what is there is replaced.
        subject: its rules, its template, and whether it rejects. It is not asked itself.
        plan: of the sweep.
        told: gets the number of turns that are done, now and then.

    Raises:
        EngineError: the template cannot say one of them.
        OSError: it cannot be written.
    """
    _, words = bare(subject.engine)
    part, count = path.with_name(f"{path.name}.part"), 0
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(part, "w", encoding="ascii", newline="\n") as file, closing(prompts_asked(subject, plan)) as parts:
            file.write(_line(header(subject, plan)))
            for asked in parts:
                file.writelines(_line({"prompt": said(prompt, words)}) for prompt in asked.prompts)
                count += len(asked.prompts)
                told(asked.done)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _line(value: Mapping[str, object]) -> str:
    return json.dumps(value) + "\n"  # in ASCII: prompts may hold lone surrogates


@contextmanager
def bar(plan: Plan, what: str) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, of the turns of the plan: what it gives is told how many of them are done. Elsewhere a line
    to stderr every half minute, the first when it is known how long it takes, if that is long.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as shown:
        task = shown.add_task("", total=plan.turns)
        lines = None if console.is_terminal else Lines(what, plan.turns)

        def told(done: int) -> None:
            shown.update(task, completed=done)
            if lines is not None:
                lines.hear(done)

        yield told


@attrs.define
class Lines:
    """Says on stderr how far something is that takes long.

    Attributes:
        what: it is.
        total: turns in all.
        say: takes lines.
        clock: gives the time in seconds.
    """

    what: str
    total: int
    say: Callable[[str], None] = on_stderr
    clock: Callable[[], float] = time.monotonic
    _began: float = attrs.field(default=attrs.Factory(lambda self: self.clock(), takes_self=True), init=False)
    _told: float | None = attrs.field(default=None, init=False)

    def hear(self, done: int) -> None:
        """So many turns are done: says it where it is time to."""
        now = self.clock()
        took = now - self._began
        left = took / done * (self.total - done) if done else 0.0
        is_first = self._told is None and took >= 2 and took + left >= WORTH_SAYING
        if is_first or now - (self._began if self._told is None else self._told) >= EVERY:
            self._told = now
            self.say(f"{self.what}: {done:,} of {self.total:,}, about {duration(left)} left")
