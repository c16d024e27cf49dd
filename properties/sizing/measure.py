"""Measure a model: wrong answers, laws, malformed texts and speed, as a plan says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.table import SMALL, arrays_of
from turncheck.properties.checking.asking import FIRST
from turncheck.properties.checking.check import NotApplicableError, applicable
from turncheck.properties.checking.counterexamples import ask_all, counterexample
from turncheck.properties.checking.draw import Budget, least_cases
from turncheck.properties.checking.law import Law
from turncheck.properties.checking.run import prompts_for_a_case
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws import laws_of
from turncheck.properties.sizing.plan import SizingPlan, malformed_texts, usual_samplers
from turncheck.properties.sizing.speed import PROMPTS, TOGETHER, speed
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.statistics import Rate, cases_to_show
from turncheck.reports.cases import noun_of
from turncheck.reports.escape import visible
from turncheck.reports.size_up import MOST_NINES, SizedModel, SizeUp, Speed
from turncheck.reports.sweeps import Row
from turncheck.reports.table import troubles_in_short

CHUNK = 1024
"""Most cases that are asked and forgotten at a time."""

CHUNK_SECONDS = 30.0
"""A chunk of a slow model has as many cases as it answers in that time, or the few that show what an answer costs."""


@attrs.define
class Raised:
    """Prompts on which a model raised or timed out; they count as wrong answers."""

    count: int = 0
    first: str = ""

    def add(self, faults: Sequence[str]) -> None:
        """Count the faults of some prompts, one each."""
        self.count += len(faults)
        self.first = self.first or next(iter(faults), "")

    @property
    def notes(self) -> list[str]:
        """A line about them; none if there are none."""
        return [f"it raised on {self.count:,} prompts, which count as wrong: {visible(self.first)}"] * bool(self.count)


class Sizing:
    """Sizes up the models of a domain, one after the other.

    Args:
        reference: the reference engine of the domain in force, as a subject.
        plan: what each model is asked.

    Attributes:
        domain: the domain in force.
    """

    def __init__(self, reference: Subject, plan: SizingPlan) -> None:
        self.reference, self.plan = reference, plan
        self.domain: Domain = reference.domain

    @cached_property
    def laws(self) -> tuple[Law, ...]:
        """The laws to check; none if the plan has no examples."""
        return laws_of(self.domain) if self.plan.examples else ()

    @cached_property
    def malformed(self) -> list[tuple[str, str]]:
        """The malformed texts, each after its reason."""
        return malformed_texts(self.domain, self.plan.seed, self.plan.malformed)

    @cached_property
    def fresh(self) -> list[str]:
        """Prompts for measuring speed: cases behind those of the first sample, which no model was asked before."""
        first = self.plan.samples[0]
        name = usual_samplers(self.domain)[0] if first.sampler == SMALL else first.sampler
        return arrays_of(self.domain, name).sample(name, first.seed, PROMPTS, first.turns).texts()

    def prompts(self, subject: Subject) -> int:
        """Return the approximate number of prompts that a model is asked."""
        of_laws = sum(prompts_for_a_case(law, self.domain) * self._budget.of(law) for law in self.laws)
        rejected = len(self.malformed) if subject.rejects else 0
        return sum(sample.turns for sample in self.plan.samples) + round(of_laws) + rejected

    def known(self, subject: Subject, before: Sequence[SizedModel]) -> SizedModel | None:
        """Return what was measured before of the same model; None if it was not, or has no files to be known by."""
        if subject.sha256 is None:
            return None
        identity = SizedModel(subject.name, subject.kind, subject.bytes, subject.sha256, subject.arguments).identity
        return next((model for model in before if model.identity == identity and not model.fault), None)

    def measured(self, subject: Subject, alone: Subject) -> SizedModel:
        """Measure a model.

        Args:
            subject: the model.
            alone: the same model on one thread, whose speed is measured.
        """
        raised = Raised()
        samples = tuple(_wrong(subject, sample, raised) for sample in self.plan.samples)
        rejected = self._rejected(subject, raised)
        held = self._held(subject)
        training = subject.training()
        return SizedModel(
            subject.name,
            subject.kind,
            subject.bytes,
            subject.sha256,
            subject.arguments,
            samples,
            len(held) if self.laws else None,
            sum(held) if self.laws else None,
            rejected,
            self._speed(alone),
            None if training is None else training.turns,
            None if training is None else training.core_hours,
            tuple(raised.notes + _notes(subject)),
            subject.audit.refuted,
        )

    def result(self, models: Sequence[SizedModel]) -> SizeUp:
        """Return the result for these models."""
        return SizeUp(
            self.domain.name,
            self.domain.described,
            noun_of(self.domain),
            self.plan.seed,
            {sample.sampler: sample.turns for sample in self.plan.samples},
            len(self.malformed),
            self.plan.examples,
            TOGETHER,
            tuple(cases_to_show(10.0**-count) for count in range(1, MOST_NINES + 1)),
            tuple(models),
        )

    @property
    def _budget(self) -> Budget:
        return Budget(self.plan.examples, self.plan.seed, least_cases(self.plan.examples))

    def _held(self, subject: Subject) -> list[bool]:
        """Return for each law that applies whether it held."""
        fresh = subject.without_memory()  # laws share cases, so it asks less than one for each law
        return [holds for law in self.laws if (holds := _holds(law, fresh, self._budget)) is not None]

    def _rejected(self, subject: Subject, raised: Raised) -> Row | None:
        """Return the rate of malformed texts that were not rejected for the right reason."""
        if not subject.rejects or not self.malformed:
            return None
        wrong, texts = 0, [text for _, text in self.malformed]
        for start in range(0, len(texts), CHUNK):
            wrong += _count(subject, texts[start : start + CHUNK], {}, raised)
        return Rate(wrong, len(texts)).row("malformed")

    def _speed(self, alone: Subject) -> Speed:
        """Return the speed of a model, and of the reference at the same time."""
        reference = speed(self.reference, self.fresh, TOGETHER)
        return Speed(speed(alone, self.fresh, 1), speed(alone, self.fresh, TOGETHER), reference)


def _wrong(subject: Subject, sample: Plan, raised: Raised) -> Row:
    """Return the rate of wrong answers in a sample."""
    arrays, wrong = arrays_of(subject.domain, sample.sampler), 0
    for begin in range(0, sample.turns, arrays.block):
        cases = sample.cases(begin, min(arrays.block, sample.turns - begin), subject.domain)
        texts, answers = cases.texts(), arrays.resolve(cases).texts()
        start = 0
        while start < len(texts):
            chunk = slice(start, start + _affordable(subject))
            wrong += _count(subject, texts[chunk], dict(zip(texts[chunk], answers[chunk], strict=True)), raised)
            start = chunk.stop
    return Rate(wrong, sample.turns).row(sample.sampler)


def _count(subject: Subject, texts: Sequence[str], expected: dict[str, str], raised: Raised) -> int:
    """Return the number of texts that are answered wrongly."""
    fresh = subject.without_memory()  # let go after the chunk
    fresh.expect(expected)
    answers = fresh.ask(texts)
    raised.add([fresh.faults[text] for text in texts if text in fresh.faults])
    return sum(not fresh.is_right(text, answer) for text, answer in zip(texts, answers, strict=True))


def _affordable(subject: Subject) -> int:
    """Return how many cases the next chunk may have."""
    price = subject.meter.price or 0.0
    return max(min(CHUNK, int(CHUNK_SECONDS / price)), FIRST) if price > CHUNK_SECONDS / CHUNK else CHUNK


def _holds(law: Law, subject: Subject, budget: Budget) -> bool | None:
    """Return whether a law held on its drawn cases; None if it does not apply, or applies to too few cases."""
    try:
        cases = applicable(law, subject, budget)
    except NotApplicableError:
        return None
    if len(cases) < budget.min_cases:
        return None
    ask_all(law, subject, cases)
    return all(counterexample(law, subject, case) is None for case in cases)


def _notes(subject: Subject) -> list[str]:
    """Return what went wrong on the way to the answers."""
    audit = subject.audit
    refuted = f"its verify is wrong ({audit.refuted} of {audit.checked} drafts): see turncheck conform"
    return [*troubles_in_short(subject.troubles()), *([refuted] if audit.refuted else [])]
