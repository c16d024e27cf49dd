"""Hypothesis strategies for the duel's turns and malformed texts, and the operators that damage a text.

The strategies are imported on first use, so that the operators work without Hypothesis.

    >>> from turncheck.strategies.duel import positive, turns, units
    >>> poisoned = turns(hero=units(poison=positive), hero_action="wait")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turncheck.strategies.duel.drawn_battles import battles, lasting, plays, starts
    from turncheck.strategies.duel.drawn_options import OptionError, between, positive
    from turncheck.strategies.duel.drawn_texts import malformed_turns
    from turncheck.strategies.duel.drawn_turns import actions, order_pairs, turns
    from turncheck.strategies.duel.drawn_units import HpAboveMaxOptionsError, units

__all__ = [
    "HpAboveMaxOptionsError",
    "OptionError",
    "actions",
    "battles",
    "between",
    "lasting",
    "malformed_turns",
    "order_pairs",
    "plays",
    "positive",
    "starts",
    "turns",
    "units",
]

_HOMES = {
    "HpAboveMaxOptionsError": "drawn_units",
    "OptionError": "drawn_options",
    "actions": "drawn_turns",
    "battles": "drawn_battles",
    "between": "drawn_options",
    "lasting": "drawn_battles",
    "malformed_turns": "drawn_texts",
    "order_pairs": "drawn_turns",
    "plays": "drawn_battles",
    "positive": "drawn_options",
    "starts": "drawn_battles",
    "turns": "drawn_turns",
    "units": "drawn_units",
}

# Hidden from type checkers: they would take every name to exist.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
