"""Drawing a law's cases with Hypothesis, by a seed, without asking a model anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import attrs
from hypothesis import HealthCheck, Phase, given, seed, settings, target
from hypothesis.internal.conjecture import providers
from hypothesis.strategies import SearchStrategy

from turncheck.engine.domain import Domain
from turncheck.engine.play import Play
from turncheck.properties.checking.asking import Limit
from turncheck.properties.checking.law import AnyForm, Law

Cases = Callable[[Domain], SearchStrategy[Any]]

EXAMPLES = 200
"""Cases of a law in a run, unless told otherwise."""

MOST_SHARED = 1000
"""The most cases of a drawing that is kept for other laws and models: more would take much memory."""

MIN_CASES = 10
"""Different cases to which a law must apply for its verdict to count, unless told otherwise."""


def least_cases(examples: int) -> int:
    """To how many different cases a law must apply where nobody said: not to more than are drawn."""
    return min(MIN_CASES, examples)


@attrs.frozen
class Budget:
    """How much a run draws.

    Attributes:
        examples: cases that are drawn for each law.
        seed: by which they are drawn.
        min_cases: the different cases to which a law must apply, and in which each rule must be at work.
        cases: of those that are drawn, how many may be asked; None for all.
        shrink: the most that may be asked to shrink one counterexample; None for half a minute of the model's time, or
            as long as asking the law's cases took.
    """

    examples: int = EXAMPLES
    seed: int = 0
    min_cases: int = MIN_CASES
    cases: int | None = None
    shrink: Limit | None = None

    def of(self, law: Law) -> int:
        """The cases that are drawn for that law: of one that takes a share, at least twice what its verdict needs."""
        if law.share == 1:
            return self.examples
        return min(self.examples, max(round(self.examples * law.share), 2 * self.min_cases))


def drawn_cases(law: Law, domain: Domain, budget: Budget) -> tuple[AnyForm, ...]:
    """Return all cases that Hypothesis draws for the law by the seed.

    Laws with the same strategy draw the same cases by the same seed, and so does a law for each model. These share one
    drawing, up to `MOST_SHARED` cases.
    """
    draw = _shared if budget.of(law) <= MOST_SHARED else _drawn
    return draw(law.cases, domain, budget.of(law), budget.seed)


def run(law: Law, domain: Domain, budget: Budget, on_case: Callable[[AnyForm], None], *, shrink: bool = False) -> None:
    """Pass the law's cases to `on_case`, one after the other, as Hypothesis draws them.

    `on_case` must not raise, unless `shrink` is True: then Hypothesis shrinks the case on which it raised, and this
    raises what the smallest one raised.
    """
    _run(law.cases, domain, budget.of(law), budget.seed, on_case, shrink=shrink)


def _drawn(cases: Cases, domain: Domain, count: int, number: int) -> tuple[AnyForm, ...]:
    drawn: list[AnyForm] = []
    _run(cases, domain, count, number, drawn.append)
    return tuple(drawn)


_shared = lru_cache(maxsize=128)(_drawn)


def _run(
    cases: Cases, domain: Domain, count: int, number: int, on_case: Callable[[AnyForm], None], *, shrink: bool = False
) -> None:
    """Draw so many cases, by the seed of that number.

    All settings are given here: no profile of the session counts. The database is off, because it is keyed by the
    source of a test and not by the model; `derandomize` is off, because the profile that Hypothesis loads under CI has
    it on, and then ignores the seed.
    """

    @seed(number)
    @settings(
        max_examples=count,
        phases=(Phase.generate, Phase.target, *([Phase.shrink] if shrink else [])),
        deadline=None,
        database=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(domain))
    def test(case: AnyForm) -> None:
        if isinstance(case, Play) and domain.aims is not None:
            # What is aimed at follows from the reference's own play, so that no draw depends on a model.
            for label, value in domain.aims(case).items():
                target(value, label=label)
        on_case(case)

    with no_constants_of_loaded_modules():
        test()


@contextmanager
def no_constants_of_loaded_modules() -> Iterator[None]:
    """Within it a seed draws the same cases whatever is loaded.

    Hypothesis draws, one time in twenty, a constant that it read in the source of some local module: in a `py:` model,
    or in a module that was first imported after the cases were drawn and before they are drawn again. No setting
    turns that off, so its private function is exchanged; a Hypothesis that has none is left as it is.
    """
    reading = getattr(providers, "_get_local_constants", None)
    if reading is None:
        yield
        return
    nothing = type(reading())
    providers._get_local_constants = nothing
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        providers._get_local_constants = reading
        providers.CONSTANTS_CACHE.cache.clear()
