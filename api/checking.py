"""Checking a model from Python, in a training loop or a notebook: the laws of the pytest suite, a value back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from turncheck.engine.duel import STANDARD, Rules
from turncheck.engine.duel.variants import described
from turncheck.engine.learned import LearnedEngine
from turncheck.model.adapters.python import as_engine
from turncheck.properties.checking.check import check_law
from turncheck.properties.checking.draw import EXAMPLES, MIN_CASES, Budget
from turncheck.properties.checking.law import Law
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws.duel import LAWS
from turncheck.reports.records import ModelResult, Report


def check(
    predict: LearnedEngine | Callable[[Sequence[str]], Sequence[str]],
    *,
    laws: Iterable[Law] = LAWS,
    examples: int = EXAMPLES,
    seed: int = 0,
    min_cases: int = MIN_CASES,
    timeout: float | None = None,
    rules: Rules = STANDARD,
    rejects: bool = True,
    name: str = "model",
) -> Report:
    """Holds a model against the laws, as `pytest properties/ --model` does, and gives what it found.

        report = turncheck.check(my_model.predict, examples=50)
        if report.failed:
            print(turncheck.divergence_table(report.models[0]))

    Nothing is printed, kept or read. Whatever the model raises is its answer of nothing; only an interrupt passes.

    Args:
        predict: a function from a list of texts to a list of texts, or an object with such a method `predict`, and
            `verify` if it likes.
        laws: which laws, by default all.
        examples: cases that are drawn for each law, 1 or more.
        seed: by which they are drawn.
        min_cases: different cases to which a law must apply, 1..examples, else it is INCONCLUSIVE.
        timeout: seconds that one call may take, in the main thread of systems with alarm signals; None for any time.
        rules: the duel that the model plays; a law that is not true of it is NOT_APPLICABLE.
        rejects: whether the model was trained to reject malformed turns; else no law about that is asked.
        name: what the report calls it.

    Raises:
        TypeError: `predict` is neither.
        ValueError: `examples` or `min_cases` is out of its range.
        FalseLawError: a law does not hold of the reference under these rules.
    """
    if not 1 <= min_cases <= examples:
        raise ValueError(f"min_cases must be 1..{examples} (examples), got {min_cases}")
    budget = Budget(examples, seed, min_cases)
    subject = Subject(name, "py", as_engine(predict), rules=rules, rejects=rejects, limit=timeout)
    results = tuple(check_law(law, subject, budget) for law in laws)
    audit = subject.audit
    model = ModelResult(name, "py", None, None, results, "duel/1", described(rules), audit.checked, audit.refuted)
    return Report(seed, examples, min_cases, (model,))
