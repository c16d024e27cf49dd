"""The options of the strategies: which values they accept, and how each narrows what is drawn."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeAlias, TypeVar

from hypothesis import strategies as st

from turncheck.engine.duel.state import OutOfRangeError, UnknownNameError
from turncheck.engine.duel.tables import Field
from turncheck.strategies.drawn_values import Coded, Drawn, evenly
from turncheck.strategies.duel.drawn_numbers import Numbers, often

Part = TypeVar("Part")
Names: TypeAlias = "str | Coded | st.SearchStrategy[str]"
Number: TypeAlias = "int | Numbers | Callable[[Field], Numbers]"
"""An option for a field: a number, a strategy of numbers, or a function from the field's row to such a strategy."""


class OptionError(TypeError):
    """An option of a strategy has a value of the wrong kind.

    Attributes:
        option: the name of the option.
        demand: what the option must be, in words.
        value: the value that was given.
    """

    def __init__(self, option: str, demand: str, value: object) -> None:
        super().__init__(option, demand, value)
        self.option, self.demand, self.value = option, demand, value

    def __str__(self) -> str:
        return f"{self.option} must be {self.demand}, got {self.value!r}"


# --- numbers ---------------------------------------------------------------------------------------------------------


def narrowed(row: Field, option: Number | None, usual: Numbers) -> Drawn:
    """Return how to draw the numbers of a field: as usual, or as the option says.

    Raises:
        OptionError: the option is not a number, a strategy or a function.
        OutOfRangeError: the option is a number outside the field's range. A strategy's numbers are checked when drawn.
    """
    if option is None:
        return usual
    if isinstance(option, Coded | st.SearchStrategy):
        return option
    if callable(option):
        return option(row)
    if type(option) is not int:
        raise OptionError(row.name, "an int, a strategy of ints or a function of the field's row", option)
    _check_range(row, option)
    return evenly([option])


def between(low: int, high: int | None = None) -> Callable[[Field], Numbers]:
    """Return an option: any number from `low` to `high`, by default to the field's highest under the rules in force.

    Shrinks towards `low`. Both ends are drawn more often than the numbers between.

    Raises:
        OptionError: `high` is below `low`.
        OutOfRangeError: `low` or `high` is outside the field's range. Raised when a strategy is made with the option.
    """
    if high is not None and high < low:
        raise OptionError("high", f"{low} (low) or more", high)

    def numbers(row: Field) -> Numbers:
        top = row.high if high is None else high
        _check_range(row, low)
        _check_range(row, top)
        return often(range(low, top + 1), {low: 0.15, top: 0.15})

    return numbers


positive = between(1)
"""An option: any number but 0, shrinking towards 1."""


def _check_range(row: Field, value: int) -> None:
    if not row.low <= value <= row.high:
        raise OutOfRangeError(row.name, f"{row.low}..{row.high}", value)


# --- everything else -------------------------------------------------------------------------------------------------


def part(option: str, kind: type[Part], value: Part | st.SearchStrategy[Part]) -> st.SearchStrategy[Part]:
    """Return a strategy for an option that is one value or a strategy of values.

    Raises:
        OptionError: the option is neither.
    """
    if isinstance(value, st.SearchStrategy):
        return value
    if not isinstance(value, kind):
        raise OptionError(option, f"a {kind.__name__} or a strategy of them", value)
    return st.just(value)


def name(option: str, known: Collection[str], value: Names) -> Drawn:
    """Return how to draw an option that is one of the known names or a strategy of names.

    Raises:
        OptionError: the option is neither a name nor a strategy.
        UnknownNameError: the name is not known.
    """
    if isinstance(value, str):
        check_name(option, known, value)
        return evenly([value])
    return value if isinstance(value, Coded) else part(option, str, value)


def check_name(option: str, known: Collection[str], value: str) -> None:
    """Raise UnknownNameError unless the name is known."""
    if value not in known:
        raise UnknownNameError(option, f"one of {', '.join(known)}", value)
