"""Checking a model from Python, in a training loop or a notebook: the laws of the pytest suite, a value back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from turncheck.engine.domain import Domain
from turncheck.engine.learned import LearnedEngine
from turncheck.engine.registry import load_domain
from turncheck.model.adapters.python import as_engine
from turncheck.properties.checking.check import check_law
from turncheck.properties.checking.draw import EXAMPLES, Budget, least_cases
from turncheck.properties.checking.law import Law
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.trial import try_domain
from turncheck.properties.laws import laws_of
from turncheck.properties.session.facts import versions
from turncheck.properties.session.outcome import model_result
from turncheck.reports.records import Report


def check(
    predict: LearnedEngine | Callable[[Sequence[str]], Sequence[str]],
    *,
    domain: Domain | None = None,
    laws: Iterable[Law] | None = None,
    examples: int = EXAMPLES,
    seed: int = 0,
    min_cases: int | None = None,
    timeout: float | None = None,
    rejects: bool | None = None,
    name: str = "model",
) -> Report:
    """Holds a model against the laws of a domain, as `turncheck check` does, and gives what it found.

        report = turncheck.check(my_model.predict, domain=DOMAIN, examples=50)
        if report.failed:
            print(turncheck.divergence_table(report.models[0]))

    Nothing is printed, kept or read. Whatever the model raises is its answer of nothing; only an interrupt passes.

    Args:
        predict: a function from a list of texts to a list of texts, or an object with such a method `predict`, and
            `verify` if it likes.
        domain: what the model learned, by default the duel. Of a variant (`turncheck.duel.duel(rules)`) a law that is
            not true of it is NOT_APPLICABLE.
        laws: which of the domain's laws, by default all.
        examples: cases that are drawn for each law, 1 or more.
        seed: by which they are drawn.
        min_cases: different cases to which a law must apply, 1..examples, else it is INCONCLUSIVE; by default 10, or
            `examples` where that is fewer.
        timeout: seconds that one call may take, in the main thread of systems with alarm signals; None for any time.
        rejects: whether the model was trained to reject malformed prompts, by default as the domain says; if not, no
            law about that is asked.
        name: what the report calls it.

    Raises:
        TypeError: `predict` is neither.
        ValueError: `examples` or `min_cases` is out of its range, or there are no laws.
        DomainError: the reference raised, gave what no answer is, or answered the same case in two ways.
        FalseLawError: a law does not hold of the reference.
        LawFunctionError: a law raised.
        RepeatedLawError: two laws of the domain have the same name.
    """
    if examples < 1:
        raise ValueError(f"examples must be 1 or more, got {examples}")
    min_cases = least_cases(examples) if min_cases is None else min_cases
    if not 1 <= min_cases <= examples:
        raise ValueError(f"min_cases must be 1..{examples} (examples), got {min_cases}")
    domain = load_domain() if domain is None else domain
    chosen = laws_of(domain) if laws is None else tuple(laws)
    if not chosen:
        raise ValueError("laws must hold one law or more, got none: nothing that was not asked can have held")
    rejecting = domain.rejects if rejects is None else rejects
    subject = Subject(name, "py", as_engine(predict), domain, rejects=rejecting, limit=timeout)
    try_domain(domain, chosen)
    results = tuple(check_law(law, subject, Budget(examples, seed, min_cases)) for law in chosen)
    in_all = {law.id for law in (*laws_of(domain), *chosen)}
    model = model_result(subject, results, in_all=len(in_all))
    return Report(seed, examples, min_cases, (model,), versions=versions())
