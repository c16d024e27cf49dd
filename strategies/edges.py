"""Cases at the edges: most fields of a group, or of the whole case, have their lowest, highest or simplest values.

Samplers draw the fields of a case one by one, so a case in which nearly all of them are at an edge is rare. A finished
battle is one, and so is the simplest case of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.reading import MalformedTextError
from turncheck.strategies.comparisons import compared

TRIED = 10
"""Most changes that are tried until one leaves a case."""

SHARES = (0.3, 0.7, 1.0)
"""Shares of the fields that are moved to an edge, all equally likely."""


def at_edges(domain: Domain, case: AnyCase, random: Random) -> AnyCase:
    """Return a case of which many fields are at an edge; the same case if no change that was tried leaves one.

    Fields with a dot in their name belong to the group before it. Half of the time one group is changed, else all
    fields. Of two numbers that a check compares, one mostly keeps its value.

    >>> from turncheck.duel import DOMAIN
    >>> text = DOMAIN.write(at_edges(DOMAIN, DOMAIN.case(**{"foe.max": 40, "foe.hp": 7, "foe.burn": 2}), Random(5)))
    >>> text.splitlines()[2][:40]
    'foe hp 00/40 shield 00 poison 0 burn 0 r'

    Raises:
        DomainError: a check of the domain raised.
    """
    values = domain.fields_of(case)
    for _ in range(TRIED):
        made = domain.prompt.write_values(values.changed(_changes(domain, random)).values_)
        try:
            return domain.read(made)
        except MalformedTextError:
            continue
    return case


def _changes(domain: Domain, random: Random) -> dict[str, Any]:
    fields, share, lowest = domain.prompt.fields, random.choice(SHARES), random.random() < 0.7
    names = {name for name in _group(domain.prompt.names, random) if random.random() < share}
    for pair in compared(domain):
        if random.random() < 0.75:
            names.discard(random.choice(pair))
    # Sorted, because the order of a set is not the same in each process.
    edges = {name: fields[name].edges() for name in sorted(names)}
    return {name: each[0] if lowest else random.choice(each) for name, each in edges.items()}


def _group(names: Sequence[str], random: Random) -> list[str]:
    """Return the fields of one group, or all."""
    groups = sorted({name.partition(".")[0] for name in names if "." in name})
    if not groups or random.random() < 0.5:
        return list(names)
    group = random.choice(groups)
    return [name for name in names if name.startswith(f"{group}.")]
