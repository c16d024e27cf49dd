"""Sweeps: ask a large sample of a named sampler, and check every law on every case.

A property run finds and shrinks counterexamples; a sweep estimates rates. If all answers to a case are correct, all
laws hold on the case, because the laws are true of the reference. So laws are checked on the other cases only. A law
that asks for more than the case's own answer is checked on a part of the cases to which it applies, chosen by their
numbers only:

| laws | sample |
|---|---|
| about a case's own answer | every case |
| that ask a second prompt, derived from the case | about one such prompt for every `MORE` cases |
| about malformed texts: the case, damaged for a random reason | one case in `DAMAGED` |
| about plays that begin with the case | one case in `PLAYED` |
| about asking again | one case in `AGAIN` |

Divergences go to a file as they are found; only counts stay in memory. Work is saved after every chunk, and a sweep
resumes from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from turncheck.engine.domain import AnyCase
from turncheck.engine.sampling import played_on, stream
from turncheck.engine.stages import Composed
from turncheck.engine.table import Table, arrays_of
from turncheck.properties.checking.asking import FIRST
from turncheck.properties.checking.check import NotApplicableError, check_says_something
from turncheck.properties.checking.counterexamples import Counterexample, ask_all, counterexample
from turncheck.properties.checking.law import AnyForm, Law, UnreadableError, lenient_answer
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.truth import damaged
from turncheck.properties.laws import laws_of
from turncheck.properties.sweeps.counts import Counts
from turncheck.properties.sweeps.journal import begin, journal
from turncheck.properties.sweeps.kept import SCHEMA
from turncheck.properties.sweeps.plan import AGAIN, DAMAGED, PLAYED, Block, HeldOn, Plan, how_often, kind_of

CHUNK = 1024
"""Cases that are asked, checked and forgotten at a time, at most."""

CHUNK_SECONDS = 30.0
"""A chunk of a slow model has as many cases as it answers in that time, or the few that show what an answer costs."""

LONGEST_GOT = 10_000
"""Most characters of an answer that are kept in a line."""

Cases = list[tuple[int, AnyForm]]
"""Cases, texts or plays, each with the number of the case that it was made of."""


class Sweep:
    """A sweep in a folder, which can be resumed.

    Args:
        subject: the subject.
        plan: the plan of the sweep.
        folder: the folder of the sweep.
        laws: the laws to check; by default the laws of the subject's domain, with those of compositions for one.
        resume: whether to resume a sweep in the folder.
        anew: whether to replace a sweep in the folder.
        lasts: whether saved data must survive a crash of the machine, not only a crash of the process.

    Attributes:
        laws: the laws that apply to the subject.
        silent: the other laws, and the reasons.
        kinds: what the laws are checked on.
        counts: the counts so far.
        prompts_a_case: the approximate number of prompts for a case, in the current chunk.
        state: the progress, as the folder records it.

    Raises:
        SweepError: the folder cannot be written, holds another sweep, or holds a sweep and neither option is set.
        NoVerdictError: the content cannot be trusted, or another process sweeps in the folder.
        UnknownSamplerError: the domain has no such sampler.
        FalseLawError: the domain's reference breaks a law.
    """

    def __init__(
        self,
        subject: Subject,
        plan: Plan,
        folder: Path,
        laws: Sequence[Law] | None = None,
        resume: bool = False,
        anew: bool = False,
        lasts: bool = True,
    ) -> None:
        self.subject, self.plan, self.folder, self.lasts = subject, plan, folder, lasts
        self.arrays = arrays_of(subject.domain, plan.sampler)
        composed = isinstance(subject.engine, Composed)
        laws = laws_of(subject.domain, composed=composed) if laws is None else laws
        self.silent = _silent(laws, subject)
        self.laws = [law for law in laws if law.id not in self.silent]
        self.state = begin(folder, self._about(), resume, anew)
        self.counts = deepcopy(self.state.counts)
        self.kinds = {kind_of(law) for law in self.laws}
        self._about_cases = [law for law in self.laws if kind_of(law) in ("own", "more")]
        self.every = how_often(self._about_cases, plan, subject.domain)
        self.prompts_a_case = 1.0
        self._block: Block | None = None

    @property
    def whole(self) -> bool:
        """Whether all cases were asked."""
        return self.counts.done == self.plan.turns

    def chunks(self) -> Iterator[Counts]:
        """Continue chunk by chunk, saving the work after each; the caller may stop at any chunk.

        Raises:
            NoVerdictError: another process continues the sweep, or a chunk cannot be saved.
        """
        with journal(self.folder, self.state, self.lasts) as kept:
            while not self.whole:
                block = self._block_at(self.counts.done)
                start = self.counts.done - block.start
                count = min(self._affordable(), len(block.cases) - start)
                try:
                    lines = self._chunk(block, slice(start, start + count))
                    for line in sorted(lines, key=lambda line: line["turn"]):  # the same, whatever a chunk has
                        kept.write(line)
                    self.counts.done += count
                    self.state = kept.keep(self.counts)
                except BaseException:
                    self.counts = deepcopy(kept.state.counts)  # a chunk counts as a whole or not at all
                    raise
                yield self.counts

    def _affordable(self) -> int:
        """Return how many cases the next chunk may have: an unfinished chunk is lost if the sweep is stopped."""
        price = self.subject.meter.price or 0.0
        return max(min(CHUNK, int(CHUNK_SECONDS / price)), FIRST) if price > CHUNK_SECONDS / CHUNK else CHUNK

    def _about(self) -> dict[str, Any]:
        subject = self.subject
        known = ("name", "kind", "sha256", "template", "arguments")
        model = {name: getattr(subject, name) for name in known}
        domain = {"domain": subject.domain.name, "rules": subject.domain.fingerprint}
        laws = [law.id for law in self.laws]
        return {"schema": SCHEMA, **attrs.asdict(self.plan), "model": model, **domain, "laws": laws}

    # --- a chunk ---

    def _block_at(self, place: int) -> Block:
        """Return the block with that case."""
        start = place - place % self.arrays.block
        if self._block is None or self._block.start != start:
            self._block = Block(self.plan, start, self._about_cases, self.every, self.subject.domain)
        return self._block

    def _chunk(self, block: Block, part: slice) -> Iterator[dict[str, Any]]:
        """Ask and check some cases; yield a line for each that diverges or breaks a law."""
        domain, first = self.subject.domain, block.start + part.start
        cases, after = block.cases[part], block.after[part]
        prompts, expected = cases.texts(), after.texts()
        subject = self.subject.without_memory()  # its own memory is dropped after the chunk
        subject.expect(dict(zip(prompts, expected, strict=True)))
        further = list(self._further(block, part))
        # Asked together, so that the subject's batches are full; later turns of plays follow.
        more = [prompt for law, made in further for _, case in made for prompt in law.asks(case, domain)]
        self.prompts_a_case = 1 + len(more) / len(prompts)
        given = subject.ask([*prompts, *more])[: len(prompts)]
        self._count_all(cases, after)
        differing = [place for place, answer in enumerate(given) if answer != expected[place]]
        places = [place for place in differing if not subject.is_right(prompts[place], given[place])]
        wrong = {first + place: cases.case(place) for place in places}
        yield from self._own(subject, wrong, [prompts[place] for place in places])
        for law, made in (*self._of_own(block, part, wrong), *further):
            yield from self._held(law, subject, made)

    def _of_own(self, block: Block, part: slice, wrong: Mapping[int, AnyCase]) -> Iterator[tuple[Law, Cases]]:
        """Return the laws about a case's own answer, each with the wrong cases to which it applies; it holds on all
        others.
        """
        for law in self.laws:
            if kind_of(law) == "own":
                applying = block.held_on(law, part)
                self.counts.applied[law.id] += int(applying.sum())
                first = block.start + part.start
                yield law, [(index, case) for index, case in wrong.items() if applying[index - first]]

    def _further(self, block: Block, part: slice) -> Iterator[tuple[Law, Cases]]:
        """Return the other laws, each with the cases on which it is checked."""
        made = {kind: list(self._made(kind, block, part)) for kind in self.kinds - {"own", "more"}}
        for law in self.laws:
            kind = kind_of(law)
            if kind == "own":
                continue
            if kind == "more":
                places = np.flatnonzero(block.held_on(law, part)) + part.start
                cases: Cases = [(block.start + place, block.cases.case(place)) for place in places.tolist()]
            else:
                domain = self.subject.domain
                cases = [(index, case) for index, case in made[kind] if law.applies(case, domain)]
            self.counts.applied[law.id] += len(cases)
            yield law, cases

    def _made(self, kind: HeldOn, block: Block, part: slice) -> Iterator[tuple[int, AnyForm]]:
        """Return the cases of that kind derived from some cases of a part, each with the case's number."""
        domain = self.subject.domain
        every = {"malformed": DAMAGED, "plays": PLAYED, "again": AGAIN}[kind]
        chosen = np.flatnonzero(block.chosen(every, kind, part)) + part.start
        for place in chosen.tolist():
            index, case = block.start + place, block.cases.case(place)
            random = stream(f"sweep/{kind}", self.plan.seed, index)
            if kind == "again":
                yield index, case
            elif kind == "plays":
                yield index, played_on(domain, case, random)
            elif (text := damaged(case, random, domain)) is not None:
                yield index, text

    def _held(self, law: Law, subject: Subject, cases: Cases) -> Iterator[dict[str, Any]]:
        ask_all(law, subject, [case for _, case in cases])
        for index, case in cases:
            if not _may_break(law, subject, case):
                continue
            if (found := counterexample(law, subject, case)) is not None:
                self.counts.broke[law.id] += 1
                yield _line(index, law, found)

    # --- the cases' own answers ---

    def _own(self, subject: Subject, cases: Mapping[int, AnyCase], prompts: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Return the cases whose own answer diverges, counted by mode, field and stratum."""
        for (index, case), prompt in zip(cases.items(), prompts, strict=True):
            (got,), expected = subject.ask([prompt]), subject.expected(prompt)
            found = subject.divergence(prompt, got)
            assert found is not None
            self.counts.diverged += 1
            self.counts.modes[found.mode] += 1
            if stratum := self.arrays.stratum(case):
                _entry(self.counts.strata, stratum)[1] += 1
            self._count_wrong(case, expected, got)
            answers = {"prompt": prompt, "expected": expected, "got": _got(got)}
            yield {"turn": index, "law": "", "mode": found.mode, **answers}

    def _count_all(self, cases: Table, after: Table) -> None:
        """Count every field of every answer, by whether the case changes it, and the stratum of every case."""
        domain, fields = self.subject.domain, self.counts.fields
        changed = self.arrays.changed(cases, after)
        for name, count in changed.items():
            label = domain.answer.label(name)
            _entry(fields, f"{label} changed")[0] += count
            _entry(fields, f"{label} unchanged")[0] += len(cases) - count
        for name in domain.answer.names:
            if name not in changed:
                _entry(fields, domain.answer.label(name))[0] += len(cases)
        for name, count in self.arrays.strata(cases).items():
            _entry(self.counts.strata, name)[0] += count

    def _count_wrong(self, case: AnyCase, expected: str, got: str) -> None:
        """Count the wrong fields of an answer."""
        domain = self.subject.domain
        try:
            given = domain.answer_fields(lenient_answer(domain, got))
        except UnreadableError:
            self.counts.unreadable += 1
            return
        right, was = domain.answer_fields(lenient_answer(domain, expected)), domain.fields_of(case)
        for name, value in right.items():
            if given[name] != value:
                label = domain.answer.label(name)
                if name in domain.prompt.places:
                    label += " unchanged" if was[name] == value else " changed"
                _entry(self.counts.fields, label)[1] += 1


def _silent(laws: Sequence[Law], subject: Subject) -> dict[str, str]:
    """Return the laws that do not apply to the subject, and the reasons."""
    silent = {}
    for law in laws:
        try:
            check_says_something(law, subject)
        except NotApplicableError as error:
            silent[law.id] = str(error)
    return silent


def _may_break(law: Law, subject: Subject, case: AnyForm) -> bool:
    """Return whether any answer is wrong: if none is, the law holds. Prompts asked again are always checked."""
    if law.again:
        return True
    answers: list[str] = []
    while prompts := law.asks(case, subject.domain, answers):
        given = subject.ask(prompts)
        if not all(map(subject.is_right, prompts, given)):
            return True
        answers += given
    return False


def _line(index: int, law: Law, found: Counterexample) -> dict[str, Any]:
    shown = found.divergence
    answers = {"prompt": shown.prompt, "expected": shown.expected, "got": _got(shown.got)}
    return {"turn": index, "law": law.id, "mode": shown.mode, "case": found.text, **answers}


def _got(answer: str) -> str:
    """Return an answer as it is saved: a model that does not stop may give a long one for every case and every law."""
    more = len(answer) - LONGEST_GOT
    return answer if more <= 0 else f"{answer[:LONGEST_GOT]}... (cut, {more:,} characters more)"


def _entry(table: dict[str, list[int]], name: str) -> list[int]:
    return table.setdefault(name, [0, 0])
