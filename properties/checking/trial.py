"""Try a domain and its laws on the reference before any model is asked. If they are wrong, a run's results would be
wrong too.
"""

from __future__ import annotations

from collections.abc import Iterable

from turncheck.engine.attached import LawFunctionError
from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.learned import described
from turncheck.properties.checking.counterexamples import FalseLawError, mistake_in
from turncheck.properties.checking.law import AnyForm, Law, text_of
from turncheck.properties.checking.reference import check_reference
from turncheck.properties.checking.simplest import simplest_false
from turncheck.properties.checking.truth import answer, first_broken
from turncheck.reports.escape import shown_lines, visible
from turncheck.reports.show import MOST_CASE_LINES

Mistake = DomainError | FalseLawError | LawFunctionError
"""An error in a domain or in one of its laws."""

MISTAKES = (DomainError, FalseLawError, LawFunctionError)


MOST_SAID = 12
"""Most lines that are shown of a law's message."""


def is_held(law: Law, domain: Domain) -> bool:
    """Whether the law was already checked on the reference. The domain's own laws may be; attached laws are not."""
    return domain.held and not any(written.name == law.id for written in domain.attached)


def try_domain(domain: Domain, laws: Iterable[Law]) -> None:
    """Try the reference, and the laws on it, as far as they were not checked before.

    The laws of a variant are not tried here: a law that is false for it does not apply (`check_says_something`).

    Raises:
        DomainError: the reference raised, gave something that is not an answer, or gave two answers to one case.
        FalseLawError: the reference breaks a law.
        LawFunctionError: a law's function raised.
    """
    if domain.base is not None:
        return
    if not domain.held:
        check_reference(domain)
    for law in laws:
        if not is_held(law, domain):
            _try_law(law, domain)


def format_mistake(mistake: Exception) -> str:
    """Return a mistake in printable lines: what is wrong, the message of a false law, and a case that shows it."""
    text = mistake.case if isinstance(mistake, FalseLawError) else str(getattr(mistake, "text", ""))
    is_long = "\n" in text.removesuffix("\n")
    lines = [_printable(str(mistake).removesuffix(f"; shown by {text!r}") if is_long else str(mistake))]
    if isinstance(mistake, FalseLawError) and mistake.__cause__ is not None and str(mistake.__cause__):
        lines += ["it said", *_indented(str(mistake.__cause__), MOST_SAID)]
    if is_long:
        lines += ["shown by", *_indented(text, MOST_CASE_LINES)]
    return "\n".join(lines)


def _printable(text: str) -> str:
    """Make a text printable. What it quotes is already escaped, so its backslashes stay as they are."""
    return "".join(character if character.isprintable() else visible(character) for character in text)


def _indented(text: str, most: int) -> list[str]:
    return [f"  {line}" for line in shown_lines(text if text.endswith("\n") else f"{text}\n", most)]


def _try_law(law: Law, domain: Domain) -> None:
    try:
        case = first_broken(law, domain)
        case = None if case is None else simplest_false(law, domain, case)
    except MISTAKES:
        raise
    except Exception as error:
        raise LawFunctionError(law.id, f"it raised {described(error)}: fix it, or narrow its cases") from error
    if case is not None:
        said = broken_by(law, case, domain)
        raise mistake_in(law, text_of(case, domain), law.asks(case, domain), said) from said


def broken_by(law: Law, case: AnyForm, domain: Domain) -> AssertionError | None:
    """Return the law's error on the reference's own answers; None if it holds."""
    answers: list[str] = []
    while prompts := law.asks(case, domain, answers):
        answers += [answer(prompt, domain) for prompt in prompts]
    try:
        law.check(case, answers * 2 if law.again else answers, domain)
    except AssertionError as error:
        return error
    return None
