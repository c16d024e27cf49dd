"""Search the changed inputs for those to which the reference gives exactly the model's answer.

First every single change is tried, then two changes together. A domain whose arrays resolve rows
(`turncheck.engine.rows`) has all of them resolved at once; any other domain's are resolved one by one, up to a limit.
Each explanation is checked once more by the reference itself before it is returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import isqrt
from typing import Any

import attrs
import numpy as np

from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.rows import Numbers, ResolvesRows, number_of, row_of, rows_resolver
from turncheck.properties.explaining.changes import Change, changes_of
from turncheck.reports.as_if import Explanation

MOST_PAIRS = 300_000
"""Most inputs with two changes if rows are resolved together; the duel has about 245,000."""

MOST_ALONE = 2_000
"""Most inputs with one change, and most with two, if they are resolved one by one."""

MOST_CHECKED = 20
"""Most values of the same fields that are checked by the reference until one is confirmed."""

TOGETHER = 32_768
"""Rows to resolve together."""

Found = tuple[Change, ...]


@attrs.frozen
class Searched:
    """The result of a search.

    Attributes:
        found: the explanations, the nearest values first.
        tried: the number of changed inputs.
        cut: what was not tried; empty if everything was.
    """

    found: tuple[Explanation, ...] = ()
    tried: int = 0
    cut: str = ""


def search_inputs(
    domain: Domain, values: tuple[Any, ...], given: str, most: int = 2, alone: int = MOST_ALONE
) -> Searched:
    """Search the inputs with one change and, if none explains the answer, those with two.

    Args:
        domain: the domain.
        values: the values of the prompt, which may be out of range or fail checks.
        given: the answer that the reference has to give, written as the reference writes it.
        most: the most changes to try: 1 or 2.
        alone: the most inputs with one change, and the most with two, if they are resolved one by one.
    """
    search = _Search(domain, values, given, alone)
    single = search.single()
    if single.found or most < 2:
        return single
    double = search.double()
    return Searched(double.found, single.tried + double.tried, single.cut or double.cut)


class _Search:
    """A search for one answer.

    Attributes:
        changes: the single changes, exchanges first.
        alone: the most inputs to resolve one by one.
        rows: what resolves rows; None if inputs are resolved one by one.
    """

    def __init__(self, domain: Domain, values: tuple[Any, ...], given: str, alone: int) -> None:
        self.domain, self.values, self.given, self.alone = domain, values, given, alone
        self.changes = changes_of(domain, values)
        self.row, self.wanted, self.rows = self._as_rows()

    def _as_rows(self) -> tuple[Numbers, Numbers, ResolvesRows | None]:
        """Return the prompt and the answer as rows, and what resolves rows; None if that is not possible."""
        nothing = np.empty(0, np.int16)
        rows = rows_resolver(self.domain)
        if rows is None or self.domain.rejected_for(self.given) is not None:
            return nothing, nothing, None
        try:
            answer = row_of(self.domain.answer, self.domain.answer_reader.lenient(self.given))
            return row_of(self.domain.prompt, self.values), answer, rows
        except OverflowError:
            return nothing, nothing, None

    # --- one change ---

    def single(self) -> Searched:
        """Try every single change."""
        if self.rows is not None:
            matching = np.flatnonzero(self._matches(self._singles(self.changes)))
            return Searched(self._confirmed((self.changes[place],) for place in matching), len(self.changes))
        tried = _nearest(self.changes, self.alone)
        found = self._confirmed((change,) for change in tried if self._explains((change,)))
        cut = f"{len(self.changes) - len(tried):,} inputs with one change" if len(tried) < len(self.changes) else ""
        return Searched(found, len(tried), cut)

    def _singles(self, changes: Sequence[Change]) -> Numbers:
        """Return the row of each single change."""
        rows = np.repeat(self.row[None], len(changes), axis=0)
        places, fields = self.domain.prompt.places, self.domain.prompt.fields
        for row, change in zip(rows, changes, strict=True):
            for name, value in change.values.items():
                row[places[name]] = number_of(fields[name], value)
        return rows

    # --- two changes ---

    def double(self) -> Searched:
        """Try two changes together: of many changes the nearest, so that the pairs stay below the limit."""
        limit = self.alone if self.rows is None else MOST_PAIRS
        kept = _nearest(self.changes, isqrt(2 * limit))
        cut = f"pairs of {len(self.changes) - len(kept):,} changes" if len(kept) < len(self.changes) else ""
        if self.rows is None:
            pairs = [pair for pair in combinations(kept, 2) if _together(*pair)]
            return Searched(self._confirmed(pair for pair in pairs if self._explains(pair)), len(pairs), cut)
        tried, matching = self._pairs_of_rows(kept)
        return Searched(self._confirmed(matching), tried, cut)

    def _pairs_of_rows(self, changes: Sequence[Change]) -> tuple[int, list[Found]]:
        """Resolve the rows of all pairs of changes; return how many there are, and those that match."""
        singles = self._singles(changes)
        place_of, fields = self.domain.prompt.places, self.domain.prompt.fields
        simple = [place for place, change in enumerate(changes) if len(change.values) == 1]
        # The second change of a pair is of one field; exchanges, which come first among the changes, are never second.
        columns = np.full(len(changes), -1)
        numbers = np.zeros(len(changes), np.int64)
        for place in simple:
            ((name, value),) = changes[place].values.items()
            columns[place], numbers[place] = place_of[name], number_of(fields[name], value)
        first, second = np.triu_indices(len(changes), 1)
        kept = (columns[second] >= 0) & (columns[first] != columns[second])
        first, second = first[kept], second[kept]
        matching: list[Found] = []
        for start in range(0, len(first), TOGETHER):
            one, other = first[start : start + TOGETHER], second[start : start + TOGETHER]
            rows = singles[one]
            rows[np.arange(len(one)), columns[other]] = numbers[other]
            hits = np.flatnonzero(self._matches(rows))
            matching += [(changes[one[hit]], changes[other[hit]]) for hit in hits]
        return len(first), matching

    # --- checking ---

    def _matches(self, rows: Numbers) -> Any:
        """(n,) bool: return which rows the reference answers as wanted; rows that are no cases may be among them."""
        assert self.rows is not None
        return (self.rows.resolve_rows(rows) == self.wanted).all(axis=1)

    def _explains(self, changes: Found) -> bool:
        """Whether the reference gives the answer to the input with these changes."""
        new = _values(changes)
        values = tuple(new.get(name, value) for name, value in zip(self.domain.prompt.names, self.values, strict=True))
        try:
            text = self.domain.prompt.write_values(values)
            return self.domain.resolve_text(text) == self.given
        except DomainError:
            return False

    def _confirmed(self, found: Iterable[Found]) -> tuple[Explanation, ...]:
        """Group what matches by the changed fields; keep of each group the nearest values that explain the answer."""
        groups: dict[frozenset[str], list[Found]] = {}
        for changes in found:
            groups.setdefault(frozenset().union(*(change.fields for change in changes)), []).append(changes)
        return tuple(self._explanations(groups.values()))

    def _explanations(self, groups: Iterable[list[Found]]) -> Iterator[Explanation]:
        for group in groups:
            group.sort(key=lambda changes: sum(change.rank for change in changes))
            for changes in group[:MOST_CHECKED]:
                if self._explains(changes):
                    yield self._explanation(changes, len(group))
                    break

    def _explanation(self, changes: Found, ways: int) -> Explanation:
        fields = self.domain.prompt.fields
        values = {name: fields[name].write(value) for name, value in _values(changes).items()}
        return Explanation("input", len(changes), " and ".join(change.words for change in changes), ways, values)


def _values(changes: Found) -> dict[str, Any]:
    """Return the new values of changes that are made one after the other."""
    return {name: value for change in changes for name, value in change.values.items()}


def _nearest(changes: Sequence[Change], most: int) -> list[Change]:
    """Return at most that many changes, those of lowest rank, in their order."""
    if len(changes) <= most:
        return list(changes)
    ranked = sorted(range(len(changes)), key=lambda place: changes[place].rank)
    return [changes[place] for place in sorted(ranked[:most])]


def _together(one: Change, other: Change) -> bool:
    """Whether two changes can be made together: they change different fields, or one of them exchanges groups."""
    return not one.fields & other.fields or (len(one.fields) > 1) != (len(other.fields) > 1)
