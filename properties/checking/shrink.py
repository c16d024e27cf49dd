"""Shrinking in batches: from a case that breaks a law to a small one that breaks it in the same mode.

What costs is the model's arithmetic. So the search asks for few cases, and for none that is not smaller than the best
so far, that was asked before, or of which the law says nothing:

1. What stands where is exchanged, as both sides of a game.
2. Delta debugging (Zeller and Hildebrandt 2002): half of the pieces that are not at their simplest become so at once,
   then a quarter, down to single pieces.
3. The fields, one after the other, by binary descent.
4. Neighbours at random: a piece made simplest and up to three other places changed, since a smaller case may break the
   law only with other values. This ends after so many in a row that keep the law.
5. All single simplifications, until none breaks the law: what comes out is minimal under them.

What a piece, a step down, a neighbour and a single simplification are, the domain's edits say
(`turncheck.properties.checking.edits`); of a malformed text they are its differences from the simplest valid one
(`turncheck.properties.checking.text_edits`). One case is smaller than another by `Domain.simplicity`, and one text by
its damage: both are total orders.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from random import Random

import attrs

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.sampling import stream
from turncheck.properties.checking.asking import SpentError, Stop
from turncheck.properties.checking.counterexamples import Counterexample, counterexample, simplicity
from turncheck.properties.checking.edits import Edit, Edits, edits_of, union
from turncheck.properties.checking.law import Law, text_of
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.text_edits import TextEdits

BATCH = 8
"""Cases in a batch of which few are expected to break the law: more take a small model longer, each, than these."""

PATIENCE = 12
"""Neighbours in a row that may keep the law, for each piece that is not at its simplest."""

LATE = 20
"""Prompts that may run out of time while a smaller counterexample is looked for."""

TRIES = 60
"""Neighbours that are drawn to fill a batch: of a small case few are smaller."""


def shrink(law: Law, subject: Subject, found: Counterexample) -> Counterexample:
    """A small case that breaks the law in the mode of that counterexample, minimal under single simplifications.

    The same subject, law and counterexample give the same case.

    Args:
        law: a law about cases.
        subject: asked in batches; what it was asked before is remembered.
        found: where the search begins.
    """
    return _run(Search(law, subject, found))


def shrink_until(law: Law, subject: Subject, found: Counterexample) -> tuple[Counterexample, Stop | None]:
    """The same as far as it gets before a limit is reached or the user interrupts it, and which of these stopped it."""
    search = Search(law, subject, found)
    try:
        return _run(search), None
    except (SpentError, KeyboardInterrupt) as stop:
        return search.best, stop


class _TooLateError(Exception):
    """Too many prompts ran out of time."""


def _run(search: Search) -> Counterexample:
    """The smallest that is found before too many prompts run out of time."""
    with suppress(_TooLateError), search.subject.patiently():
        _go_through_all_steps(search)
    return search.best


def _go_through_all_steps(search: Search) -> None:
    search.finds(search.edits.exchanged(search.case))
    delete(search)
    descend(search)
    explore(search, stream("shrink", 0, 0))
    while search.finds_among(search.edited(search.edits.singles(search.case))):
        pass


def is_minimal(law: Law, subject: Subject, found: Counterexample) -> bool:
    """Whether no single simplification of the case breaks the law in the same mode."""
    search = Search(law, subject, found)
    return not search.finds(search.edited(search.edits.singles(search.case)))


@attrs.define
class Search:
    """The smallest counterexample so far, and the texts of the cases that were tried.

    Attributes:
        law: which is to be broken.
        subject: which is asked.
        best: the smallest counterexample; its mode stays.
        edits: how a case is made simpler.
        late: how many prompts had run out of time when the search began.
    """

    law: Law
    subject: Subject
    best: Counterexample
    edits: Edits = attrs.field(
        default=attrs.Factory(lambda self: _edits(self.law, self.subject.domain), takes_self=True)
    )
    late: int = attrs.field(default=attrs.Factory(lambda self: self.subject.late, takes_self=True), init=False)
    _tried: set[str] = attrs.field(factory=set, init=False)

    @property
    def case(self) -> AnyCase:
        """The smallest case so far."""
        return self.best.case

    @property
    def unlike(self) -> int:
        """How many pieces of it are not at their simplest."""
        return self.edits.unlike(self.case)

    def edited(self, edits: Iterable[Edit]) -> list[AnyCase]:
        """The smallest case with each of the edits that leaves a valid one."""
        cases = (self.edits.edited(self.case, edit) for edit in edits)
        return [case for case in cases if case is not None]

    def is_worth_asking(self, case: AnyCase) -> bool:
        """Whether the case is smaller than the best, was not tried, and the law says something about it."""
        domain = self.subject.domain
        text = text_of(case, domain)
        if text in self._tried or simplicity(case, domain) >= self.best.simplicity:
            return False
        return self.law.applies(case, domain)

    def finds(self, cases: Iterable[AnyCase]) -> bool:
        """Asks for the untried, smaller cases in one batch. Returns True and updates `best` if one breaks the law."""
        domain = self.subject.domain
        asked = {text_of(case, domain): case for case in cases if self.is_worth_asking(case)}
        if not asked:
            return False
        if self.late and len(asked) > 1:  # of several prompts that run out of time each is asked by itself anyway
            return self.finds_among(asked.values(), size=1)
        self._tried.update(asked)
        self.subject.ask([prompt for case in asked.values() for prompt in self.law.asks(case, domain)])
        if self.law.again:
            self.subject.ask_again(list(asked), self.law.again)
        broken = [counterexample(self.law, self.subject, case) for case in asked.values()]
        if self.subject.late - self.late > LATE:
            raise _TooLateError
        found = [each for each in broken if each is not None and each.mode is self.best.mode]
        self.best = min([self.best, *found], key=lambda each: each.simplicity)
        return bool(found)

    def finds_among(self, cases: Iterable[AnyCase], size: int = BATCH) -> bool:
        """The same in batches of that size, of which the first that finds one is the last."""
        worth = iter([case for case in cases if self.is_worth_asking(case)])
        return any(self.finds(batch) for batch in iter(lambda: list(islice(worth, size)), []))


def _edits(law: Law, domain: Domain) -> Edits:
    """How what the law is about is made simpler: malformed texts, or cases."""
    return TextEdits(domain) if law.form == "text" else edits_of(domain)


# --- delta debugging -------------------------------------------------------------------------------------------------


def delete(search: Search) -> None:
    """Makes pieces simplest, in chunks of half of them down to one, until no single one can be."""
    size = max(len(search.edits.pieces(search.case)) // 2, 1)
    while delete_chunks(search, size) or size > 1:
        size = max(size // 2, 1)


def delete_chunks(search: Search, size: int) -> bool:
    """Makes each chunk of so many pieces simplest, where the law stays broken; whether it does anywhere."""
    start, deleted = 0, False
    while chunk := search.edits.pieces(search.case)[start : start + size]:
        if search.finds(search.edited([union(chunk)])):
            deleted = True
        else:
            start += size
    return deleted


# --- binary descent --------------------------------------------------------------------------------------------------


def descend(search: Search) -> None:
    """Lowers what stands in each place, as far as the law stays broken."""
    for step in search.edits.steps():
        while search.finds_among(search.edited(step(search.case)), size=1):
            pass


# --- neighbours ------------------------------------------------------------------------------------------------------


def explore(search: Search, random: Random) -> None:
    """Goes from neighbour to smaller neighbour until many in a row keep the law."""
    patience = PATIENCE * search.unlike
    while patience > 0 and (batch := _neighbours(search, random)):
        unlike = search.unlike
        if search.finds(batch):
            if search.unlike < unlike:
                delete(search)
            patience = PATIENCE * search.unlike
        else:
            patience -= len(batch)


def _neighbours(search: Search, random: Random) -> list[AnyCase]:
    """A batch of neighbours that are worth asking."""
    cases: dict[str, AnyCase] = {}
    for _ in range(TRIES):
        case = search.edits.neighbour(search.case, random)
        if case is not None and search.is_worth_asking(case):
            cases[text_of(case, search.subject.domain)] = case
        if len(cases) == BATCH:
            break
    return list(cases.values())
