"""Which law catches which mutant: whether a domain's laws catch bugs, before any model is checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import attrs
from hypothesis.errors import HypothesisException

from turncheck.engine.domain import Domain
from turncheck.engine.sampling import played_on, stream
from turncheck.properties.checking.draw import Budget, run
from turncheck.properties.checking.law import AnyForm, Law
from turncheck.properties.checking.mutants import Asked, Mutant
from turncheck.properties.checking.truth import answer, case_for, sampled

SAMPLED = 200
"""Number of sampled cases on which laws are checked for mutants."""

ENOUGH = 30
"""Least number of cases for a law; if fewer sampled cases fit the law, Hypothesis draws more."""

AGREEMENT = (
    "answer_agrees_with_the_reference",
    "play_is_followed_step_by_step",
    "own_answers_lead_where_the_reference_does",
)
"""The laws that compare whole answers with the reference's: they catch every difference but do not name it."""


@attrs.frozen
class Catches:
    """Which laws caught which mutants.

    Attributes:
        laws: the laws that were tried.
        caught_by: for each mutant, the laws that caught it, in order; without equivalent mutants.
        equivalent: the mutants that changed no answer.
        applied: for each law, the number of cases on which it was tried.
        idle: the laws that were tried on some case and caught no mutant.
        unread: for each law that is a user's function, the mutants that it caught only because their answers cannot be
            read. The function never sees such answers, so these mutants do not count as caught by it.
    """

    laws: tuple[str, ...]
    caught_by: Mapping[str, tuple[str, ...]]
    equivalent: tuple[str, ...]
    applied: Mapping[str, int]
    idle: tuple[str, ...]
    unread: Mapping[str, frozenset[str]] = attrs.field(factory=dict)

    @property
    def missed(self) -> tuple[str, ...]:
        """The mutants that no law caught."""
        return tuple(mutant for mutant, laws in self.caught_by.items() if not laws)

    @property
    def by_agreement_alone(self) -> tuple[str, ...]:
        """The mutants that were caught only by laws that compare whole answers."""
        return tuple(mutant for mutant, laws in self.caught_by.items() if laws and set(laws) <= set(AGREEMENT))

    def named_by(self, mutant: str) -> str:
        """Return the most specific law that caught a mutant: the one that caught the fewest.

        A law that compares whole answers is returned only if no other law caught it.
        """
        laws = self.caught_by[mutant]
        own = [law for law in laws if law not in AGREEMENT]
        return min(own or laws, key=lambda law: self._breadth[law], default="")

    @cached_property
    def _breadth(self) -> dict[str, int]:
        return {law: sum(law in caught for caught in self.caught_by.values()) for law in self.laws}

    def rows(self) -> list[tuple[str, int, str, str]]:
        """Return for each law the number of mutants it caught, the number only it caught, and an example.

        The example is a mutant for which it is the most specific law, if there is one.
        """
        return [self._row(law) for law in self.laws]

    def _row(self, law: str) -> tuple[str, int, str, str]:
        unread = self.unread.get(law, frozenset())
        caught = [mutant for mutant, laws in self.caught_by.items() if law in laws and mutant not in unread]
        alone = sum(self.caught_by[mutant] == (law,) for mutant in caught)
        shown = [mutant for mutant in caught if self.named_by(mutant) == law] + caught
        return law, len(caught), str(alone or ""), shown[0] if shown else ""


def catches(
    domain: Domain,
    laws: Iterable[Law],
    mutants: Iterable[Mutant],
    cases: int = SAMPLED,
    seed: int = 0,
) -> Catches:
    """Check each law for each mutant, until the first case on which the mutant breaks the law.

    Args:
        domain: the domain of the mutants.
        laws: the laws, which must all be true of the reference.
        mutants: the mutants.
        cases: the number of cases to sample.
        seed: the seed of the sample.
    """
    hunt = _Hunt(domain, tuple(laws), cases, seed)
    mutants = tuple(mutants)
    living = [mutant for mutant in mutants if hunt.changes_something(mutant)]
    caught_by = {each.name: tuple(law.id for law in hunt.laws if hunt.catches(law, each)) for each in living}
    equivalent = tuple(mutant.name for mutant in mutants if mutant.name not in caught_by)
    applied = {law.id: len(hunt.trials[law.id]) for law in hunt.laws}
    of_form = frozenset(each.name for each in living if each.of_form)
    unread = {written.name: of_form for written in domain.attached}

    def is_idle(law: str) -> bool:
        own = (name for name in caught_by if name not in unread.get(law, ()))
        return applied[law] > 0 and not any(law in caught_by[name] for name in own)

    return Catches(tuple(applied), caught_by, equivalent, applied, tuple(filter(is_idle, applied)), unread)


Trial = tuple[AnyForm, tuple[str, ...]]
"""A case of a law, and the law's first prompts."""


@attrs.frozen
class _Hunt:
    """Cases for each law, and their prompts, each answered once."""

    domain: Domain
    laws: tuple[Law, ...]
    cases: int
    seed: int

    @cached_property
    def trials(self) -> dict[str, list[Trial]]:
        """The cases on which each law is tried."""
        drawn = [sampled(index, self.seed, self.domain) for index in range(self.cases)]
        plays = []
        if self.domain.has_plays:
            played = ((case, stream("mutants", self.seed, index)) for index, (case, *_) in enumerate(drawn[:ENOUGH]))
            plays = [(case, None, played_on(self.domain, case, random)) for case, random in played]
        return {law.id: self._trials_of(law, plays if law.form == "play" else drawn) for law in self.laws}

    def _trials_of(self, law: Law, drawn: Iterable[Any]) -> list[Trial]:
        found = [case for each in drawn if (case := case_for(law, each, self.domain)) is not None]
        if len(found) < ENOUGH:
            found += drawn_for(law, self.domain, ENOUGH, self.seed)
        return [(case, law.asks(case, self.domain)) for case in found]

    @cached_property
    def _known(self) -> dict[str, Asked]:
        return {}

    def ask(self, prompt: str) -> Asked:
        """Return the prompt and the reference's answer."""
        if prompt not in self._known:
            self._known[prompt] = Asked(self.domain, prompt, answer(prompt, self.domain))
        return self._known[prompt]

    @cached_property
    def prompts(self) -> list[str]:
        """All prompts that the laws ask first, each once."""
        return list(dict.fromkeys(text for trials in self.trials.values() for _, asked in trials for text in asked))

    def changes_something(self, mutant: Mutant) -> bool:
        """Whether the mutant answers any prompt wrongly, when first asked or asked again."""
        return any(
            not self.domain.agrees(asked.text, mutant.answer(asked, mutant.again), asked.right)
            for asked in map(self.ask, self.prompts)
        )

    def catches(self, law: Law, mutant: Mutant) -> bool:
        """Whether the mutant breaks the law on some case."""
        return any(self._breaks(law, mutant, *trial) for trial in self.trials[law.id])

    def _breaks(self, law: Law, mutant: Mutant, case: AnyForm, prompts: tuple[str, ...]) -> bool:
        asked: list[Asked] = []
        answers: list[str] = []
        while prompts:
            more = [self.ask(prompt) for prompt in prompts]
            asked += more
            answers += [mutant.answer(each) for each in more]
            prompts = law.asks(case, self.domain, answers)
        if law.again is not None:
            answers += [mutant.answer(each, law.again) for each in asked]
            asked *= 2
        if all(given == each.right for given, each in zip(answers, asked, strict=True)):
            return False
        try:
            law.check(case, answers, self.domain)
        except AssertionError:
            return True
        return False


def drawn_for(law: Law, domain: Domain, count: int, seed: int) -> list[AnyForm]:
    """Draw cases of the law with Hypothesis; none if it can draw none."""
    drawn: list[AnyForm] = []
    try:
        run(law, domain, Budget(examples=count, seed=seed, min_cases=count), drawn.append)
    except (HypothesisException, ValueError):
        return []
    return [case for case in drawn if law.applies(case, domain)]
