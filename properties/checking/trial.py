"""Before a model is asked anything, a domain and its laws are tried on the reference: where these are wrong, whatever a
run said of a model would be wrong as well.
"""

from __future__ import annotations

from collections.abc import Iterable

from turncheck.engine.attached import LawFunctionError
from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.learned import described
from turncheck.properties.checking.counterexamples import FalseLawError
from turncheck.properties.checking.law import AnyForm, Law, text_of
from turncheck.properties.checking.reference import check_reference
from turncheck.properties.checking.simplest import simplest_false
from turncheck.properties.checking.truth import answer, first_broken

Mistake = DomainError | FalseLawError | LawFunctionError
"""What is wrong with a domain or with a law of it."""

MISTAKES = (DomainError, FalseLawError, LawFunctionError)


def is_held(law: Law, domain: Domain) -> bool:
    """Whether the law was held against the reference before: the domain's own laws may be, those attached to it not."""
    return domain.held and not any(written.name == law.id for written in domain.attached)


def try_domain(domain: Domain, laws: Iterable[Law]) -> None:
    """Tries the reference, and the laws on it; nothing of what was held against it before.

    Of a variant the laws are not tried: there one that is not true says nothing (`check_says_something`).

    Raises:
        DomainError: the reference raised, gave what no answer is, or answered the same case in two ways.
        FalseLawError: the reference breaks a law.
        LawFunctionError: a law raised.
    """
    if domain.base is not None:
        return
    if not domain.held:
        check_reference(domain)
    for law in laws:
        if not is_held(law, domain):
            _try_law(law, domain)


def told(mistake: Exception) -> str:
    """A mistake in one line; of a law that is false also what the law raised, which shows a slip in its function."""
    why = " ".join(str(mistake.__cause__).split()) if isinstance(mistake, FalseLawError) else ""
    return f"{mistake}; it said: {why[:200]}" if mistake.__cause__ is not None and why else str(mistake)


def _try_law(law: Law, domain: Domain) -> None:
    try:
        case = first_broken(law, domain)
        case = None if case is None else simplest_false(law, domain, case)
    except MISTAKES:
        raise
    except Exception as error:
        raise LawFunctionError(law.id, f"it raised {described(error)}: mend it, or narrow its cases") from error
    if case is not None:
        raise FalseLawError(law, text_of(case, domain), law.asks(case, domain)) from broken_by(law, case, domain)


def broken_by(law: Law, case: AnyForm, domain: Domain) -> AssertionError | None:
    """What the law says of the reference's own answers."""
    answers: list[str] = []
    while prompts := law.asks(case, domain, answers):
        answers += [answer(prompt, domain) for prompt in prompts]
    try:
        law.check(case, answers * 2 if law.again else answers, domain)
    except AssertionError as error:
        return error
    return None
