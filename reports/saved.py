"""Read a saved report. The file is untrusted, so every value is checked before use."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from turncheck.engine.files import read_file
from turncheck.engine.visible import quoted
from turncheck.reports.records import READ, SCHEMA, Report
from turncheck.reports.sweeps import Row

LARGEST = 256_000_000
"""Largest size of a file in bytes; for a model that breaks all of 97 laws it has about a million."""

MOST = 2**63
"""An upper bound of all numbers in a report."""

ASIDE: Mapping[type, frozenset[str]] = {Report: frozenset({"schema"}), Row: frozenset({"rate"})}
"""Keys that the file has besides the attributes of a record."""


def read_report(path: Path) -> Report:
    """Read the report in a `divergence.json`.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file has no report that this version can read.
    """
    try:
        content = json.loads(read_file(path, LARGEST))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"it must be JSON: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"it must be an object, got {quoted(content, 40)}")
    if content.get("schema") in READ:  # for any other schema, Report raises the error
        _check(content, Report, "it")
    return Report.from_json(content)


def together(reports: Sequence[Report]) -> Report:
    """Join the models of several reports in one report, with the facts of the first."""
    return attrs.evolve(reports[0], models=tuple(model for report in reports for model in report.models))


# --- every value -----------------------------------------------------------------------------------------------------


def _check(value: object, kind: Any, name: str) -> None:
    """Check that a JSON value has the type.

    Raises:
        ValueError: it does not. The message names the place.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if attrs.has(kind):
        _check_record(value, kind, name)
    elif origin in (Union, UnionType):
        if value is not None:
            (inner,) = (each for each in arguments if each is not type(None))
            _check(value, inner, name)
        elif type(None) not in arguments:
            _refuse(name, "a value", value)
    elif origin is Literal:
        if not isinstance(value, str) or value not in arguments:
            _refuse(name, f"one of {', '.join(arguments)}", value)
    elif origin is tuple:
        _check_list(value, arguments, name)
    elif origin is dict:
        if not isinstance(value, dict):
            _refuse(name, "an object", value)
        else:
            for key, each in value.items():
                _check(each, arguments[1], f"{name} {key[:60]!r}")
    elif not _is_plain(value, kind):
        _refuse(name, PLAIN[kind], value)


def _check_record(value: object, kind: type, name: str) -> None:
    if not isinstance(value, dict):
        _refuse(name, "an object", value)
        return
    fields, hints = attrs.fields_dict(kind), _hints(kind)
    if unknown := sorted(value.keys() - fields.keys() - ASIDE.get(kind, frozenset())):
        raise ValueError(f"{name} has {quoted(unknown[0], 60)}, which schema {SCHEMA} does not have")
    for each, field in fields.items():
        if each in value:
            _check(value[each], hints[each], f"{name}: {each}")
        elif field.default is attrs.NOTHING or each in ALWAYS:
            raise ValueError(f"{name} must have {each}")


ALWAYS = ("failures", "replayed", "mended", "rules_order", "exempt", "sweep", "laws")
"""Attributes with a default that a file of every schema must have."""


def _check_list(value: object, arguments: tuple[Any, ...], name: str) -> None:
    if not isinstance(value, list):
        _refuse(name, "a list", value)
        return
    kinds = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else list(arguments)
    if len(kinds) != len(value):
        _refuse(name, f"a list of {len(kinds)}", value)
    for number, (each, kind) in enumerate(zip(value, kinds, strict=True)):
        _check(each, kind, f"{name}[{number}]")


PLAIN: Mapping[type, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number, 0 or more",
    float: "a number, 0 or more",
}


def _is_plain(value: object, kind: type) -> bool:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return kind in (type(value), float) and 0 <= value < MOST  # false for NaN
    return type(value) is kind


def _refuse(name: str, demand: str, value: object) -> None:
    raise ValueError(f"{name} must be {demand}, got {quoted(value, 40)}")


@lru_cache(maxsize=32)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
