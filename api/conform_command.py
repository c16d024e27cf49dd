"""`turncheck conform`: whether a model keeps its contract. Each check is printed when it is done."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import attrs
import click

from turncheck.arguments import CASES
from turncheck.exit_codes import BROKEN, HELD
from turncheck.options import Command, options_beside_it, subject_of

if TYPE_CHECKING:
    from turncheck.engine.learned import LearnedEngine
    from turncheck.model.adapters.conformance import Finding, Planned
    from turncheck.properties.checking.subject import Subject

LONG = 10.0
"""Seconds. A check that is expected to take longer is reported before it begins, any other when it does take longer."""

EVERY = 30.0
"""Seconds between two lines about a running check."""


@click.command(cls=Command)
@click.argument("spec", required=False)
@click.option("--prompts", "count", type=CASES, help="Number of cases and damaged cases to ask.  [default: about 50]")
@options_beside_it
def conform(count: int | None, **model: Any) -> None:
    """Check that a model keeps its contract. Tests batches, repetition, odd prompts, ends of answers and verify.

    \b
      turncheck conform py:my_model:predict

    Run this before any law. Each check is printed when it is done. A warning does not break the contract; it says how a
    run handles the behaviour.
    """
    from turncheck.model.adapters.conformance import CHECKS
    from turncheck.reports.escape import visible

    subject = subject_of(**model, tells=False)
    click.echo(f"{visible(subject.name)} ({visible(subject.kind)})")
    for line in subject.findings():
        click.echo(visible(line))
    width = max(map(len, CHECKS))
    verdicts: Counter[str] = Counter()
    for check in _checks(subject, count):
        verdicts[check.verdict] += 1
        found = "; ".join(filter(None, (check.found, check.way_out)))
        click.echo(f"{check.verdict:11}  {check.name:{width}}  {found}".rstrip())  # findings are printable already
    click.echo(", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()))
    sys.exit(BROKEN if verdicts["fails"] else HELD)


def _checks(subject: Subject, count: int | None) -> Iterator[Finding]:
    """Yield the checks, each when it is done; report slow checks on stderr."""
    from turncheck.model.adapters.conformance import conformance
    from turncheck.model.adapters.exam import encoded, sample_of_cases, spread
    from turncheck.model.adapters.templates import bare

    engine, words = bare(subject.engine)
    prompts = None if count is None else spread(encoded(sample_of_cases(subject.domain, subject.rejects), words), count)
    watch = Watch()
    asked = watched(engine, subject.limit, watch)
    with watch.running():
        yield from conformance(
            asked,
            subject.domain,
            template=words,
            prompts=prompts,
            stop=getattr(engine, "stop", ()),
            rejects=subject.rejects,
            begins=watch.begin,
        )


@attrs.define(eq=False)
class Watch:
    """Reports slow checks on stderr.

    Attributes:
        answered: prompts of the current check that were answered so far.
        asking: prompts, or drafts, of the running call; 0 between calls.
        price: seconds per answer, measured in the first call with some prompts; None before that call.
    """

    answered: int = 0
    asking: int = 0
    price: float | None = None
    _check: Planned | None = attrs.field(default=None, init=False)
    _began: float = attrs.field(default=0.0, init=False)
    _told: tuple[float, float] = attrs.field(
        default=(0.0, 0.0), init=False
    )  # when the check began, and when it was last reported

    def begin(self, check: Planned) -> None:
        """Begin a check."""
        self._check, self._began, self.answered = check, time.monotonic(), 0
        if self.price is not None and self.price * check.prompts > LONG:
            self._say(f"{check.name} asks {_prompts(check.prompts)}, {self._about(check.prompts)}")

    @contextmanager
    def call(self, count: int) -> Iterator[None]:
        """Count the prompts of a call while it runs."""
        started, self.asking = time.monotonic(), count
        try:
            yield
        except KeyboardInterrupt:  # what was interrupted says nothing about the price
            raise
        except BaseException:
            self._answered(count, time.monotonic() - started)
            raise
        self._answered(count, time.monotonic() - started)

    def _answered(self, count: int, took: float) -> None:
        self.asking = 0
        self.answered += count
        if self.price is None and count and self._check is not None:
            self._learn(took, count, self._check.later)

    def _learn(self, took: float, count: int, later: int) -> None:
        self.price = took / count
        if self.price * later > LONG:
            from turncheck.properties.checking.asking import price_of

            fewer = "; --prompts asks fewer" if count > 1 else ""
            left = f"the remaining checks ask {_prompts(later)}, {self._about(later)}{fewer}"
            self._say(f"{_prompts(count)} took {took:.0f} s, {price_of(self.price)}; {left}")

    def _about(self, prompts: int) -> str:
        from turncheck.properties.checking.asking import duration

        return f"about {duration((self.price or 0.0) * prompts)}"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run a thread that reports what is being asked when a check is slow."""
        from turncheck.properties.checking.run import beating

        with beating(self._tell, min(LONG, EVERY) / 10):
            yield

    def _tell(self) -> None:
        check, began, now = self._check, self._began, time.monotonic()
        if self._told[0] != began:
            self._told = (began, began + LONG - EVERY)
        if check is not None and now - self._told[1] >= EVERY:
            self._say(f"{check.name}: {self._doing(check)}, {now - began:.0f} s so far")
            self._told = (began, now)

    def _doing(self, check: Planned) -> str:
        running = f"asking {_prompts(self.asking)}" if self.asking else "comparing answers"
        return f"{self.answered} of {_prompts(check.prompts)} answered, {running}" if self.answered else running

    def _say(self, line: str) -> None:
        click.echo(line, err=True)


def _prompts(count: int) -> str:
    return f"{count:,} prompt{'s' * (count != 1)}"


def watched(engine: LearnedEngine, limit: float | None, watch: Watch) -> LearnedEngine:
    """Return the engine with all its methods; each call is limited and watched."""
    from turncheck.properties.checking.timeouts import METHODS, limited

    inner = limited(engine, limit)

    def watching(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(prompts: Sequence[str], *more: Any) -> Any:
            with watch.call(len(prompts)):
                return method(prompts, *more)

        return call

    offered = {name: watching(getattr(inner, name)) for name in METHODS if hasattr(inner, name)}
    if hasattr(engine, "troubles"):
        offered["troubles"] = engine.troubles
    return cast("LearnedEngine", SimpleNamespace(**offered))
