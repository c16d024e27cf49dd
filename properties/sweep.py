"""Sweeps: a large sample of a named sampler through one subject, every law held against every turn of it.

A property run finds and shrinks; a sweep estimates. Where no answer to a turn diverges from the reference's, all laws
hold on it, since they are true of the reference; so laws are checked on the other turns alone. A law that asks for more
than the turn's own answer is held on a part of the sample, which the report states:

| laws | on |
|---|---|
| about a turn's own answer | every turn |
| that ask a second turn made from it; about malformed texts (the turn, damaged for a random reason) | one turn in 10 |
| about plays that begin with it; about asking again | one turn in 100 |

What diverges goes to a file as it is found; in memory are counts alone. Work is kept after every chunk, and goes on
from there.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs

from turncheck.engine import Battle, Rules, Turn, read, write
from turncheck.engine.samplers import stream
from turncheck.engine.small import small
from turncheck.engine.tables import ACTION_NAMES, FIELDS
from turncheck.engine.twin import Battles, Turns, resolve_all
from turncheck.engine.twin_samplers import TWIN_SAMPLERS, sample_arrays
from turncheck.properties.law import ROLLOUT, STABILITY, Case, Law, UnreadableError, state, text_of
from turncheck.properties.laws import LAWS
from turncheck.properties.run import Breach, NotApplicableError, ask_all, breach, check_says_something
from turncheck.properties.sampled import damaged, played_on
from turncheck.properties.subject import Subject
from turncheck.reports.modes import diverge

CHUNK = 2048
"""Turns that are asked, checked and forgotten at a time."""

MORE, RARE = 10, 100
"""One turn in so many is held against laws that ask more, and against laws of plays and of asking again."""

STATE, FOUND = "state.json", "divergences.jsonl"
"""The files of a sweep's folder: how far it is and its counts; what diverged, a line each."""

SCHEMA = 1

SMALL = "small"
SAMPLERS = (*TWIN_SAMPLERS, SMALL)
"""What can be swept: the samplers, and the small scope, all of it in its order."""

Cases = list[tuple[int, Case]]
"""Cases, each with the number of the turn that it was made of."""


@attrs.frozen
class Plan:
    """What is swept: turns 0 to `turns - 1` of a sampler and a seed, under the subject's rules."""

    sampler: str
    seed: int
    turns: int


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
        self.kinds = _parted([law for law in laws if law.id not in self.silent])
        self.counts = self._begun(resume)

    @property
    def whole(self) -> bool:
        """Whether all turns were asked."""
        return self.counts.done == self.plan.turns

    def chunks(self) -> Iterator[Counts]:
        """Goes on, chunk by chunk; the work up to each is kept. It may be left at any chunk."""
        with open(self.folder / FOUND, "r+b") as found:
            found.seek(0, os.SEEK_END)
            while not self.whole:
                count = min(CHUNK, self.plan.turns - self.counts.done)
                for line in self._chunk(self.counts.done, count):
                    found.write(json.dumps(line).encode() + b"\n")
                found.flush()
                self.counts.done += count
                self._keep(found.tell())
                yield self.counts

    # --- what is kept ---

    def _about(self) -> dict[str, Any]:
        subject = self.subject
        known = {"name": subject.name, "kind": subject.kind, "sha256": subject.sha256, "template": subject.template}
        return {"schema": SCHEMA, **attrs.asdict(self.plan), "model": known, "rules": repr(subject.rules)}

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
        if about != json.loads(json.dumps(self._about())):
            differing = sorted(name for name, value in self._about().items() if about.get(name) != value)
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

    def _chunk(self, start: int, count: int) -> Iterator[dict[str, Any]]:
        """Asks and checks some turns; gives a line for each case that diverges or breaks a law."""
        rules = self.subject.rules
        arrays = self._arrays(start, count)
        after = resolve_all(arrays, rules)
        turns = {start + place: arrays.turn(place, rules) for place in range(count)}
        subject = attrs.evolve(self.subject)  # with a memory of its own, that is let go after the chunk
        subject.expect({write(turn): write(after.battle(index - start, rules)) for index, turn in turns.items()})
        held = list(self._applying(turns))
        subject.ask([*map(write, turns.values()), *_first_prompts(held, rules)])
        self._count_changes(arrays, after)
        wrong = {index: turn for index, turn in turns.items() if _diverges(subject, write(turn))}
        yield from self._own(subject, wrong)
        for kind, law, cases in held:
            # Where no answer diverges a law holds: it is true of the reference.
            checked = [each for each in cases if each[0] in wrong] if kind == "own" else cases
            yield from self._held(law, subject, checked)

    def _arrays(self, start: int, count: int) -> Turns:
        """Those turns of the sample."""
        if self.plan.sampler == SMALL:
            return _small_scope(self.subject.rules)[start : start + count]
        return sample_arrays(self.plan.sampler, self.plan.seed, count, start, self.subject.rules)

    def _applying(self, turns: Mapping[int, Turn]) -> Iterator[tuple[str, Law, Cases]]:
        """Each law with the cases that it applies to, which are counted."""
        for kind, laws in self.kinds.items():
            drawn = list(_cases(kind, turns, self.plan.seed, self.subject.rules))
            for law in laws:
                cases = [(index, case) for index, case in drawn if law.applies(case, self.subject.rules)]
                self.counts.applied[law.id] += len(cases)
                yield kind, law, cases

    def _held(self, law: Law, subject: Subject, cases: Cases) -> Iterator[dict[str, Any]]:
        ask_all(law, subject, [case for _, case in cases])
        for index, case in cases:
            if not _may_break(law, subject, case):
                continue
            if (found := breach(law, subject, case)) is not None:
                self.counts.broke[law.id] += 1
                yield _line(index, law, found)

    def _own(self, subject: Subject, turns: Mapping[int, Turn]) -> Iterator[dict[str, Any]]:
        """Turns whose own answer diverges: counted by mode, field and orders."""
        for index, turn in turns.items():
            prompt = write(turn)
            (got,), expected = subject.ask([prompt]), subject.expected(prompt)
            found = diverge(prompt, expected, got, fault=subject.faults.get(prompt, ""))
            assert found is not None
            self.counts.diverged += 1
            self.counts.modes[found.mode] += 1
            _entry(self.counts.actions, _orders(turn))[1] += 1
            self._count_wrong(turn.battle, expected, got)
            yield {"turn": index, "law": "", "mode": found.mode, "prompt": prompt, "expected": expected, "got": got}

    def _count_changes(self, arrays: Turns, after: Battles) -> None:
        """Every number of every turn, by whether the turn changes it; every pair of orders."""
        changed = (arrays.battles.units != after.units).sum(axis=2)
        for row, field in enumerate(FIELDS):
            for who, unit in enumerate(("hero", "foe")):
                self._add_turns(f"{unit} {field.name}", int(changed[row, who]), len(arrays))
        self._add_turns("turn", int((arrays.battles.turn != after.turn).sum()), len(arrays))
        for index in range(len(arrays)):
            _entry(self.counts.actions, _orders_at(arrays, index))[0] += 1

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


@lru_cache(maxsize=1)
def _small_scope(rules: Rules) -> Turns:
    return small(rules)


def turns_in(sampler: str, turns: int, rules: Rules) -> int:
    """How many turns are swept: so many, but of the small scope, which is finite, no more than there are."""
    return min(turns, len(_small_scope(rules))) if sampler == SMALL else turns


def _silent(laws: Sequence[Law], subject: Subject) -> dict[str, str]:
    """The laws that say nothing about the subject, and why."""
    silent = {}
    for law in laws:
        try:
            check_says_something(law, subject)
        except NotApplicableError as error:
            silent[law.id] = str(error)
    return silent


def _parted(laws: Sequence[Law]) -> dict[str, list[Law]]:
    """The laws by what they are held on."""
    kinds: dict[str, list[Law]] = {"own": [], "more": [], "malformed": [], "plays": [], "again": []}
    for law in laws:
        kinds[_kind(law)].append(law)
    return {kind: of for kind, of in kinds.items() if of}


def _kind(law: Law) -> str:
    if law.kind == STABILITY:
        return "again"
    if law.kind == ROLLOUT:
        return "plays"
    if law.reads is not read:
        return "malformed"
    return "more" if law.asks_more else "own"


def _cases(kind: str, turns: Mapping[int, Turn], seed: int, rules: Rules) -> Iterator[tuple[int, Case]]:
    """The cases of that kind that some turns give, each with the turn's number."""
    every = {"own": 1, "more": MORE, "malformed": MORE, "plays": RARE, "again": RARE}[kind]
    for index, turn in turns.items():
        if index % every:
            continue
        random = stream(f"sweep/{kind}", seed, index)
        if kind == "malformed":
            text = damaged(turn, random, rules)
            if text is not None:
                yield index, text
        elif kind == "plays":
            yield index, played_on(turn, random)
        else:
            yield index, turn


def _first_prompts(held: Sequence[tuple[str, Law, Cases]], rules: Rules) -> Iterator[str]:
    """What laws ask before any answer: together they fill the subject's batches. Of plays the rest follows."""
    for kind, law, cases in held:
        if kind != "own":
            for _, case in cases:
                yield from law.asks(case, rules)


def _diverges(subject: Subject, prompt: str) -> bool:
    return subject.ask([prompt]) != [subject.expected(prompt)]


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


def _orders(turn: Turn) -> str:
    return f"hero {turn.order('hero').action}, foe {turn.order('foe').action}"


def _orders_at(arrays: Turns, index: int) -> str:
    hero, foe = (ACTION_NAMES[action] for action in arrays.actions[:, index])
    return f"hero {hero}, foe {foe}"


def _numbers(before: Battle, right: Battle, answer: Battle) -> Iterator[tuple[str, int, int, int]]:
    """Every number of a state: its name, what it was, what it should be, what was given."""
    yield "turn", before.turn, right.turn, answer.turn
    for name in ("hero", "foe"):
        units = before.unit(name), right.unit(name), answer.unit(name)
        for field in FIELDS:
            was, wanted, given = (getattr(unit, field.name) for unit in units)
            yield f"{name} {field.name}", was, wanted, given
