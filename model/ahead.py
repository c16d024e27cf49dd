"""The data of a run, drawn ahead of its steps by other processes.

Drawing examples as texts takes longer than learning them, on a GPU many times as long. Batch `n` depends only on the
seed and on `n`, so each process draws whole batches, and the run learns the same as without them.
"""

from __future__ import annotations

import multiprocessing
import pickle
import warnings
from collections.abc import Iterator, Sequence
from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import DataLoader, Dataset

from turncheck.engine.visible import cut
from turncheck.model.data import Data
from turncheck.model.examples import Batch

TOGETHER = 16
"""Steps whose data a process draws together: cases that are drawn as rows are drawn for several steps at once."""

AHEAD = 2
"""How often each process draws ahead."""

Drawn = tuple[list[Batch], float]
"""The data of a step, and the processor time that another process took to draw them, in seconds."""

_Array = npt.NDArray[np.int32]
_Step = tuple[list[tuple[_Array, _Array, npt.NDArray[np.bool_]]], float]
_Sent = list[_Step] | Exception


class WorkerError(RuntimeError):
    """A process that draws has ended, for example because the memory was full.

    Attributes:
        fault: what is known of it.
    """

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault

    def __str__(self) -> str:
        return f"each process of --workers must draw to the end of the run, and one has ended: {self.fault}: name fewer"


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

    Raises:
        DomainError: a sampler or the reference of the domain raised, here or in another process.
        WorkerError: another process has ended.
    """
    if not workers:
        yield from ((data.batches(step), 0.0) for step in range(first, end))
        return
    parts = [
        range(max(first, start), min(start + TOGETHER, end))
        for start in range(first // TOGETHER * TOGETHER, end, TOGETHER)
    ]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This DataLoader will create")  # more processes than cores: as asked
        # The threads of PyTorch rest: while processes are made, nothing is computed.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        loader = iter(
            DataLoader(
                _Parts(data, parts),
                batch_size=None,
                num_workers=workers,
                prefetch_factor=AHEAD,
                collate_fn=_as_it_is,
                multiprocessing_context="fork",
            )
        )
    for part in _received(loader):
        if isinstance(part, Exception):
            raise part
        for arrays, seconds in part:
            made = [tuple(map(torch.from_numpy, each)) for each in arrays]
            yield [(tokens.long(), targets.long(), rejected) for tokens, targets, rejected in made], seconds


def _received(loader: Iterator[_Sent]) -> Iterator[_Sent]:
    try:
        yield from loader
    except RuntimeError as error:
        raise WorkerError(cut(str(error).partition("\n")[0], 120)) from error


class _Parts(Dataset[_Sent]):
    """The data of parts of the steps. They are sent as arrays: PyTorch would open a file for each tensor."""

    def __init__(self, data: Data, parts: Sequence[range]) -> None:
        self.data, self.parts = data, parts

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, number: int) -> _Sent:
        try:
            return [self._drawn(step) for step in self.parts[number]]
        except Exception as error:  # PyTorch would make a text of it
            return _sendable(error)

    def _drawn(self, step: int) -> _Step:
        began = process_time()
        made = [
            (tokens.to(torch.int32).numpy(), targets.to(torch.int32).numpy(), rejected.numpy())
            for tokens, targets, rejected in self.data.batches(step)
        ]
        return made, process_time() - began


def _sendable(error: Exception) -> Exception:
    """Return an error that can be sent to another process: itself, if it can be."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _as_it_is(sent: Any) -> Any:
    return sent
