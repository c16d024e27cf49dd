"""The operators that damage a text: for each reason one that makes a text which is rejected for exactly that reason.

An operator is a pure function of a case and an integer, here without Hypothesis, since training uses it too. They are
those that the domain gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from turncheck.engine.domain import AnyCase, Domain
from turncheck.strategies.duel.page import ImpossibleDamageError as ImpossibleDamageError


def operators_of(domain: Domain) -> Mapping[str, Callable[[AnyCase, int], str]]:
    """The operator of each reason."""
    return domain.operators or {}


def damage(domain: Domain, case: AnyCase, reason: str, choice: int) -> str:
    """The case's text, damaged so that it is rejected for that reason.

    Raises:
        ImpossibleDamageError: no text was found that is rejected for that reason.
    """
    return operators_of(domain)[reason](case, choice)
