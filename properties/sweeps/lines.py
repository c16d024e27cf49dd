"""The saved lines of a sweep's divergences, checked against the counts."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from turncheck.engine.files import open_file
from turncheck.properties.sweeps.counts import whole
from turncheck.properties.sweeps.faults import SweepError, UntrustedError
from turncheck.properties.sweeps.kept import FOUND, STATE, State, check_text, parsed
from turncheck.reports.modes import MODES


def read_lines(folder: Path, state: State) -> Iterator[dict[str, Any]]:
    """Yield the lines that a state vouches for. The digest is checked before the first line, the counts after the last.

    Raises:
        UntrustedError: the lines do not match the counts.
    """
    try:
        with open_file(folder / FOUND) as file:
            _check_digest(file, state)
            yield from _checked_lines(file, state)
    except OSError as error:
        raise UntrustedError(folder, f"its {FOUND} cannot be read ({error.strerror})") from error
    except SweepError:
        raise
    except ValueError as error:
        raise UntrustedError(folder, f"its {FOUND} cannot be read ({error})") from error


def check_lines(folder: Path, state: State) -> None:
    """Check all lines that a state vouches for.

    Raises:
        UntrustedError: the lines do not match the counts.
    """
    for _ in read_lines(folder, state):
        pass


def _check_digest(file: BinaryIO, state: State) -> None:
    """Raise ValueError if the file does not begin with the saved bytes. Leaves it at its beginning."""
    size = os.fstat(file.fileno()).st_size
    if size < state.size or (state.is_whole and size > state.size):
        raise ValueError(f"it must have {state.size:,} bytes, got {size:,}")
    digest, left = hashlib.sha256(), state.size
    while left and (part := file.read(min(left, 2**20))):
        digest.update(part)
        left -= len(part)
    if digest.hexdigest() != state.sha256:
        raise ValueError(f"it is not what was kept with {STATE}")
    file.seek(0)


def _checked_lines(file: BinaryIO, state: State) -> Iterator[dict[str, Any]]:
    """Yield the lines. Raises ValueError if a line is malformed, or if the lines do not match the counts."""
    counts, last = state.counts, dict[str, int]()
    diverged, modes, broke = 0, Counter[str](), Counter[str]()
    number = 0
    while file.tell() < state.size:
        number += 1
        try:
            found = _line(file.readline(), state)
            _check_order(found, last)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        diverged += not found["law"]
        (broke if found["law"] else modes)[found["law"] or found["mode"]] += 1
        yield found
    if file.tell() != state.size:
        raise ValueError(f"a line must end at byte {state.size:,}, got {file.tell():,}")
    if (diverged, modes, broke) != (counts.diverged, +counts.modes, +counts.broke):
        raise ValueError(f"its lines are not those that were counted in {STATE}")


def _line(line: bytes, state: State) -> dict[str, Any]:
    """Parse the line. Raises ValueError if it is no line of such a sweep."""
    found = parsed(line)
    keys = {"turn", "law", "mode", "prompt", "expected", "got"}
    if not isinstance(found, dict) or set(found) not in (keys, keys | {"case"}):
        raise ValueError(f"it must have {', '.join(sorted(keys))}, got {found!r:.60}")
    for name in set(found) - {"turn"}:
        check_text(name, found[name])
    whole("turn", found["turn"], state.counts.done - 1)
    if bool(found["law"]) != ("case" in found) or (found["law"] and found["law"] not in state.about["laws"]):
        raise ValueError(f"law must be one of the sweep's, with its case, got {found['law']!r:.60}")
    if found["mode"] not in {mode.mode for mode in MODES}:
        raise ValueError(f"mode must be one of {', '.join(mode.mode for mode in MODES)}, got {found['mode']!r:.60}")
    return found


def _check_order(found: Mapping[str, Any], last: dict[str, int]) -> None:
    """Raise ValueError unless each law was checked at most once on a case, and on one case after the other."""
    law, turn = found["law"], found["turn"]
    if turn <= last.get(law, -1):
        raise ValueError(f"turn must be above {last[law]:,}, the one before of its law, got {turn:,}")
    last[law] = turn
