"""The subject: the learned engine under test, which is asked each prompt once and whose answers are remembered."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any

import attrs

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.learned import (
    DraftedWriter,
    LearnedEngine,
    Probed,
    Trained,
    Training,
    Troubled,
    UnavailableError,
    Verifier,
    answers,
    checked,
    plain,
)
from turncheck.engine.learned import described as raised
from turncheck.engine.sampling import easy_case
from turncheck.engine.stages import Composed
from turncheck.properties.checking.asking import Meter
from turncheck.properties.checking.interrupts import hearing_interrupts, is_interrupt
from turncheck.properties.checking.law import OF_EXPERTS, Manner
from turncheck.properties.checking.timeouts import TimeUp, time_limit
from turncheck.reports.modes import Divergence, diverge

NOTHING = ""
"""The answer that is recorded if the engine raised or timed out."""

REFUSED, LATE, NOT_ASKED = (
    "batches that failed and were asked again in halves",
    "prompts that timed out or could not reach the engine",
    "prompts that were skipped after too many of those in a row",
)
"""The names of the troubles that are counted here, in the plural."""

LONGEST_KEPT = 200_000
"""Most characters of an answer to remember, unless twenty times the right answer is more. A run has many answers."""

AUDITED = 200
"""Number of accepted drafts that a run decodes without drafts too, to check the engine's `verify`."""


@attrs.define
class Audit:
    """Counts the accepted drafts that were decoded without drafts too.

    Attributes:
        checked: the number of such drafts.
        refuted: the number of them for which the engine writes another answer.
    """

    checked: int = 0
    refuted: int = 0


@attrs.define
class Subject:
    """A learned engine with a name and a memory.

    The first answer to a prompt is kept for the whole run, so that every law sees the same engine. If the engine raises
    or times out, its answer is empty, and `faults` has the reason. The engine may raise anything, even pytest's
    outcomes and KeyboardInterrupt: only interrupts from outside are raised again (`is_interrupt`).

    Attributes:
        name: its name in tables.
        kind: how it is run: `native`, `reference`, `py` and so on.
        engine: the learned engine.
        bytes: the size of its file; None if it has no file.
        sha256: the hash of its file; None if it has no file.
        domain: the domain whose reference it should imitate.
        limit: the most seconds for one call; None for no limit.
        patience: the number of prompts in a row, each asked alone, that may time out or not reach the engine before the
            run stops asking.
        template: the name of the wording of its prompts; by default the domain's own.
        rejects: whether it was trained to reject malformed prompts.
        arguments: its arguments as the user typed them, `KEY=VALUE`.
        audit: the check of its `verify`. Subjects derived from this one share it.
        meter: measures prompts and time, and holds the limits. Derived subjects share it.
        repaired: counts of troubles that asking in another way solved, by name. Derived subjects share it.
        late: the number of prompts that timed out or could not reach the engine.
        faults: for each prompt what the engine raised, in its own words; show it as `visible` text.
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
        """Return the reference's answer."""
        if prompt not in self._expected:
            self._expected[prompt] = self.domain.resolve_text(prompt)
        return self._expected[prompt]

    def is_right(self, prompt: str, answer: str) -> bool:
        """Return whether an answer is the reference's, or another answer that the domain accepts."""
        return self.domain.agrees(prompt, answer, self.expected(prompt))

    def divergence(self, prompt: str, answer: str) -> Divergence | None:
        """Classify an answer of the subject; None if it is right."""
        fault = self.faults.get(prompt, "")
        return diverge(self.domain, prompt, self.expected(prompt), answer, fault=fault)

    def without_memory(self) -> Subject:
        """Return the same subject with an empty memory of its own."""
        return attrs.evolve(self)

    def expect(self, answers: Mapping[str, str]) -> None:
        """Store reference answers that were computed elsewhere, by prompt."""
        self._expected.update(answers)

    def ask(self, prompts: Sequence[str]) -> list[str]:
        """Return the subject's answers. New prompts are asked in few calls, with drafts if the engine can verify them.

        Raises:
            LimitReachedError: a limit of the meter is reached. The answers so far are remembered.
        """
        for piece in self.meter.pieces(_new(prompts, self._answers)):
            for prompt, answer in zip(piece, self._first(piece), strict=True):
                self._answers[prompt] = self._kept(prompt, answer)
        return [self._answers[prompt] for prompt in prompts]

    def _kept(self, prompt: str, answer: str) -> str:
        """Return the answer to remember: an answer far longer than the right one is cut. It stays wrong."""
        if len(answer) <= LONGEST_KEPT:
            return answer
        return plain(answer, max(LONGEST_KEPT, 20 * len(self.expected(prompt))))

    def answered_wrongly(self) -> list[tuple[Any, AnyCase]]:
        """Return the cases that it answered wrongly so far, each after its simplicity, the simplest first."""
        for prompt, answer in islice(self._answers.items(), self._looked_at, None):
            if not self.is_right(prompt, answer) and self.domain.is_case(prompt):
                self._wrong[prompt] = self.domain.simplicity(prompt), self.domain.read(prompt)
        self._looked_at = len(self._answers)
        return sorted(self._wrong.values(), key=itemgetter(0))

    def knows(self, prompts: Iterable[str]) -> bool:
        """Return whether all prompts were asked before."""
        return all(prompt in self._answers for prompt in prompts)

    def _first(self, prompts: list[str]) -> list[str]:
        """Ask new prompts in one call, with drafts if the engine can use them."""
        if self.audit.refuted or not self._takes_drafts():
            return self._guarded(self.engine.predict, prompts)
        drafts = {prompt: self.expected(prompt) for prompt in prompts}
        given = self._guarded(lambda batch: answers(self.engine, batch, [drafts[prompt] for prompt in batch]), prompts)
        return self._audited(prompts, given, drafts)

    def _audited(self, prompts: list[str], given: list[str], drafts: dict[str, str]) -> list[str]:
        """Decode the first accepted drafts without drafts too. If the engine writes another answer to any of them, ask
        all prompts again without drafts, and use no drafts from then on.
        """
        accepted = [prompt for prompt, answer in zip(prompts, given, strict=True) if answer == drafts[prompt]]
        accepted = accepted[: AUDITED - self.audit.checked]
        written = self._guarded(self.engine.predict, accepted)
        self.audit.checked += len(accepted)
        self.audit.refuted += sum(drafts[each] != answer for each, answer in zip(accepted, written, strict=True))
        return self._guarded(self.engine.predict, prompts) if self.audit.refuted else given

    def troubles(self) -> dict[str, int]:
        """Return counts of what went wrong although each prompt has an answer, by name in the plural: troubles that the
        engine counts, and those that were solved here.
        """
        return _troubles_of(self.engine) | dict(self.repaired)

    def findings(self) -> list[str]:
        """Return what the engine found out about the system behind it when it was made, and whether it has learned
        texts that a run may ask, one line each.
        """
        found = []
        with _dropping_what_it_raises():
            if isinstance(self.engine, Probed):
                found += [str(finding) for finding in self.engine.findings()]
        if (training := self.training()) is not None and training.seen:
            learned = f"it has learned {training.seen:,} texts that are not from training seeds"
            found.append(f"{learned}: cases that a run draws may be among them")
        return found

    def training(self) -> Training | None:
        """What the engine was trained on; None where nothing says so."""
        with _dropping_what_it_raises():
            found = self.engine.training() if isinstance(self.engine, Trained) else None
            return found if isinstance(found, Training) else None
        return None

    def close(self) -> None:
        """Release the engine's process or connection. Errors are ignored."""
        with _dropping_what_it_raises():
            close = getattr(self.engine, "close", None)
            if callable(close):
                close()

    def ask_again(self, prompts: Sequence[str], manner: Manner) -> list[str]:
        """Ask the prompts a second time, each alone or in batches, without drafts. Return the answers.

        Asked of a composition's experts, a prompt that the composition answers wrongly gets the right answer of an
        expert, if one has it; any other prompt gets the composition's own answer.

        Raises:
            LimitReachedError: as `ask`.
        """
        new = _new(prompts, {prompt for known, prompt in self._again if known == manner})
        if manner == OF_EXPERTS:
            self._again.update({(manner, prompt): answer for prompt, answer in self._of_experts(new).items()})
            return [self._again[manner, prompt] for prompt in prompts]
        for part in [[prompt] for prompt in new] if manner == "alone" else [new]:
            for piece in self.meter.pieces(part):
                batch = piece if manner == "alone" else self._in_company(piece)
                for prompt, answer in zip(batch, self._guarded(self.engine.predict, batch), strict=True):
                    self._again.setdefault((manner, prompt), self._kept(prompt, answer))
        return [self._again[manner, prompt] for prompt in prompts]

    def _of_experts(self, prompts: list[str]) -> dict[str, str]:
        """Return for each prompt the composition's answer, or the right answer of an expert in its place."""
        found = dict(zip(prompts, self.ask(prompts), strict=True))
        engine = self.engine
        assert isinstance(engine, Composed), "the laws of compositions apply to compositions"
        for name in engine.names:
            wrong = [prompt for prompt, answer in found.items() if not self.is_right(prompt, answer)]
            for piece in self.meter.pieces(wrong):
                given = self._guarded(partial(engine.alone, name), piece)
                pairs = zip(piece, given, strict=True)
                found.update({prompt: answer for prompt, answer in pairs if self.is_right(prompt, answer)})
        return found

    def knows_again(self, prompts: Iterable[str], manner: Manner) -> bool:
        """Return whether all prompts were asked a second time in that manner."""
        return all((manner, prompt) in self._again for prompt in prompts)

    @contextmanager
    def patiently(self) -> Iterator[None]:
        """Context in which any number of prompts may time out, for a search for cases on which that happens."""
        patience, self.patience = self.patience, sys.maxsize
        try:
            yield
        finally:
            self.patience, self._late_in_a_row = patience, 0

    def _takes_drafts(self) -> bool:
        """Return whether the engine verifies drafts or decodes with them. The check may run the engine's own code."""
        with _dropping_what_it_raises():
            return isinstance(self.engine, (DraftedWriter, Verifier))
        return False

    def _guarded(self, ask: Callable[[Sequence[str]], Sequence[str]], prompts: Sequence[str]) -> list[str]:
        """Ask the prompts in one call. If it raises or hangs, ask them in halves, to find the prompts that cause it."""
        if not prompts:
            return []
        if self._late_in_a_row >= self.patience:
            late = f"{self.patience} prompts in a row timed out or could not reach the engine"
            self.repaired[NOT_ASKED] += len(prompts)
            return self._blamed(prompts, f"skipped, because {late}")
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
        """Ask the prompts in one call within the time limit. Count the prompts in a row that time out."""
        try:
            with self.meter.asking(len(prompts)), time_limit(self.limit):
                # A copy, because an engine may sort or empty its list.
                given = ask(list(prompts))
        except (TimeUp, UnavailableError):
            self._count_late(len(prompts))
            raise
        self._late_in_a_row = 0
        return checked(given, len(prompts))

    def _count_late(self, prompts: int) -> None:
        """Count a prompt that was asked alone. In a batch, the prompt that timed out is unknown."""
        if prompts == 1:
            self.late += 1
            self._late_in_a_row += 1
            self.repaired[LATE] += 1

    def _in_company(self, prompts: list[str]) -> list[str]:
        """Return the prompts as a batch of at least two."""
        return prompts if len(prompts) > 1 else [*prompts, self.domain.write(easy_case(self.domain))]

    def _blamed(self, prompts: Sequence[str], fault: str) -> list[str]:
        self.faults.update(dict.fromkeys(prompts, fault))
        return [NOTHING] * len(prompts)


def _troubles_of(engine: LearnedEngine) -> dict[str, int]:
    """Return the troubles that an engine counts, as plain values; none if that raises."""
    with _dropping_what_it_raises():
        if isinstance(engine, Troubled):
            return {str(name): int(count) for name, count in engine.troubles().items() if count}
    return {}


@contextmanager
def _dropping_what_it_raises() -> Iterator[None]:
    """Context that ignores everything a model's code raises, except interrupts from outside."""
    with hearing_interrupts():
        try:
            yield
        except BaseException as error:
            if is_interrupt(error):
                raise


def _new(prompts: Iterable[str], known: Container[str]) -> list[str]:
    """Return the distinct prompts that are not known."""
    return list(dict.fromkeys(prompt for prompt in prompts if prompt not in known))


def _standard(domain: Domain) -> Domain:
    return domain if domain.base is None else domain.base


def described(error: BaseException) -> str:
    """Describe an error. For a timeout or an unavailable engine, return the message alone."""
    said = raised(error)
    return said.partition(": ")[2] or said if isinstance(error, (TimeUp, UnavailableError)) else said
