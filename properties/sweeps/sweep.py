"""Sweeps: a large sample of a named sampler through one subject, every law held against every turn of it.

A property run finds and shrinks; a sweep estimates. Where no answer to a turn diverges from the reference's, all laws
hold on it, since they are true of the reference; so laws are checked on the other turns alone. A law that asks for more
than the turn's own answer is held on a part of the turns to which it applies, chosen by their numbers alone:

| laws | on |
|---|---|
| about a turn's own answer | every turn |
| that ask a second prompt, made from the turn | as many turns as make one such prompt for `MORE` turns |
| about malformed texts: the turn, damaged for a random reason | one turn in `DAMAGED` |
| about plays that begin with it | one turn in `PLAYED` |
| about asking again | one turn in `AGAIN` |

What diverges goes to a file as it is found; in memory are counts alone. Work is kept after every chunk, and goes on
from there.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any
from zlib import crc32

import attrs
import numpy as np

from turncheck.engine.duel import Battle, Order, Turn
from turncheck.engine.duel.array_text import ORDERS, battle_texts, order_codes, turn_texts
from turncheck.engine.duel.arrays import Battles, Turns
from turncheck.engine.duel.tables import FIELDS
from turncheck.engine.sampling import stream
from turncheck.properties.checking.check import NotApplicableError, check_says_something
from turncheck.properties.checking.counterexamples import Breach, ask_all, breach
from turncheck.properties.checking.law import Case, Law, UnreadableError, state, text_of
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.truth import damaged, played_on
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.sweeps.plan import AGAIN, BLOCK, DAMAGED, PLAYED, Block, Kind, Plan, how_often, kind_of
from turncheck.reports.modes import diverge

CHUNK = 1024
"""Turns that are asked, checked and forgotten at a time."""

STATE, FOUND = "state.json", "divergences.jsonl"
"""The files of a sweep's folder: how far it is and its counts; what diverged, a line each."""

SCHEMA = 2

Cases = list[tuple[int, Case]]
"""Cases, each with the number of the turn that it was made of."""


@attrs.define
class Counts:
    """What was counted so far.

    Attributes:
        done: turns of the sample.
        diverged: turns whose own answer is not the reference's.
        unreadable: of those, answers that are no state.
        applied: for each law the cases that it applied to.
        broke: for each law the cases that it was broken in.
        modes: of the turns whose own answer diverged, by failure mode.
        fields: for each number of a state, as `hero hp`, and whether the turn changed it: turns, and wrong ones.
        actions: for each pair of orders, as `hero attack, foe wait`: turns, and wrong ones.
    """

    done: int = 0
    diverged: int = 0
    unreadable: int = 0
    applied: Counter[str] = attrs.field(factory=Counter)
    broke: Counter[str] = attrs.field(factory=Counter)
    modes: Counter[str] = attrs.field(factory=Counter)
    fields: dict[str, list[int]] = attrs.field(factory=dict)
    actions: dict[str, list[int]] = attrs.field(factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return attrs.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Counts:
        """The counts that those values were written for."""
        counters = {name: Counter(values[name]) for name in ("applied", "broke", "modes")}
        return cls(**{**values, **counters})


class SweepError(ValueError):
    """A sweep that cannot be begun, or cannot go on, in that folder."""

    def __init__(self, folder: Path, fault: str) -> None:
        super().__init__(folder, fault)
        self.folder, self.fault = folder, fault

    def __str__(self) -> str:
        return f"sweep {self.folder}: {self.fault}"


class Sweep:
    """A sweep in a folder: it goes on where it was left.

    Raises:
        SweepError: the folder holds another sweep, or holds one and nobody said to go on.
    """

    def __init__(self, subject: Subject, plan: Plan, folder: Path, laws: Sequence[Law] = LAWS, resume: bool = False):
        self.subject, self.plan, self.folder = subject, plan, folder
        self.silent = _silent(laws, subject)
        self.laws = [law for law in laws if law.id not in self.silent]
        self.counts = self._begun(resume)
        of_turns = [law for law in self.laws if kind_of(law) in ("own", "more")]
        self.every = how_often(of_turns, plan, subject.rules)
        self._block: Block | None = None

    @property
    def whole(self) -> bool:
        """Whether all turns were asked."""
        return self.counts.done == self.plan.turns

    def chunks(self) -> Iterator[Counts]:
        """Goes on, chunk by chunk; the work up to each is kept. It may be left at any chunk."""
        with open(self.folder / FOUND, "r+b") as found:
            found.seek(0, os.SEEK_END)
            while not self.whole:
                block = self._block_at(self.counts.done)
                start = self.counts.done - block.start
                count = min(CHUNK, len(block.turns) - start)
                kept = deepcopy(self.counts)
                try:
                    for line in self._chunk(block, slice(start, start + count)):
                        found.write(json.dumps(line).encode() + b"\n")
                except BaseException:
                    self.counts = kept  # a chunk counts as a whole or not at all
                    raise
                found.flush()
                self.counts.done += count
                self._keep(found.tell())
                yield self.counts

    # --- what is kept ---

    def _about(self) -> dict[str, Any]:
        subject = self.subject
        known = ("name", "kind", "sha256", "template", "arguments")
        model = {name: getattr(subject, name) for name in known}
        laws = crc32(" ".join(law.id for law in self.laws).encode())
        about = {"schema": SCHEMA, **attrs.asdict(self.plan), "model": model, "rules": repr(subject.rules)}
        return {**about, "laws": laws}

    def _begun(self, resume: bool) -> Counts:
        path = self.folder / STATE
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / FOUND).write_bytes(b"")
            return Counts()
        if not resume:
            raise SweepError(self.folder, "it holds a sweep: --resume goes on with it, another --out begins anew")
        try:
            kept = json.loads(path.read_bytes())
            about, counts, size = kept["about"], Counts.from_json(kept["counts"]), kept["size"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SweepError(self.folder, f"{STATE} cannot be read ({error}): begin anew with another --out") from error
        wanted = json.loads(json.dumps(self._about()))
        if about != wanted:
            differing = sorted(name for name, value in wanted.items() if about.get(name) != value)
            raise SweepError(
                self.folder, f"it holds another sweep, with other {', '.join(differing)}: give another --out"
            )
        os.truncate(self.folder / FOUND, size)  # what was written after the last chunk was kept
        return counts

    def _keep(self, size: int) -> None:
        content = {"about": self._about(), "size": size, "counts": self.counts.to_json()}
        part = self.folder / f"{STATE}.part"
        part.write_text(json.dumps(content), encoding="utf-8")
        os.replace(part, self.folder / STATE)

    # --- a chunk ---

    def _block_at(self, place: int) -> Block:
        """The block that holds that turn."""
        start = place - place % BLOCK
        if self._block is None or self._block.start != start:
            of_turns = [law for law in self.laws if law.id in self.every]
            self._block = Block(self.plan, start, of_turns, self.every, self.subject.rules)
        return self._block

    def _chunk(self, block: Block, part: slice) -> Iterator[dict[str, Any]]:
        """Asks and checks some turns; gives a line for each case that diverges or breaks a law."""
        rules, first = self.subject.rules, block.start + part.start
        turns, after = block.turns[part], block.after[part]
        prompts, expected = turn_texts(turns), battle_texts(after)
        subject = attrs.evolve(self.subject)  # with a memory of its own, that is let go after the chunk
        subject.expect(dict(zip(prompts, expected, strict=True)))
        further = list(self._further(block, part))
        # Together, so that the subject's batches are full; of plays the rest follows.
        more = [prompt for law, cases in further for _, case in cases for prompt in law.asks(case, rules)]
        given = subject.ask([*prompts, *more])[: len(prompts)]
        self._count_changes(turns, after)
        places = [place for place, answer in enumerate(given) if answer != expected[place]]
        wrong = {first + place: turns.turn(place, rules) for place in places}
        yield from self._own(subject, wrong, [prompts[place] for place in places])
        for law, cases in (*self._of_own(block, part, wrong), *further):
            yield from self._held(law, subject, cases)

    def _of_own(self, block: Block, part: slice, wrong: Mapping[int, Turn]) -> Iterator[tuple[Law, Cases]]:
        """The laws about a turn's own answer, each with those wrong turns to which it applies: on others it holds."""
        for law in self.laws:
            if kind_of(law) == "own":
                applying = block.held_on(law, part)
                self.counts.applied[law.id] += int(applying.sum())
                first = block.start + part.start
                yield law, [(index, turn) for index, turn in wrong.items() if applying[index - first]]

    def _further(self, block: Block, part: slice) -> Iterator[tuple[Law, Cases]]:
        """The other laws, each with the cases on which it is held."""
        rules = self.subject.rules
        made = {kind: list(self._made(kind, block, part)) for kind in ("malformed", "plays", "again")}
        for law in self.laws:
            kind = kind_of(law)
            if kind == "own":
                continue
            if kind == "more":
                places = np.flatnonzero(block.held_on(law, part)) + part.start
                cases: Cases = [(block.start + place, block.turns.turn(place, rules)) for place in places.tolist()]
            else:
                cases = [(index, case) for index, case in made[kind] if law.applies(case, rules)]
            self.counts.applied[law.id] += len(cases)
            yield law, cases

    def _made(self, kind: Kind, block: Block, part: slice) -> Iterator[tuple[int, Case]]:
        """The cases of that kind which are made of some turns of a part, each with the turn's number."""
        rules = self.subject.rules
        every = {"malformed": DAMAGED, "plays": PLAYED, "again": AGAIN}[kind]
        chosen = np.flatnonzero(block.chosen(every, kind, part)) + part.start
        for place in chosen.tolist():
            index, turn = block.start + place, block.turns.turn(place, rules)
            random = stream(f"sweep/{kind}", self.plan.seed, index)
            if kind == "again":
                yield index, turn
            elif kind == "plays":
                yield index, played_on(turn, random)
            elif (text := damaged(turn, random, rules)) is not None:
                yield index, text

    def _held(self, law: Law, subject: Subject, cases: Cases) -> Iterator[dict[str, Any]]:
        ask_all(law, subject, [case for _, case in cases])
        for index, case in cases:
            if not _may_break(law, subject, case):
                continue
            if (found := breach(law, subject, case)) is not None:
                self.counts.broke[law.id] += 1
                yield _line(index, law, found)

    def _own(self, subject: Subject, turns: Mapping[int, Turn], prompts: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Turns whose own answer diverges: counted by mode, field and orders."""
        for (index, turn), prompt in zip(turns.items(), prompts, strict=True):
            (got,), expected = subject.ask([prompt]), subject.expected(prompt)
            found = diverge(prompt, expected, got, fault=subject.faults.get(prompt, ""))
            assert found is not None
            self.counts.diverged += 1
            self.counts.modes[found.mode] += 1
            _entry(self.counts.actions, _orders_of(turn.orders))[1] += 1
            self._count_wrong(turn.battle, expected, got)
            yield {"turn": index, "law": "", "mode": found.mode, "prompt": prompt, "expected": expected, "got": got}

    def _count_changes(self, turns: Turns, after: Battles) -> None:
        """Every number of every turn, by whether the turn changes it; every pair of orders."""
        changed = (turns.battles.units != after.units).sum(axis=2)
        for row, field in enumerate(FIELDS):
            for who, unit in enumerate(("hero", "foe")):
                self._add_turns(f"{unit} {field.name}", int(changed[row, who]), len(turns))
        self._add_turns("turn", int((turns.battles.turn != after.turn).sum()), len(turns))
        for code, count in zip(*np.unique(order_codes(turns), return_counts=True), strict=True):
            _entry(self.counts.actions, _orders_of(ORDERS[code]))[0] += int(count)

    def _add_turns(self, name: str, changed: int, count: int) -> None:
        _entry(self.counts.fields, f"{name} changed")[0] += changed
        _entry(self.counts.fields, f"{name} unchanged")[0] += count - changed

    def _count_wrong(self, before: Battle, expected: str, got: str) -> None:
        try:
            answer = state(got)
        except UnreadableError:
            self.counts.unreadable += 1
            return
        right = state(expected)
        for name, was, wanted, given in _numbers(before, right, answer):
            if wanted != given:
                _entry(self.counts.fields, f"{name} {'changed' if was != wanted else 'unchanged'}")[1] += 1


def _silent(laws: Sequence[Law], subject: Subject) -> dict[str, str]:
    """The laws that say nothing about the subject, and why."""
    silent = {}
    for law in laws:
        try:
            check_says_something(law, subject)
        except NotApplicableError as error:
            silent[law.id] = str(error)
    return silent


def _may_break(law: Law, subject: Subject, case: Case) -> bool:
    """Whether any answer diverges: where none does the law holds. What is asked again is always looked at."""
    if law.again:
        return True
    answers: list[str] = []
    while prompts := law.asks(case, subject.rules, answers):
        given = subject.ask(prompts)
        if any(answer != subject.expected(prompt) for prompt, answer in zip(prompts, given, strict=True)):
            return True
        answers += given
    return False


def _line(index: int, law: Law, found: Breach) -> dict[str, Any]:
    shown = found.divergence
    said = {"prompt": shown.prompt, "expected": shown.expected, "got": shown.got}
    return {"turn": index, "law": law.id, "mode": shown.mode, "case": text_of(found.case), **said}


def _entry(table: dict[str, list[int]], name: str) -> list[int]:
    return table.setdefault(name, [0, 0])


def _orders_of(orders: tuple[Order, Order]) -> str:
    """Both orders in words, the hero's first."""
    actions = {order.unit: order.action for order in orders}
    return f"hero {actions['hero']}, foe {actions['foe']}"


def _numbers(before: Battle, right: Battle, answer: Battle) -> Iterator[tuple[str, int, int, int]]:
    """Every number of a state: its name, what it was, what it should be, what was given."""
    yield "turn", before.turn, right.turn, answer.turn
    for name in ("hero", "foe"):
        units = before.unit(name), right.unit(name), answer.unit(name)
        for field in FIELDS:
            was, wanted, given = (getattr(unit, field.name) for unit in units)
            yield f"{name} {field.name}", was, wanted, given
