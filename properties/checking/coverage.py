"""Whether the rules were at work: a run in which a rule changed no answer says nothing about that rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from turncheck.engine.duel import RULE_IDS, MalformedTextError, Play, Rules, Turn, read, resolve
from turncheck.engine.duel.text import REASONS
from turncheck.properties.checking.law import Case, Law

EXEMPT = {
    "A8": "waiting does nothing, with the rule or without it",
    "S1": "a fallen unit has nothing left that a strike could take, or that an effect could be laid on",
    "V1": "it says of a battle what T4 does in a turn and M11 in a text",
}
"""The rules that are never at work by themselves, and why: no answer changes when they are left out."""


def rules_at_work(law: Law, cases: Iterable[Case], rules: Rules, enough: int) -> dict[str, int]:
    """In how many of the cases each of the law's rules was at work, counted up to `enough`; the exempt left aside.

    A rule of a turn is at work where leaving it out changes the reference's answer; a rule of malformed texts where it
    gives the reason.
    """
    cases = list(cases)
    wanted = [rule for rule in law.rules if rule not in EXEMPT and rules.holds(rule)]
    counts = {rule: sum(1 for _ in islice(_at_work(rule, cases, rules), enough)) for rule in wanted}
    # A law about all rules is about turns or about texts: of the other kind none can be at work.
    return counts if law.rule != "all" else {rule: count for rule, count in counts.items() if count or rule in RULE_IDS}


def _at_work(rule: str, cases: Iterable[Case], rules: Rules) -> Iterator[Case]:
    """The cases in which the rule is at work."""
    if rule in RULE_IDS:
        without = rules.without(rule)
        return (case for case in cases if any(_changes(turn, rules, without) for turn in _turns(case, rules)))
    return (case for case in cases if isinstance(case, str) and _reason(case, rules) == rule)


def _turns(case: Case, rules: Rules) -> Iterator[Turn]:
    if isinstance(case, Turn):
        yield case
    elif isinstance(case, Play):
        yield from case.turns(rules)


def _changes(turn: Turn, rules: Rules, without: Rules) -> bool:
    return resolve(turn, without) != resolve(turn, rules)


def _reason(text: str, rules: Rules) -> str | None:
    """The id of the rule by which the text is malformed."""
    try:
        read(text, rules)
    except MalformedTextError as error:
        return REASONS[error.reason][0]
    return None
