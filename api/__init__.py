"""Turncheck: QuickCheck for learned engines. The public names of all packages, imported on first use.

>>> import turncheck
>>> turncheck.resolve_text("turn 1\\n")
'reject bad_number\\n'
>>> "Domain" in dir(turncheck)
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turncheck.checking import check
    from turncheck.engine.attached import LawFunctionError
    from turncheck.engine.case import Case, MemberCountError, UnknownFieldError
    from turncheck.engine.domain import Domain, DomainError, Monotone, Symmetry
    from turncheck.engine.duel import (
        STANDARD,
        Battle,
        FieldError,
        Order,
        Rules,
        RulesError,
        Turn,
        Unit,
        UnknownNameError,
        read,
        resolve,
        resolve_text,
        write,
    )
    from turncheck.engine.fields import Choice, Field, Int, SchemaError
    from turncheck.engine.learned import ContractError, EngineError, UnavailableError
    from turncheck.engine.play import Play
    from turncheck.engine.reading import Check, MalformedTextError
    from turncheck.engine.registry import UnknownDomainError, load_domain
    from turncheck.engine.sampling import UnknownSamplerError, sample
    from turncheck.engine.schema import Schema
    from turncheck.model.adapters.conformance import run_conformance_test
    from turncheck.model.adapters.weights.forward import logits_engine
    from turncheck.properties.checking.asking import LimitReachedError
    from turncheck.properties.checking.check import InterruptedLawError, check_law
    from turncheck.properties.checking.counterexamples import FalseLawError
    from turncheck.properties.checking.doctor import check_domain
    from turncheck.properties.checking.draw import Budget
    from turncheck.properties.checking.law import Law
    from turncheck.properties.checking.subject import Subject
    from turncheck.properties.laws import RepeatedLawError, laws_of
    from turncheck.properties.laws.duel import LAWS
    from turncheck.properties.session.loading import SpecError, load_subject
    from turncheck.reports.records import Report
    from turncheck.reports.terminal import divergence_table
    from turncheck.suites import suite

# The public names by module. The names in `engine.duel` are specific to the duel.
_HOMES = {
    "checking": ("check",),
    "engine.attached": ("LawFunctionError",),
    "engine.case": ("Case", "MemberCountError", "UnknownFieldError"),
    "engine.domain": ("Domain", "DomainError", "Monotone", "Symmetry"),
    "engine.duel": (
        "STANDARD",
        "Battle",
        "FieldError",
        "Order",
        "Rules",
        "RulesError",
        "Turn",
        "Unit",
        "UnknownNameError",
        "read",
        "resolve",
        "resolve_text",
        "write",
    ),
    "engine.fields": ("Choice", "Field", "Int", "SchemaError"),
    "engine.learned": ("ContractError", "EngineError", "UnavailableError"),
    "engine.play": ("Play",),
    "engine.reading": ("Check", "MalformedTextError"),
    "engine.registry": ("UnknownDomainError", "load_domain"),
    "engine.sampling": ("UnknownSamplerError", "sample"),
    "engine.schema": ("Schema",),
    "model.adapters.conformance": ("run_conformance_test",),
    "model.adapters.weights.forward": ("logits_engine",),
    "properties.checking.asking": ("LimitReachedError",),
    "properties.checking.check": ("InterruptedLawError", "check_law"),
    "properties.checking.counterexamples": ("FalseLawError",),
    "properties.checking.doctor": ("check_domain",),
    "properties.checking.draw": ("Budget",),
    "properties.checking.law": ("Law",),
    "properties.checking.subject": ("Subject",),
    "properties.laws": ("RepeatedLawError", "laws_of"),
    "properties.laws.duel": ("LAWS",),
    "properties.session.loading": ("SpecError", "load_subject"),
    "reports.records": ("Report",),
    "reports.terminal": ("divergence_table",),
    "suites": ("suite",),
}

__all__ = [
    "LAWS",
    "STANDARD",
    "Battle",
    "Budget",
    "Case",
    "Check",
    "Choice",
    "ContractError",
    "Domain",
    "DomainError",
    "EngineError",
    "FalseLawError",
    "Field",
    "FieldError",
    "Int",
    "InterruptedLawError",
    "Law",
    "LawFunctionError",
    "LimitReachedError",
    "MalformedTextError",
    "MemberCountError",
    "Monotone",
    "Order",
    "Play",
    "RepeatedLawError",
    "Report",
    "Rules",
    "RulesError",
    "Schema",
    "SchemaError",
    "SpecError",
    "Subject",
    "Symmetry",
    "Turn",
    "UnavailableError",
    "Unit",
    "UnknownDomainError",
    "UnknownFieldError",
    "UnknownNameError",
    "UnknownSamplerError",
    "check",
    "check_domain",
    "check_law",
    "divergence_table",
    "laws_of",
    "load_domain",
    "load_subject",
    "logits_engine",
    "read",
    "resolve",
    "resolve_text",
    "run_conformance_test",
    "sample",
    "suite",
    "write",
]


def __dir__() -> list[str]:
    """Return the public names, including those that are not imported yet."""
    return __all__


# Hidden from type checkers: with it, every name would seem to exist.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        for home, names in _HOMES.items():
            if name in names:
                return getattr(import_module(f"{__name__}.{home}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
