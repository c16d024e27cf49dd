"""Lay out a text as its domain writes it: pieces with their labels, groups side by side.

A model can write anything. An answer that does not have the domain's form is not laid out, but shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import attrs

from turncheck.reports.escape import shown_lines, visible
from turncheck.reports.records import Form

NAME = re.compile(r"\{([^{}]+)\}")

LONGEST_CELL = 40
"""Most characters of a piece that a table shows."""

SHORT_LINE = 36
"""Longest line, in characters, of a text that is best shown as it is written."""

FEW_LINES = 8
"""Most lines of such a text."""


@attrs.frozen
class Piece:
    """A place of a form that has fields.

    Attributes:
        group: the part of its fields' names before the first dot; empty if they have no group in common.
        label: the fields' names, as they are written: `hp/max`, `cd heal`.
        neutral: what the simplest text has in this place.
    """

    group: str
    label: str
    neutral: str

    @property
    def name(self) -> str:
        """Group and label."""
        return f"{self.group} {self.label}".strip()


@attrs.frozen
class LaidOut:
    """A text, split by the places of its form.

    Attributes:
        pieces: the text in the place of each piece with fields, in the order of the form.
        has_labels: whether all words of the form are where they belong.
    """

    pieces: dict[Piece, str]
    has_labels: bool


@lru_cache(maxsize=64)
def places_of(form: Form) -> tuple[tuple[Piece | str, ...], ...]:
    """Return the lines of a form: a Piece for each place that has fields, the word for any other place."""
    rows = zip(form.text.split("\n"), form.neutral.split("\n"), strict=False)
    return tuple(tuple(map(_place, text.split(" "), neutral.split(" "))) for text, neutral in rows)


def _place(written: str, neutral: str) -> Piece | str:
    names = NAME.findall(written)
    if not names:
        return written
    groups = {name.partition(".")[0] if "." in name else "" for name in names}
    group = groups.pop() if len(groups) == 1 else ""
    label = NAME.sub(lambda found: found[1].removeprefix(f"{group}.").replace(".", " "), written)
    return Piece(group, label, neutral)


def lay_out(form: Form | None, text: str) -> LaidOut | None:
    """Split the text by the places of the form; None if the numbers of lines or pieces differ."""
    if form is None:
        return None
    places, lines = places_of(form), text.split("\n")
    if len(lines) != len(places):
        return None
    pieces: dict[Piece, str] = {}
    has_labels = True
    for row, line in zip(places, lines, strict=True):
        written = line.split(" ")
        if len(written) != len(row):
            return None
        for place, part in zip(row, written, strict=True):
            if isinstance(place, Piece):
                pieces[place] = part
            else:
                has_labels = has_labels and part == place
    return LaidOut(pieces, has_labels)


def is_best_as_text(form: Form | None, *texts: str) -> bool:
    """Whether the texts are few short lines without groups, best read as they are written: a board, a sum."""
    if form is None:
        return True
    lines = [line for text in texts for line in text.split("\n")]
    has_groups = len({place.group for row in places_of(form) for place in row if isinstance(place, Piece)}) > 1
    is_short = all(len(line) <= SHORT_LINE for line in lines) and all(text.count("\n") <= FEW_LINES for text in texts)
    return is_short and not has_groups


def cell(text: str) -> str:
    """Return a piece as a table shows it."""
    return shortened(text, LONGEST_CELL)


def shortened(text: str, longest: int = 400) -> str:
    """Return the start of a text, in printable characters."""
    return visible(text[:longest]) + ("..." if len(text) > longest else "")


# --- texts as they are -----------------------------------------------------------------------------------------------


@attrs.frozen
class Part:
    """Consecutive pieces of a line.

    Attributes:
        text: the pieces, in printable characters.
        differs: whether they differ from those in the same place of the other text.
    """

    text: str
    differs: bool


def parts_of(text: str, other: str) -> list[list[Part]]:
    """Compare the lines of a text with those of another text. Long lines and texts are cut.

    If nothing is the same, nothing is marked, because marks would not help.
    """
    lines, others = shown_lines(text), shown_lines(other)
    found = [_parts(line, others[number] if number < len(others) else "") for number, line in enumerate(lines)]
    if all(part.differs for line in found for part in line):
        return [[Part(line, False)] for line in lines]
    return found


def _parts(line: str, other: str) -> list[Part]:
    pieces, others = line.split(" "), other.split(" ")
    parts: list[Part] = []
    for number, piece in enumerate(pieces):
        differs = number >= len(others) or piece != others[number]
        if not parts:
            parts.append(Part(piece, differs))
        elif parts[-1].differs == differs:
            parts[-1] = Part(f"{parts[-1].text} {piece}", differs)
        elif differs:  # the space between belongs to the unmarked part
            parts[-1] = Part(f"{parts[-1].text} ", False)
            parts.append(Part(piece, True))
        else:
            parts.append(Part(f" {piece}", False))
    return parts


def apart(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """Split pieces into those without a group and the rest. If no groups are shown side by side, all are the rest."""
    if groups_of(pieces) == [""]:
        return [], list(pieces)
    singles = [piece for piece in pieces if not piece.group]
    return singles, [piece for piece in pieces if piece.group]


def by_group(pieces: Sequence[Piece]) -> Iterator[tuple[str, list[Piece | None]]]:
    """Yield the rows of a table with a column for each group: a label, and the piece of that label in each group.

    Each group is a column if two groups have a label in common; else there is one column.
    """
    groups = groups_of(pieces)
    if groups == [""]:
        for piece in pieces:
            yield piece.name, [piece]
        return
    rows: dict[str, dict[str, Piece]] = {}
    for piece in pieces:
        rows.setdefault(piece.label, {})[piece.group] = piece
    for label, found in rows.items():
        yield label, [found.get(group) for group in groups]


def groups_of(pieces: Sequence[Piece]) -> list[str]:
    """Return the columns of the table of `by_group`."""
    groups = list(dict.fromkeys(piece.group for piece in pieces))
    labels = [piece.label for piece in pieces]
    return groups if len(set(labels)) < len(labels) else [""]
