"""Check what a domain adds to its perturbations: harmless changes and edge states."""

from __future__ import annotations

from turncheck.engine.domain import AnyCase, CaseChange, Domain
from turncheck.properties.checking.doctor.looked import Finding, Looked, some
from turncheck.strategies.choices import Choices, NoOptionError
from turncheck.strategies.perturbations import perturbations_of
from turncheck.strategies.perturbations.harmless import of_function

CHANGED = 60
"""Number of cases that each function is given."""


def perturbations(looked: Looked) -> Finding | None:
    """Check that each harmless change and edge state makes valid cases, the same when it is called again."""
    domain = looked.domain
    functions = {**domain.harmless, **domain.edge_states}
    if not functions:
        return None
    perturbations_of(domain)  # raises if two have the same name
    idle = []
    for name, function in functions.items():
        texts = [_text(domain, name, function, case, choice) for choice, case in enumerate(looked.cases[:CHANGED])]
        again = [_text(domain, name, function, case, choice) for choice, case in enumerate(looked.cases[:CHANGED])]
        if texts != again:
            todo = "take all randomness from the random.Random that it is given"
            return Finding("fails", f"{name!r} makes another case when it is called again", todo)
        invalid = [text for text in texts if text is not None and not domain.is_case(text)]
        if invalid:
            todo = "return None for cases that it cannot change"
            return Finding("fails", f"{name!r} makes an invalid case: {invalid[0]!r:.200}", todo)
        if not any(text not in (None, domain.write(case)) for text, case in zip(texts, looked.cases, strict=False)):
            idle.append(name)
    if idle:
        return Finding("look", f"changes none of the cases: {some(idle)}", "see for which cases it returns another one")
    return Finding("holds", f"each of {len(functions)} harmless changes and edge states makes other valid cases")


def _text(domain: Domain, name: str, function: CaseChange, case: AnyCase, choice: int) -> str | None:
    """Return the text of what the function makes of the case; None if it makes nothing."""
    try:
        return of_function(domain, name, function)(case, 1, Choices(choice))
    except NoOptionError:
        return None
