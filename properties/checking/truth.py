"""Laws held against the reference itself, on sampled cases: under a variant of the rules some are no longer true.

Half of the turns are `mixed`, half `play`. A law about malformed texts gets each of them damaged for a random reason,
a law about plays gets every twentieth with more turns behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from random import Random

from turncheck.engine.duel import REASONS, STANDARD, Play, Rules, Turn, read, read_play, resolve_text
from turncheck.engine.duel.perft import turns_from
from turncheck.engine.duel.samplers import sample, stream
from turncheck.properties.checking.law import Case, Law
from turncheck.strategies.duel.operators import damage
from turncheck.strategies.duel.page import ImpossibleDamageError

SAMPLED = 10_000
"""Turns on which a law must be true of a variant's own reference before a model is held against it."""

PLAYED = 20
"""Of so many turns one is played on."""

answer = lru_cache(maxsize=50_000)(resolve_text)

Sampled = tuple[Turn, str | None, Play | None]


def first_broken(law: Law, rules: Rules, count: int = SAMPLED) -> Case | None:
    """The first of the sampled cases on which the law does not hold of the reference under those rules."""
    for case in _cases(law, rules, count):
        if not holds_of_reference(law, case, rules):
            return case
    return None


def holds_of_reference(law: Law, case: Case, rules: Rules = STANDARD) -> bool:
    """Whether the reference's own answers keep the law."""
    answers: list[str] = []
    while prompts := law.asks(case, rules, answers):
        answers += [answer(prompt, rules) for prompt in prompts]
    try:
        law.check(case, answers * 2 if law.again else answers, rules)
    except AssertionError:
        return False
    return True


def sampled(index: int, seed: int, rules: Rules = STANDARD) -> Sampled:
    """A sampled turn; the same damaged, where the rules leave room for it; one time in `PLAYED` a play that begins so.

    The same index and seed always give the same.
    """
    random = stream("hold", seed, index)
    (turn,) = sample(("mixed", "play")[index % 2], seed, 1, start=index, rules=rules)
    text = damaged(turn, random, rules)
    if index // 2 % PLAYED:
        return turn, text, None
    return turn, text, played_on(turn, random)


def played_on(turn: Turn, random: Random) -> Play:
    """A play that begins with the turn, and has up to eight more at random."""
    more = random.choices([each.orders for each in turns_from(turn.battle)], k=random.randint(0, 8))
    return Play(turn.battle, (turn.orders, *more))


def case_for(law: Law, drawn: Sampled, rules: Rules = STANDARD) -> Case | None:
    """What of a sampled turn the law is about, where it applies."""
    turn, text, play = drawn
    case: Case | None = turn if law.reads is read else play if law.reads is read_play else text
    return case if case is not None and law.applies(case, rules) else None


def damaged(turn: Turn, random: Random, rules: Rules) -> str | None:
    """The turn's text, damaged for a random reason; None where the rules leave no room for that damage."""
    reason, choice = random.choice(tuple(REASONS)), random.getrandbits(64)
    with suppress(ImpossibleDamageError):
        return damage(turn, reason, choice, rules)
    return None


def _cases(law: Law, rules: Rules, count: int) -> Iterator[Case]:
    for drawn in _sample(rules, count):
        if (case := case_for(law, drawn, rules)) is not None:
            yield case


@lru_cache(maxsize=2)  # all laws of a run are held on the same turns
def _sample(rules: Rules, count: int) -> list[Sampled]:
    return [sampled(index, 0, rules) for index in range(count)]
