"""The baseline: known failures, by law and failure mode, so that only a new failure fails a run."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path

import attrs

from turncheck.engine.files import read_file, write_whole
from turncheck.properties.session.data_file import DataFileError
from turncheck.reports.modes import MODES
from turncheck.reports.records import LawResult

SCHEMA = 1

LARGEST = 4_000_000
"""Most bytes of a file, which has one line for each mode."""

Baseline = Mapping[str, tuple[str, ...]]
"""The known failure modes of each law that has any."""


class BaselineError(DataFileError):
    """A baseline file cannot be used."""

    kind = "baseline"


def load_baseline(path: Path, laws: Collection[str] | None) -> Baseline:
    """Load a baseline file.

    Args:
        path: the path of the file.
        laws: the laws that it may name; None for any.

    Raises:
        BaselineError: the file cannot be read, has another schema, or names an unknown law or mode.
    """
    try:
        text = read_file(path, LARGEST)
    except OSError as error:
        way_out = "make it with --turncheck-write-baseline"
        raise BaselineError(path, f"it cannot be read: {error.strerror}; {way_out}") from error
    except ValueError as error:
        raise BaselineError(path, str(error)) from error
    try:
        content = json.loads(text)  # accepts a byte order mark
    except (ValueError, RecursionError) as error:
        raise BaselineError(path, "it must be JSON, as --turncheck-write-baseline writes it") from error
    try:
        return _checked(content, laws)
    except ValueError as error:
        raise BaselineError(path, str(error)) from error


def _checked(content: object, laws: Collection[str] | None) -> Baseline:
    way_out = "write it anew with --turncheck-write-baseline"
    if not isinstance(content, dict) or type(content.get("schema")) is not int or content["schema"] != SCHEMA:
        schema = content.get("schema") if isinstance(content, dict) else None
        raise ValueError(f"schema must be {SCHEMA}, got {schema!r:.40}; {way_out}")
    known = content.get("known")
    if not isinstance(known, dict) or not all(isinstance(modes, list) for modes in known.values()):
        raise ValueError(f"known must give a list of modes for each law; {way_out}")
    for law, modes in known.items():
        if laws is not None and law not in laws:
            raise ValueError(f"law must be one that turncheck laws lists, got {law:.80}; {way_out}")
        for mode in modes:
            if not isinstance(mode, str) or mode not in {each.mode for each in MODES}:
                raise ValueError(f"mode must be one of {', '.join(each.mode for each in MODES)}, got {mode!r:.40}")
    return {law: tuple(modes) for law, modes in known.items()}


def write_baseline(path: Path, results: Collection[LawResult], before: Baseline) -> None:
    """Write the failures of the laws that ran, and the known failures of all other laws."""
    known = {law: list(modes) for law, modes in before.items()}
    known.update({result.id: sorted(failure.mode for failure in result.failures) for result in results})
    content = {"schema": SCHEMA, "known": {law: modes for law, modes in sorted(known.items()) if modes}}
    path = Path(os.path.realpath(path))  # if the path is a link, write the file it points to
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (json.dumps(content, indent=1) + "\n").encode())


def compared(result: LawResult, known: Baseline) -> LawResult:
    """Return the result with known failures marked, and with the known modes that did not occur."""
    modes = known.get(result.id, ())
    failures = tuple(attrs.evolve(failure, known=failure.mode in modes) for failure in result.failures)
    occurred = {failure.mode for failure in failures}
    return attrs.evolve(result, failures=failures, mended=tuple(mode for mode in modes if mode not in occurred))
