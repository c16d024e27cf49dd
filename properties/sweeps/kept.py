"""The saved files of a sweep: its progress and its counts.

`state.json` vouches for the first `size` bytes of `divergences.jsonl`. The bytes after them were written after the last
saved chunk, and are dropped when the sweep resumes. Before anything is used or written, everything is checked: the
schema, a digest of each file, every count, every line.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from turncheck.engine.files import read_file
from turncheck.properties.sweeps.counts import Counts, checked_counts, whole
from turncheck.properties.sweeps.faults import OtherSweepError, PartialError, SweepError, UntrustedError

STATE, FOUND = "state.json", "divergences.jsonl"
"""The files of a sweep's folder: how far it is and its counts; what diverged, a line each."""

SCHEMA = 4

LARGEST = 32_000_000
"""Most bytes of `state.json`; for the duel it has some thousands."""

DIGITS = 20
"""More digits than any number in the file has."""

EMPTY = hashlib.sha256().hexdigest()


@attrs.frozen
class State:
    """The progress of a sweep.

    Attributes:
        about: the facts of the sweep, as plain values: `schema`, `domain`, `rules`, `sampler`, `seed`, `turns`,
            `model`, `laws`.
        counts: the counts so far.
        size: the number of bytes of `divergences.jsonl` that the state vouches for.
        sha256: the hash of these bytes.
    """

    about: Mapping[str, Any]
    counts: Counts = attrs.field(factory=Counts)
    size: int = 0
    sha256: str = EMPTY

    @property
    def is_whole(self) -> bool:
        """Whether all cases were asked."""
        return bool(self.counts.done == self.about["turns"])

    def to_bytes(self) -> bytes:
        """Return the content of `state.json`."""
        counts = self.counts.to_json()
        content = {"about": dict(self.about), "counts": counts, "size": self.size, "sha256": self.sha256}
        return json.dumps({**content, "digest": _digest(content)}).encode()


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def read_state(folder: Path) -> State:
    """Return the progress of the sweep in that folder, without checking its lines.

    Raises:
        FileNotFoundError: the folder holds no sweep.
        OtherSweepError: the sweep has another version.
        UntrustedError: no sweep wrote the file.
    """
    try:
        return _state(folder, parsed(read_file(folder / STATE, LARGEST)))
    except (FileNotFoundError, SweepError):
        raise
    except OSError as error:
        raise UntrustedError(folder, f"its {STATE} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise UntrustedError(folder, f"its {STATE} cannot be read ({error})") from error


def parsed(text: bytes) -> Any:
    """Parse JSON.

    Raises:
        ValueError: the text is not JSON, or not in a form that Turncheck writes.
    """
    try:
        return json.loads(text, parse_int=_number)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _number(digits: str) -> int:
    if len(digits) > DIGITS:  # Python refuses some thousands of digits, with a message about its own setting
        raise ValueError(f"a number must have at most {DIGITS} digits, got {len(digits):,}")
    return int(digits)


def _state(folder: Path, content: object) -> State:
    """Return the state in a file. Raises ValueError if there is none."""
    keys = ["about", "counts", "size", "sha256", "digest"]
    about = content.get("about") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(about, dict):
        raise ValueError(f"it must be an object with {', '.join(keys)}")
    if type(about.get("schema")) is int and about["schema"] != SCHEMA:
        fault = f"its schema must be {SCHEMA}, got {about['schema']!r:.60}: sweep again with this version"
        raise OtherSweepError(folder, fault)
    if set(content) != set(keys):
        raise ValueError(f"it must have {', '.join(keys)}, got {', '.join(content):.80}")
    if content.pop("digest") != _digest(content):
        raise ValueError("its digest must match its content")
    _check_about(about)
    counts = checked_counts(content["counts"], about["turns"], about["laws"])
    size = whole("size", content["size"], 2**63 - 1)
    if not isinstance(content["sha256"], str):
        raise ValueError("sha256 must be a text")
    return State(about, counts, size, content["sha256"])


def check_empty(folder: Path) -> None:
    """Raise UntrustedError if a folder without a state has lines: a sweep writes its state before its lines."""
    found = folder / FOUND
    if os.path.lexists(found) and not (found.is_file() and not found.stat().st_size):
        raise UntrustedError(folder, f"it holds {FOUND}, and no {STATE}")


def read_whole(folder: Path) -> State:
    """Return the state of a finished sweep, without checking its lines.

    Raises:
        SweepError: there is no sweep in that folder.
        NoVerdictError: the sweep cannot be trusted, or is unfinished.
    """
    try:
        state = read_state(folder)
    except FileNotFoundError:
        if not folder.is_dir():
            raise SweepError(folder, "there is no such folder: turncheck sweep --out makes one") from None
        check_empty(folder)
        raise SweepError(folder, f"it holds no sweep, no {STATE}: turncheck sweep --out makes one") from None
    if not state.is_whole:
        raise PartialError(folder, state.counts.done, state.about["turns"])
    return state


TEXTS = ("domain", "rules", "sampler")
MODEL = ("name", "kind", "sha256", "template", "arguments")


def _check_about(about: Mapping[str, Any]) -> None:
    """Raise ValueError if the value does not hold the facts of a sweep."""
    keys = {"schema", "seed", "turns", "model", "laws", *TEXTS}
    if set(about) != keys or type(about["schema"]) is not int:  # another schema number was refused before
        raise ValueError(f"about must have schema {SCHEMA}, {', '.join(sorted(keys - {'schema'}))}")
    for name in TEXTS:
        check_text(name, about[name])
    whole("seed", about["seed"], 2**63 - 1)
    whole("turns", about["turns"], 2**63 - 1)
    _check_texts("laws", about["laws"])
    if len({*about["laws"]}) < len(about["laws"]):
        raise ValueError("laws must be different")
    model = about["model"]
    if not isinstance(model, dict) or set(model) != set(MODEL):
        raise ValueError(f"model must have {', '.join(MODEL)}, got {model!r:.60}")
    for name in ("name", "kind", "template"):
        check_text(f"model {name}", model[name])
    if model["sha256"] is not None:
        check_text("model sha256", model["sha256"])
    _check_texts("model arguments", model["arguments"])


def check_text(name: str, value: object) -> None:
    """Raise ValueError if the value is not a text."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text, got {value!r:.60}")


def _check_texts(name: str, value: object) -> None:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"{name} must be a list of texts, got {value!r:.60}")
