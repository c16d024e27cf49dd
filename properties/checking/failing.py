"""Build the records of broken laws: for each failure mode the counts, the smallest case, and the wrong fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from turncheck.engine.domain import Domain
from turncheck.engine.reading import MalformedTextError
from turncheck.properties.checking.counterexamples import Counterexample
from turncheck.properties.checking.law import Law
from turncheck.reports.cases import describe
from turncheck.reports.modes import Divergence, WrongValue
from turncheck.reports.readings import readings
from turncheck.reports.records import Drawn, Failure, LawResult, LawVerdict

MOST_DRAWN = 3
"""Most cases of one failure mode that are recorded as they were drawn, the simplest first."""


def law_result(
    law: Law,
    verdict: LawVerdict,
    applied: int = 0,
    failures: tuple[Failure, ...] = (),
    at_work: dict[str, int] | None = None,
    why: str = "",
) -> LawResult:
    """Return the result of a law, with the law's own facts."""
    sentence = " ".join(law.sentence.split())
    return LawResult(law.id, law.rule, law.kind, verdict, applied, failures, at_work or {}, why=why, sentence=sentence)


def failure_of(
    law: Law, drawn: Sequence[Counterexample], shown: Counterexample, left: str, numbers: Mapping[int, int]
) -> Failure:
    """Return the record of one failure mode of a law: its counts, and its simplest counterexample.

    Args:
        law: the broken law.
        drawn: the drawn counterexamples in this mode.
        shown: the simplest known counterexample in this mode.
        left: why `shown` need not be minimal; empty if it is minimal.
        numbers: maps the `id` of each drawn case to its number.
    """
    divergences = [each.divergence for each in drawn]
    return Failure(
        shown.mode.mode,
        len(drawn),
        shown.witness(law),
        ambiguous=sum(bool(each.divergence.also) for each in drawn),
        off_by_one=sum(isinstance(each.divergence, WrongValue) and each.divergence.off_by_one for each in drawn),
        said=shown.divergence.said,
        left=left,
        fields=_wrong_fields(divergences, shown.domain),
        strata=_strata(divergences, shown.domain),
        at=tuple(sorted(numbers[id(each.case)] for each in drawn)),
        simplest=tuple(_simplest(law, drawn, numbers)),
    )


def _wrong_fields(divergences: Sequence[Divergence], domain: Domain) -> dict[str, int]:
    """Count the answers in which each field is wrong, in the order of the fields. Only well-formed answers count."""
    counts: Counter[str] = Counter()
    for each in divergences:
        counts.update(readings(domain).wrong_fields(each.prompt, each.expected, each.got))
    places = {domain.answer.label(name): place for place, name in enumerate(domain.answer.names)}
    return dict(sorted(counts.items(), key=lambda item: (places[_without_change(item[0])], item[0])))


def _without_change(field: str) -> str:
    return field.removesuffix(" changed").removesuffix(" unchanged")


def _strata(divergences: Sequence[Divergence], domain: Domain) -> dict[str, int]:
    """Count the prompts in each stratum. Malformed prompts are in none."""
    from turncheck.engine.table import stratum_of  # numpy, which laws do not need

    counts: Counter[str] = Counter()
    for each in divergences:
        with suppress(MalformedTextError):
            counts[stratum_of(domain, domain.read(each.prompt))] += 1
    return {name: count for name, count in sorted(counts.items()) if name}


def _simplest(law: Law, drawn: Sequence[Counterexample], numbers: Mapping[int, int]) -> Iterator[Drawn]:
    """Yield the simplest cases as they were drawn."""
    for each in sorted(drawn, key=lambda found: found.simplicity)[:MOST_DRAWN]:
        yield Drawn(numbers[id(each.case)], each.text, describe(each.domain, each.text, law.kind))
