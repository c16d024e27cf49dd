"""The file of a map's answers: a first line with what is mapped, then a line for each chunk of a cell.

Each line ends with a digest of its content and of the lines before it. A line that was cut off, when the process or the
machine died, is dropped; anything else that does not match is refused. One process writes at a time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from turncheck.engine.files import open_file
from turncheck.properties.sweeps.faults import NoVerdictError, SweepError
from turncheck.properties.sweeps.kept import parsed
from turncheck.properties.sweeps.lock import LockedError, locked

ANSWERS = "answers.jsonl"
"""The file in the map's folder."""

SCHEMA = 1

DIGITS = 16
"""Hexadecimal digits of the digests."""

LONGEST = 64_000_000
"""Most bytes of a line."""


class MapError(SweepError):
    """A map cannot begin or resume in a folder."""

    def __str__(self) -> str:
        return f"map {self.folder}: {self.fault}"


class UnusableMapError(MapError, NoVerdictError):
    """The content of the folder cannot be trusted, or another process maps in it."""


class Kept:
    """The lines of a map, read from its folder and extended.

    Attributes:
        folder: the map's folder.
        lines: the saved chunks, in order.

    Raises:
        MapError: the folder cannot be written, holds another map, or holds a map and `resume` is not set.
        UnusableMapError: the content cannot be trusted, or another process maps in the folder.
    """

    def __init__(self, folder: Path, about: Mapping[str, Any], resume: bool) -> None:
        self.folder, self.lines = folder, list[dict[str, Any]]()
        self._about = json.loads(json.dumps({"schema": SCHEMA, **about}))  # as it comes back from the file
        self._digest, self._size = "", 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with self._held():
                self._begin(resume)
        except OSError as error:
            raise MapError(folder, f"it cannot be written ({error.strerror}): give another folder") from error

    @contextmanager
    def writing(self, lasts: bool = True) -> Iterator[None]:
        """Context in which lines can be saved; no other process can do so at the same time.

        Raises:
            UnusableMapError: another process maps in the folder, or has changed the file.
        """
        self._lasts = lasts
        with self._held():
            if (self.folder / ANSWERS).stat().st_size != self._size:
                raise self._untrusted(f"its {ANSWERS} was changed by another process")
            yield

    def save(self, line: Mapping[str, Any]) -> None:
        """Append a line.

        Raises:
            MapError: it cannot be written.
        """
        try:
            with open(self.folder / ANSWERS, "ab") as file:
                content = self._sealed(line)
                file.write(content)
                file.flush()
                if self._lasts:
                    os.fsync(file.fileno())
        except OSError as error:
            raise MapError(self.folder, f"it cannot be written ({error.strerror}): free some space") from error
        self._size += len(content)
        self.lines.append(json.loads(json.dumps(line)))

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Lock the folder."""
        with ExitStack() as stack:
            try:
                stack.enter_context(locked(self.folder))
            except LockedError:
                fault = "another process is mapping in it: wait for its end, or give another folder"
                raise UnusableMapError(self.folder, fault) from None
            yield

    def _untrusted(self, fault: str) -> UnusableMapError:
        return UnusableMapError(self.folder, f"{fault}: restore the folder, or delete it and map anew")

    def _begin(self, resume: bool) -> None:
        path = self.folder / ANSWERS
        if not path.exists() or not path.stat().st_size:
            with open(path, "wb") as file:
                file.write(content := self._sealed({"about": self._about}))
            self._size = len(content)
            return
        self._read(path)
        if self.lines and not resume:
            raise MapError(self.folder, "it holds a map: --resume continues it, another --out starts a new map")

    def _read(self, path: Path) -> None:
        first = None
        with open_file(path) as file:
            while content := file.readline(LONGEST):
                if not content.endswith(b"\n"):
                    break  # cut off when it was written
                line = self._opened(content)
                self._size += len(content)
                if first is None:
                    first = line.get("about")
                    self._check(first)
                else:
                    self.lines.append(line)
        os.truncate(path, self._size)
        if first is None:
            self._begin(True)

    def _check(self, about: object) -> None:
        if not isinstance(about, dict):
            raise self._untrusted(f"its {ANSWERS} must begin with what is mapped")
        differing = sorted(name for name, value in self._about.items() if about.get(name) != value)
        if differing:
            fault = f"it holds another map, with other {', '.join(differing)}: give another --out"
            raise MapError(self.folder, fault)

    def _sealed(self, line: Mapping[str, Any]) -> bytes:
        """Return a line with its digest."""
        content = json.dumps(line)
        self._digest = hashlib.sha256(f"{self._digest}{content}".encode()).hexdigest()[:DIGITS]
        return f"{self._digest} {content}\n".encode()

    def _opened(self, content: bytes) -> dict[str, Any]:
        """Return a line without its digest.

        Raises:
            UnusableMapError: the digest does not match.
        """
        digest, _, rest = content.rstrip(b"\n").partition(b" ")
        self._digest = hashlib.sha256(self._digest.encode() + rest).hexdigest()[:DIGITS]
        if digest != self._digest.encode():
            raise self._untrusted(f"its {ANSWERS} is not what was kept")
        line: dict[str, Any] = parsed(rest)
        return line
