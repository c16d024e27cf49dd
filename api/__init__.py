"""Turncheck: QuickCheck for learned engines. The public names of all rooms, loaded when they are first used.

>>> import turncheck
>>> turncheck.resolve_text("turn 1\\n")
'reject bad_number\\n'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turncheck.checking import check
    from turncheck.engine.duel import STANDARD, Battle, Order, Rules, Turn, Unit, read, resolve, resolve_text, write
    from turncheck.engine.learned import EngineError
    from turncheck.model.adapters.conformance import run_conformance_test
    from turncheck.properties.checking.check import check_law
    from turncheck.properties.checking.draw import Budget
    from turncheck.properties.checking.law import Law
    from turncheck.properties.checking.subject import Subject
    from turncheck.properties.laws.duel import LAWS
    from turncheck.properties.session.loading import load_subject
    from turncheck.reports.records import Report
    from turncheck.reports.table import divergence_table

__all__ = [
    "LAWS",
    "STANDARD",
    "Battle",
    "Budget",
    "EngineError",
    "Law",
    "Order",
    "Report",
    "Rules",
    "Subject",
    "Turn",
    "Unit",
    "check",
    "check_law",
    "divergence_table",
    "load_subject",
    "read",
    "resolve",
    "resolve_text",
    "run_conformance_test",
    "write",
]

_HOMES = {
    "LAWS": "properties.laws.duel",
    "Budget": "properties.checking.draw",
    "EngineError": "engine.learned",
    "Law": "properties.checking.law",
    "Report": "reports.records",
    "Subject": "properties.checking.subject",
    "check": "checking",
    "check_law": "properties.checking.check",
    "divergence_table": "reports.table",
    "load_subject": "properties.session.loading",
    "run_conformance_test": "model.adapters.conformance",
}

# Hidden from type checkers, to which every name would seem to exist.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'engine.duel')}"), name)
