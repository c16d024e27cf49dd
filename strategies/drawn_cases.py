"""Hypothesis strategies for a domain: its cases, its plays, and malformed texts.

    >>> from turncheck.strategies import cases, malformed, plays
    >>> from turncheck.engine.registry import load_domain
    >>> duel = load_domain("duel")
    >>> any_turns, of_turn_7 = cases(duel), cases(duel, duel.cases(turn=7))

If the domain has a start, half of the cases come from plays. The others draw each field independently, with boundary
values often. Values that fail a check are repaired: the fields that the check names get other values, one field at a
time, until the check passes. Values that are still no case are discarded.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from functools import partial
from random import Random
from typing import Any, TypeAlias

from hypothesis import reject
from hypothesis import strategies as st

from turncheck.engine.attached import ANY, Narrowed
from turncheck.engine.case import Case
from turncheck.engine.domain import AnyAnswer, AnyCase, Domain, DomainError
from turncheck.engine.fields import Field
from turncheck.engine.play import Play
from turncheck.engine.reading import Check
from turncheck.engine.sampling import DEPTH, next_case, start_of, state_of, stream
from turncheck.strategies.changes import another_value, fields_named
from turncheck.strategies.drawn_values import Row, by_field, row_of, row_of_narrowed, some_bytes
from turncheck.strategies.operators import ImpossibleDamageError, UnknownReasonError, operators_of

Drawn: TypeAlias = "st.SearchStrategy[Any]"

MOST_TURNS = DEPTH + 1
"""Most turns of a play."""

REPAIR_TRIES = 4
"""Number of other values to try for a field when a check fails."""


def cases(domain: Domain, narrowed: Narrowed = ANY) -> Drawn:
    """Return a strategy for valid cases of the domain.

    Shrinks towards the simplest case, or, if the domain has a start, towards the first turn of a play. Each field
    shrinks independently, in order of rank.

    Args:
        domain: the domain. If it has its own `cases` strategy, that strategy draws the cases.
        narrowed: which cases to draw, for example `domain.cases(player="x", hp=range(5))`.

    Raises:
        DomainError: a field is narrowed so far that no value is left.
    """
    to = by_field(domain, narrowed)
    own = getattr(domain.strategies, "cases", None)
    if own is not None:
        return _put_over(domain, own(domain), narrowed, to) if narrowed.fields else own(domain)
    fields = row_of(domain, domain.prompt, to).strategy()
    drawn = fields.map(partial(_valid, domain, narrowed, to)).filter(_is_something)
    if domain.start is None:
        return drawn
    played = _from_start(domain).map(partial(_last, domain)).filter(_is_something)
    return st.one_of(_put_over(domain, played, narrowed, to) if narrowed.fields else played, drawn)


def plays(domain: Domain) -> Drawn:
    """Return a strategy for plays of 1 to 16 turns, from a start or from any case.

    All orders are valid in the state to which they are given. Shrinks towards fewer turns with simpler orders.

    Raises:
        DomainError: the domain's answer is not the next state, so it cannot be played.
    """
    if not domain.has_plays:
        raise DomainError(domain.name, "it must have a state to be played: an answer must be the next state")
    own = getattr(domain.strategies, "plays", None)
    if own is not None:
        found: Drawn = own(domain)
        return found
    from_case = st.tuples(cases(domain), _turns(domain, 0, MOST_TURNS - 1)).map(partial(_played_on, domain))
    if domain.start is None:
        return from_case
    from_start = _from_start(domain).map(partial(_play_from_start, domain)).filter(_is_something)
    return st.one_of(from_start, from_case)


def malformed(domain: Domain, reason: str | None = None) -> st.SearchStrategy[str]:
    """Return a strategy for texts that the domain rejects for `reason`, or for any reason if it is None.

    Shrinks towards the simplest damage (choice 0 of the reason's operator) to the simplest case.

    Raises:
        UnknownReasonError: the domain has no such reason.
        ImpossibleDamageError: no text was found that is rejected for that reason.
    """
    if reason is not None and reason not in domain.reasons:
        raise UnknownReasonError(reason, domain.reasons)
    own = getattr(domain.strategies, "malformed", None)
    if own is not None:
        found: st.SearchStrategy[str] = own(domain, reason)
        return found
    operators = operators_of(domain)
    if reason is not None and reason not in operators:
        raise ImpossibleDamageError(reason, f"no case of domain {domain.name} could be damaged for {reason}")
    names = [reason] if reason is not None else list(operators)

    def damaged(drawn: tuple[bytes, bytes, AnyCase]) -> str:
        which, choice, case = drawn
        try:
            return operators[names[which[0] % len(names)]](case, int.from_bytes(choice, "little"))
        except ImpossibleDamageError:
            reject()

    # Eight bytes instead of a 64-bit integer: Hypothesis draws mostly small integers, which all select the first ways
    # and places. Bytes are uniform. They shrink from the first byte on, so the first byte holds the lowest digits.
    return st.tuples(some_bytes(1), some_bytes(8), cases(domain)).map(damaged)


def refused(domain: Domain, count: int = 200, seed: int = 0) -> float:
    """Return the share of independent draws, 0 to 1, that are no case of the domain.

    Half of the draws are uniform, and half take boundary values often. If the domain refuses nearly all of them, its
    cases must come from plays, or from its own sampler or strategies.
    """

    def value(field: Field, random: Random, index: int) -> Any:
        return field.sample(random) if index % 2 or random.random() < 0.5 else random.choice(field.edges())

    refused_so_far = 0
    for index in range(count):
        random = stream("refused", seed, index)
        values = tuple(value(field, random, index) for field in domain.prompt.fields.values())
        refused_so_far += not domain.is_case(domain.prompt.write_values(values))
    return refused_so_far / count


# --- cases -----------------------------------------------------------------------------------------------------------


def _valid(domain: Domain, narrowed: Narrowed, to: Container[str], values: tuple[Any, ...]) -> AnyCase | None:
    """Make a case of the values, repaired if they fail a check; None if this gives no case that is wanted."""
    repaired = _repaired(domain, values, to)
    if repaired is None or not domain.is_case(domain.prompt.write_values(repaired)):
        return None
    case = domain.codec.case(repaired)
    return case if not narrowed.fields or narrowed.has(domain.fields_of(case)) else None


def _repaired(domain: Domain, values: tuple[Any, ...], fixed: Container[str]) -> tuple[Any, ...] | None:
    """Change values that are not fixed until every check passes; None if that does not succeed."""
    case = Case(domain.prompt, values)
    unmet = domain.unmet(case.values_)
    if unmet is None:
        return values
    random = Random(repr(values))
    for _ in range(2 * len(values)):
        names = [name for name in fields_named(domain, unmet) if name not in fixed]
        if not names:
            return None
        case = _meeting(domain, unmet, case, random.choice(names), names, random)
        unmet = domain.unmet(case.values_)
        if unmet is None:
            return case.values_
    return None


def _meeting(domain: Domain, check: Check, case: Case, name: str, names: Sequence[str], random: Random) -> Case:
    """Change field `name` to a value with which this check and those before it pass.

    If no such value is found in a few tries, take the field's simplest value.
    """
    so_far = domain.checks[: domain.checks.index(check) + 1]
    for _ in range(REPAIR_TRIES):
        changed = case.changed({name: another_value(case, name, names, random)})
        if domain.unmet(changed.values_) not in so_far:
            return changed
    return case.changed({name: domain.prompt.fields[name].simplest})


def _is_something(found: object) -> bool:
    return found is not None


def _put_over(domain: Domain, drawn: Drawn, narrowed: Narrowed, to: dict[str, Any]) -> Drawn:
    """Draw cases as if nothing were narrowed, then overwrite the values that the narrowing excludes."""

    def put(both: tuple[AnyCase, tuple[Any, ...]]) -> AnyCase | None:
        fields = domain.fields_of(both[0])
        wrong = {
            name: value for name, value in zip(to, both[1], strict=True) if not Narrowed({name: to[name]}).has(fields)
        }
        return _valid(domain, narrowed, to, fields.changed(wrong).values_)

    return st.tuples(drawn, row_of_narrowed(domain, to).strategy()).map(put).filter(_is_something)


# --- turns of a play -------------------------------------------------------------------------------------------------

_Turn = tuple[int, tuple[Any, ...]]
"""A number and the orders of a turn, as drawn. 0 leaves the turn out; 1 leaves it out if its orders are not valid."""


def _turns(domain: Domain, least: int, most: int) -> st.SearchStrategy[list[_Turn]]:
    """Draw the orders of `least` to `most` turns; the last turn is not left out by a 0."""
    if domain.orders is None:
        return some_bytes(1).map(lambda data: [(1, ())] * (least + data[0] % (most - least + 1)))
    row = row_of(domain, domain.orders, {})
    if not row.is_of_bytes:
        turns = st.lists(st.tuples(st.integers(0, 3), row.strategy()), min_size=least, max_size=most)
        return turns.map(_with_the_last)
    return some_bytes(2 + most * (1 + row.size)).map(partial(_cut, row, least, most))


def _cut(row: Row, least: int, most: int, data: bytes) -> list[_Turn]:
    """Make turns of bytes: the first is their number, the second how soon orders repeat, the rest are the orders."""
    size = 1 + row.size
    count, again = least + data[0] % (most - least + 1), most if data[1] < 128 else 1 + data[1] % 4
    starts = [2 + size * (turn % again) for turn in range(count)]
    return _with_the_last([(data[start], row.values(data[start + 1 : start + size])) for start in starts])


def _with_the_last(turns: list[_Turn]) -> list[_Turn]:
    return [*turns[:-1], *((max(kept, 1), values) for kept, values in turns[-1:])]


def _from_start(domain: Domain) -> st.SearchStrategy[tuple[AnyAnswer, list[_Turn]]]:
    """Draw a start and the orders of the turns that follow it."""
    start = domain.start
    starts: Drawn
    if isinstance(start, list | tuple):
        starts = st.sampled_from(start).map(partial(state_of, domain))
    elif callable(start):
        starts = some_bytes(4).map(lambda data: start_of(domain, Random(int.from_bytes(data))))
    else:
        starts = st.just(state_of(domain, start))
    return st.tuples(starts, _turns(domain, 1, MOST_TURNS))


def _done(domain: Domain, state: AnyAnswer, turns: Sequence[_Turn]) -> Iterator[AnyCase]:
    """Yield the case of each turn, in order; orders that are not valid are left out or replaced."""
    for number, (kept, values) in enumerate(turns):
        if not kept:
            continue
        case = domain.codec.case((*domain.codec.answer_values(state), *values))
        if not domain.is_case(domain.write(case)):
            if kept == 1:
                continue
            found = next_case(domain, state, Random(f"orders/{number}/{values!r}"))
            if found is None:
                return
            case = found
        yield case
        state = domain.outcome(case)


def _last(domain: Domain, drawn: tuple[AnyAnswer, list[_Turn]]) -> AnyCase | None:
    """Return the last case of the turns; None if there is none."""
    case = None
    for case in _done(domain, *drawn):  # noqa: B007  the last one is wanted
        pass
    return case


def _play_from_start(domain: Domain, drawn: tuple[AnyAnswer, list[_Turn]]) -> Play | None:
    state, turns = drawn
    orders = tuple(domain.codec.parted(case)[1] for case in _done(domain, state, turns))
    return Play(state, orders) if orders else None


def _played_on(domain: Domain, drawn: tuple[AnyCase, list[_Turn]]) -> Play:
    case, turns = drawn
    state, first = domain.codec.parted(case)
    more = (domain.codec.parted(following)[1] for following in _done(domain, domain.outcome(case), turns))
    return Play(state, (first, *more))
