"""Laws held against the reference itself, on sampled cases: a law of a user's may be wrong, and one that is true of a
domain may be false of a variant of it.

The samplers take turns. A law about malformed texts gets each case damaged for a random reason, a law about plays gets
every twentieth with more turns behind it.
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
"""Cases on which a law must be true of a variant's own reference before a model is held against it."""

TRIED = 1_000
"""Cases on which a law must be true of a domain that nobody held it against before."""

PLAYED = 20
"""Of so many cases one is played on."""

Sampled = tuple[AnyCase, str | None, Play | None]


@lru_cache(maxsize=50_000)
def answer(prompt: str, domain: Domain) -> str:
    """The reference's answer."""
    return domain.resolve_text(prompt)


@lru_cache(maxsize=1024)  # a law is tried before a run, and again when a model is held against it
def first_broken(law: Law, domain: Domain, count: int | None = None) -> AnyForm | None:
    """The first of the sampled cases on which the law does not hold of the reference.

    Args:
        law: which.
        domain: whose reference.
        count: cases; by default `SAMPLED` of a variant, else `TRIED`.
    """
    if count is None:
        count = TRIED if domain.base is None else SAMPLED
    for case in sampled_cases(law, domain, count):
        if not holds_of_reference(law, case, domain):
            return case
    return None


def holds_of_reference(law: Law, case: AnyForm, domain: Domain) -> bool:
    """Whether the reference's own answers keep the law."""
    answers: list[str] = []
    while prompts := law.asks(case, domain, answers):
        answers += [answer(prompt, domain) for prompt in prompts]
    try:
        law.check(case, answers * 2 if law.again else answers, domain)
    except AssertionError:
        return False
    return True


def sampled(index: int, seed: int, domain: Domain) -> Sampled:
    """A sampled case; the same damaged, where the domain has room for it; one time in `PLAYED` a play that begins so.

    The same index and seed always give the same.
    """
    random = stream("hold", seed, index)
    names = tuple(samplers_of(domain))
    (case,) = sample(domain, names[index % len(names)], seed, 1, start=index)
    text = damaged(case, random, domain)
    if index // len(names) % PLAYED or not domain.has_plays:
        return case, text, None
    return case, text, played_on(domain, case, random)


def case_for(law: Law, drawn: Sampled, domain: Domain) -> AnyForm | None:
    """What of a sampled case the law is about, where it applies."""
    case, text, play = drawn
    forms: Mapping[str, AnyForm | None] = {"case": case, "text": text, "play": play}
    found = forms[law.form]
    return found if found is not None and law.applies(found, domain) else None


def damaged(case: AnyCase, random: Random, domain: Domain) -> str | None:
    """The case's text, damaged for a random reason; None where there is no room for that damage."""
    if not domain.rejects:
        return None
    reason, choice = random.choice(tuple(operators_of(domain))), random.getrandbits(64)
    with suppress(ImpossibleDamageError):
        return damage(domain, case, reason, choice)
    return None


def sampled_cases(law: Law, domain: Domain, count: int) -> Iterator[AnyForm]:
    """Of so many sampled cases those to which the law applies."""
    for drawn in _sample(domain, count):
        if (case := case_for(law, drawn, domain)) is not None:
            yield case


@lru_cache(maxsize=2)  # all laws of a run are held on the same cases
def _sample(domain: Domain, count: int) -> list[Sampled]:
    return [sampled(index, 0, domain) for index in range(count)]
