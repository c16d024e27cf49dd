"""Strategies for Hypothesis that draw what the rules allow, and texts that they do not; and what damages a text.

They are loaded when first used, so that the operators can be had without Hypothesis.

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

# Hidden from type checkers, to which every name would seem to exist.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
