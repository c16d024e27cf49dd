"""Files that outlast a run: written completely or not at all, and read only if they are regular files."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, content: bytes, lasts: bool = True) -> None:
    """Write a file, replacing an existing file. After a crash, the path holds either the old file or the complete new
    file.

    Args:
        path: the path of the file.
        content: the content.
        lasts: whether this also holds after a crash of the machine, which costs some milliseconds.

    Raises:
        OSError: the file cannot be written; the old file is unchanged.
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
    """Flush the names in a folder to the disk, if the system supports it."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems cannot sync folders
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading; a pipe, which would block, and a folder are refused.

    Raises:
        OSError: the file cannot be opened.
        ValueError: it is no regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ValueError("it must be a regular file")
    return open(descriptor, "rb")


def read_file(path: Path, most: int) -> bytes:
    """Return the content of a small file.

    Args:
        path: the path of the file.
        most: the largest allowed size in bytes.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no regular file, or it is larger.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise ValueError(f"it must have at most {most:,} bytes, got {size:,}")
        return file.read(most)
