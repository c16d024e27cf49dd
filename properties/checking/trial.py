"""Before a model is asked anything, a domain and its laws are tried on the reference: where these are wrong, whatever a
run said of a model would be wrong as well.
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
"""What is wrong with a domain or with a law of it."""

MISTAKES = (DomainError, FalseLawError, LawFunctionError)


MOST_SAID = 12
"""Lines that are shown of what a law says."""


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
    """A mistake in printable lines: what is wrong; of a law that is false what it said; a case that shows it."""
    text = mistake.case if isinstance(mistake, FalseLawError) else str(getattr(mistake, "text", ""))
    is_long = "\n" in text.removesuffix("\n")
    lines = [_printable(str(mistake).removesuffix(f"; shown by {text!r}") if is_long else str(mistake))]
    if isinstance(mistake, FalseLawError) and mistake.__cause__ is not None and str(mistake.__cause__):
        lines += ["it said", *_indented(str(mistake.__cause__), MOST_SAID)]
    if is_long:
        lines += ["shown by", *_indented(text, MOST_CASE_LINES)]
    return "\n".join(lines)


def _printable(text: str) -> str:
    """What is quoted in it was escaped before: its backslashes stay as they are."""
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
        raise LawFunctionError(law.id, f"it raised {described(error)}: mend it, or narrow its cases") from error
    if case is not None:
        said = broken_by(law, case, domain)
        raise mistake_in(law, text_of(case, domain), law.asks(case, domain), said) from said


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
