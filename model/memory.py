"""Keep memory that a forward pass has freed for the next pass: only in the command's own process."""

from __future__ import annotations

import ctypes
from functools import lru_cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Parameters of `mallopt`, with glibc's numbers (malloc.h)."""

LARGEST_BLOCK, KEPT = 32 << 20, 64 << 20
"""Bytes: freed blocks up to the first size are kept for reuse, and at most the second amount stays unused at the
top.
"""


@lru_cache(maxsize=1)
def keep_freed_memory() -> None:
    """Tell glibc not to return freed memory to the system at once; with another C library, do nothing.

    This changes the allocator of the whole process, so only the `turncheck` command calls it, and no engine does. A
    pass over a small model allocates some megabytes per layer. Returning them and faulting them in again, page by page,
    costs a tenth to a fifth of the pass.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(M_MMAP_THRESHOLD, LARGEST_BLOCK)
    mallopt(M_TRIM_THRESHOLD, KEPT)
