"""Batches in parallel: each on a single thread, so that its arithmetic is the same as when it runs alone.

PyTorch releases the interpreter lock while it computes. So two threads with one batch each take little more than half
of the time. Two threads on one batch would change the order of its float operations.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")
Room = TypeVar("Room")

MOST_THREADS = 4
"""Most threads by default: the computations of a small model keep no more of them busy."""


def usable_cores() -> int:
    """Return the number of cores that this process may use, at most `MOST_THREADS`.

    The workers of a pytest-xdist session share the cores.
    """
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "")
    sharing = int(workers) if workers.isdecimal() else 1
    return min(max(usable // max(sharing, 1), 1), MOST_THREADS)


class Workers(Generic[Room]):
    """Threads, each with its own workspace.

    Args:
        count: the number of threads, 1 or more. With 1, the calling thread does the work.
        room: creates the workspace of a thread.
    """

    def __init__(self, count: int, room: Callable[[], Room]) -> None:
        self._count, self._room = count, room
        self._rooms = threading.local()
        self._pool: ThreadPoolExecutor | None = None

    def map(self, work: Callable[[Room, Item], Result], items: Iterable[Item]) -> list[Result]:
        """Return the results of the work on each item, in order.

        Errors in the work propagate. After an error or an interrupt, no further item is started.
        """
        items = list(items)
        if self._count == 1 or len(items) < 2:
            return [self._with_room(work, item) for item in items]
        self._pool = self._pool or ThreadPoolExecutor(self._count, "turncheck", torch.set_num_threads, (1,))
        try:
            return list(self._pool.map(lambda item: self._with_room(work, item), items))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the threads; new ones are started if there is more work."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _with_room(self, work: Callable[[Room, Item], Result], item: Item) -> Result:
        if not hasattr(self._rooms, "room"):
            self._rooms.room = self._room()
        with torch.inference_mode():  # it applies to one thread only
            return work(self._rooms.room, item)
