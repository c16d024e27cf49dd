"""The strategy for malformed texts, `malformed_turns`."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st

from turncheck.engine.duel import STANDARD, Rules, Turn
from turncheck.strategies.drawn_values import evenly, strategy_of
from turncheck.strategies.duel.drawn_options import part
from turncheck.strategies.duel.drawn_turns import turns as any_turns
from turncheck.strategies.duel.operators import OPERATORS
from turncheck.strategies.operators import UnknownReasonError

# Eight bytes instead of a 64-bit integer: Hypothesis draws mostly small integers, which all select the first ways and
# places. Bytes are uniform. They shrink from the first byte on, so the first byte holds the lowest digits.
_CHOICES = st.binary(min_size=8, max_size=8)


def malformed_turns(
    reason: str | None = None, *, turns: Turn | st.SearchStrategy[Turn] | None = None, rules: Rules = STANDARD
) -> st.SearchStrategy[str]:
    """Draw texts that are rejected for that reason, by default for any of the eleven.

    Shrinks towards the simplest damage (choice 0 of the reason's operator) to the simplest turn. Without a reason, it
    also shrinks towards bad_spacing, then in the order of `REASONS`.

    Args:
        reason: why the text is rejected.
        turns: the turns to damage, a turn or a strategy, by default any valid turn, finished battles included.
        rules: the rules under which the turns are valid and the texts are not.

    Raises:
        UnknownReasonError: the reason is none of the eleven.
        OptionError: turns is neither a turn nor a strategy.
        ImpossibleDamageError: the rules allow no such damage; never under the standard rules. Raised when drawing.
    """
    if reason is not None and reason not in OPERATORS:
        raise UnknownReasonError(reason, OPERATORS)
    reasons = evenly(list(OPERATORS) if reason is None else [reason])
    valid = any_turns(fallen=True, at_once=False, rules=rules) if turns is None else part("turns", Turn, turns)
    return st.tuples(strategy_of(reasons), _CHOICES, valid).map(partial(_damaged, rules))


def _damaged(rules: Rules, drawn: tuple[str, bytes, Turn]) -> str:
    reason, choice, turn = drawn
    return OPERATORS[reason](turn, int.from_bytes(choice, "little"), rules)
