"""What the doctor's checks share: the cases of a domain, its laws, and which law catches which mutant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import Literal

import attrs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from turncheck.engine.attached import LawFunctionError
from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.learned import described
from turncheck.engine.sampling import sample, samplers_of
from turncheck.engine.scope import small
from turncheck.properties.checking.catches import Catches, catches
from turncheck.properties.checking.draw import no_constants_of_loaded_modules
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.properties.checking.mutants import mutants_of
from turncheck.properties.checking.trial import MISTAKES
from turncheck.properties.checking.truth import Sampled, case_for, sampled
from turncheck.properties.laws import laws_of
from turncheck.strategies.drawn_cases import cases as strategy_of

SAMPLED = 300
"""Number of cases of each sampler."""

HELD = 1_000
"""Number of sampled cases, and of the first cases of the small scope, on which each law is checked."""

DRAWN = 200
"""Number of cases that Hypothesis draws."""

MOST_SHOWN = 3
"""Most laws, fields or reasons that one line names."""

Verdict = Literal["holds", "look", "fails"]


@attrs.frozen
class Finding:
    """The result of one check.

    Attributes:
        verdict: `holds`; `look`: it may be intended; `fails`: it must be fixed before a run is worth anything.
        found: what was found, in one line.
        todo: what to do; empty if the check holds.
    """

    verdict: Verdict
    found: str
    todo: str = ""


@attrs.frozen(slots=False)
class Looked:
    """A domain that is being checked, and what is drawn from it, each once.

    Attributes:
        domain: the domain.
        address: how a fresh process can load it; empty if that is not known.
        seed: the seed of everything that is drawn.
    """

    domain: Domain
    address: str
    seed: int

    @cached_property
    def by_sampler(self) -> dict[str, list[AnyCase]]:
        """Cases of each sampler."""
        names = samplers_of(self.domain)
        return {name: list(sample(self.domain, name, self.seed, SAMPLED)) for name in names}

    @cached_property
    def cases(self) -> list[AnyCase]:
        """The different cases of all samplers."""
        write = self.domain.write
        return list({write(case): case for cases in self.by_sampler.values() for case in cases}.values())

    @cached_property
    def drawn(self) -> list[AnyCase]:
        """Cases that Hypothesis draws."""
        return self.draw(DRAWN, self.seed)

    def draw(self, count: int, seed: int) -> list[AnyCase]:
        """Draw that many cases with Hypothesis and this seed."""
        found: list[AnyCase] = []

        @seeded(seed)
        @settings(
            max_examples=count,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy_of(self.domain))
        def test(case: AnyCase) -> None:
            found.append(case)

        with no_constants_of_loaded_modules():
            test()
        return found

    @cached_property
    def laws(self) -> tuple[Law, ...]:
        """All laws of the domain."""
        return laws_of(self.domain)

    @cached_property
    def trials(self) -> dict[str, list[AnyForm]]:
        """For each law, the sampled cases and those of the small scope to which it applies."""
        drawn = [sampled(index, self.seed, self.domain) for index in range(HELD)]
        drawn += [(case, None, None) for case in islice(small(self.domain), HELD)]
        return {law.id: self._cases_for(law, drawn) for law in self.laws}

    def _cases_for(self, law: Law, drawn: Sequence[Sampled]) -> list[AnyForm]:
        try:
            return [case for each in drawn if (case := case_for(law, each, self.domain)) is not None]
        except MISTAKES:
            raise
        except Exception as error:
            raise LawFunctionError(law.id, f"its applies raised {described(error)}: fix it") from error

    @cached_property
    def catches(self) -> Catches:
        """Which law catches which derived mutant."""
        return catches(self.domain, self.laws, mutants_of(self.domain), seed=self.seed)


def some(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return f"{', '.join(names[:MOST_SHOWN])}{more}"
