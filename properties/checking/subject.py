"""The subject: the learned engine under test, asked each prompt once and remembered."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from operator import itemgetter
from typing import Any

import attrs

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.learned import (
    DraftedWriter,
    LearnedEngine,
    Probed,
    Troubled,
    UnavailableError,
    Verifier,
    answers,
    checked,
    plain,
)
from turncheck.engine.learned import described as raised
from turncheck.engine.sampling import easy_case
from turncheck.properties.checking.asking import Meter
from turncheck.properties.checking.interrupts import hearing_interrupts, is_interrupt
from turncheck.properties.checking.law import Manner
from turncheck.properties.checking.timeouts import TimeUp, time_limit
from turncheck.reports.modes import Divergence, diverge

NOTHING = ""
"""The answer of an engine that raised, or that ran out of time."""

REFUSED, LATE, NOT_ASKED = (
    "batches that were refused and asked again by halves",
    "prompts that ran out of time or found no engine",
    "prompts that were not asked after too many of those in a row",
)
"""What is counted of what went wrong, by its name in the plural."""

LONGEST_KEPT = 200_000
"""Characters of an answer that are remembered, or twenty times those of the right one: a run has thousands of them."""

AUDITED = 200
"""Accepted drafts that a run writes plainly too, to see whether the engine's `verify` tells the truth."""


@attrs.define
class Audit:
    """What became of accepted drafts that were written plainly too.

    Attributes:
        checked: how many were.
        refuted: how many of them the engine writes otherwise.
    """

    checked: int = 0
    refuted: int = 0


@attrs.define
class Subject:
    """A learned engine with a name and a memory.

    The first answer to a prompt is kept for the whole run, so that every law sees the same engine. An engine that
    raises or takes too long has answered nothing; why is kept in `faults`. It may raise whatever it likes, pytest's own
    outcomes and KeyboardInterrupt too: only what interrupts it from outside passes (`is_interrupt`).

    Attributes:
        name: what tables call it.
        kind: how it is run: `native`, `reference`, `py` and so on.
        engine: the learned engine.
        bytes: the size of its file; None where it has none.
        sha256: the hash of its file, likewise.
        domain: what it is held against.
        limit: the seconds that one call may take; None for any time.
        patience: the prompts in a row that may run out of time, or find no engine, each asked by itself, before it is
            asked no more.
        template: in which wording prompts are put to it; the domain's own unless it says another.
        rejects: whether it was trained to reject malformed prompts.
        arguments: the `KEY=VALUE` that were typed beside it.
        audit: whether what it says of drafts is true; subjects made of this one share it.
        meter: what it was asked and how long that took, and the limits on that; likewise shared.
        repaired: how often something went wrong that asking in another way mended, by its name; likewise.
        late: how many prompts ran out of time, or found no engine.
        faults: what it raised, by prompt; its own words, to be shown as `visible` text.
    """

    name: str
    kind: str
    engine: LearnedEngine
    domain: Domain
    bytes: int | None = None
    sha256: str | None = None
    limit: float | None = None
    patience: int = 5
    template: str = attrs.field(default=attrs.Factory(lambda self: _standard(self.domain).name, takes_self=True))
    rejects: bool = attrs.field(default=attrs.Factory(lambda self: self.domain.rejects, takes_self=True))
    arguments: tuple[str, ...] = ()
    audit: Audit = attrs.field(factory=Audit, repr=False)
    meter: Meter = attrs.field(factory=Meter, repr=False, eq=False)
    repaired: Counter[str] = attrs.field(factory=Counter, repr=False)
    late: int = attrs.field(default=0, init=False, repr=False)
    faults: dict[str, str] = attrs.field(factory=dict, init=False, repr=False)
    _answers: dict[str, str] = attrs.field(factory=dict, init=False, repr=False)
    _again: dict[tuple[Manner, str], str] = attrs.field(factory=dict, init=False, repr=False)
    _wrong: dict[str, tuple[Any, AnyCase]] = attrs.field(factory=dict, init=False, repr=False)
    _looked_at: int = attrs.field(default=0, init=False, repr=False)
    _expected: dict[str, str] = attrs.field(factory=dict, init=False, repr=False)
    _late_in_a_row: int = attrs.field(default=0, init=False, repr=False)

    def expected(self, prompt: str) -> str:
        """The reference's answer."""
        if prompt not in self._expected:
            self._expected[prompt] = self.domain.resolve_text(prompt)
        return self._expected[prompt]

    def is_right(self, prompt: str, answer: str) -> bool:
        """Whether an answer is the reference's, or another one that the domain accepts."""
        return self.domain.agrees(prompt, answer, self.expected(prompt))

    def divergence(self, prompt: str, answer: str) -> Divergence | None:
        """In which way an answer of the subject is wrong; None where it is not."""
        fault = self.faults.get(prompt, "")
        return diverge(self.domain, prompt, self.expected(prompt), answer, fault=fault)

    def without_memory(self) -> Subject:
        """The same subject with a memory of its own, which is let go with it."""
        return attrs.evolve(self)

    def expect(self, answers: Mapping[str, str]) -> None:
        """Takes the reference's answers to some prompts, where they were worked out elsewhere."""
        self._expected.update(answers)

    def ask(self, prompts: Sequence[str]) -> list[str]:
        """The subject's answers; what it was not asked before goes to it in few calls, verified where it can be.

        Raises:
            SpentError: a limit of the meter is reached. What was answered until then is remembered.
        """
        for piece in self.meter.pieces(_new(prompts, self._answers)):
            for prompt, answer in zip(piece, self._first(piece), strict=True):
                self._answers[prompt] = self._kept(prompt, answer)
        return [self._answers[prompt] for prompt in prompts]

    def _kept(self, prompt: str, answer: str) -> str:
        """The answer as it is remembered: one that is far longer than the right one is cut, and stays wrong."""
        if len(answer) <= LONGEST_KEPT:
            return answer
        return plain(answer, max(LONGEST_KEPT, 20 * len(self.expected(prompt))))

    def answered_wrongly(self) -> list[tuple[Any, AnyCase]]:
        """The cases asked so far that it answered wrongly, each behind its simplicity; the simplest first."""
        for prompt, answer in islice(self._answers.items(), self._looked_at, None):
            if not self.is_right(prompt, answer) and self.domain.is_case(prompt):
                self._wrong[prompt] = self.domain.simplicity(prompt), self.domain.read(prompt)
        self._looked_at = len(self._answers)
        return sorted(self._wrong.values(), key=itemgetter(0))

    def knows(self, prompts: Iterable[str]) -> bool:
        """Whether it was asked all of them before."""
        return all(prompt in self._answers for prompt in prompts)

    def _first(self, prompts: list[str]) -> list[str]:
        """The first answers to prompts, of one call."""
        if self.audit.refuted or not self._takes_drafts():
            return self._guarded(self.engine.predict, prompts)
        drafts = {prompt: self.expected(prompt) for prompt in prompts}
        given = self._guarded(lambda batch: answers(self.engine, batch, [drafts[prompt] for prompt in batch]), prompts)
        return self._audited(prompts, given, drafts)

    def _audited(self, prompts: list[str], given: list[str], drafts: dict[str, str]) -> list[str]:
        """The answers, of which the first accepted drafts are written plainly too. If one of them turns out not to be
        what the engine writes, all are written plainly, now and from then on.
        """
        accepted = [prompt for prompt, answer in zip(prompts, given, strict=True) if answer == drafts[prompt]]
        accepted = accepted[: AUDITED - self.audit.checked]
        written = self._guarded(self.engine.predict, accepted)
        self.audit.checked += len(accepted)
        self.audit.refuted += sum(drafts[each] != answer for each, answer in zip(accepted, written, strict=True))
        return self._guarded(self.engine.predict, prompts) if self.audit.refuted else given

    def troubles(self) -> dict[str, int]:
        """How often something went wrong on the way to the answers, though each prompt has one, by its name in the
        plural: what the engine counts, and what was repaired here.
        """
        return _troubles_of(self.engine) | dict(self.repaired)

    def findings(self) -> list[str]:
        """What the engine found out about whatever stands behind it when it was made, one line each."""
        with _dropping_what_it_raises():
            if isinstance(self.engine, Probed):
                return [str(finding) for finding in self.engine.findings()]
        return []

    def close(self) -> None:
        """Lets go of what the engine holds beside memory: its process, its connection. What that raises is dropped."""
        with _dropping_what_it_raises():
            close = getattr(self.engine, "close", None)
            if callable(close):
                close()

    def ask_again(self, prompts: Sequence[str], manner: Manner) -> list[str]:
        """The answers to the same prompts asked anew, each alone or in batches, written and not verified.

        Raises:
            SpentError: as `ask`.
        """
        new = _new(prompts, {prompt for known, prompt in self._again if known == manner})
        for part in [[prompt] for prompt in new] if manner == "alone" else [new]:
            for piece in self.meter.pieces(part):
                batch = piece if manner == "alone" else self._in_company(piece)
                for prompt, answer in zip(batch, self._guarded(self.engine.predict, batch), strict=True):
                    self._again.setdefault((manner, prompt), self._kept(prompt, answer))
        return [self._again[manner, prompt] for prompt in prompts]

    def knows_again(self, prompts: Iterable[str], manner: Manner) -> bool:
        """Whether it was asked all of them again in that manner."""
        return all((manner, prompt) in self._again for prompt in prompts)

    @contextmanager
    def patiently(self) -> Iterator[None]:
        """Within it any number of prompts may run out of time: a search for turns on which that happens meets many."""
        patience, self.patience = self.patience, sys.maxsize
        try:
            yield
        finally:
            self.patience, self._late_in_a_row = patience, 0

    def _takes_drafts(self) -> bool:
        """Whether the engine verifies drafts or writes with them; whether it does may be code of its own, too."""
        with _dropping_what_it_raises():
            return isinstance(self.engine, (DraftedWriter, Verifier))
        return False

    def _guarded(self, ask: Callable[[Sequence[str]], Sequence[str]], prompts: Sequence[str]) -> list[str]:
        """The answers of a call that may raise or hang: then its prompts are asked by halves, to find the guilty."""
        if not prompts:
            return []
        if self._late_in_a_row >= self.patience:
            late = f"{self.patience} prompts in a row ran out of time or found no engine"
            self.repaired[NOT_ASKED] += len(prompts)
            return self._blamed(prompts, f"not asked, since {late}")
        with hearing_interrupts():
            try:
                return self._timed(ask, prompts)
            except BaseException as error:
                if is_interrupt(error):
                    raise
                fault = described(error)
        if len(prompts) == 1:
            return self._blamed(prompts, fault)
        self.repaired[REFUSED] += 1
        middle = len(prompts) // 2
        return self._guarded(ask, prompts[:middle]) + self._guarded(ask, prompts[middle:])

    def _timed(self, ask: Callable[[Sequence[str]], Sequence[str]], prompts: Sequence[str]) -> list[str]:
        """The answers of one call, within the limit; counts the prompts beyond it since the last call that ended."""
        try:
            with self.meter.asking(len(prompts)), time_limit(self.limit):
                # A list of its own, which an engine may sort or empty.
                given = ask(list(prompts))
        except (TimeUp, UnavailableError):
            self._count_late(len(prompts))
            raise
        self._late_in_a_row = 0
        return checked(given, len(prompts))

    def _count_late(self, prompts: int) -> None:
        """Counts a prompt that was asked by itself; of several nobody knows which it was."""
        if prompts == 1:
            self.late += 1
            self._late_in_a_row += 1
            self.repaired[LATE] += 1

    def _in_company(self, prompts: list[str]) -> list[str]:
        """The prompts as a batch of two at least."""
        return prompts if len(prompts) > 1 else [*prompts, self.domain.write(easy_case(self.domain))]

    def _blamed(self, prompts: Sequence[str], fault: str) -> list[str]:
        self.faults.update(dict.fromkeys(prompts, fault))
        return [NOTHING] * len(prompts)


def _troubles_of(engine: LearnedEngine) -> dict[str, int]:
    """What an engine counts, as plain values; of one that miscounts nothing."""
    with _dropping_what_it_raises():
        if isinstance(engine, Troubled):
            return {str(name): int(count) for name, count in engine.troubles().items() if count}
    return {}


@contextmanager
def _dropping_what_it_raises() -> Iterator[None]:
    """Within it a model's code may raise whatever it likes: nothing of that matters, but what interrupts it."""
    with hearing_interrupts():
        try:
            yield
        except BaseException as error:
            if is_interrupt(error):
                raise


def _new(prompts: Iterable[str], known: Container[str]) -> list[str]:
    """The prompts that are not known, each once."""
    return list(dict.fromkeys(prompt for prompt in prompts if prompt not in known))


def _standard(domain: Domain) -> Domain:
    return domain if domain.base is None else domain.base


def described(error: BaseException) -> str:
    """What was raised; of time that is up, or of an engine that could not be asked, the message alone."""
    said = raised(error)
    return said.partition(": ")[2] or said if isinstance(error, (TimeUp, UnavailableError)) else said
