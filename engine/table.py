"""Many cases at once: what a sweep draws, resolves and counts together.

A domain may do so with arrays of its own (`Domain.arrays`, an object with the members of `Arrays`). Every other domain,
and every sampler for which those arrays have none, is handled case by case:

>>> from turncheck.engine.domain import Domain
>>> from turncheck.engine.fields import Int
>>> from turncheck.engine.schema import Schema
>>> adder = Domain(
...     "adder/1",
...     prompt=Schema("{a}+{b}=", a=Int(0, 9), b=Int(0, 9), end=""),
...     answer=Schema("{sum}", sum=Int(0, 18), end=""),
...     resolve=lambda case: {"sum": case.a + case.b},
... )
>>> samplers_in(adder)
('mixed', 'uniform', 'small')
>>> arrays = arrays_of(adder, "small")
>>> cases = arrays.small()[37:40]
>>> cases.texts(), arrays.resolve(cases).texts()
(['3+7=', '3+8=', '3+9='], ['10', '11', '12'])
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from math import prod
from typing import Any, Protocol

import attrs
import numpy as np
import numpy.typing as npt

from turncheck.engine.domain import AnyAnswer, AnyCase, Domain
from turncheck.engine.fields import Choice
from turncheck.engine.sampling import UnknownSamplerError, outcome, sample, samplers_of
from turncheck.engine.scope import small

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
Predicate = Callable[[AnyCase], Any]

SMALL = "small"
"""What the small scope is called among the samplers: all of it, in its order."""

STREAM = "python-1"
"""The random stream of `turncheck.engine.sampling`: its name changes whenever the cases of a seed do."""

TOGETHER = 1024
"""Cases that are handled together where no arrays are given."""

MOST_STRATA = 20
"""Combinations of orders, at most, by which cases are told apart."""


class Table(Protocol):
    """Cases, or the answers to some."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Table: ...

    def case(self, index: int) -> Any:
        """The case, or the answer, in that row, from 0."""
        ...

    def texts(self) -> list[str]:
        """The text of each row."""
        ...


class Columns(Protocol):
    """Cases about which predicates can be asked together."""

    def meet(self, predicate: Predicate, rows: Rows) -> Mask:
        """(len(rows),) bool: whether the case in each of those rows meets the predicate."""
        ...


class Arrays(Protocol):
    """How a domain handles many cases at once. Tables are its own: it gets back those that it made."""

    @property
    def samplers(self) -> Collection[str]:
        """The samplers that it has, by name."""
        ...

    @property
    def stream(self) -> str:
        """The name of its random stream."""
        ...

    @property
    def block(self) -> int:
        """Cases that are best handled together."""
        ...

    @property
    def strata_title(self) -> str:
        """What `strata` tells cases apart by, as tables call it."""
        ...

    def sample(self, name: str, seed: int, count: int, start: int = 0) -> Table:
        """Cases `start` to `start + count - 1` of that sampler and seed: the same, whatever was drawn before."""
        ...

    def small(self) -> Table | None:
        """The small scope, whole; None where it has none."""
        ...

    def resolve(self, cases: Any) -> Table:
        """The reference's answers to the cases."""
        ...

    def changed(self, cases: Any, answers: Any) -> Mapping[str, int]:
        """For each field that prompt and answer share, in how many rows the answer has another value."""
        ...

    def strata(self, cases: Any) -> Mapping[str, int]:
        """How many of the cases are in each stratum, by its name."""
        ...

    def stratum(self, case: AnyCase) -> str:
        """The name of the stratum that a case is in; empty where cases are not told apart."""
        ...

    def columns(self, cases: Any, answers: Any) -> Columns:
        """The cases, and what the reference answers to them, to be asked about."""
        ...


def samplers_in(domain: Domain) -> tuple[str, ...]:
    """What can be swept: the domain's samplers by name, then its small scope."""
    return (*(name for name in samplers_of(domain) if name != SMALL), SMALL)


def arrays_of(domain: Domain, sampler: str) -> Arrays:
    """What handles the cases of that sampler: the domain's own arrays, if they have it.

    Raises:
        UnknownSamplerError: the domain has no such sampler.
    """
    known = samplers_in(domain)
    if sampler not in known:
        raise UnknownSamplerError(sampler, known)
    own = _own(domain)
    if own is None:
        return _plain(domain)
    has_it = own.small() is not None if sampler == SMALL else sampler in own.samplers
    return own if has_it else _plain(domain)


def stratum_of(domain: Domain, case: AnyCase) -> str:
    """The name of the stratum that a case is in; empty where the domain's cases are not told apart."""
    return (_own(domain) or _plain(domain)).stratum(case)


@lru_cache(maxsize=8)
def _own(domain: Domain) -> Arrays | None:
    """The domain's own arrays."""
    own: Arrays | None = domain.arrays() if callable(domain.arrays) else domain.arrays
    return own


@lru_cache(maxsize=8)
def _plain(domain: Domain) -> Arrays:
    return PlainArrays(domain)


# --- case by case ----------------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class PlainCases:
    """Cases as a list."""

    domain: Domain
    cases: Sequence[AnyCase]

    def __len__(self) -> int:
        return len(self.cases)

    def __getitem__(self, part: slice) -> PlainCases:
        return PlainCases(self.domain, self.cases[part])

    def case(self, index: int) -> AnyCase:
        """The case in that row."""
        return self.cases[index]

    def texts(self) -> list[str]:
        """The prompts."""
        return [self.domain.write(case) for case in self.cases]


@attrs.frozen(eq=False, slots=False)
class PlainAnswers:
    """The answers to some cases, worked out when they are first looked at."""

    domain: Domain
    cases: Sequence[AnyCase]

    @cached_property
    def answers(self) -> list[AnyAnswer]:
        """The reference's answers."""
        return [outcome(self.domain, case) for case in self.cases]

    def __len__(self) -> int:
        return len(self.cases)

    def __getitem__(self, part: slice) -> PlainAnswers:
        return PlainAnswers(self.domain, self.cases[part])

    def case(self, index: int) -> AnyAnswer:
        """The answer in that row."""
        return self.answers[index]

    def texts(self) -> list[str]:
        """The answers' texts."""
        return [self.domain.write_answer(answer) for answer in self.answers]


@attrs.frozen(eq=False)
class PlainColumns:
    """Cases, each of which is asked by itself."""

    cases: PlainCases

    def meet(self, predicate: Predicate, rows: Rows) -> Mask:
        """(len(rows),) bool: whether the case in each of those rows meets the predicate."""
        return np.fromiter((bool(predicate(self.cases.case(row))) for row in rows.tolist()), bool, len(rows))


@attrs.frozen(eq=False, slots=False)
class PlainArrays:
    """The cases of any domain, one after the other.

    Attributes:
        domain: whose.
        stream: the name of its random stream.
        block: cases that are handled together.
        strata_title: cases are told apart by their orders, where these are few.
    """

    domain: Domain
    stream: str = STREAM
    block: int = TOGETHER
    strata_title: str = "orders"

    @property
    def samplers(self) -> tuple[str, ...]:
        """The domain's samplers."""
        return tuple(samplers_of(self.domain))

    def sample(self, name: str, seed: int, count: int, start: int = 0) -> PlainCases:
        """Those cases of the sampler; the last ones are remembered."""
        return self._sample(name, seed, count, start)

    @cached_property
    def _sample(self) -> Callable[[str, int, int, int], PlainCases]:
        def drawn(name: str, seed: int, count: int, start: int) -> PlainCases:
            return PlainCases(self.domain, list(sample(self.domain, name, seed, count, start)))

        return lru_cache(maxsize=1)(drawn)

    def small(self) -> PlainCases:
        """The small scope, by enumeration."""
        return self._small

    @cached_property
    def _small(self) -> PlainCases:
        return PlainCases(self.domain, list(small(self.domain)))

    def resolve(self, cases: PlainCases) -> PlainAnswers:
        """The answers, worked out when they are first looked at."""
        return PlainAnswers(self.domain, cases.cases)

    def changed(self, cases: PlainCases, answers: PlainAnswers) -> dict[str, int]:
        """For each shared field the rows whose answer has another value."""
        codec, (prompt, answer) = self.domain.codec, (self.domain.prompt.places, self.domain.answer.places)
        places = [(name, prompt[name], answer[name]) for name in self.domain.shared]
        counts = dict.fromkeys(self.domain.shared, 0)
        for case, after in zip(cases.cases, answers.answers, strict=True):
            was, now = codec.case_values(case), codec.answer_values(after)
            for name, before, behind in places:
                counts[name] += was[before] != now[behind]
        return counts

    def strata(self, cases: PlainCases) -> dict[str, int]:
        """How many cases are in each stratum; nothing where they are not told apart."""
        return dict(Counter(map(self.stratum, cases.cases))) if self._told_apart_by else {}

    def stratum(self, case: AnyCase) -> str:
        """The words that are chosen in the orders, as `to a1`."""
        if not self._told_apart_by:
            return ""
        values = self.domain.codec.case_values(case)
        return ", ".join(f"{label} {values[place]}" for label, place in self._told_apart_by)

    @cached_property
    def _told_apart_by(self) -> list[tuple[str, int]]:
        """The choices of the orders, with their labels and places; none where they have too many combinations."""
        orders, prompt = self.domain.orders, self.domain.prompt
        fields = {} if orders is None else orders.fields
        choices = {name: field.count() for name, field in fields.items() if isinstance(field, Choice)}
        if not 1 < prod(choices.values()) <= MOST_STRATA:
            return []
        return [(prompt.label(name), prompt.places[name]) for name in choices]

    def columns(self, cases: PlainCases, answers: PlainAnswers) -> PlainColumns:
        """The cases, each of which is asked by itself."""
        return PlainColumns(cases)
