"""Checks of what is drawn and what is declared: boundaries, reasons, fields, rules, templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from turncheck.engine.domain import AnyCase, Domain
from turncheck.properties.checking.doctor.looked import DRAWN, SAMPLED, Finding, Looked, some
from turncheck.properties.checking.truth import answer
from turncheck.strategies.drawn_cases import refused
from turncheck.strategies.operators import reachable

MOST_EDGES = 12
"""Most boundaries of a field for all of them to be looked for."""

DAMAGED = 20
"""Number of cases; for each reason, one of them must be damaged."""

MORE = 1_000
"""Number of cases that Hypothesis draws if a boundary was not among the first cases."""

MOST_REFUSED = 0.95
"""Highest share of independent draws that the checks may refuse if no start, sampler or strategy makes cases."""


def checks(looked: Looked) -> Finding | None:
    """Check that the domain's checks leave enough of the values that are drawn field by field."""
    domain = looked.domain
    if not domain.checks:
        return None
    share = refused(domain, seed=looked.seed)
    found = f"{share:.0%} of what is drawn field by field is refused"
    if domain.start is not None or domain.samplers or domain.strategies is not None:
        return Finding("holds", f"{found}; cases are also made in other ways")
    if share > MOST_REFUSED:
        return Finding("look", found, "give it a start, or its own sampler, which makes valid cases")
    return Finding("holds", found)


def boundaries(looked: Looked) -> Finding:
    """Check that every boundary of every field is drawn, by samplers and by Hypothesis."""
    by_samplers, by_hypothesis = _never(looked.domain, looked.cases), _never(looked.domain, looked.drawn)
    if by_hypothesis:  # with many fields, a boundary may be missed by chance
        by_hypothesis = _never(looked.domain, looked.drawn + looked.draw(MORE, looked.seed + 1))
    missing = list(dict.fromkeys([*by_samplers, *by_hypothesis]))
    if not missing:
        return Finding("holds", f"all boundaries of {len(looked.domain.prompt.names)} fields are drawn")
    by = "any sampler" if by_samplers else "Hypothesis"
    todo = "see whether the checks allow it; if so, give it a sampler (and strategies) that draws it"
    return Finding("look", f"never drawn by {by}: {some(missing)}", todo)


def _never(domain: Domain, cases: Sequence[AnyCase]) -> list[str]:
    """Return the boundaries that no case has, as `hp 40`, for fields with few enough boundaries."""
    rows = [domain.codec.case_values(case) for case in cases]
    missing = []
    for place, (name, field) in enumerate(domain.prompt.fields.items()):
        edges = [field.write(edge) for edge in field.edges()]
        seen = {field.write(row[place]) for row in rows} if len(edges) <= MOST_EDGES else set(edges)
        missing += [f"{domain.prompt.label(name)} {edge}" for edge in edges if edge not in seen]
    return missing


def strategies(looked: Looked) -> Finding:
    """Check that Hypothesis draws valid cases, and many different ones."""
    domain = looked.domain
    different = {domain.write(case) for case in looked.drawn}
    odd = [text for text in different if not domain.is_case(text)]
    if odd:
        return Finding("fails", f"its strategy draws an invalid case: {odd[0]!r:.200}", "draw only valid cases")
    found = f"Hypothesis draws {len(looked.drawn)} cases, {len(different)} of them different"
    if len(different) < min(DRAWN, len(looked.cases)) // 10:
        return Finding("look", found, "give it a start, or its own strategies")
    return Finding("holds", found)


def reasons(looked: Looked) -> Finding | None:
    """Check that some text is rejected for every reason."""
    domain = looked.domain
    if not domain.rejects:
        return None
    found = reachable(domain, looked.cases[:DAMAGED])
    missing = [reason for reason, text in found.items() if text is None]
    if missing:
        todo = "drop the check, see whether another one before it refuses all that it would, or give an operator for it"
        return Finding("look", f"no text was found that is rejected for {some(missing)}", todo)
    return Finding("holds", f"some text is rejected for each of {len(found)} reasons")


def fields(looked: Looked) -> Finding:
    """Check that every field of the answer differs between answers, and from its value in the prompt."""
    domain = looked.domain
    before = [domain.fields_of(case) for case in looked.cases]
    after = [domain.answer_fields(domain.outcome(case)) for case in looked.cases]
    constant = [name for name in domain.answer.names if all(each[name] == after[0][name] for each in after)]
    still = [
        name
        for name in domain.shared
        if all(one[name] == other[name] for one, other in zip(before, after, strict=True))
    ]
    still = [name for name in still if name not in _members(domain) and name not in constant]
    if constant:
        return Finding("look", f"the same in every answer: {some(constant)}", "see whether the reference ever sets it")
    if still:
        todo = f"see whether the step ever changes it; if not, declare untouched=({still[0]!r},)"
        return Finding("look", f"never changed: {some(still)}", todo)
    return Finding("holds", f"{len(domain.answer.names)} fields of the answer differ between answers")


def _members(domain: Domain) -> set[str]:
    """Return the fields that are declared untouched, and the members of repeated ones."""
    places = domain.answer.repeated
    return {domain.answer.names[place] for name in domain.untouched for place in places.get(name, ())} | {
        *domain.untouched
    }


def rules(looked: Looked) -> Finding | None:
    """Check that every rule changes some answer when it is left out."""
    domain = looked.domain
    if domain.without is None:
        return None
    of_reasons = {rule for rule, _ in domain.reasons.values()}
    wanted = [rule for rule in domain.rules if rule not in domain.exempt and rule not in of_reasons]
    prompts = [domain.write(case) for case in looked.cases]
    idle = [rule for rule in wanted if not _at_work(domain, domain.without(rule), prompts)]
    if idle:
        return Finding(
            "look", f"changes no answer if left out: {some(idle)}", "fix without=, or give the reason in exempt="
        )
    return Finding("holds", f"each of {len(wanted)} rules changes an answer when it is left out")


def _at_work(domain: Domain, other: Domain, prompts: Iterable[str]) -> bool:
    return any(answer(prompt, other) != answer(prompt, domain) for prompt in prompts)


def wordings(looked: Looked) -> Finding | None:
    """Check that the second function of every template undoes the first."""
    domain = looked.domain
    if not domain.templates:
        return None
    said = [
        text for case in looked.cases[:SAMPLED] for text in (domain.write(case), answer(domain.write(case), domain))
    ]
    for name, (there, back) in domain.templates.items():
        for text in said:
            if back(there(text)) != text:
                return Finding("fails", f"template {name} does not convert {text!r:.200} back", "fix its functions")
    return Finding("holds", f"{', '.join(domain.templates)} convert {len(said)} texts and back")
