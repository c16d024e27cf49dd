"""The messages of the `exec:` protocol, version 1, as docs/protocol.md defines it.

Functions that read a message raise `ProtocolError` if it does not follow the protocol.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import TypeGuard, TypeVar

from turncheck.engine.learned import Verdict, plain
from turncheck.engine.visible import type_name

PROTOCOL = 1

LONGEST_LINE = 1 << 24
"""Most bytes of a message in either direction, including its newline."""

LONGEST_SHOWN = 80
"""Most characters of a worker's text in a message."""

Answer = TypeVar("Answer")
AnswerCheck = Callable[[dict[str, object], int], list[Answer]]
"""Returns the answers in a message, after checking that there is one for each of `count` prompts."""


class ProtocolError(ValueError):
    """A worker that does not follow the protocol, or reports an error.

    Attributes:
        demand: what it must do.
        value: what it did, with its own text quoted and cut.
        way_out: what to do about it; empty if the demand says it.
    """

    def __init__(self, demand: str, value: str, way_out: str = "") -> None:
        super().__init__(demand, value, way_out)
        self.demand, self.value, self.way_out = demand, value, way_out

    def __str__(self) -> str:
        return f"the worker must {self.demand}, got {self.value}" + (f": {self.way_out}" if self.way_out else "")


class ReportedError(ProtocolError):
    """An error that a worker itself reports. This follows the protocol, and the worker goes on.

    Attributes:
        said: the worker's message.
    """

    def __init__(self, demand: str, said: object) -> None:
        super().__init__(demand, f"its error {shown(said)}")
        self.said = said


def message_of(line: bytes) -> dict[str, object]:
    """Parse a line as a JSON object."""
    try:
        message = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        demand = "write nothing to stdout but JSON objects in UTF-8, one a line"
        raise ProtocolError(demand, shown(line.decode("utf-8", "replace").rstrip("\n")), "print to stderr instead")
    return message


def name_in(message: dict[str, object]) -> str | None:
    """Return the worker's name; None if it gives none."""
    name = message.get("name")
    if name is not None and not isinstance(name, str):
        raise ProtocolError("give a string as name, or leave it out", shown(name))
    return name


def batch_in(message: dict[str, object], default: int) -> int:
    """Return the most prompts that the worker accepts in one request."""
    batch = message.get("batch", default)
    if not is_whole(batch) or batch < 1:
        raise ProtocolError("give a whole number from 1 as batch, or leave it out", shown(batch))
    return batch


def methods_in(message: dict[str, object]) -> frozenset[str]:
    """Return the worker's methods."""
    methods = message.get("methods")
    if not isinstance(methods, list) or not all(isinstance(method, str) for method in methods):
        raise ProtocolError("name its methods in a list", shown(methods))
    if "predict" not in methods:
        raise ProtocolError("offer the method predict", shown(methods))
    return frozenset(methods)


def answers_in(message: dict[str, object], count: int) -> list[str]:
    """Return the worker's answers to `count` prompts."""
    texts = _list(message, "answers", count)
    for text in texts:
        if not isinstance(text, str):
            raise ProtocolError("give a list of strings as answers", f"{shown(text)} in it")
    return [plain(text) for text in texts if isinstance(text, str)]


def verdicts_in(message: dict[str, object], count: int) -> list[Verdict]:
    """Return the worker's verdicts on `count` drafts."""
    return [_verdict(entry) for entry in _list(message, "verdicts", count)]


def _verdict(entry: object) -> Verdict:
    if not isinstance(entry, dict):
        raise ProtocolError("give an object as each verdict", shown(entry))
    accepted, complete = entry.get("accepted"), entry.get("complete")
    if not is_whole(accepted) or accepted < 0:
        raise ProtocolError("give a whole number from 0 as accepted", shown(accepted))
    if not isinstance(complete, bool):
        raise ProtocolError("give true or false as complete", shown(complete))
    return Verdict(accepted, complete, _margin(entry.get("margin")))


def _margin(value: object) -> float:
    try:
        margin = float(value) if is_whole(value) or isinstance(value, float) else math.nan
    except OverflowError:
        margin = math.nan
    if math.isnan(margin):
        raise ProtocolError("give a number as margin", shown(value))
    return margin


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether the value is an int; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def _list(message: dict[str, object], key: str, count: int) -> list[object]:
    values = message.get(key)
    if not isinstance(values, list):
        raise ProtocolError(f"give a list as {key}", shown(values))
    if len(values) != count:
        raise ProtocolError(f"give {count} {key}, one for each prompt", str(len(values)))
    return values


def shown(value: object) -> str:
    """Return the value for a message, in one printable line, cut if long: a text quoted, anything else as JSON."""
    if isinstance(value, str):
        return repr(value[:LONGEST_SHOWN]) + ("..." if len(value) > LONGEST_SHOWN else "")
    text = "nothing" if value is None else _written(value)
    return text[:LONGEST_SHOWN] + ("..." if len(text) > LONGEST_SHOWN else "")


def _written(value: object) -> str:
    """Return the value as JSON; its type if it is nested too deep."""
    try:
        return json.dumps(value)
    except (ValueError, RecursionError):
        return f"a {type_name(value)}"
