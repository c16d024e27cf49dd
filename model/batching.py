"""Rows of tokens as tensors, and batches of fixed sizes: what both kinds of decoding share."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

import torch
from torch import Tensor

from turncheck.model.tokens import PAD, STOP

WRITTEN = 64
"""Rows that are written at once; missing rows are filled up with padding."""

FEW = 3
"""Most rows that a model which answers in one pass, or reads, is given one by one: a row costs a quarter of a batch."""

IGNORED = -100
"""The target of a position that the loss ignores (PyTorch's `ignore_index`)."""

Item = TypeVar("Item")

Method = TypeVar("Method", bound=Callable[..., Any])


def repeatable(method: Method) -> Method:
    """Run a method on one thread: the order of float operations is then fixed, and no thread waits for a busy core."""

    @wraps(method)
    def run(*arguments: Any) -> Any:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            with torch.inference_mode():
                return method(*arguments)
        finally:
            torch.set_num_threads(threads)

    return cast(Method, run)


def batches(items: Sequence[Item], most_alone: int = WRITTEN // 4) -> Iterator[Sequence[Item]]:
    """Yield the items in batches; a remainder of at most `most_alone` goes one by one, if that costs less than a batch
    that is filled up.
    """
    left_over = len(items) % WRITTEN
    alone = left_over if left_over <= most_alone else 0
    for start in range(0, len(items) - alone, WRITTEN):
        yield items[start : min(start + WRITTEN, len(items) - alone)]
    for index in range(len(items) - alone, len(items)):
        yield items[index : index + 1]


def padded(rows: Sequence[Sequence[int]], size: int, length: int) -> Tensor:
    """Return rows of token ids as one tensor: (size, length) int64, padded on the right and with empty rows."""
    ids = array("q", [PAD]) * (size * length)  # much faster than a tensor of nested lists
    for start, row in zip(range(0, size * length, length), rows, strict=False):
        ids[start : start + len(row)] = array("q", row)
    return torch.frombuffer(ids, dtype=torch.int64).view(size, length)


def until_stop(ids: list[int]) -> list[int]:
    """Return the tokens before the stop."""
    return ids[: ids.index(STOP)] if STOP in ids else ids
