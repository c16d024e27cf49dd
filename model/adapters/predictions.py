"""The kind `predictions:FILE`: answers that were made elsewhere, with any framework, as a file of JSON lines.

`turncheck prompts` writes the prompts. Each line holds a prompt with the model's answer:

    {"prompt": "07+35=", "answer": "042"}

The first line may be a header that names the schema: `{"schema": "turncheck-answers/1"}`, or the header of the prompts'
file, unchanged. The file is data, and nothing in it is repaired. In memory are 16 bytes per line: a hash of its prompt
and the line's offset. An answer is read when it is needed.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, BinaryIO

import attrs
import numpy as np
import numpy.typing as npt

from turncheck.engine.learned import EngineError, Listed, described
from turncheck.engine.visible import cut, quoted
from turncheck.model.adapters.templates import Template, TemplatedEngine

PROMPTS, ANSWERS = "turncheck-prompts/1", "turncheck-answers/1"
"""The schemas of a file of prompts and of a file of answers."""

LONGEST = 1_000_000
"""Most bytes of a line; a correct answer has some hundreds."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

SHAPE = 'an object of two texts, "prompt" and "answer"'

UInt64 = npt.NDArray[np.uint64]


@attrs.frozen(eq=False)
class Predictions:
    """The answers in a file: it can only answer the prompts of that file.

    Attributes:
        path: the absolute path of the file. It is opened for each call, so that it is not held open between calls.
        keys: (lines,) hashes of the prompts, ascending.
        places: (lines,) the offset of each line, in bytes.
    """

    path: str
    keys: UInt64 = attrs.field(repr=False)
    places: UInt64 = attrs.field(repr=False)

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the answers in the file.

        Raises:
            EngineError: the file has no answer to one of the prompts.
        """
        given = list(self._answers(prompts))
        if None in given:
            raise EngineError(f"{self.path} has no answer to this prompt, or was changed meanwhile")
        return [answer for answer in given if answer is not None]

    def unlisted(self, prompts: Sequence[str], /) -> list[str]:
        """Return the prompts that the file has no answer to."""
        answers = self._answers(prompts)
        return [prompt for prompt, answer in zip(prompts, answers, strict=True) if answer is None]

    def _answers(self, prompts: Sequence[str]) -> Iterator[str | None]:
        wanted = np.array([_key(prompt) for prompt in prompts], np.uint64)
        firsts = np.searchsorted(self.keys, wanted)
        lasts = np.searchsorted(self.keys, wanted, side="right")
        with open(self.path, "rb") as file:
            for prompt, first, last in zip(prompts, firsts, lasts, strict=True):
                entries = (_entry_at(file, int(place), self.path) for place in self.places[first:last])
                yield next((answer for text, answer in entries if text == prompt), None)


class TemplatedPredictions(TemplatedEngine):
    """A listed engine behind a template: its list is in the template's wording."""

    engine: Any

    def unlisted(self, prompts: Sequence[str], /) -> list[str]:
        """Return the prompts that it has no answer to, in the domain's own wording."""
        ours = {in_wording(prompt, self.template): prompt for prompt in prompts}
        return [ours[each] for each in self.engine.unlisted(list(ours))]


def in_wording(prompt: str, words: Template) -> str:
    """Return the prompt in the wording of a template.

    Raises:
        EngineError: the template raised.
    """
    try:
        return words.encode(prompt)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a user's template may raise anything
        fault = f"template {words.name} raised {described(error)} on {quoted(prompt)}"
        raise EngineError(f"{fault}: it must encode every prompt; rejects=false leaves malformed texts out") from error


def predictions(target: str) -> Listed:
    """The kind `predictions:FILE`: the answers in that file.

    Raises:
        EngineError: it is no file of answers; the message names the faulty line and the way out.
    """
    if not os.path.isfile(target):
        got = "a folder" if os.path.isdir(target) else "no file" if target else "nothing"
        raise EngineError(
            f"predictions:FILE must name a file of answers, got {got}{f' at {cut(target, 200)}' if target else ''}"
        )
    try:
        with open(target, "rb") as file:
            return _listed(file, os.path.abspath(target), target)
    except OSError as error:
        raise EngineError(f"{cut(target, 200)} cannot be read: {error.strerror}") from error


def _listed(file: BinaryIO, path: str, name: str) -> Predictions:
    """Return the answers in the file; each line is checked once."""
    keys, places, numbers = array("Q"), array("Q"), array("Q")
    for number, place, line in _lines(file, name):
        entry = _entry(line, f"{name} line {number}", may_be_header=number == 1)
        if entry is not None:
            keys.append(_key(entry[0]))
            places.append(place)
            numbers.append(number)
    if not keys:
        raise EngineError(f"{name} must hold answers, a line each ({SHAPE}), got none")
    order = np.argsort(np.frombuffer(keys, np.uint64), kind="stable")
    known = Predictions(path, np.frombuffer(keys, np.uint64)[order], np.frombuffer(places, np.uint64)[order])
    _check_one_answer_each(known, file, name, np.frombuffer(numbers, np.uint64)[order])
    return known


def _lines(file: BinaryIO, name: str) -> Iterator[tuple[int, int, bytes]]:
    """Yield each line with its number, from 1, and its offset."""
    number = place = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            demand = f"{name} line {number} must have at most {LONGEST:,} bytes, got more"
            raise EngineError(f"{demand}: limit the tokens of an answer")
        text = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
        yield number, place + len(line) - len(text), text
        place += len(line)


def _check_one_answer_each(known: Predictions, file: BinaryIO, name: str, numbers: UInt64) -> None:
    """Check that a prompt on several lines has the same answer on all of them."""
    for index in np.flatnonzero(known.keys[1:] == known.keys[:-1]):
        first, second = (_entry_at(file, int(place), name) for place in known.places[index : index + 2])
        if first[0] == second[0] and first[1] != second[1]:
            lines = f"lines {numbers[index]} and {numbers[index + 1]}"
            raise EngineError(f"{name} must have one answer to each prompt, got two in {lines}: decode greedily")


# --- a line ----------------------------------------------------------------------------------------------------------


def _entry_at(file: BinaryIO, place: int, name: str) -> tuple[str, str]:
    file.seek(place)
    entry = _entry(file.readline(LONGEST + 1), name, may_be_header=False)
    assert entry is not None
    return entry


def _entry(line: bytes, where: str, may_be_header: bool) -> tuple[str, str] | None:
    """Return the prompt and the answer of a line; None for a header.

    Raises:
        EngineError: the line is neither.
    """
    value = _value(line, where)
    if may_be_header and isinstance(value, dict) and "schema" in value:
        if value["schema"] in (PROMPTS, ANSWERS):
            return None
        wanted = f"{where} must name the schema {ANSWERS} (or {PROMPTS}), got {_cut(value['schema'])}"
        raise EngineError(f"{wanted}: write the prompts with this version's turncheck prompts")
    # Other keys are ignored: tools that make answers in batches add ids and finish reasons.
    if not isinstance(value, dict) or not value.keys() >= {"prompt", "answer"}:
        got = _keys(value) if isinstance(value, dict) else _cut(value)
        raise EngineError(f"{where} must be {SHAPE}, got {got}: write the model's answer beside each prompt")
    prompt, answer = value["prompt"], value["answer"]
    if not isinstance(prompt, str) or not isinstance(answer, str):
        got = _cut(answer if isinstance(prompt, str) else prompt)
        raise EngineError(f'{where} must be {SHAPE}, got {got} in it: no answer at all is ""')
    return prompt, answer


def _value(line: bytes, where: str) -> Any:
    try:
        return json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise EngineError(
            f"{where} must be UTF-8, got byte {line[error.start]:#04x}: json.dumps writes ASCII"
        ) from error
    except (ValueError, RecursionError) as error:
        got = _cut(line.decode().rstrip("\r\n"))
        raise EngineError(f"{where} must be JSON, {SHAPE}, got {got}: json.dumps writes it, a line each") from error


def _keys(value: dict[str, Any]) -> str:
    names = [_cut(name) for name in list(value)[:4]]
    return f"one of {', '.join(names)}{' and more' if len(value) > 4 else ''}" if names else "an empty one"


def _cut(value: object) -> str:
    """Return a value for a message: a text or a number as Python writes it, cut; for anything else, its type."""
    if isinstance(value, list | dict):  # it may be nested too deep for repr
        return f"a {type(value).__name__}"
    return quoted(value)


def _key(prompt: str) -> int:
    """Return 64 bits of a prompt's hash. Prompts may contain lone surrogates."""
    return int.from_bytes(blake2b(prompt.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
