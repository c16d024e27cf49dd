"""The long lists of a checkpoint's description, written shortly. `turncheck.model.portable.expanded` reads them.

Of a small model, they are otherwise the larger part of the file.

    >>> compact_texts(["guard", " 0", " 1", " 2", "\\nhero hp 07", "\\nhero hp 08", " -2", " -1"])
    ['guard', [' ', '0', '2'], ['\\nhero hp ', '07', '08'], [' -', '2', '1']]
    >>> compact_numbers([335, 336, 337, 12])
    [[335, 337], [12, 12]]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from turncheck.model.portable import COMPACT, FIRST_WORD, LONGEST_BEFORE, LONGEST_NUMBER

COUNTED = re.compile(rf"(|.{{,{LONGEST_BEFORE - 1}}}[^0-9])([0-9]{{1,{LONGEST_NUMBER}}})", re.DOTALL)
"""A text that ends with a number, and the text before it."""


def compact(about: Mapping[str, Any]) -> dict[str, Any]:
    """Return a description with its format and with its vocabulary and choices written shortly."""
    choices = {"choices": [compact_numbers(each) for each in about["config"]["choices"]]}
    vocabulary = compact_texts(about["vocabulary"][FIRST_WORD:])
    return {"format": COMPACT, **about, "config": {**about["config"], **choices}, "vocabulary": vocabulary}


def compact_numbers(numbers: Iterable[int]) -> list[list[int]]:
    """Return the first and the last number of each run of numbers that count up."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs


def compact_texts(texts: Iterable[str]) -> list[str | list[str]]:
    """Return the texts; for each run of texts that end with numbers of one width, which count up or down, what stands
    before the numbers, the first and the last.
    """
    runs: list[list[str]] = []
    for text in texts:
        if not (runs and _goes_on(runs[-1], text)):
            runs.append([])
        runs[-1].append(text)
    return [entry for run in runs for entry in (run if len(run) == 1 else [_ends(run)])]


def _goes_on(run: Sequence[str], text: str) -> bool:
    """Whether a text is the next one of a run."""
    found = [COUNTED.fullmatch(each) for each in (*run[-2:], text)]
    if not all(found) or len({(each[1], len(each[2])) for each in found if each}) > 1:
        return False
    numbers = [int(each[2]) for each in found if each]
    steps = {after - before for before, after in pairwise(numbers)}
    return steps in ({1}, {-1})


def _ends(run: Sequence[str]) -> list[str]:
    first, last = (COUNTED.fullmatch(text) for text in (run[0], run[-1]))
    assert first
    assert last
    return [first[1], first[2], last[2]]
