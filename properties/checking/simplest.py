"""The simplest case found for which something is so, without a model: one field after the other is made simpler."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from turncheck.engine.case import Case
from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.play import Play
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
    case, left = found, tries
    while left > 0:
        for other in _simpler(domain, domain.fields_of(case)):
            left -= 1
            if is_so(other):
                case = other
                break
            if left == 0:
                break
        else:
            break
    return case


def simplest_false(law: Law, domain: Domain, found: AnyForm) -> AnyForm:
    """What is simpler than a case on which a law is not true of the reference, and shows the same."""
    return simplest(domain, found, lambda case: law.applies(case, domain) and not holds_of_reference(law, case, domain))


def _shorter(play: Play, is_so: Callable[[Play], bool]) -> Play:
    shorter = (Play(play.state, play.orders[:length]) for length in range(1, len(play.orders)))
    return next((each for each in shorter if is_so(each)), play)


def _simpler(domain: Domain, fields: Case) -> Iterator[AnyCase]:
    """The simplest case, then those with one simpler field; of these the valid ones."""
    others = [domain.prompt.neutral] if fields != domain.prompt.neutral else []
    for name, field in domain.prompt.fields.items():
        others += [fields.changed({name: value}) for value in field.simpler(fields[name])]
    return (domain.codec.case(other.values_) for other in others if domain.is_case(domain.prompt.write(other)))
