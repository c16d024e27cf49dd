"""Batches side by side: each on one thread alone, so that its arithmetic is the same as by itself.

PyTorch lets go of the interpreter while it computes. So two threads, with a batch each, take little more than half of
the time, where two threads on one batch would change the order of its float operations.
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
"""Threads that are used where nobody says how many: what a small model computes keeps no more of them busy."""


def usable_cores() -> int:
    """Cores that this process may use, `MOST_THREADS` at most."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_THREADS)


class Workers(Generic[Room]):
    """Some threads, each with room of its own to work in.

    Args:
        count: threads, 1 or more. Where it is 1 the work is done by whoever asks for it.
        room: makes the room of a thread.
    """

    def __init__(self, count: int, room: Callable[[], Room]) -> None:
        self._count, self._room = count, room
        self._rooms = threading.local()
        self._pool: ThreadPoolExecutor | None = None

    def map(self, work: Callable[[Room, Item], Result], items: Iterable[Item]) -> list[Result]:
        """What comes of the work on each item, in their order.

        What the work raises is raised here. After that, and after an interrupt, no further item is begun.
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
        """Lets go of the threads; they are made anew where there is more to do."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _with_room(self, work: Callable[[Room, Item], Result], item: Item) -> Result:
        if not hasattr(self._rooms, "room"):
            self._rooms.room = self._room()
        with torch.inference_mode():  # which each thread says for itself
            return work(self._rooms.room, item)
