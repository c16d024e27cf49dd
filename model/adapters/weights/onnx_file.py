"""Check an ONNX file before any library opens it: the operators that its graphs call, and the files that hold its
weights.

ONNX is a protocol buffer: messages of numbered fields. Fields that hold messages are walked here (numbers as in
onnx.proto). A graph can name files, such as the weights of a large model, and operators of libraries. Files outside the
model's own folder, and operators of libraries other than ONNX and onnxruntime, are refused.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from turncheck.engine.learned import EngineError
from turncheck.engine.visible import quoted
from turncheck.model.adapters.card import homes
from turncheck.model.adapters.foreign import ends_of, file_of, is_onnx

OPERATORS = ("", "ai.onnx", "ai.onnx.ml", "com.microsoft")
"""The operator domains that onnxruntime implements itself."""

# fmt: off
MESSAGES = {
    "model":         {7: "graph", 14: "property", 20: "training", 25: "function"},
    "training":      {1: "graph", 2: "graph"},
    "function":      {7: "node", 11: "attribute"},
    "graph":         {1: "node", 5: "tensor", 15: "sparse tensor"},
    "node":          {5: "attribute"},
    "attribute":     {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse tensor", 23: "sparse tensor"},
    "sparse tensor": {1: "tensor", 2: "tensor"},
    "tensor":        {13: "location"},
    "property":      {},
    "location":      {},
}
"""For each message, the fields with messages that can hold a node, a tensor, or a name in one of these."""
# fmt: on

OPERATOR, NODE_DOMAIN = 4, 7
FUNCTION_NAME, FUNCTION_DOMAIN = 1, 10
KEY, VALUE = 1, 2

MEMORY = "_ORT_MEM_ADDR_"
"""The location by which onnxruntime means an address in the process."""

DEEPEST = 64
"""Most levels of nested messages: a graph in the branch of a graph takes three."""

LARGEST_TEXT = 1 << 24
"""Most bytes of a name or a property."""

NAMED = 3
"""Most operators that a message lists."""


class DamagedError(ValueError):
    """Content that is no protocol buffer, or is cut short."""


@attrs.frozen
class OnnxFile:
    """A file that passed the checks.

    Attributes:
        path: the path of the file.
        properties: its metadata, `metadata_props`.
        operators: the names of the operators that its graphs call.
    """

    path: Path
    properties: dict[str, str]
    operators: frozenset[str]


@attrs.define
class _Found:
    """What the file names."""

    nodes: set[tuple[str, str]] = attrs.field(factory=set)
    functions: set[tuple[str, str]] = attrs.field(factory=set)
    locations: set[str] = attrs.field(factory=set)
    properties: dict[str, str] = attrs.field(factory=dict)


def read_onnx(path: Path) -> OnnxFile:
    """Check the ONNX file at that path: it may name no file outside its folder and no library.

    Raises:
        EngineError: the file cannot be used; the message gives the fault and the way out.
    """
    found = _Found()
    try:
        start, end, size = ends_of(path)
        if not is_onnx(start, size):
            what = file_of(start, end, size) or f"{size:,} bytes of no known format, or cut short"
            raise EngineError(f"{quoted(str(path))} must be an ONNX model, got {what.partition(': ')[0]}")
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            _walk("model", content, 0, size, found, 0)
    except DamagedError as error:
        way_out = "it is cut short or damaged; download it again"
        raise EngineError(f"{quoted(str(path))} must be a complete ONNX model: {way_out}") from error
    except OSError as error:
        raise EngineError(f"{quoted(str(path))} cannot be read: {error.strerror or error}") from error
    _check_operators(found)
    for location in sorted(found.locations):
        _check_location(path, location)
    return OnnxFile(path, found.properties, frozenset(name for _, name in found.nodes))


# --- what it names ---------------------------------------------------------------------------------------------------


def _check_operators(found: _Found) -> None:
    foreign = sorted(f"{name} of {domain}" for domain, name in found.nodes - found.functions if domain not in OPERATORS)
    if foreign:
        more = f" and {len(foreign) - NAMED} more" if len(foreign) > NAMED else ""
        listed = ", ".join(quoted(each)[1:-1] for each in foreign[:NAMED])
        raise EngineError(
            f"its operators must be those of ONNX or onnxruntime, got {listed}{more}, which need a library, and "
            "none is loaded: export the model without them"
        )


def _check_location(path: Path, location: str) -> None:
    """Check that weights lie in the model's folder, following links."""
    demand = f"its weights must lie in the model's own folder, got {quoted(location)}"
    way_out = "move the file there and export again, or save one file"
    if MEMORY in location:
        raise EngineError(f"{demand}, a place in memory")
    if "\0" in location or re.match(r"[A-Za-z]:|[/\\]", location) or ".." in re.split(r"[/\\]", location):
        raise EngineError(f"{demand}, which is outside the folder: {way_out}")
    try:
        folder = path.parent.resolve(strict=True)
        # In a cache the model may be a link itself, and its weights lie beside the link's target.
        found = (folder / location).resolve(strict=True)
        if not any(found.is_relative_to(home) for home in homes(folder)):
            raise EngineError(f"{demand}, a link to a place outside: {way_out}")
        if not found.is_file():
            raise EngineError(f"{demand}, which is no file")
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, EngineError):
            raise
        raise EngineError(f"{demand}, which does not exist: download it, or copy it beside the model") from error


# --- the protocol buffer ---------------------------------------------------------------------------------------------


def _walk(message: str, content: Any, start: int, end: int, found: _Found, depth: int) -> None:
    """Record what a message of that kind names; it occupies the bytes from start to end."""
    if depth > DEEPEST:
        raise DamagedError
    inner, texts = MESSAGES[message], {}
    for field, begins, ends in _fields(content, start, end):
        if field in inner:
            _walk(inner[field], content, begins, ends, found, depth + 1)
        elif message in ("node", "function", "property", "location"):
            texts[field] = _text(content, begins, ends)
    if message == "node":
        found.nodes.add((texts.get(NODE_DOMAIN, ""), texts.get(OPERATOR, "")))
    elif message == "function":
        found.functions.add((texts.get(FUNCTION_DOMAIN, ""), texts.get(FUNCTION_NAME, "")))
    elif message == "property":
        found.properties[texts.get(KEY, "")] = texts.get(VALUE, "")
    elif message == "location" and texts.get(KEY) == "location":
        found.locations.add(texts.get(VALUE, ""))


def _text(content: Any, start: int, end: int) -> str:
    if end - start > LARGEST_TEXT:
        raise DamagedError
    return bytes(content[start:end]).decode("utf-8", "replace")


def _fields(content: Any, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the length-delimited fields between two offsets: the number, and the offsets of the content."""
    while start < end:
        tag, start = _varint(content, start, end)
        field, wire = tag >> 3, tag & 7
        if wire == 2:
            length, start = _varint(content, start, end)
            if length > end - start:
                raise DamagedError
            yield field, start, start + length
            start += length
        elif wire == 0:
            _, start = _varint(content, start, end)
        elif wire in (1, 5):
            start += 8 if wire == 1 else 4
        else:  # a group, which ONNX never had
            raise DamagedError
    if start != end:
        raise DamagedError


def _varint(content: Any, start: int, end: int) -> tuple[int, int]:
    """Return a number, and the offset after it."""
    value = 0
    for shift in range(10):
        if start >= end:
            break
        byte = content[start]
        start += 1
        value |= (byte & 127) << 7 * shift
        if byte < 128:
            return value, start
    raise DamagedError
