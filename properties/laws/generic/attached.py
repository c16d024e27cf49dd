"""Laws that a user wrote as functions and attached to a domain (`@DOMAIN.law`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from turncheck.engine.attached import LawFunction
from turncheck.engine.domain import Domain
from turncheck.engine.play import Play
from turncheck.properties.checking.law import (
    INVARIANCE,
    KNOWN_ANSWER,
    ROLLOUT,
    Law,
    LawKind,
    at_once,
    lenient_answer,
    own_next,
    states_said,
)
from turncheck.properties.laws.generic.made import is_made, other_case, user_function


def attached_law(written: LawFunction) -> Law:
    """Make a law of a user's function."""
    return _about_plays(written) if written.plays else _about_cases(written)


def _about_cases(written: LawFunction) -> Law:
    also, name = written.also, f"also= of law {written.name}"

    def applies(case: Any, domain: Domain) -> bool:
        if not written.cases.has(domain.fields_of(case)):
            return False
        if written.applies is not None and not written.applies(case):
            return False
        return also is None or is_made(domain, also, case, name)

    def prompts(case: Any, domain: Domain) -> tuple[str, ...]:
        first = domain.write(case)
        return (first,) if also is None else (first, domain.write(other_case(domain, also, case, name)))

    def holds(case: Any, answers: Sequence[str], domain: Domain) -> None:
        user_function(written.function, case, *(lenient_answer(domain, answer) for answer in answers))

    def cases(domain: Domain) -> Any:
        from turncheck.strategies import cases as drawn

        found = drawn(domain, written.cases)
        return found if written.applies is None and also is None else found.filter(lambda case: applies(case, domain))

    kind = cast(LawKind, written.kind or (INVARIANCE if also else KNOWN_ANSWER))
    more = also is not None
    return Law(
        written.name, written.rule, kind, written.sentence, cases, applies, at_once(prompts), holds, asks_more=more
    )


def _about_plays(written: LawFunction) -> Law:
    def applies(play: Play, domain: Domain) -> bool:
        return written.applies is None or bool(written.applies(play))

    def holds(play: Play, answers: Sequence[str], domain: Domain) -> None:
        user_function(written.function, play, states_said(play, domain, answers))

    def cases(domain: Domain) -> Any:
        from turncheck.strategies import plays

        found = plays(domain)
        return found if written.applies is None else found.filter(written.applies)

    kind = cast(LawKind, written.kind or ROLLOUT)
    return Law(written.name, written.rule, kind, written.sentence, cases, applies, own_next, holds, form="play")
