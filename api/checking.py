"""Check a model from Python, for example in a training loop or a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from turncheck.engine.domain import Domain
from turncheck.engine.learned import LearnedEngine
from turncheck.engine.registry import load_domain
from turncheck.engine.stages import Composed
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
    """Check a model against the laws of a domain, as `turncheck check` does, and return the report.

        report = turncheck.check(my_model.predict, domain=DOMAIN, examples=50)
        if report.failed:
            print(turncheck.divergence_table(report.models[0]))

    Prints nothing, and reads and writes no files. If the model raises, that prompt has no answer; only an interrupt
    propagates.

    Args:
        predict: a function from a list of texts to a list of texts, or an object with such a method `predict` and
            optionally `verify`.
        domain: the domain that the model learned; by default the duel. For a variant (`turncheck.duel.duel(rules)`), a
            law that is not true of the variant is NOT_APPLICABLE.
        laws: laws of the domain to check; by default all.
        examples: number of cases to draw for each law, 1 or more.
        seed: seed of the cases.
        min_cases: a law that applies to fewer different cases is INCONCLUSIVE, 1..examples; by default 10, or
            `examples` if fewer.
        timeout: seconds that one call may take, in the main thread of systems with alarm signals; None for no limit.
        rejects: whether the model was trained to reject malformed prompts; by default as the domain says. If False, no
            law about malformed prompts is checked.
        name: the model's name in the report.

    Raises:
        TypeError: `predict` is neither a function nor such an object.
        ValueError: `examples` or `min_cases` is out of range, or there are no laws.
        DomainError: the reference raised, returned an invalid answer, or answered the same case in two ways.
        FalseLawError: a law does not hold for the reference.
        LawFunctionError: a law raised.
        RepeatedLawError: two laws of the domain have the same name.
    """
    if examples < 1:
        raise ValueError(f"examples must be 1 or more, got {examples}")
    min_cases = least_cases(examples) if min_cases is None else min_cases
    if not 1 <= min_cases <= examples:
        raise ValueError(f"min_cases must be 1..{examples} (examples), got {min_cases}")
    domain = load_domain() if domain is None else domain
    engine = as_engine(predict)
    known = laws_of(domain, composed=isinstance(engine, Composed))
    chosen = known if laws is None else tuple(laws)
    if not chosen:
        raise ValueError("laws must be one law or more, got none: a run without laws checks nothing")
    rejecting = domain.rejects if rejects is None else rejects
    subject = Subject(name, "py", engine, domain, rejects=rejecting, limit=timeout)
    try_domain(domain, chosen)
    results = tuple(check_law(law, subject, Budget(examples, seed, min_cases)) for law in chosen)
    in_all = {law.id for law in (*known, *chosen)}
    model = model_result(subject, results, in_all=len(in_all))
    return Report(seed, examples, min_cases, (model,), versions=versions())
