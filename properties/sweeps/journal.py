"""Write a sweep's folder: begun once, locked by one process, extended chunk by chunk."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any, BinaryIO

from turncheck.engine.files import write_whole
from turncheck.properties.sweeps.counts import Counts
from turncheck.properties.sweeps.faults import BusyError, LostError, OtherSweepError, SweepError, UntrustedError
from turncheck.properties.sweeps.kept import FOUND, STATE, State, check_empty, read_state
from turncheck.properties.sweeps.lines import check_lines
from turncheck.properties.sweeps.lock import LockedError, locked


def begin(folder: Path, about: Mapping[str, Any], resume: bool = False, anew: bool = False) -> State:
    """Return the progress of the sweep in a folder. If the folder holds none, begin a sweep.

    Args:
        folder: the sweep's folder, which is created if it does not exist.
        about: the facts of the sweep.
        resume: whether to resume a sweep in the folder.
        anew: whether to replace a sweep in the folder, whatever it is.

    Raises:
        SweepError: the folder cannot be written, holds another sweep, or holds a sweep and neither option is set.
        NoVerdictError: the content cannot be trusted, or another process sweeps in the folder.
    """
    about = json.loads(json.dumps(about))  # as it comes back from the file
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with sweep_lock(folder):
            left = None if anew else _left(folder, about, resume)
            return _emptied(folder, State(about)) if left is None else left
    except OSError as error:
        raise SweepError(folder, f"it cannot be written ({error.strerror}): give another folder") from error


def _left(folder: Path, about: Mapping[str, Any], resume: bool) -> State | None:
    """Return the progress of the sweep that was left in the folder; None if nothing is saved there."""
    try:
        state = read_state(folder)
    except FileNotFoundError:
        check_empty(folder)
        return None
    if not resume:
        if not state.counts.done:
            return None
        raise SweepError(folder, "it holds a sweep: --resume continues it, another --out starts a new sweep")
    differing = sorted(name for name, value in about.items() if state.about[name] != value)
    if differing:
        fault = f"it holds another sweep, with other {', '.join(differing)}: give another --out"
        raise OtherSweepError(folder, fault)
    check_lines(folder, state)
    return state


def _emptied(folder: Path, state: State) -> State:
    """Begin a sweep in a folder, replacing any sweep there."""
    if os.path.lexists(folder / FOUND) and not (folder / FOUND).is_file():
        raise UntrustedError(folder, f"its {FOUND} must be a regular file")
    with open(folder / FOUND, "ab"):
        pass
    write_whole(folder / STATE, state.to_bytes())
    os.truncate(folder / FOUND, 0)  # behind the state: it must not vouch for lines that are gone
    return state


@contextmanager
def sweep_lock(folder: Path) -> Iterator[None]:
    """Lock a folder, so that no other process sweeps in it.

    Raises:
        BusyError: another process sweeps in it.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(folder))
        except LockedError:
            raise BusyError(folder) from None
        yield


class Journal:
    """The files of a running sweep: lines are written as they are found, and saved together with the counts.

    Attributes:
        state: the progress, as the folder records it.
        lasts: whether the files survive a crash of the machine.
    """

    def __init__(self, folder: Path, state: State, file: BinaryIO, lasts: bool) -> None:
        self.folder, self.state, self.lasts, self._file = folder, state, lasts, file
        self._digest = hashlib.sha256()
        self._size = state.size

    def write(self, line: Mapping[str, Any]) -> None:
        """Write a line; it counts once it is saved.

        Raises:
            LostError: the line cannot be written.
        """
        content = json.dumps(line).encode() + b"\n"
        with self._telling():
            _write_all(self._file, content)
        self._digest.update(content)
        self._size += len(content)

    def keep(self, counts: Counts) -> State:
        """Save the lines and the counts: after a crash, the sweep resumes from there.

        Raises:
            LostError: they cannot be saved.
        """
        state = State(self.state.about, deepcopy(counts), self._size, self._digest.hexdigest())
        with self._telling():
            self._check_place()
            if self.lasts:
                os.fsync(self._file.fileno())
            write_whole(self.folder / STATE, state.to_bytes(), self.lasts)
        self.state = state
        return state

    def read_kept(self) -> None:
        """Go to the end of the saved lines, and drop what follows them."""
        left = self.state.size
        self._file.seek(0)
        while left and (part := self._file.read(min(left, 2**20))):
            self._digest.update(part)
            left -= len(part)
        if self._digest.hexdigest() != self.state.sha256:
            raise UntrustedError(self.folder, f"its {FOUND} is not what was kept with {STATE}")
        self._file.truncate(self.state.size)
        self._file.seek(self.state.size)

    def _check_place(self) -> None:
        """Raise LostError if the folder was replaced, or another process also writes in it, as is possible without
        locks.
        """
        try:
            here, there = os.fstat(self._file.fileno()), os.stat(self.folder / FOUND)
            same = os.path.samestat(here, there) and here.st_size == self._size
            if same and read_state(self.folder) == self.state:
                return
        except (OSError, SweepError):
            pass
        fault = "it was removed, or somebody else changed it, while it was swept in: no more is kept"
        raise LostError(self.folder, fault)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise LostError.of(self.folder, self.state.counts.done, error.strerror) from error


@contextmanager
def journal(folder: Path, state: State, lasts: bool = True) -> Iterator[Journal]:
    """Open the files of a sweep, to continue from a state. No other process can do so while they are open.

    Args:
        folder: the sweep's folder.
        state: the progress.
        lasts: whether saved data must survive a crash of the machine.

    Raises:
        NoVerdictError: another process continues the sweep, or has continued it; or the files are gone.
    """
    with sweep_lock(folder), _opened(folder) as file:
        try:
            is_same = read_state(folder) == state
        except FileNotFoundError:
            is_same = False
        if not is_same:
            raise LostError(folder, "another process has changed it: give another folder, or sweep anew")
        kept = Journal(folder, state, file, lasts)
        kept.read_kept()
        yield kept


def _opened(folder: Path) -> BinaryIO:
    try:
        return open(folder / FOUND, "r+b", buffering=0)  # no buffer that could be lost
    except OSError as error:
        raise UntrustedError(folder, f"its {FOUND} cannot be opened ({error.strerror})") from error


def _write_all(file: BinaryIO, content: bytes) -> None:
    """Write all of it: a disk that becomes full may take only a part."""
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]
