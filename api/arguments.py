"""Numbers and paths on the command line: parsing them, and the errors for bad values.

>>> RATE.convert("2%", None, None)
Traceback (most recent call last):
    ...
click.exceptions.UsageError: it must be a rate, 0..1, got '2%': write 0.02
>>> Whole(1, 1_000_000).convert("100,000,000", None, None)
Traceback (most recent call last):
    ...
click.exceptions.UsageError: it must be a whole number, 1..1,000,000, got '100,000,000'
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeAlias

import click

from turncheck.engine.visible import visible

if TYPE_CHECKING:
    from turncheck.properties.checking.asking import Limit

    _OfNumbers: TypeAlias = click.ParamType[int]
    _OfRates: TypeAlias = click.ParamType[float]
    _OfLimits: TypeAlias = click.ParamType[Limit]
else:  # ParamType has no type arguments before click 8.4
    _OfNumbers = _OfRates = _OfLimits = click.ParamType

_Function = Callable[..., None]

LONGEST = 40
"""Most characters of a value in a message."""

LONGEST_LINE = 1_200
"""Most characters of an error. The middle is left out first, because the way out comes last."""

DIGITS = 30
"""More digits than any valid number has; Python itself refuses to parse some thousands."""


class Whole(_OfNumbers):
    """An integer in a closed range."""

    name = "number"

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Parse the number.

        Raises:
            click.UsageError: the value is no number, or out of range.
        """
        number = value if isinstance(value, int) else _whole(value)
        if number is not None and self.low <= number <= self.high:
            return number
        return _refuse(param, ctx, f"a whole number, {self.low:,}..{self.high:,}", value, self._meant(value))

    def _meant(self, value: Any) -> str:
        """Return the spelling to suggest for values such as 1e5 and 100,000."""
        said = _float(str(value).replace(",", ""))
        meant = "" if said is None or said != said // 1 else f"{said:.0f}"
        return meant if meant != str(value) and self.low <= (_whole(meant) or -1) <= self.high else ""


class Amount(_OfRates):
    """A number in a closed range: a rate, or seconds."""

    def __init__(self, name: str, what: str, low: float, high: float) -> None:
        self.name, self.what, self.low, self.high = name, what, low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Parse the number.

        Raises:
            click.UsageError: the value is no number, or out of range.
        """
        number = float(value) if isinstance(value, int | float) else _float(value)
        if number is not None and self.low <= number <= self.high:
            return number
        return _refuse(param, ctx, f"{self.what}, {self.low:g}..{self.high:,.10g}", value, self._meant(value))

    def _meant(self, value: Any) -> str:
        """Return the spelling to suggest for values such as 2% and 0,02."""
        text = str(value).strip().replace(",", ".")
        number = _float(text.removesuffix("%").rstrip())
        if number is None or (self.high == 1 and number > 1 and not text.endswith("%")):
            return ""
        meant = number / 100 if text.endswith("%") and self.high == 1 else number
        return f"{meant:.10g}" if self.low <= meant <= self.high else ""


class Shrinking(_OfLimits):
    """The limit for shrinking a counterexample: prompts, or a time."""

    name = "prompts|seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Limit:
        """Parse the limit.

        Raises:
            click.UsageError: the value is no limit.
        """
        from turncheck.properties.checking.asking import Limit

        try:
            return value if isinstance(value, Limit) else Limit.parse(str(value))
        except ValueError:
            return _refuse(param, ctx, "a number of prompts (100), or a time (30s, 5m, 1h)", value, "")


RATE = Amount("rate", "a rate", 0, 1)
SHRINKING = Shrinking()
SECONDS = Amount("seconds", "seconds", 0.001, 1_000_000)
CASES = Whole(1, 1_000_000_000)
SEED = Whole(0, 10**18)
EVALUATION_SEED = Whole(0, 999_999)


class Place(NamedTuple):
    """A file or a folder from the command line: its path, and the name as typed."""

    path: Path
    typed: str

    def as_typed(self, message: str) -> str:
        """Return a message with the path replaced by the name as typed."""
        return message.replace(str(self.path), self.typed)


def located(name: str, kind: click.Path, *, dest: str | None = None, **more: Any) -> Callable[[_Function], _Function]:
    """Make an option that names a file or a folder. It is parsed first, because loading a domain's file may change the
    current folder.
    """
    names = (name,) if dest is None else (name, dest)
    return click.option(*names, type=kind, callback=_placed, is_eager=True, **more)


def located_often(name: str, *, dest: str, **more: Any) -> Callable[[_Function], _Function]:
    """Make an option that names files or folders that must exist, and may be repeated, like `located`."""
    kind = click.Path(exists=True)

    def placed(context: click.Context, parameter: click.Parameter, typed: tuple[str, ...]) -> tuple[Place, ...]:
        return tuple(Place(Path(os.path.abspath(each)), each) for each in typed)

    return click.option(name, dest, type=kind, multiple=True, callback=placed, is_eager=True, **more)


def located_argument(name: str, kind: click.Path) -> Callable[[_Function], _Function]:
    """Make an argument that names a file or a folder, like `located`."""
    return click.argument(name, type=kind, callback=_placed, is_eager=True)


def _placed(context: click.Context, parameter: click.Parameter, typed: str | None) -> Place | None:
    return None if typed is None else Place(Path(os.path.abspath(typed)), typed)


def names_in(context: click.Context, parameter: click.Parameter, typed: str | None) -> tuple[str, ...]:
    """Return the names of an option whose value is a list of names, separated by commas."""
    return tuple(name.strip() for name in (typed or "").split(",") if name.strip())


def no_long_numbers(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Check and return the `KEY=VALUE` arguments.

    Raises:
        click.UsageError: a value is a number of a thousand digits or more.
    """
    for each in given:
        if re.search("[0-9_]{1000}", each):
            key, _, value = each.partition("=")
            raise click.UsageError(f"{param.opts[0]} {quoted(key)} must be no such number, got {quoted(value)}", ctx)
    return given


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(rf"\s*[+-]?[0-9](_?[0-9]){{0,{DIGITS - 1}}}\s*", text, re.ASCII) else None


def _float(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\s*", text) else None


def _refuse(param: click.Parameter | None, ctx: click.Context | None, wanted: str, value: Any, meant: str) -> NoReturn:
    subject = param.opts[0] if param is not None and param.opts else "it"
    way_out = f": write {meant}" if meant else ""
    raise click.UsageError(f"{subject} must be {wanted}, got {quoted(str(value))}{way_out}", ctx)


def quoted(value: str) -> str:
    """Return a value for a message: in printable characters, cut if it is long.

    >>> quoted("9" * 5000)
    "'9999999999999999999999999999999999999999...' (5,000 characters)"
    """
    shown = visible(value)
    return f"'{shown}'" if len(shown) <= LONGEST else f"'{shown[:LONGEST]}...' ({len(value):,} characters)"


def shortened(message: str) -> str:
    """Return a message without its middle, if it is long."""
    half = LONGEST_LINE // 2
    return message if len(message) <= LONGEST_LINE else f"{message[:half]} ... {message[-half:]}"
