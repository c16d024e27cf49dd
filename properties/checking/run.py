"""A run: check laws on subjects one after the other, estimate the cost, and report the progress.

The cost is known after a few answers: seconds per answer, times the expected number of prompts. So a run of a slow
model prints an estimate early, reports its progress at least every half minute, and accepts a budget of seconds, which
its laws share.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.sampling import easy_case
from turncheck.properties.checking.asking import Limit, Meter, duration, price_of
from turncheck.properties.checking.check import check_law
from turncheck.properties.checking.draw import Budget
from turncheck.properties.checking.failing import law_result
from turncheck.properties.checking.law import (
    DIRECTION,
    INVARIANCE,
    KNOWN_ANSWER,
    MALFORMED,
    ROLLOUT,
    STABILITY,
    AnyForm,
    Law,
)
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.truth import answer, sampled_cases
from turncheck.reports.records import UNREACHED, LawResult

EVERY = 30.0
"""Seconds between two progress lines of a run without a bar."""

LEAST_ESTIMATE = 20.0
"""Least estimate of a run, in seconds, that is printed."""

LAWS_FOR_ESTIMATE = 3
"""Number of laws after which the time left is estimated from their time, if the model itself takes hardly any."""

LONG = 10.0
"""A law that takes more seconds gets its own line."""

SAMPLED = 5
"""Number of sampled cases from which the number of prompts per case is estimated."""

FOR_CASES = 0.75
"""Fraction of a law's share of the budget for asking its cases; the rest is for shrinking counterexamples."""

FINDS_MOST_FIRST = (KNOWN_ANSWER, INVARIANCE, DIRECTION, MALFORMED, ROLLOUT, STABILITY)
"""Kinds of laws, in order: first the kinds that any wrong answer breaks, last those with the most prompts per case."""


def finding_most_first(laws: Sequence[Law]) -> list[Law]:
    """Return the laws in the order for a run that may not reach them all: the kinds take turns.

    In this order the first ten laws catch 338 of the duel's 348 mutants (docs/mutants.csv), in the table's order 281.
    """
    by_kind = {kind: [law for law in laws if law.kind == kind] for kind in FINDS_MOST_FIRST}
    ranked = [(place, FINDS_MOST_FIRST.index(kind), law) for kind in by_kind for place, law in enumerate(by_kind[kind])]
    return [law for _, _, law in sorted(ranked, key=lambda each: each[:2])]


@lru_cache(maxsize=4096)
def prompts_for_a_case(law: Law, domain: Domain) -> float:
    """Return the number of prompts per case, averaged over a few sampled cases; 1 if the law applies to none."""
    counts = [_prompts(law, case, domain) for case in islice(sampled_cases(law, domain, 20 * SAMPLED), SAMPLED)]
    return sum(counts) / len(counts) if counts else 1.0


def _prompts(law: Law, case: AnyForm, domain: Domain) -> int:
    answers: list[str] = []
    while prompts := law.asks(case, domain, answers):
        answers += [answer(prompt, domain) for prompt in prompts]
    return len(answers) * (2 if law.again else 1)


Job = tuple[Subject, Law]
"""A subject, and a law to check on it."""


@attrs.define
class Run:
    """Checks laws on subjects, one after the other.

    Attributes:
        jobs: all subjects and laws of the run.
        budget: how many cases to draw for each law.
        seconds: the most seconds that the run may take; None for no limit. The laws share them: each law asks as many
            cases as its share allows, and at least as many as its verdict needs.
        tell: takes the lines to show to the user.
        examples_option, budget_option: the names of the options, for messages.
        processes: the number of processes that share the jobs, as under pytest-xdist.
        clock: returns the time in seconds.
    """

    jobs: Sequence[Job]
    budget: Budget
    seconds: float | None = None
    tell: Callable[[str], None] = attrs.field(default=lambda line: None)
    examples_option: str = "--examples"
    budget_option: str = "--budget"
    processes: int = 1
    clock: Callable[[], float] = time.monotonic
    done: int = attrs.field(default=0, init=False)
    law: Law | None = attrs.field(default=None, init=False)
    _began: float = attrs.field(default=attrs.Factory(lambda self: self.clock(), takes_self=True), init=False)
    _expected_done: float = attrs.field(default=0.0, init=False)
    _spent_done: float = attrs.field(default=0.0, init=False)
    _told: float = attrs.field(default=attrs.Factory(lambda self: self.clock(), takes_self=True), init=False)
    _is_priced: bool = attrs.field(default=False, init=False)
    _is_told: bool = attrs.field(default=False, init=False)  # whether an estimate for the whole run was printed
    _expected: float | None = attrs.field(default=None, init=False)
    _first: LawResult | None = attrs.field(default=None, init=False)  # the first law that was broken
    _is_shown: bool = attrs.field(default=False, init=False)  # whether it was shown
    _subject: Subject | None = attrs.field(default=None, init=False)
    _before_law: int = attrs.field(default=0, init=False)
    _before: dict[Meter, int] = attrs.field(factory=dict, init=False)  # prompts of each model before the run

    def check(self, law: Law, subject: Subject, kept: Sequence[AnyForm] = ()) -> LawResult:
        """Check the law on the subject, within the law's share of the budget.

        Raises:
            FalseLawError: the law is wrong.
            InterruptedLawError: the user interrupts the check.
        """
        self.law, self._subject, began, before = law, subject, self.clock(), subject.meter.prompts
        self._before.setdefault(subject.meter, before)
        self._before_law = before
        subject.meter.on_call = self._hear
        try:
            result = self._checked(law, subject, kept)
        finally:
            subject.meter.on_call = lambda: None
        self._finish(law, subject, self.clock() - began, subject.meter.prompts - before)
        self._show_first_failure(result)
        return result

    def _checked(self, law: Law, subject: Subject, kept: Sequence[AnyForm]) -> LawResult:
        if self.seconds is None:
            return check_law(law, subject, self.budget, kept)
        called = f"{self.budget_option} {self.seconds:g}"
        left = self._began + self.seconds - self.clock()
        if left <= 0:
            why = f"{UNREACHED} {called}"
            return law_result(law, "INCONCLUSIVE", why=why)
        with subject.meter.within(Limit(until=time.monotonic() + left), called):
            return check_law(law, subject, self._share(law, subject, left), kept)

    def _share(self, law: Law, subject: Subject, left: float) -> Budget:
        """Return the law's share of the budget: as many cases as its share of the time allows, and at least as many as
        its verdict needs.
        """
        share = left / max(len(self.jobs) / self.processes - self.done, 1)
        if subject.meter.price is None:
            subject.ask([subject.domain.write(easy_case(subject.domain))])
        cost = prompts_for_a_case(law, subject.domain) * (subject.meter.price or 0.0)
        cases = max(int(FOR_CASES * share / cost), self.budget.min_cases) if cost else self.budget.examples
        shrink = Limit(until=time.monotonic() + share) if self.budget.shrink is None else self.budget.shrink
        return attrs.evolve(self.budget, cases=min(cases, self.budget.examples), shrink=shrink)

    # --- progress ---

    def status(self, in_a_bar: bool = False) -> str:
        """Return the progress: laws, prompts, seconds per answer, time left. A bar shows the laws itself."""
        done = f"{self.done} law{'s' if self.done != 1 else ''} done"
        laws = f"{self.done} of {len(self.jobs)} laws" if self.processes == 1 else done
        parts = [] if in_a_bar else [laws]
        if self._subject is not None:
            meter = self._subject.meter
            expected = f" of about {self._expected:,.0f}" if self._expected is not None else ""
            waiting = f" and {meter.waiting:,} being asked" if meter.waiting else ""
            parts.append(f"{meter.prompts - self._before[meter]:,}{expected} prompts{waiting}")
            parts += [price_of(meter.price)] if meter.price is not None else []
        parts += [f"about {duration(left)} left"] if (left := self.left()) is not None else []
        return f"{', '.join(parts)}{f': {self.law.id}' if self.law is not None else ''}"

    def left(self) -> float | None:
        """Estimate the seconds left from the price of an answer or, if that is very low, from the time per law.

        None if neither is known yet.
        """
        if self._expected is None or self._subject is None or self._subject.meter.price is None:
            return self._left_by_laws()
        price = self._subject.meter.price
        prompts = max(self._expected - self._expected_done - self._of_law(self._subject), 0.0)
        dearer = self._spent_done / (self._expected_done * price) if self.done >= 3 and price else 1.0
        left = prompts * price * max(dearer, 1.0)
        return left if self.seconds is None else min(left, max(self._began + self.seconds - self.clock(), 0.0))

    def _left_by_laws(self) -> float | None:
        if self.done < LAWS_FOR_ESTIMATE:
            return None
        jobs = len(self.jobs) / self.processes
        left = (self.clock() - self._began) / self.done * max(jobs - self.done, 0.0)
        return left if self.seconds is None else min(left, max(self._began + self.seconds - self.clock(), 0.0))

    def _of_law(self, subject: Subject) -> float:
        """Return how many of the running law's expected prompts were asked; prompts for shrinking are not expected."""
        if self.law is None:
            return 0.0
        return min(subject.meter.prompts - self._before_law, self._prompts(self.law, subject))

    def heartbeat(self) -> None:
        """Report the progress if a law is being checked and nothing was reported for half a minute."""
        if self.law is not None and self.clock() - self._told >= EVERY:
            self._say(self.status())

    def _hear(self) -> None:
        """After each call: report the estimate once, when the price is known, if the run takes long."""
        assert self._subject is not None
        meter = self._subject.meter
        if self._is_priced or meter.price is None or (meter.prompts < 8 and meter.seconds < LONG):
            return
        self._is_priced = True
        if meter.price * len(self.jobs) * self.budget.min_cases < LONG:
            return  # not worth the estimate
        self._expected = sum(self._prompts(law, subject) for subject, law in self.jobs) / self.processes
        seconds = self._expected * meter.price
        if seconds >= LEAST_ESTIMATE and self.seconds is None:
            self._is_told = True
            self._say(self._price(seconds, meter.price))

    def _price(self, seconds: float, price: float) -> str:
        """Return a line with the estimate, and the options that make the run shorter."""
        fewer = max(20, self.budget.min_cases)
        said = (
            f"about {duration(seconds)} at {price_of(price)} ({self._expected:,.0f} prompts), more if laws are broken"
        )
        limits = f"{self.budget_option}=SECONDS limits it"
        if fewer < self.budget.examples:
            less = duration(seconds * fewer / self.budget.examples)
            limits = f"{self.examples_option}={fewer} takes {less}, {limits}"
        return f"{said}; {limits}"

    def _prompts(self, law: Law, subject: Subject) -> float:
        return self.budget.of(law) * prompts_for_a_case(law, subject.domain)

    def _finish(self, law: Law, subject: Subject, took: float, prompts: int) -> None:
        self.law = None
        self.done += 1
        if self._expected is not None:
            self._expected_done += self._prompts(law, subject)
            self._spent_done += took
        if took > LONG:
            self._say(f"{law.id}: {prompts:,} prompts in {duration(took)}; {self.status()}")
        elif (
            not self._is_told
            and self.done >= LAWS_FOR_ESTIMATE
            and (left := self._left_by_laws() or 0.0) >= LEAST_ESTIMATE
        ):
            self._is_told = True
            self._say(f"about {duration(left)} left, estimated from the first {self.done} of {len(self.jobs)} laws")

    def _show_first_failure(self, result: LawResult) -> None:
        """In a run that takes long, show the first failure now: pytest shows failures after the last law."""
        if self._first is None and result.verdict == "FAIL" and not result.known:
            self._first = result
        if self._first is not None and self._is_told and not self._is_shown:
            self._is_shown = True
            failure = self._first.failures[0]
            self._say(f"first broken law: {self._first.id}, {failure.mode}: {failure.witness.short}")

    def _say(self, line: str) -> None:
        self._told = self.clock()
        self.tell(line)


@contextmanager
def beating(beat: Callable[[], None], every: float = 1.0) -> Iterator[None]:
    """Context in which a thread calls the function every `every` seconds, while a model answers."""
    ended = threading.Event()

    def beats() -> None:
        while not ended.wait(every):
            beat()

    thread = threading.Thread(target=beats, name="turncheck-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
