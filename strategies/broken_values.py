"""Ways to put a value outside its range, and to make values fail a check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

from turncheck.engine.case import Case
from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.fields import Field, Int
from turncheck.engine.reading import Check, may_be_out_of_range
from turncheck.engine.sampling import samplers_of
from turncheck.strategies.changes import allows, another_value, fields_named, values_elsewhere
from turncheck.strategies.choices import Choices, NoOptionError
from turncheck.strategies.page import CasePage, Position, fault_of

# --- out of range ----------------------------------------------------------------------------------------------------


def out_of_range(page: CasePage, choices: Choices) -> str:
    """Set a number outside its range, as far as its digits allow; half of the time only just outside."""
    place, at = choices.pick(_numbers(page))
    below, above = outside(page.wanted(place).fields[at])
    nearest = [*below[-1:], *above[:1]]
    side = choices.pick([side for side in (above, below) if side])
    value = choices.pick(choices.pick((nearest, side)))
    parts = page.parts(place)
    parts[2 * at + 1] = page.wanted(place).fields[at].write(value)
    page[place] = "".join(parts)
    return page.text


def _numbers(page: CasePage) -> list[tuple[Position, int]]:
    """Return where numbers can be out of range: the place of the piece, and the index of its field."""
    return [
        (place, at)
        for place in page.places
        for at, field in enumerate(page.wanted(place).fields)
        if may_be_out_of_range(field)
    ]


def outside(field: Field) -> tuple[range, range]:
    """Return the numbers below and above the range that the field's digits can write."""
    assert isinstance(field, Int)
    widest = 10**field.digits - 1 if field.digits else 10 * (abs(field.low) + abs(field.high) + 10)
    return range(-widest if field.signed else 0, field.low), range(field.high + 1, widest + 1)


# --- checks ----------------------------------------------------------------------------------------------------------

ON_THE_CASE = 150
"""Number of changes of the case itself to try before trying other cases."""

OTHER_CASES = 30
CHANGES = 20
"""Number of other cases to try then, and number of changes of each."""


def unmet(check: Check, reason: str) -> Callable[[CasePage, Choices], str]:
    """Return the way that makes values fail the check. It tries changes of a few of the fields that the check names.

    If none of them makes a text that is rejected for that reason, it tries changes of other cases.
    """

    def way(page: CasePage, choices: Choices) -> str:
        random = Random(f"{reason}/{choices.left}")
        for changed in _changed(page, check, random, from_the_simplest=not choices.left):
            if page.domain.unmet(changed.values_) is None:
                continue
            text = page.domain.prompt.write(changed)
            fault = fault_of(page.domain, text)
            if fault is not None and fault.reason == reason:
                return text
        raise NoOptionError

    return way


def _changed(page: CasePage, check: Check, random: Random, from_the_simplest: bool) -> Iterator[Case]:
    """Yield changes of the case, then changes of other cases."""
    names = fields_named(page.domain, check)
    if from_the_simplest:
        yield from _singly(page.fields, names)
    yield from (_at_random(page.fields, names, random) for _ in range(ON_THE_CASE))
    for other in _others(page.domain, random):
        yield from (_at_random(other, names, random) for _ in range(CHANGES))


def _singly(case: Case, names: Sequence[str]) -> Iterator[Case]:
    """Yield cases with one field changed: to each of its boundaries, then to the values of other fields."""
    for name in names:
        field = case.schema.fields[name]
        for value in [*sorted(field.edges(), key=field.rank), *values_elsewhere(case, name, names)]:
            if value != case[name]:
                yield case.changed({name: value})


def _at_random(case: Case, names: Sequence[str], random: Random) -> Case:
    """Change some fields, mostly one or two; sometimes all to the same value, where their fields allow it."""
    count = min(random.choice((1, 1, 1, 2, 2, 3, len(names))), len(names))
    chosen = random.sample(names, count)
    if count > 1 and random.random() < 0.3:
        value, fields = another_value(case, chosen[0], names, random), case.schema.fields
        return case.changed({name: value for name in chosen if allows(fields[name], value)})
    return case.changed({name: another_value(case, name, names, random) for name in chosen})


def _others(domain: Domain, random: Random) -> Iterator[Case]:
    """Yield some cases of the domain; none if none can be drawn."""
    samplers = samplers_of(domain)
    sampler = samplers.get("mixed") or next(iter(samplers.values()))
    for _ in range(OTHER_CASES):
        try:
            yield domain.fields_of(sampler(random))
        except DomainError:
            return
