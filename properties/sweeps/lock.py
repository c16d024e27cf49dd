"""A folder in which one process works at a time. The system holds the lock, and releases it with its process."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"
"""The lock file. It remains, empty; its existence means nothing."""

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
"""The errors of a file system without locks, such as some of clusters."""


class LockedError(Exception):
    """Another process holds the lock."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a folder. On a file system without locks, everybody gets the lock.

    Raises:
        LockedError: another process holds the lock.
        OSError: the lock file cannot be created.
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
    """Close the file in processes that a model forks: they would hold the lock longer than this process lives."""
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
