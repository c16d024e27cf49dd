"""Check the reference before any model: it must answer every case, always with the same, valid answer."""

from __future__ import annotations

from collections.abc import Sequence

from turncheck.engine.domain import AnyCase, Domain, DomainError
from turncheck.engine.learned import described
from turncheck.engine.reading import BrokenPartError, MalformedTextError
from turncheck.engine.sampling import sample, samplers_of
from turncheck.properties.checking.simplest import simplest

ASKED = 100
"""Number of cases on which a reference is asked twice before a run."""


def check_reference(domain: Domain, count: int = ASKED) -> None:
    """Ask the reference twice on sampled cases of all samplers.

    Raises:
        DomainError: the reference raised, gave something that is not an answer, or gave two answers to one case; or a
            check reads a field that it does not name. The error's text is the simplest case found that shows it.
    """
    names = list(samplers_of(domain))
    try:
        cases = [case for name in names for case in sample(domain, name, 0, -(-count // len(names)))]
    except DomainError as error:
        raise of_simplest(domain, error) from error
    fault, text = first_fault(domain, cases)
    if fault:
        raise DomainError(domain.name, fault, text)


def of_simplest(domain: Domain, error: DomainError) -> DomainError:
    """Replace the case in an error of the reference by the simplest case found that shows a fault."""
    try:
        case = domain.read(error.text)
    except (MalformedTextError, DomainError):
        return error
    fault, text = first_fault(domain, [case])
    return DomainError(domain.name, fault, text) if fault else error


def first_fault(domain: Domain, cases: Sequence[AnyCase]) -> tuple[str, str]:
    """Return what the reference does wrong, and the simplest text found that shows it; empty if nothing is wrong."""
    wrong = [(case, fault) for case in cases if (fault := fault_of(domain, case))]
    if not wrong:
        return "", ""
    case, fault = min(wrong, key=lambda each: domain.simplicity(domain.write(each[0])))
    case = simplest(domain, case, lambda other: bool(fault_of(domain, other)))
    return fault_of(domain, case) or fault, domain.write(case)


def fault_of(domain: Domain, case: AnyCase) -> str:
    """Return what the reference does wrong on a case; empty if nothing."""
    try:
        first, second = domain.outcome(case), domain.outcome(case)
        one, other = domain.write_answer(first), domain.write_answer(second)
        domain.reader.look_alone(domain.codec.case_values(case))
        back = domain.answer_reader.lenient(one)
    except DomainError as error:
        return error.fault
    except BrokenPartError as error:
        return str(error)
    except Exception as error:
        return f"its reference must return an answer that can be written and read: {described(error)}"
    values = domain.codec.answer_values(first)
    if one != other:
        return f"its reference must always give the same answer to a case, got {one!r:.100} and then {other!r:.100}"
    for (name, field), value in zip(domain.answer.fields.items(), values, strict=True):
        if not field.allows(value):
            return f"its reference must return for {name} a value of {field!r}, got {value!r:.80}"
    if back != values:
        return f"its reference must return an answer that is read back unchanged, got {one!r:.100}"
    if domain.accepts is not None and not domain.accepts(case, first):
        return f"its accepts must be true of its reference's answer, got {one!r:.100}"
    return ""
