"""Ways in which a value is outside its range, and in which values do not meet a check."""

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
    """Any number that its digits can take out of its range; half of the time just out of it."""
    place, at = choices.pick(_numbers(page))
    below, above = _outside(page.wanted(place).fields[at])
    nearest = [*below[-1:], *above[:1]]
    side = choices.pick([side for side in (above, below) if side])
    value = choices.pick(choices.pick((nearest, side)))
    parts = page.parts(place)
    parts[2 * at + 1] = page.wanted(place).fields[at].write(value)
    page[place] = "".join(parts)
    return page.text


def _numbers(page: CasePage) -> list[tuple[Position, int]]:
    """Where numbers stand that can be out of range: the piece, and which of its fields."""
    return [
        (place, at)
        for place in page.places
        for at, field in enumerate(page.wanted(place).fields)
        if may_be_out_of_range(field)
    ]


def _outside(field: Field) -> tuple[range, range]:
    """What the number's digits can write below and above its range."""
    assert isinstance(field, Int)
    widest = 10**field.digits - 1 if field.digits else 10 * (abs(field.low) + abs(field.high) + 10)
    return range(-widest if field.signed else 0, field.low), range(field.high + 1, widest + 1)


# --- checks ----------------------------------------------------------------------------------------------------------

ON_THE_CASE = 150
"""Changes of the case itself that are tried before other cases are."""

OTHER_CASES = 30
CHANGES = 20
"""Other cases that are tried then, and changes of each."""


def unmet(check: Check, reason: str) -> Callable[[CasePage, Choices], str]:
    """The way of values that do not meet the check, found by trying: few fields of those that it names are changed.

    Where none of the tries makes a text that is rejected for that reason, other cases are changed likewise.
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
    """The case, changed in ever other ways, then other cases."""
    names = fields_named(page.domain, check)
    if from_the_simplest:
        yield from _singly(page.fields, names)
    yield from (_at_random(page.fields, names, random) for _ in range(ON_THE_CASE))
    for other in _others(page.domain, random):
        yield from (_at_random(other, names, random) for _ in range(CHANGES))


def _singly(case: Case, names: Sequence[str]) -> Iterator[Case]:
    """One field changed: to each of its boundaries, then to what stands in another one."""
    for name in names:
        field = case.schema.fields[name]
        for value in [*sorted(field.edges(), key=field.rank), *values_elsewhere(case, name, names)]:
            if value != case[name]:
                yield case.changed({name: value})


def _at_random(case: Case, names: Sequence[str], random: Random) -> Case:
    """Some fields changed, one most of the time; at times all of them to the same value, where they can have it."""
    count = min(random.choice((1, 1, 1, 2, 2, 3, len(names))), len(names))
    chosen = random.sample(names, count)
    if count > 1 and random.random() < 0.3:
        value, fields = another_value(case, chosen[0], names, random), case.schema.fields
        return case.changed({name: value for name in chosen if allows(fields[name], value)})
    return case.changed({name: another_value(case, name, names, random) for name in chosen})


def _others(domain: Domain, random: Random) -> Iterator[Case]:
    """Some cases of the domain; none where none can be drawn."""
    samplers = samplers_of(domain)
    sampler = samplers.get("mixed") or next(iter(samplers.values()))
    for _ in range(OTHER_CASES):
        try:
            yield domain.fields_of(sampler(random))
        except DomainError:
            return
