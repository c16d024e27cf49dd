"""How models are sized up: the same cases, laws and malformed texts for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.sampling import sample, samplers_of, stream
from turncheck.engine.table import arrays_of
from turncheck.properties.sweeps.plan import Plan, turns_in
from turncheck.strategies.operators import ImpossibleDamageError, damage, operators_of

USUAL = ("mixed", "play")
"""The samplers of a plan by default, as far as the domain has them."""

TRIES = 20
"""Most cases to try until one has room for a damage."""


@attrs.frozen
class SizingPlan:
    """What each model is asked.

    Attributes:
        samples: the cases of each sampler, in order.
        malformed: the number of malformed texts, 1 or more.
        examples: the number of cases to draw for each law; 0 to check no laws.
    """

    samples: tuple[Plan, ...]
    malformed: int
    examples: int

    @classmethod
    def of(
        cls, domain: Domain, samplers: Sequence[str], seed: int, turns: int, malformed: int, examples: int
    ) -> SizingPlan:
        """Return the plan for a domain; without samplers, with the usual ones.

        Raises:
            UnknownSamplerError: the domain has no such sampler.
        """
        names = tuple(dict.fromkeys(samplers)) or usual_samplers(domain)
        for name in names:
            arrays_of(domain, name)  # before any sample is drawn
        plans = tuple(Plan(name, seed, turns_in(name, turns, domain)) for name in names)
        return cls(plans, malformed, examples)

    @property
    def seed(self) -> int:
        """The seed of all cases."""
        return self.samples[0].seed


def usual_samplers(domain: Domain) -> tuple[str, ...]:
    """Return `mixed` and `play`, as far as the domain has them; else its first sampler."""
    known = samplers_of(domain)
    return tuple(name for name in USUAL if name in known) or (next(iter(known)),)


def malformed_texts(domain: Domain, seed: int, count: int) -> list[tuple[str, str]]:
    """Return malformed texts of a seed, each after the reason for which it is rejected: all reasons in equal shares.

    There are fewer than `count` if some damage fits no sampled case, and none if the domain rejects nothing.
    """
    known = tuple(operators_of(domain)) if domain.rejects else ()
    if not known:
        return []
    drawn = ((known[index % len(known)], index) for index in range(count))
    return [(reason, text) for reason, index in drawn if (text := malformed(domain, seed, index, reason)) is not None]


def malformed(domain: Domain, seed: int, index: int, reason: str) -> str | None:
    """Return malformed text `index` of a seed: a case of one of the domain's samplers, damaged at random; None if no
    sampled case has room for that damage.
    """
    random = stream("malformed", seed, index)
    for place in range(index, index + TRIES):
        (case,) = sample(domain, random.choice(tuple(samplers_of(domain))), seed, 1, start=place)
        with suppress(ImpossibleDamageError):
            return damage(domain, case, reason, random.getrandbits(64))
    return None
