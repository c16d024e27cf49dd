"""Cases made from other cases, and calls of users' functions on answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from turncheck.engine.case import Case
from turncheck.engine.domain import AnyAnswer, AnyCase, Domain, DomainError
from turncheck.engine.learned import described
from turncheck.properties.checking.interrupts import is_interrupt
from turncheck.properties.checking.law import RaisingError


def other_case(domain: Domain, make: Callable[[Any], Any], case: AnyCase, name: str) -> AnyCase:
    """Return the case that a function makes of another. The function returns a case, or the fields that differ.

    Raises:
        DomainError: the function raised, or returned something else.
    """
    try:
        given = make(case)
        if isinstance(given, Mapping) and not isinstance(given, Case):
            given = domain.codec.case(domain.fields_of(case).changed(given).values_)
        domain.write(given)
    except Exception as error:
        raised = f"{type(error).__name__}: {error}"
        fault = f"{name} must return a case, or values of fields, for every case; it raised {raised}"
        raise DomainError(domain.name, fault[:400], domain.write(case)) from error
    return given


def is_made(domain: Domain, make: Callable[[Any], Any], case: AnyCase, name: str) -> bool:
    """Whether a function makes a valid case of this case."""
    return domain.is_case(domain.write(other_case(domain, make, case, name)))


def other_answer(domain: Domain, make: Callable[[Any], Any], answer: AnyAnswer) -> Case:
    """Return the fields of the answer that a function makes of another answer.

    Raises:
        UnreadableError: the function raised. A learned engine's answer may hold anything that can be written.
    """
    given = user_function(make, answer)
    if isinstance(given, Mapping) and not isinstance(given, Case):
        return domain.answer_fields(answer).changed(given)
    return domain.answer_fields(given)


def user_function(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a user's function with a learned engine's answers.

    Raises:
        AssertionError: the function raised it.
        RaisingError: the function raised anything else.
    """
    try:
        return function(*arguments)
    except AssertionError:
        raise
    except BaseException as error:
        if is_interrupt(error):
            raise
        raise RaisingError(f"{getattr(function, '__name__', 'it')} raised {described(error)}") from error
