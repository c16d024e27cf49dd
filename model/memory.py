"""Memory that a pass has freed is kept for the next one: of the command's own process, and of nobody else's."""

from __future__ import annotations

import ctypes
from functools import lru_cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Parameters of `mallopt`, as glibc's malloc.h numbers them."""

LARGEST_BLOCK, KEPT = 32 << 20, 64 << 20
"""Bytes: blocks up to this size are not given back by themselves, and so much may lie free."""


@lru_cache(maxsize=1)
def keep_freed_memory() -> None:
    """Tells glibc not to give freed memory back to the system at once; another C library is left as it is.

    It changes the allocator of the whole process, so that only the `turncheck` command calls it, and no engine does.
    A pass over a small model allocates some megabytes a layer. Given back, and taken anew page by page, they cost a
    tenth to a fifth of the pass.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(M_MMAP_THRESHOLD, LARGEST_BLOCK)
    mallopt(M_TRIM_THRESHOLD, KEPT)
