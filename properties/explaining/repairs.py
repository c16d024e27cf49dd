"""Search the repairs of a malformed text for those under which the reference gives exactly the model's answer.

A field of a text without the form of a case cannot be changed, but a piece of the text can. A repair replaces one piece
by what the schema has in its place, drops one piece or line, adds a label (with its value), ends the text where it
should end, or makes the spacing regular. Which repair explains an answer shows what the model made of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from turncheck.engine.domain import Domain, DomainError
from turncheck.engine.fields import Field, Int
from turncheck.engine.schema import Piece
from turncheck.properties.explaining.changes import MOST_VALUES
from turncheck.reports.as_if import Explanation

MOST_REPAIRS = 4_000
"""Most repaired texts that are tried."""

Repair = tuple[str, str, str]
"""The place of a repair, the repair in words, as it follows `as if`, and the repaired text."""


def search_repairs(
    domain: Domain, prompt: str, given: str, most: int = MOST_REPAIRS
) -> tuple[tuple[Explanation, ...], int]:
    """Return the repairs of a malformed text that explain the answer, and how many repairs were tried.

    Of several repairs of one place that explain it, the first counts.
    """
    found: dict[str, Explanation] = {}
    tried = 0
    for place, words, text in islice(_repairs(domain, prompt), most):
        tried += 1
        if place not in found and _answer(domain, text) == given:
            found[place] = Explanation("input", 1, words)
    return tuple(found.values()), tried


def _answer(domain: Domain, text: str) -> str | None:
    try:
        return domain.resolve_text(text)
    except DomainError:
        return None


def _repairs(domain: Domain, prompt: str) -> Iterator[Repair]:
    end = domain.prompt.end if prompt.endswith(domain.prompt.end) else ""
    lines = [line.split(" ") for line in prompt.removesuffix(end).split("\n")]

    def joined(changed: Sequence[Sequence[str]]) -> str:
        return "\n".join(map(" ".join, changed)) + end

    yield from (repair for repair in _of_the_whole(domain, prompt) if repair[2] != prompt)
    for row, line in enumerate(lines[: len(domain.prompt.lines) + 1]):
        form = domain.prompt.lines[row] if row < len(domain.prompt.lines) else ()
        for at, changed, words in _of_line(line, form):
            yield f"{row} {at}", f"{words} in line {row + 1}", joined([*lines[:row], changed, *lines[row + 1 :]])
        if len(lines) > 1:
            yield f"{row} gone", f"line {row + 1} were gone", joined([*lines[:row], *lines[row + 1 :]])


def _of_the_whole(domain: Domain, prompt: str) -> Iterator[Repair]:
    end, count = domain.prompt.end, len(domain.prompt.lines)
    regular = "\n".join(" ".join(line.split()) for line in prompt.split("\n") if line.strip())
    yield "spacing", "the spacing were regular", regular + end
    ended = "\n".join(prompt.split("\n")[:count])
    yield "end", "the text ended where it should", ended + end


def _of_line(line: Sequence[str], form: Sequence[Piece]) -> Iterator[tuple[str, list[str], str]]:
    """Yield changed lines, each after its place and before the change in words."""
    for at, piece in enumerate(line[: len(form) + 1]):
        yield f"{at} gone", [*line[:at], *line[at + 1 :]], f"{piece or 'a space'} were gone"
        for other in _pieces(form[at], piece) if at < len(form) else ():
            if other != piece:
                yield f"{at} other", [*line[:at], other, *line[at + 1 :]], f"{piece} were {other}"
    for at, expected in enumerate(form[: len(line) + 1]):
        for missing in _missing(expected, form[at + 1 : at + 2]):
            yield f"{at} added", [*line[:at], *missing, *line[at:]], f"{' '.join(missing)} were not missing"


def _pieces(form: Piece, piece: str) -> Iterator[str]:
    """Yield the texts that a place may have: its label, the numbers of the piece in the right form, or any value."""
    if form.word:
        yield form.word
        return
    numbers = re.findall("[0-9]{1,9}", piece)
    if len(numbers) == len(form.fields) and all(isinstance(field, Int) for field in form.fields):
        yield form.write([int(number) for number in numbers])
    if len(form.fields) == 1:
        yield from (form.write([value]) for value in _some(form.fields[0]))


def _missing(label: Piece, following: Sequence[Piece]) -> Iterator[list[str]]:
    """Yield what may be missing where a label belongs: the label, or the label and its value."""
    if label.word:
        yield [label.word]
        if following and len(following[0].fields) == 1:
            yield from ([label.word, following[0].write([value])] for value in _some(following[0].fields[0]))


def _some(field: Field) -> Sequence[Any]:
    count = field.count()
    return field.values() if count is not None and count <= MOST_VALUES else field.edges()
