"""Check laws on the reference itself, on sampled cases. A user's law may be wrong, and a law that is true of a domain
may be false for a variant of it.

All samplers are used in rotation. A law about malformed texts gets each case damaged for a random reason; a law about
plays gets every twentieth case, continued by more turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from random import Random

from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.play import Play
from turncheck.engine.sampling import played_on, sample, samplers_of, stream
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.strategies.operators import ImpossibleDamageError, damage, operators_of

SAMPLED = 10_000
"""Number of cases on which a law must be true of a variant's reference before a model is checked."""

TRIED = 1_000
"""Number of cases on which a law must be true of a domain for which it was never checked."""

PLAYED = 20
"""One case in this many is continued as a play."""

Sampled = tuple[AnyCase, str | None, Play | None]


@lru_cache(maxsize=50_000)
def answer(prompt: str, domain: Domain) -> str:
    """Return the reference's answer."""
    return domain.resolve_text(prompt)


@lru_cache(maxsize=1024)  # a law is tried before a run, and again when a model is checked
def first_broken(law: Law, domain: Domain, count: int | None = None) -> AnyForm | None:
    """Return the first of the sampled cases on which the law does not hold for the reference; None if it always holds.

    Args:
        law: the law.
        domain: the domain of the reference.
        count: the number of cases; by default `SAMPLED` for a variant, else `TRIED`.
    """
    if count is None:
        count = TRIED if domain.base is None else SAMPLED
    for case in sampled_cases(law, domain, count):
        if not holds_of_reference(law, case, domain):
            return case
    return None


def holds_of_reference(law: Law, case: AnyForm, domain: Domain) -> bool:
    """Whether the law holds for the reference's own answers."""
    answers: list[str] = []
    while prompts := law.asks(case, domain, answers):
        answers += [answer(prompt, domain) for prompt in prompts]
    try:
        law.check(case, answers * 2 if law.again else answers, domain)
    except AssertionError:
        return False
    return True


def sampled(index: int, seed: int, domain: Domain) -> Sampled:
    """Return a sampled case, its damaged text and a play from it; None instead of a text or play that does not exist.

    One index in `PLAYED` has a play. The same index and seed always give the same result.
    """
    random = stream("hold", seed, index)
    names = tuple(samplers_of(domain))
    (case,) = sample(domain, names[index % len(names)], seed, 1, start=index)
    text = damaged(case, random, domain)
    if index // len(names) % PLAYED or not domain.has_plays:
        return case, text, None
    return case, text, played_on(domain, case, random)


def case_for(law: Law, drawn: Sampled, domain: Domain) -> AnyForm | None:
    """Return the case, text or play that the law is about; None if the law does not apply."""
    case, text, play = drawn
    forms: Mapping[str, AnyForm | None] = {"case": case, "text": text, "play": play}
    found = forms[law.form]
    return found if found is not None and law.applies(found, domain) else None


def damaged(case: AnyCase, random: Random, domain: Domain) -> str | None:
    """Damage the case's text for a random reason; None if that is not possible."""
    if not domain.rejects:
        return None
    reason, choice = random.choice(tuple(operators_of(domain))), random.getrandbits(64)
    with suppress(ImpossibleDamageError):
        return damage(domain, case, reason, choice)
    return None


def sampled_cases(law: Law, domain: Domain, count: int) -> Iterator[AnyForm]:
    """Yield those of the first `count` sampled cases to which the law applies."""
    for drawn in _sample(domain, count):
        if (case := case_for(law, drawn, domain)) is not None:
            yield case


@lru_cache(maxsize=2)  # all laws of a run are tried on the same cases
def _sample(domain: Domain, count: int) -> list[Sampled]:
    return [sampled(index, 0, domain) for index in range(count)]
