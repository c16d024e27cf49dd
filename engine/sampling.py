"""Samplers: named, seeded distributions of a domain's cases.

A sampler makes one case from one `random.Random`. `sample(domain, name, seed, count, start)` numbers its cases: case
`i` of a seed does not depend on the cases before it, so a sample can be cut, resumed and spread over processes.

Every domain has these samplers, unless it has its own sampler of that name:

- `uniform`: every field uniform over its values; cases that the checks reject are drawn again.
- `mixed`: each field uniform (50 %), at a boundary (35 %), or its simplest value (15 %). If the domain has a start,
half of the cases come from `play`, and a third of those have one field drawn again.
- `play`, if the domain has a start: a case 0 to 15 turns after a start, each turn's orders uniform over the valid
orders.

Seeds are split by use, so that no measurement uses cases from training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from random import Random
from typing import Any

from turncheck.engine.case import Case
from turncheck.engine.domain import AnyAnswer, AnyCase, Domain, DomainError, Sampler
from turncheck.engine.fields import Field
from turncheck.engine.learned import described
from turncheck.engine.play import Play
from turncheck.engine.schema import Schema

EVALUATION_SEEDS = range(1_000_000)
TRAINING_SEEDS = range(1_000_000, 2_000_000)
HELD_OUT_SEEDS = range(2_000_000, 3_000_000)
"""Training uses the second range and monitors itself with the third. Reported results use the first."""

TRIES = 1_000
"""Most draws in a row that the checks may reject."""

ORDERS_TRIED = 100
"""Number of orders to draw for a state before it counts as a state without valid orders."""

DEPTH = 15
"""Most turns before a case of `play`."""

REMEMBERED = 16_384
"""Number of cached answers of references."""


class UnknownSamplerError(KeyError):
    """No sampler has that name.

    Attributes:
        name: the requested name.
        known: the samplers of the domain.
    """

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name, self.known = name, known

    def __str__(self) -> str:
        return f"sampler must be one of {', '.join(self.known)}, got {self.name!r}"


def samplers_of(domain: Domain) -> dict[str, Sampler]:
    """Return the domain's samplers by name: its own, and those that every domain has."""
    derived: dict[str, Callable[[Domain, Random], AnyCase]] = {"mixed": mixed, "play": play, "uniform": uniform}
    if domain.start is None:
        del derived["play"]
    usual: dict[str, Sampler | None] = {name: _of(domain, each) for name, each in derived.items()}
    return {name: each for name, each in {**usual, **domain.samplers}.items() if each is not None}


def _of(domain: Domain, sampler: Callable[[Domain, Random], AnyCase]) -> Sampler:
    return lambda random: sampler(domain, random)


def sample(domain: Domain, name: str, seed: int, count: int, start: int = 0) -> Iterator[AnyCase]:
    """Return cases `start` to `start + count - 1` of that sampler and seed.

    Raises:
        UnknownSamplerError: no sampler has that name.
        DomainError: the checks refuse nearly all drawn cases, or a sampler raised.
    """
    known = samplers_of(domain)
    if name not in known:
        raise UnknownSamplerError(name, tuple(known))
    return (drawn(domain, name, known[name], stream(name, seed, index)) for index in range(start, start + count))


def drawn(domain: Domain, name: str, sampler: Sampler, random: Random) -> AnyCase:
    """Draw a case from the sampler of that name.

    Raises:
        DomainError: the sampler raised.
    """
    try:
        return sampler(random)
    except DomainError:
        raise
    except Exception as error:
        raise DomainError(domain.name, f"sampler {name} raised {type(error).__name__}: {error}"[:300]) from error


def stream(name: str, seed: int, index: int) -> Random:
    """Return the random generator of one numbered draw: the same on every machine and every version of Python."""
    return Random(f"{name}/{seed}/{index}")


# --- what every domain has -------------------------------------------------------------------------------------------


def uniform(domain: Domain, random: Random) -> AnyCase:
    """Draw any case, each with the same probability."""
    return _first_valid(domain, lambda: _values(domain.prompt, random, _uniform_value))


def mixed(domain: Domain, random: Random) -> AnyCase:
    """Draw any case, with every boundary of every field often."""
    if domain.start is not None and random.random() < 0.5:
        case = play(domain, random)
        return _with_one_other(domain, case, random) if random.random() < 1 / 3 else case
    return _first_valid(domain, lambda: _values(domain.prompt, random, _mixed_value))


def play(domain: Domain, random: Random) -> AnyCase:
    """Draw a case at a random depth of a play from a start; each case comes from its own play."""
    state, case = start_of(domain, random), None
    for _ in range(random.randint(0, DEPTH) + 1):
        following = next_case(domain, state, random)
        if following is None:
            break
        case, state = following, outcome(domain, following)
    if case is None:
        raise DomainError(domain.name, f"none of {ORDERS_TRIED} drawn orders is valid at a start: fix start or checks")
    return case


def played_on(domain: Domain, case: AnyCase, random: Random, most: int = 8) -> Play:
    """Draw a play that begins with the case and has up to `most` further turns, with valid orders."""
    if domain.plays_on is not None:
        return domain.plays_on(case, random)
    state, orders = domain.codec.parted(case)
    done, at = [orders], outcome(domain, case)
    for _ in range(random.randint(0, most)):
        following = next_case(domain, at, random)
        if following is None:
            break
        done.append(domain.codec.parted(following)[1])
        at = outcome(domain, following)
    return Play(state, tuple(done))


def outcome(domain: Domain, case: AnyCase) -> AnyAnswer:
    """Return the reference's answer to a case. Recent answers are cached, because plays often begin alike."""
    if type(case) is not Case:
        return domain.outcome(case)
    try:
        return _outcome(domain, case)
    except TypeError:  # a user's field may have values that cannot be hashed
        return domain.outcome(case)


@lru_cache(maxsize=REMEMBERED)
def _outcome(domain: Domain, case: Case) -> AnyAnswer:
    return domain.outcome(case)


def easy_case(domain: Domain) -> AnyCase:
    """Return the simplest case if it is valid, else the first case that is drawn."""
    case = domain.case()
    return case if domain.is_case(domain.write(case)) else next(sample(domain, next(iter(samplers_of(domain))), 0, 1))


def start_of(domain: Domain, random: Random) -> AnyAnswer:
    """Return a state at which a play begins.

    Raises:
        DomainError: the domain's start is no state.
    """
    given = domain.start
    if callable(given):
        given = given(random)
    elif isinstance(given, list | tuple):
        given = random.choice(given)
    return state_of(domain, given)


def state_of(domain: Domain, given: Any) -> AnyAnswer:
    """Return the state that a domain gave as a start: a state, or the values of its fields that are not the simplest.

    Raises:
        DomainError: it is no state.
    """
    try:
        if isinstance(given, Mapping) and not isinstance(given, Case):
            given = domain.codec.answer(domain.answer.neutral.changed(given).values_)
        domain.write_answer(given)
        wrong = [
            name for name, value in domain.answer_fields(given).items() if not domain.answer.fields[name].allows(value)
        ]
        if wrong:
            raise ValueError(f"{wrong[0]} must be a value of {domain.answer.fields[wrong[0]]!r}")
    except Exception as error:
        demand = "its start must give states, such as STATE.neutral or STATE.neutral.changed(hp=3)"
        raise DomainError(domain.name, f"{demand}, got {given!r:.80}: {described(error)}") from error
    return given


def next_case(domain: Domain, state: AnyAnswer, random: Random) -> AnyCase | None:
    """Return the state with orders that make a valid case; None if no such orders were found."""
    orders = domain.orders
    if orders is None:
        case = domain.codec.joined(state, None)
        return case if domain.is_case(domain.write(case)) else None
    values = domain.codec.answer_values(state)
    for _ in range(ORDERS_TRIED):
        case = domain.codec.case(values + _values(orders, random, _uniform_value))
        if domain.is_case(domain.write(case)):
            return case
    return None


def _first_valid(domain: Domain, draw: Callable[[], tuple[Any, ...]]) -> AnyCase:
    for _ in range(TRIES):
        values = draw()
        if domain.is_case(domain.prompt.write_values(values)):
            return domain.codec.case(values)
    fault = f"its checks refused {TRIES:,} cases in a row: give it a start, a sampler of its own, or fewer checks"
    raise DomainError(domain.name, fault)


def _with_one_other(domain: Domain, case: AnyCase, random: Random) -> AnyCase:
    """Return the case with one field drawn again, if that is a case; else the case itself."""
    fields = domain.fields_of(case)
    name = random.choice(domain.prompt.names)
    other = fields.changed({name: _mixed_value(domain.prompt.fields[name], random)})
    return domain.codec.case(other.values_) if domain.is_case(domain.prompt.write(other)) else case


def _values(schema: Schema, random: Random, draw: Callable[[Field, Random], Any]) -> tuple[Any, ...]:
    return tuple([draw(field, random) for field in schema.fields.values()])


def _uniform_value(field: Field, random: Random) -> Any:
    return field.sample(random)


def _mixed_value(field: Field, random: Random) -> Any:
    point = random.random()
    if point < 0.5:
        return field.sample(random)
    return random.choice(field.edges()) if point < 0.85 else field.simplest
