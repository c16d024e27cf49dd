"""How often a model is correct, by sample: exact answers on held-out cases, and on malformed texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.sampling import sample, samplers_of, stream
from turncheck.properties.checking.subject import Subject
from turncheck.strategies.operators import ImpossibleDamageError, damage, operators_of

CHUNK = 512
"""Texts in one batch; they are released after each batch."""

TRIES = 20
"""Most cases to try until one has room for a damage."""


@attrs.frozen
class Score:
    """The number of exact answers in a sample."""

    name: str
    count: int
    exact: int

    @property
    def share(self) -> float:
        """The share of exact answers, 0..1."""
        return self.exact / self.count if self.count else 1.0


def prompts(subject: Subject, turns: int) -> int:
    """Return the approximate number of prompts that `evaluate` asks."""
    return turns * (len(samplers_of(subject.domain)) + bool(subject.rejects and operators_of(subject.domain)))


def evaluate(subject: Subject, turns: int, seed: int = 0) -> Iterator[Score]:
    """Yield a score for each sampler. If the model rejects, also yield a score for malformed texts (all reasons in
    equal shares) and one for each reason.
    """
    domain = subject.domain
    for name in samplers_of(domain):
        exact = _exact(subject, map(domain.write, sample(domain, name, seed, turns)))
        yield Score(name, len(exact), sum(exact))
    known = tuple(operators_of(domain)) if subject.rejects else ()
    if not known:
        return
    drawn = ((known[index % len(known)], index) for index in range(turns))
    damaged = [
        (reason, text) for reason, index in drawn if (text := malformed(domain, seed, index, reason)) is not None
    ]
    exact = _exact(subject, (text for _, text in damaged))
    yield Score("malformed", len(exact), sum(exact))
    for reason in known:
        right = [each for each, (given, _) in zip(exact, damaged, strict=True) if given == reason]
        yield Score(f"  {reason}", len(right), sum(right))


def malformed(domain: Domain, seed: int, index: int, reason: str) -> str | None:
    """Return malformed text `index` of a seed: a case of one of the domain's samplers, damaged at random; None if no
    sampled case has room for that damage.
    """
    random = stream("malformed", seed, index)
    for place in range(index, index + TRIES):
        (case,) = sample(domain, random.choice(tuple(samplers_of(domain))), seed, 1, start=place)
        with suppress(ImpossibleDamageError):
            return damage(domain, case, reason, random.getrandbits(64))
    return None


def _exact(subject: Subject, texts: Iterator[str]) -> list[bool]:
    """Return for each text whether the answer is correct."""
    exact: list[bool] = []
    for chunk in _chunks(texts):
        fresh = subject.without_memory()  # let go after each chunk
        exact += [fresh.is_right(text, got) for text, got in zip(chunk, fresh.ask(chunk), strict=True)]
    return exact


def _chunks(texts: Iterator[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
