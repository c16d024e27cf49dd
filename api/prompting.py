"""Write the prompts of a sweep to a file, to be answered elsewhere, and show a progress bar."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import attrs

from turncheck.engine.table import SMALL, arrays_of
from turncheck.model.adapters.predictions import PROMPTS, in_wording
from turncheck.model.adapters.templates import bare
from turncheck.properties.checking.asking import duration
from turncheck.properties.checking.run import EVERY, LEAST_ESTIMATE
from turncheck.properties.checking.subject import Subject
from turncheck.properties.session.progress import on_stderr
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.prerecorded import prompts_asked


def header(subject: Subject, plan: Plan) -> dict[str, object]:
    """Return the first line of the file: the schema and the facts of the sweep."""
    domain = subject.domain
    stream = None if plan.sampler == SMALL else arrays_of(domain, plan.sampler).stream
    sample = {"sampler": plan.sampler, "stream": stream, "seed": plan.seed, "turns": plan.turns}
    asked = {"rules": domain.described, "template": subject.template, "rejects": subject.rejects}
    return {"schema": PROMPTS, "domain": domain.name, **sample, **asked}


def write_prompts(path: Path, subject: Subject, plan: Plan, told: Callable[[int], None]) -> int:
    """Write the header and the prompts, one a line, in the wording of the subject's template; return the number of
    prompts.

    Creates the file's folder. The file is complete when it appears: until then it is called `.part`, and it is removed
    if the work is interrupted.

    Args:
        path: the path of the file, which is replaced if it exists.
        subject: the rules, the template, and whether the model rejects. The subject is not asked.
        plan: the plan of the sweep.
        told: called with the number of turns that are done, from time to time.

    Raises:
        EngineError: the template cannot express a prompt.
        OSError: the file cannot be written.
    """
    _, words = bare(subject.engine)
    part, count = path.with_name(f"{path.name}.part"), 0
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(part, "w", encoding="ascii", newline="\n") as file, closing(prompts_asked(subject, plan)) as parts:
            file.write(_line(header(subject, plan)))
            for asked in parts:
                file.writelines(_line({"prompt": in_wording(prompt, words)}) for prompt in asked.prompts)
                count += len(asked.prompts)
                told(asked.done)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _line(value: Mapping[str, object]) -> str:
    return json.dumps(value) + "\n"  # in ASCII: prompts may contain lone surrogates


@contextmanager
def bar(plan: Plan, what: str) -> Iterator[Callable[[int], None]]:
    """Show a progress bar for the turns of the plan, on a terminal; yield a function that takes the number of turns
    done. Elsewhere, print a line on stderr every half minute, the first when the duration is known and long.
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
    """Reports the progress of slow work on stderr.

    Attributes:
        what: the work.
        total: the number of turns.
        say: prints a line.
        clock: returns the time in seconds.
    """

    what: str
    total: int
    say: Callable[[str], None] = on_stderr
    clock: Callable[[], float] = time.monotonic
    _began: float = attrs.field(default=attrs.Factory(lambda self: self.clock(), takes_self=True), init=False)
    _told: float | None = attrs.field(default=None, init=False)

    def hear(self, done: int) -> None:
        """Take the number of turns done, and print a line if it is time to."""
        now = self.clock()
        took = now - self._began
        left = took / done * (self.total - done) if done else 0.0
        is_first = self._told is None and took >= 2 and took + left >= LEAST_ESTIMATE
        if is_first or now - (self._began if self._told is None else self._told) >= EVERY:
            self._told = now
            self.say(f"{self.what}: {done:,} of {self.total:,}, about {duration(left)} left")
