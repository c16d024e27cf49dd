"""Files of ours that outlast a run: written whole or not at all, and read if they are files."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, content: bytes, lasts: bool = True) -> None:
    """Writes a file in the place of the one that is there. After a crash it is one of the two.

    Args:
        path: of the file.
        content: of it.
        lasts: whether that holds after a crash of the machine too, which takes some milliseconds.

    Raises:
        OSError: it cannot be written; the one that was there is as it was.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            if lasts:
                os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    if lasts:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Sees to it that the names in a folder are on the disk, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems sync no folders
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_file(path: Path) -> BinaryIO:
    """A file, opened to be read. A pipe, which would block, is none, nor is a folder.

    Raises:
        OSError: it cannot be opened.
        ValueError: it is no regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ValueError("it must be a regular file")
    return open(descriptor, "rb")


def read_file(path: Path, most: int) -> bytes:
    """The content of a small file.

    Args:
        path: of it.
        most: bytes that it may have.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no regular file, or larger.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise ValueError(f"it must have at most {most:,} bytes, got {size:,}")
        return file.read(most)
