"""Texts near the boundary of a comparison: two numbers that a check of the domain compares are brought near each other.

Samplers draw most numbers far apart, where a comparison is easy to learn. What is left is a case, or a text that the
check rejects.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.fields import Int

FARTHEST = 10
"""Largest difference between the two numbers; small differences are drawn more often."""


def compared(domain: Domain) -> list[tuple[str, str]]:
    """Return the pairs of fields that a check of the domain compares: its only two fields, both numbers."""
    kinds = domain.prompt.fields
    pairs = [check.fields for check in domain.checks if len(check.fields) == 2]
    return [
        (one, other) for one, other in pairs if isinstance(kinds.get(one), Int) and isinstance(kinds.get(other), Int)
    ]


def brought_near(domain: Domain, case: AnyCase, random: Random) -> str:
    """Return the text of a case in which two numbers that a check compares are near each other, if there are such.

    >>> from turncheck.duel import DOMAIN
    >>> case = DOMAIN.case(**{"hero.hp": 20, "hero.max": 99})
    >>> [brought_near(DOMAIN, case, Random(seed)).split()[4] for seed in (1, 2)]
    ['20/22', '20/15']
    """
    pairs = compared(domain)
    values = domain.fields_of(case)
    if pairs:
        kept, moved = random.sample(random.choice(pairs), 2)
        kinds: Mapping[str, Any] = domain.prompt.fields
        value = values[kept] if random.random() < 0.5 else random.randint(kinds[kept].low, kinds[kept].high)
        near = value + random.choice((-1, 1)) * int(random.uniform(0, FARTHEST**0.5) ** 2)
        near = max(kinds[moved].low, min(near, kinds[moved].high))
        values = values.changed({kept: value, moved: near})
    return domain.prompt.write_values(values.values_)
