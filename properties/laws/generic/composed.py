"""The laws of compositions: a composition is as good as its parts. They apply to no other model.

Where the composition's own answer is right, nothing more is asked. Where it is wrong, each expert is asked the same
text alone: if one of them is right, the composition loses what a part of it knows. A router may have sent the text to
the wrong expert, or a hand-over may come too early.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from turncheck.engine.domain import Domain
from turncheck.properties.checking.law import (
    KNOWN_ANSWER,
    MALFORMED,
    OF_EXPERTS,
    Form,
    Law,
    LawKind,
    always,
    at_once,
    text_of,
)


def composition_laws(domain: Domain) -> tuple[Law, ...]:
    """Return the laws of compositions in a domain."""
    every = "all" if domain.rules else ""
    found = _law("composition_is_as_good_as_its_parts", every, "a case", KNOWN_ANSWER, "case")
    if not domain.rejects:
        return (found,)
    name = "composition_rejects_as_well_as_its_parts"
    return found, _law(name, every, "a malformed text", MALFORMED, "text")


def holds(case: Any, answers: Sequence[str], domain: Domain) -> None:
    """Assert that the composition's answer is right, or that of no expert; the answers are both, in this order."""
    own, best = answers
    prompt = text_of(case, domain)
    assert domain.agrees(prompt, own) or not domain.agrees(prompt, best)


def _law(name: str, rule: str, about: str, kind: LawKind, form: Form) -> Law:
    return Law(
        name,
        rule,
        kind,
        f"If an expert of a composition, asked alone, answers {about} as the reference does, so does the composition.",
        partial(_cases, form),
        always,
        at_once(lambda case, domain: (text_of(case, domain),)),
        holds,
        form=form,
        again=OF_EXPERTS,
    )


def _cases(form: Form, domain: Domain) -> Any:
    from turncheck.strategies import cases, malformed

    return (malformed if form == "text" else cases)(domain)
