"""How often a model is right, by sample: exact answers on held-out turns, and on malformed ones."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from turncheck.engine.duel import REASONS, STANDARD, Rules, write
from turncheck.engine.duel.samplers import SAMPLERS, sample
from turncheck.engine.sampling import stream
from turncheck.properties.checking.subject import Subject
from turncheck.strategies.duel.operators import damage

CHUNK = 512
"""Texts that are asked, and then forgotten, at a time."""


@attrs.frozen
class Score:
    """How many of a sample's texts were answered exactly."""

    name: str
    count: int
    exact: int

    @property
    def share(self) -> float:
        """The exact ones among all, 0..1."""
        return self.exact / self.count


def evaluate(subject: Subject, turns: int, seed: int = 0) -> Iterator[Score]:
    """A score for each sampler, then one for malformed texts (all eleven reasons in equal shares) and each reason; the
    latter not of a model that was not trained to reject.
    """
    for name in SAMPLERS:
        texts = (write(turn) for turn in sample(name, seed, turns, rules=subject.rules))
        exact = _exact(subject, texts)
        yield Score(name, len(exact), sum(exact))
    if not subject.rejects:
        return
    reasons = [list(REASONS)[index % len(REASONS)] for index in range(turns)]
    exact = _exact(subject, (malformed(seed, index, reason, subject.rules) for index, reason in enumerate(reasons)))
    yield Score("malformed", len(exact), sum(exact))
    for reason in REASONS:
        right = [each for each, given in zip(exact, reasons, strict=True) if given == reason]
        yield Score(f"  {reason}", len(right), sum(right))


def malformed(seed: int, index: int, reason: str, rules: Rules = STANDARD) -> str:
    """Malformed text `index` of a seed: a sampled turn, half of them `mixed` and half `play`, damaged at random."""
    random = stream("malformed", seed, index)
    (turn,) = sample(random.choice(tuple(SAMPLERS)), seed, 1, start=index, rules=rules)
    return damage(turn, reason, random.getrandbits(64), rules)


def _exact(subject: Subject, texts: Iterator[str]) -> list[bool]:
    """For each text whether the answer is the reference's."""
    exact: list[bool] = []
    for chunk in _chunks(texts):
        fresh = attrs.evolve(subject)  # with a memory of its own, that is let go after each chunk
        exact += [got == fresh.expected(text) for text, got in zip(chunk, fresh.ask(chunk), strict=True)]
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
