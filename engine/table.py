"""Many cases at once: a sweep draws, resolves and counts them in batches.

A domain may do this with its own arrays (`Domain.arrays`, an object with the members of `Arrays`). For every other
domain, and every sampler that these arrays lack, the cases are processed one by one:

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
"""The name of the small scope among the samplers: all of its cases, in order."""

STREAM = "python-1"
"""The name of the random stream of `turncheck.engine.sampling`. It changes whenever the cases of a seed change."""

TOGETHER = 1024
"""Cases per batch if a domain has no arrays."""

MOST_STRATA = 20
"""Most combinations of orders that are counted as strata."""


class Table(Protocol):
    """Cases, or the answers to cases, one per row."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Table: ...

    def case(self, index: int) -> Any:
        """Return the case, or the answer, in that row, from 0."""
        ...

    def texts(self) -> list[str]:
        """Return the text of each row."""
        ...


class Columns(Protocol):
    """Cases on which predicates are evaluated together."""

    def meet(self, predicate: Predicate, rows: Rows) -> Mask:
        """(len(rows),) bool: return whether the case in each of these rows meets the predicate."""
        ...


class Arrays(Protocol):
    """How a domain processes many cases at once. The tables are of its own type: its methods get the tables that it
    made.
    """

    @property
    def samplers(self) -> Collection[str]:
        """The samplers of the arrays, by name."""
        ...

    @property
    def stream(self) -> str:
        """The name of the random stream."""
        ...

    @property
    def block(self) -> int:
        """The best number of cases to process together."""
        ...

    @property
    def strata_title(self) -> str:
        """The title of the strata in tables."""
        ...

    def sample(self, name: str, seed: int, count: int, start: int = 0) -> Table:
        """Return cases `start` to `start + count - 1` of that sampler and seed, whatever was drawn before."""
        ...

    def small(self) -> Table | None:
        """Return the whole small scope; None if the arrays have none."""
        ...

    def resolve(self, cases: Any) -> Table:
        """Return the reference's answers to the cases."""
        ...

    def changed(self, cases: Any, answers: Any) -> Mapping[str, int]:
        """Return, for each field that prompt and answer share, the number of rows in which the answer has another
        value.
        """
        ...

    def strata(self, cases: Any) -> Mapping[str, int]:
        """Return the number of cases in each stratum, by its name."""
        ...

    def stratum(self, case: AnyCase) -> str:
        """Return the name of a case's stratum; empty without strata."""
        ...

    def columns(self, cases: Any, answers: Any) -> Columns:
        """Return the cases and the reference's answers, for evaluating predicates."""
        ...


def samplers_in(domain: Domain) -> tuple[str, ...]:
    """Return the names of what can be swept: the domain's samplers, then its small scope."""
    return (*(name for name in samplers_of(domain) if name != SMALL), SMALL)


def own_arrays(domain: Domain) -> Arrays | None:
    """Return the domain's own arrays; None if it has none."""
    return _own(domain)


def arrays_of(domain: Domain, sampler: str) -> Arrays:
    """Return what processes the cases of that sampler: the domain's own arrays, if they have the sampler.

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
    """Return the name of a case's stratum; empty if the domain has no strata."""
    return (_own(domain) or _plain(domain)).stratum(case)


@lru_cache(maxsize=8)
def _own(domain: Domain) -> Arrays | None:
    """Return the domain's own arrays."""
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
        """Return the case in that row."""
        return self.cases[index]

    def texts(self) -> list[str]:
        """Return the prompts."""
        return [self.domain.write(case) for case in self.cases]


@attrs.frozen(eq=False, slots=False)
class PlainAnswers:
    """The answers to some cases, computed on first use."""

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
        """Return the answer in that row."""
        return self.answers[index]

    def texts(self) -> list[str]:
        """Return the texts of the answers."""
        return [self.domain.write_answer(answer) for answer in self.answers]


@attrs.frozen(eq=False)
class PlainColumns:
    """Cases on which predicates are evaluated one by one."""

    cases: PlainCases

    def meet(self, predicate: Predicate, rows: Rows) -> Mask:
        """(len(rows),) bool: return whether the case in each of these rows meets the predicate."""
        return np.fromiter((bool(predicate(self.cases.case(row))) for row in rows.tolist()), bool, len(rows))


@attrs.frozen(eq=False, slots=False)
class PlainArrays:
    """The cases of any domain, processed one after the other.

    Attributes:
        domain: the domain.
        stream: the name of its random stream.
        block: the number of cases to process together.
        strata_title: the title of the strata, which are the orders, if there are few.
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
        """Return these cases of the sampler; the last ones are cached."""
        return self._sample(name, seed, count, start)

    @cached_property
    def _sample(self) -> Callable[[str, int, int, int], PlainCases]:
        def drawn(name: str, seed: int, count: int, start: int) -> PlainCases:
            return PlainCases(self.domain, list(sample(self.domain, name, seed, count, start)))

        return lru_cache(maxsize=1)(drawn)

    def small(self) -> PlainCases:
        """Return the small scope, by enumeration."""
        return self._small

    @cached_property
    def _small(self) -> PlainCases:
        return PlainCases(self.domain, list(small(self.domain)))

    def resolve(self, cases: PlainCases) -> PlainAnswers:
        """Return the answers, computed on first use."""
        return PlainAnswers(self.domain, cases.cases)

    def changed(self, cases: PlainCases, answers: PlainAnswers) -> dict[str, int]:
        """Return, for each shared field, the rows whose answer has another value."""
        codec, (prompt, answer) = self.domain.codec, (self.domain.prompt.places, self.domain.answer.places)
        places = [(name, prompt[name], answer[name]) for name in self.domain.shared]
        counts = dict.fromkeys(self.domain.shared, 0)
        for case, after in zip(cases.cases, answers.answers, strict=True):
            was, now = codec.case_values(case), codec.answer_values(after)
            for name, before, behind in places:
                counts[name] += was[before] != now[behind]
        return counts

    def strata(self, cases: PlainCases) -> dict[str, int]:
        """Return the number of cases in each stratum; nothing without strata."""
        return dict(Counter(map(self.stratum, cases.cases))) if self._told_apart_by else {}

    def stratum(self, case: AnyCase) -> str:
        """Return the words chosen in the orders, such as `to a1`."""
        if not self._told_apart_by:
            return ""
        values = self.domain.codec.case_values(case)
        return ", ".join(f"{label} {values[place]}" for label, place in self._told_apart_by)

    @cached_property
    def _told_apart_by(self) -> list[tuple[str, int]]:
        """Return the choices of the orders, with their labels and places; none if they have too many combinations."""
        orders, prompt = self.domain.orders, self.domain.prompt
        fields = {} if orders is None else orders.fields
        choices = {name: field.count() for name, field in fields.items() if isinstance(field, Choice)}
        if not 1 < prod(choices.values()) <= MOST_STRATA:
            return []
        return [(prompt.label(name), prompt.places[name]) for name in choices]

    def columns(self, cases: PlainCases, answers: PlainAnswers) -> PlainColumns:
        """Return the cases, for evaluating predicates one by one."""
        return PlainColumns(cases)
