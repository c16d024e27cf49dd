"""The data of a run, drawn ahead of its steps by other processes.

Drawing examples as texts takes longer than learning them, on a GPU many times as long. Batch `n` depends only on the
seed and on `n`, so each process draws whole batches, and the run learns the same as without them.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import DataLoader, Dataset

from turncheck.model.data import Data
from turncheck.model.examples import Batch

TOGETHER = 16
"""Steps whose data a process draws together: cases that are drawn as rows are drawn for several steps at once."""

AHEAD = 2
"""How often each process draws ahead."""

Drawn = tuple[list[Batch], float]
"""The data of a step, and the processor time that another process took to draw them, in seconds."""

_Array = npt.NDArray[np.int32]
_Sent = tuple[list[tuple[_Array, _Array, npt.NDArray[np.bool_]]], float]


def can_draw_ahead() -> bool:
    """Whether this system can fork a process. A domain cannot be sent to one that starts anew: its rules are code."""
    return "fork" in multiprocessing.get_all_start_methods()


def drawn_ahead(data: Data, first: int, end: int, workers: int) -> Iterator[Drawn]:
    """Yield the data of the steps from `first` to `end - 1`, in order.

    Args:
        data: what the run learns.
        first: the first step.
        end: the step after the last.
        workers: the number of processes that draw; with 0, this one draws.
    """
    if not workers:
        yield from ((data.batches(step), 0.0) for step in range(first, end))
        return
    parts = [
        range(max(first, start), min(start + TOGETHER, end))
        for start in range(first // TOGETHER * TOGETHER, end, TOGETHER)
    ]
    loader = DataLoader(
        _Parts(data, parts),
        batch_size=None,
        num_workers=workers,
        prefetch_factor=AHEAD,
        collate_fn=_as_it_is,
        multiprocessing_context="fork",
    )
    for part in loader:
        for arrays, seconds in part:
            made = [tuple(map(torch.from_numpy, each)) for each in arrays]
            yield [(tokens.long(), targets.long(), rejected) for tokens, targets, rejected in made], seconds


class _Parts(Dataset[list[_Sent]]):
    """The data of parts of the steps. They are sent as arrays: PyTorch would open a file for each tensor."""

    def __init__(self, data: Data, parts: Sequence[range]) -> None:
        self.data, self.parts = data, parts

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, number: int) -> list[_Sent]:
        return [self._sent(step) for step in self.parts[number]]

    def _sent(self, step: int) -> _Sent:
        began = process_time()
        made = [
            (tokens.to(torch.int32).numpy(), targets.to(torch.int32).numpy(), rejected.numpy())
            for tokens, targets, rejected in self.data.batches(step)
        ]
        return made, process_time() - began


def _as_it_is(sent: Any) -> Any:
    return sent
