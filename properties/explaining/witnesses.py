"""Explain the witnesses of a law's failures, at a cost that a run does not notice: what would make an answer right, and
which expert of a composition was wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.learned import LearnedEngine
from turncheck.engine.stages import Composed
from turncheck.properties.explaining.experts import wrong_expert
from turncheck.properties.explaining.explain import explain
from turncheck.reports.failures import Failure

ALONE = 300
"""Most changed inputs of each size that a run resolves one by one; the count decides, so that a run can be repeated."""

UNEXPLAINED = ("no_answer", "unstable")
"""Modes whose answer is not the answer to anything: there is none, or there are two."""


def with_as_if(failures: Sequence[Failure], domain: Domain) -> tuple[Failure, ...]:
    """Return the failures of a law, each witness with what would make its answer right.

    Two changes are tried for the first failure only, which is the most frequent.
    """
    return tuple(_explained(failure, domain, 1 if place else 2) for place, failure in enumerate(failures))


def _explained(failure: Failure, domain: Domain, most: int) -> Failure:
    if failure.mode in UNEXPLAINED:
        return failure
    witness = failure.witness
    as_if = explain(domain, witness.turn, witness.got, most=most, alone=ALONE)
    return attrs.evolve(failure, witness=attrs.evolve(witness, as_if=as_if if as_if.tried else None))


def with_experts(
    failures: Sequence[Failure], domain: Domain, engine: LearnedEngine, limit: float | None = None
) -> Sequence[Failure]:
    """Return the failures of a law, each witness with the expert that was wrong; unchanged if the engine is no
    composition. Asking it again may take `limit` seconds for each witness.
    """
    if not isinstance(engine, Composed):
        return failures
    return tuple(_with_expert(failure, domain, engine, limit) for failure in failures)


def _with_expert(failure: Failure, domain: Domain, composition: Composed, limit: float | None) -> Failure:
    found = None if failure.mode == "unstable" else wrong_expert(domain, composition, failure.witness.turn, limit)
    if found is None:
        return failure
    return attrs.evolve(failure, witness=attrs.evolve(failure.witness, expert=found.line()))
