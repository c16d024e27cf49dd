"""What a model answered to some texts of a cell, and the counts of a cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.properties.checking.subject import Subject
from turncheck.properties.mapping.plan import Asked
from turncheck.properties.sweeps.sweep import LONGEST_GOT

Values = dict[str, Any]


@attrs.define
class Tally:
    """The counts of a cell.

    Attributes:
        done: cases, whether the operator could change them or not.
        impossible: cases that the operator could not change.
        asked: texts.
        malformed: texts that the reference rejects.
        right: right answers.
        wrong_malformed: wrong answers to texts that the reference rejects.
        repairs: of these, the answers to the undamaged case.
        modes: wrong answers, by failure mode.
        reasons: malformed texts, by the reference's reason.
        labels: for each word of the grammar at which the operator changed the text: texts, and wrong answers.
        others: wrong answers to malformed texts that are no repairs, by the answer.
        wrong: the wrong answers to cases, by the number of the case.
    """

    done: int = 0
    impossible: int = 0
    asked: int = 0
    malformed: int = 0
    right: int = 0
    wrong_malformed: int = 0
    repairs: int = 0
    modes: Counter[str] = attrs.field(factory=Counter)
    reasons: Counter[str] = attrs.field(factory=Counter)
    labels: dict[str, list[int]] = attrs.field(factory=dict)
    others: Counter[str] = attrs.field(factory=Counter)
    wrong: dict[int, str] = attrs.field(factory=dict)

    @property
    def collapses(self) -> int:
        """The number of texts with the same wrong answer, if more than half of the malformed texts got it."""
        most = max(self.others.values(), default=0)
        return most if most > 1 and 2 * most > self.malformed else 0

    @property
    def drifts(self) -> int:
        """The number of the other wrong answers to malformed texts."""
        return self.wrong_malformed - self.repairs - self.collapses

    def add(self, line: Values) -> None:
        """Count what a line has (`counted`)."""
        for name in ("done", "impossible", "asked", "malformed", "right", "wrong_malformed", "repairs"):
            setattr(self, name, getattr(self, name) + line[name])
        for counter in ("modes", "reasons", "others"):
            getattr(self, counter).update(line[counter])
        for label, (texts, wrong) in line["labels"].items():
            entry = self.labels.setdefault(label, [0, 0])
            entry[0] += texts
            entry[1] += wrong
        self.wrong.update({int(index): got for index, got in line["wrong"].items()})


def counted(subject: Subject, texts: Sequence[Asked | None]) -> Values:
    """Ask a subject some texts of a cell, in one batch; return what to count, as plain values."""
    asked = [each for each in texts if each is not None]
    given = subject.ask([each.prompt for each in asked])
    line: Values = {
        "done": len(texts),
        "impossible": len(texts) - len(asked),
        "asked": len(asked),
        "malformed": 0,
        "right": 0,
        "wrong_malformed": 0,
        "repairs": 0,
        **{name: Counter() for name in ("modes", "reasons", "others")},
        "labels": {},
        "wrong": {},
    }
    for each, got in zip(asked, given, strict=True):
        _count(line, subject, each, got)
    return line


def _count(line: Values, subject: Subject, asked: Asked, got: str) -> None:
    domain = subject.domain
    reason = domain.rejected_for(subject.expected(asked.prompt))
    found = subject.divergence(asked.prompt, got)
    if reason is not None:
        line["malformed"] += 1
        line["reasons"][reason] += 1
    if (label := label_at(domain, asked)) is not None:
        entry = line["labels"].setdefault(label, [0, 0])
        entry[0] += 1
        entry[1] += found is not None
    if found is None:
        line["right"] += 1
        return
    line["modes"][found.mode] += 1
    if reason is None:
        line["wrong"][str(asked.index)] = got[:LONGEST_GOT]
        return
    line["wrong_malformed"] += 1
    if domain.agrees(asked.plain, got):
        line["repairs"] += 1
    else:
        line["others"][got[:LONGEST_GOT]] += 1


def label_at(domain: Domain, asked: Asked) -> str | None:
    """Return the word of the grammar at which a text first differs from its undamaged case; None at anything else."""
    if asked.prompt == asked.plain:
        return None
    for line, other in zip(asked.plain.split("\n"), asked.prompt.split("\n"), strict=False):
        if line != other:
            pieces, others = line.split(" "), other.split(" ")
            at = next((n for n, piece in enumerate(pieces) if n >= len(others) or others[n] != piece), None)
            return pieces[at] if at is not None and pieces[at] in domain.words else None
    return None
