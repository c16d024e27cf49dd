"""Rule coverage: a run in which a rule changes no answer does not test that rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.play import Play
from turncheck.engine.reading import MalformedTextError
from turncheck.properties.checking.law import AnyForm, Law


def rules_at_work(law: Law, cases: Iterable[AnyForm], domain: Domain, enough: int) -> dict[str, int]:
    """Count the cases in which each of the law's rules is at work, up to `enough`, without exempt rules.

    A rule is at work in a case if leaving it out changes the reference's answer. A rule about malformed texts is at
    work if it gives the reason. A domain without `without` counts only rules about malformed texts.
    """
    cases = list(cases)
    wanted = [rule for rule in law.rules(domain) if rule not in domain.exempt and _can_be_seen(rule, domain)]
    counts = {rule: sum(1 for _ in islice(_at_work(rule, cases, domain), enough)) for rule in wanted}
    # A law about all rules is about cases or about malformed texts; rules of the other kind cannot be at work in it.
    return counts if law.rule != "all" else {rule: n for rule, n in counts.items() if n or not _is_reason(rule, domain)}


def _is_reason(rule: str, domain: Domain) -> bool:
    return any(rule == known for known, _ in domain.reasons.values())


def _can_be_seen(rule: str, domain: Domain) -> bool:
    return _is_reason(rule, domain) or domain.without is not None


def _at_work(rule: str, cases: Iterable[AnyForm], domain: Domain) -> Iterator[AnyForm]:
    """Return the cases in which the rule is at work."""
    if _is_reason(rule, domain):
        return (case for case in cases if isinstance(case, str) and _reason(case, domain) == rule)
    assert domain.without is not None
    without = domain.without(rule)
    return (case for case in cases if any(_changes(each, domain, without) for each in _valid_cases(case, domain)))


def _valid_cases(case: AnyForm, domain: Domain) -> Iterator[AnyCase]:
    if isinstance(case, Play):
        yield from domain.turns(case)
    elif not isinstance(case, str):
        yield case


def _changes(case: AnyCase, domain: Domain, without: Domain) -> bool:
    return bool(without.outcome(case) != domain.outcome(case))


def _reason(text: str, domain: Domain) -> str | None:
    """Return the id of the rule by which the text is malformed; None if it is a case."""
    try:
        domain.read(text)
    except MalformedTextError as error:
        return domain.reasons[error.reason][0]
    return None
