"""A folder that one process works in at a time. The lock is the system's, and goes with the process that holds it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"
"""The file that is locked. It stays, empty; nothing follows from its being there."""

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
"""What a file system says that has no locks, as some of clusters do."""


class LockedError(Exception):
    """Somebody else holds the lock."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the lock of a folder. A file system without locks gives it to everybody.

    Raises:
        LockedError: another has it.
        OSError: the file that is locked cannot be made.
    """
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    opened = [descriptor]
    try:
        _lock(descriptor)
        _keep_from_forks(opened)
        yield
    finally:
        if opened:  # else this is a process that was forked
            os.close(opened.pop())  # which unlocks it


def _keep_from_forks(opened: list[int]) -> None:
    """Closes the file in processes that a model forks: they would hold the lock longer than this one lives."""
    if sys.platform != "win32":

        def close() -> None:
            while opened:
                os.close(opened.pop())

        os.register_at_fork(after_in_child=close)


def _lock(descriptor: int) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            raise LockedError from error
        if error.errno not in NO_LOCKS:
            raise
