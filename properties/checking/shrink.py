"""Shrink in batches: from a case that breaks a law to a small case that breaks it in the same mode.

Asking the model is what costs time. So the search asks few cases: only cases that are smaller than the best so far,
that were not asked before, and to which the law applies:

1. Swap the parts that can be swapped, such as the two sides of a game.
2. Delta debugging (Zeller and Hildebrandt 2002): simplify half of the pieces that are not at their simplest at once,
   then a quarter of them, down to single pieces.
3. Lower each field by binary descent.
4. Try random neighbours: simplify one piece and change up to three other places, because a smaller case may break the
   law only with other values. Stop after a number of neighbours in a row that do not break the law.
5. Try all single simplifications, until none breaks the law: the result is minimal under them.

The domain's edits define pieces, steps, neighbours and single simplifications (`turncheck.properties.checking.edits`).
The edits of a malformed text are its differences from the simplest valid text
(`turncheck.properties.checking.text_edits`). Cases are ordered by `Domain.simplicity`, malformed texts by their damage.
Both are total orders.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from random import Random

import attrs

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.sampling import stream
from turncheck.properties.checking.asking import LimitReachedError, Stop
from turncheck.properties.checking.counterexamples import Counterexample, counterexample, simplicity
from turncheck.properties.checking.edits import Edit, Edits, edits_of, union
from turncheck.properties.checking.law import Law, text_of
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.text_edits import TextEdits

BATCH = 8
"""Batch size if few cases are expected to break the law. In larger batches a small model takes longer per case."""

PATIENCE = 12
"""Most neighbours in a row that do not break the law, for each piece that is not at its simplest."""

LATE = 20
"""Most prompts that may time out during one search."""

KNOWN = 64
"""Most cases that the model answered wrongly before, the simplest first, that are tried as a start of a search."""

TRIES = 60
"""Neighbours that are drawn to fill a batch. Few neighbours of a small case are smaller than it."""


def shrink(law: Law, subject: Subject, found: Counterexample) -> Counterexample:
    """Return a small counterexample in the same mode, minimal under single simplifications.

    The result is deterministic for a subject, a law and a counterexample.

    Args:
        law: a law about cases or malformed texts.
        subject: the subject. It is asked in batches, and remembers its answers.
        found: the counterexample to start from.
    """
    return _run(Search(law, subject, found))


def shrink_until(law: Law, subject: Subject, found: Counterexample) -> tuple[Counterexample, Stop | None]:
    """Shrink until a limit is reached or the user interrupts. Return the best so far, and what stopped the search."""
    search = Search(law, subject, found)
    try:
        return _run(search), None
    except (LimitReachedError, KeyboardInterrupt) as stop:
        return search.best, stop


class _TooLateError(Exception):
    """Too many prompts timed out."""


def _run(search: Search) -> Counterexample:
    """Return the smallest counterexample that is found before too many prompts time out."""
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
    """Return whether no single simplification of the case breaks the law in the same mode."""
    search = Search(law, subject, found)
    return not search.finds(search.edited(search.edits.singles(search.case)))


@attrs.define
class Search:
    """The smallest counterexample so far, and the texts of the cases that were tried.

    Attributes:
        law: the broken law.
        subject: the subject to ask.
        best: the smallest counterexample so far. Its mode stays the same.
        edits: the edits that simplify a case.
        late: the number of prompts that had timed out before the search began.
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
        """The number of pieces that are not at their simplest."""
        return self.edits.unlike(self.case)

    def edited(self, edits: Iterable[Edit]) -> list[AnyCase]:
        """Apply each edit to the smallest case. Return the valid results."""
        cases = (self.edits.edited(self.case, edit) for edit in edits)
        return [case for case in cases if case is not None]

    def is_worth_asking(self, case: AnyCase) -> bool:
        """Return whether the case is smaller than the best and untried, and the law applies to it."""
        domain = self.subject.domain
        text = text_of(case, domain)
        if text in self._tried or simplicity(case, domain) >= self.best.simplicity:
            return False
        return self.law.applies(case, domain)

    def finds(self, cases: Iterable[AnyCase]) -> bool:
        """Ask the untried, smaller cases in one batch. Return True and update `best` if one breaks the law."""
        domain = self.subject.domain
        asked = {text_of(case, domain): case for case in cases if self.is_worth_asking(case)}
        if not asked:
            return False
        if self.late and len(asked) > 1:  # a batch that times out would be asked prompt by prompt anyway
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
        """Ask the cases in batches of that size, up to the first batch that breaks the law; else as `finds`."""
        worth = iter([case for case in cases if self.is_worth_asking(case)])
        return any(self.finds(batch) for batch in iter(lambda: list(islice(worth, size)), []))


def _edits(law: Law, domain: Domain) -> Edits:
    """Return the edits for what the law is about: malformed texts or cases."""
    return TextEdits(domain) if law.form == "text" else edits_of(domain)


# --- delta debugging -------------------------------------------------------------------------------------------------


def delete(search: Search) -> None:
    """Simplify pieces in chunks, from half of them down to one, until no single piece can be simplified."""
    size = max(len(search.edits.pieces(search.case)) // 2, 1)
    while delete_chunks(search, size) or size > 1:
        size = max(size // 2, 1)


def delete_chunks(search: Search, size: int) -> bool:
    """Simplify each chunk of `size` pieces if the law stays broken. Return whether any chunk was simplified."""
    start, deleted = 0, False
    while chunk := search.edits.pieces(search.case)[start : start + size]:
        if search.finds(search.edited([union(chunk)])):
            deleted = True
        else:
            start += size
    return deleted


# --- binary descent --------------------------------------------------------------------------------------------------


def descend(search: Search) -> None:
    """Lower each field as far as the law stays broken."""
    for step in search.edits.steps():
        while search.finds_among(search.edited(step(search.case)), size=1):
            pass


# --- neighbours ------------------------------------------------------------------------------------------------------


def explore(search: Search, random: Random) -> None:
    """Move to smaller neighbours until too many in a row do not break the law."""
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
    """Draw a batch of neighbours that are worth asking."""
    cases: dict[str, AnyCase] = {}
    for _ in range(TRIES):
        case = search.edits.neighbour(search.case, random)
        if case is not None and search.is_worth_asking(case):
            cases[text_of(case, search.subject.domain)] = case
        if len(cases) == BATCH:
            break
    return list(cases.values())
