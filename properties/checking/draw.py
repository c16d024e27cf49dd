"""Draw a law's cases with Hypothesis from a seed, without asking a model."""

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
"""Default number of cases to draw for each law."""

MOST_SHARED = 1000
"""Most cases of a draw that is cached for other laws and models; larger draws would take too much memory."""

MIN_CASES = 10
"""Default for the least number of different cases to which a law must apply for its verdict to count."""


def least_cases(examples: int) -> int:
    """Return the default for the least number of cases: at most as many as are drawn."""
    return min(MIN_CASES, examples)


@attrs.frozen
class Budget:
    """How much a run draws.

    Attributes:
        examples: the number of cases to draw for each law.
        seed: the seed of the draws.
        min_cases: the least number of different cases to which a law must apply, and in which each rule must be at
            work.
        cases: the most drawn cases to ask; None for all.
        shrink: the limit for shrinking one counterexample; None for half a minute of the model's time, or as long as
            asking the law's cases took if that was longer.
    """

    examples: int = EXAMPLES
    seed: int = 0
    min_cases: int = MIN_CASES
    cases: int | None = None
    shrink: Limit | None = None

    def of(self, law: Law) -> int:
        """Return the number of cases to draw for the law; for one with a share, at least twice `min_cases`."""
        if law.share == 1:
            return self.examples
        return min(self.examples, max(round(self.examples * law.share), 2 * self.min_cases))


def drawn_cases(law: Law, domain: Domain, budget: Budget) -> tuple[AnyForm, ...]:
    """Return all cases that Hypothesis draws for the law with the seed.

    With the same seed, laws with the same strategy draw the same cases, and a law draws the same cases for each model.
    So a draw of up to `MOST_SHARED` cases is cached and shared.
    """
    draw = _shared if budget.of(law) <= MOST_SHARED else _drawn
    return draw(law.cases, domain, budget.of(law), budget.seed)


def run(law: Law, domain: Domain, budget: Budget, on_case: Callable[[AnyForm], None], *, shrink: bool = False) -> None:
    """Call `on_case` with each case of the law that Hypothesis draws.

    `on_case` must not raise, unless `shrink` is True. Then Hypothesis shrinks the case on which it raised, and the
    exception for the smallest case is raised.
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
    """Draw `count` cases with the seed `number`.

    The settings ignore the profile of the session. The database is off because it is keyed by the source of a test, not
    by the model. `derandomize` is off because Hypothesis's CI profile turns it on, and then ignores the seed.
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
            # Targets are computed from the reference's own play, so no draw depends on a model.
            for label, value in domain.aims(case).items():
                target(value, label=label)
        on_case(case)

    with no_constants_of_loaded_modules():
        test()


@contextmanager
def no_constants_of_loaded_modules() -> Iterator[None]:
    """Context in which a seed draws the same cases, whatever modules are loaded.

    In one draw of twenty, Hypothesis takes a constant from the source of a local module, such as a `py:` model, or a
    module that was imported between two runs of the same seed. No setting turns this off, so this context replaces
    Hypothesis's private function. A version of Hypothesis without that function stays unchanged.
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
