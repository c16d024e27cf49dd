"""Simplify a case while a condition stays true, without a model, with the edits of the shrinker."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.play import Play
from turncheck.properties.checking.edits import edits_of
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.properties.checking.truth import holds_of_reference

TRIES = 2_000
"""Most simpler cases to try."""


def simplest(domain: Domain, found: AnyForm, is_so: Callable[[AnyForm], bool], tries: int = TRIES) -> AnyForm:
    """Return a simpler case, or a shorter play, for which the condition is still true; a text stays as it is.

    Args:
        domain: the domain of the case.
        found: a case for which the condition is true.
        is_so: the condition.
        tries: the most other cases to try.
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
    """Return a simpler case on which the reference still breaks the law."""
    return simplest(domain, found, lambda case: law.applies(case, domain) and not holds_of_reference(law, case, domain))


def _shorter(play: Play, is_so: Callable[[Play], bool]) -> Play:
    shorter = (Play(play.state, play.orders[:length]) for length in range(1, len(play.orders)))
    return next((each for each in shorter if is_so(each)), play)


def _simpler(domain: Domain, case: AnyCase) -> Iterator[AnyCase]:
    """Yield the simpler ones among the simplest case, the exchanged cases and all single simplifications."""
    edits, size = edits_of(domain), domain.simplicity(domain.write(case))
    neutral = domain.case()
    others = [neutral] if domain.is_case(domain.write(neutral)) else []
    others += edits.exchanged(case)
    singles = (edits.edited(case, edit) for edit in edits.singles(case))
    for other in (*others, *singles):
        if other is not None and domain.simplicity(domain.write(other)) < size:
            yield other
