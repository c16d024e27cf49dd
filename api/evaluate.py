"""How often a model is correct, by sample: exact answers on held-out cases, and on malformed texts."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from turncheck.engine.sampling import sample, samplers_of
from turncheck.properties.checking.subject import Subject
from turncheck.properties.sizing.plan import malformed_texts
from turncheck.strategies.operators import operators_of

CHUNK = 512
"""Texts in one batch; they are released after each batch."""


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
    damaged = malformed_texts(domain, seed, turns)
    exact = _exact(subject, (text for _, text in damaged))
    yield Score("malformed", len(exact), sum(exact))
    for reason in known:
        right = [each for each, (given, _) in zip(exact, damaged, strict=True) if given == reason]
        yield Score(f"  {reason}", len(right), sum(right))


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
