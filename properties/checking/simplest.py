"""The simplest case found for which something is so, without a model: by the edits that the shrinker tries."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.play import Play
from turncheck.properties.checking.edits import edits_of
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.properties.checking.truth import holds_of_reference

TRIES = 2_000
"""Simpler cases that are tried, at most."""


def simplest(domain: Domain, found: AnyForm, is_so: Callable[[AnyForm], bool], tries: int = TRIES) -> AnyForm:
    """What is simpler than a case, or shorter than a play, and still so; a text stays as it is.

    Args:
        domain: whose case it is.
        found: a case for which it is so.
        is_so: whether it is so for another.
        tries: how many others are tried.
    """
    if isinstance(found, str):
        return found
    if isinstance(found, Play):
        return _shorter(found, is_so)
    case, others = found, _simpler(domain, found)
    for _ in range(tries):
        other = next(others, None)
        if other is None:
            break
        if is_so(other):
            case, others = other, _simpler(domain, other)
    return case


def simplest_false(law: Law, domain: Domain, found: AnyForm) -> AnyForm:
    """What is simpler than a case on which a law is not true of the reference, and shows the same."""
    return simplest(domain, found, lambda case: law.applies(case, domain) and not holds_of_reference(law, case, domain))


def _shorter(play: Play, is_so: Callable[[Play], bool]) -> Play:
    shorter = (Play(play.state, play.orders[:length]) for length in range(1, len(play.orders)))
    return next((each for each in shorter if is_so(each)), play)


def _simpler(domain: Domain, case: AnyCase) -> Iterator[AnyCase]:
    """The simplest case, and all single simplifications that leave a case."""
    edits, size = edits_of(domain), domain.simplicity(domain.write(case))
    neutral = domain.case()
    others = [neutral] if domain.is_case(domain.write(neutral)) else []
    others += edits.exchanged(case)
    singles = (edits.edited(case, edit) for edit in edits.singles(case))
    for other in (*others, *singles):
        if other is not None and domain.simplicity(domain.write(other)) < size:
            yield other
