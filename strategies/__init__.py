"""Strategies for Hypothesis, and the operators that damage a text, from a domain's schema.

The strategies are imported on first use, so that the operators work without Hypothesis.

    >>> from turncheck.strategies import cases, malformed, perturbed, plays
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turncheck.strategies.drawn_cases import cases, malformed, plays
    from turncheck.strategies.drawn_perturbed import perturbed

__all__ = ["cases", "malformed", "perturbed", "plays"]

_HOMES = {"cases": "drawn_cases", "malformed": "drawn_cases", "perturbed": "drawn_perturbed", "plays": "drawn_cases"}

# Hidden from type checkers: they would take every name to exist.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
