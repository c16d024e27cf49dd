"""A text split into pieces, so that it can be damaged."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from turncheck.engine.case import Case
from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.reading import MalformedTextError
from turncheck.engine.schema import Piece, Schema
from turncheck.strategies.choices import Choices

Position = tuple[int, int]
"""A piece's line and its index in that line, both from 0."""


WRONG = ("x", "0", "00", "turn", "99/01", "?")
"""Pieces that are wrong in most places."""


@attrs.define
class Page:
    """The pieces of one text.

    Attributes:
        lines: `lines[line][index]`.
        end: what follows the last line, a newline or nothing.
    """

    lines: list[list[str]]
    end: str = attrs.field(default="\n", kw_only=True)

    @property
    def text(self) -> str:
        """Join the pieces into the text."""
        return "\n".join(map(" ".join, self.lines)) + self.end if self.lines else ""

    @property
    def places(self) -> list[Position]:
        """Every place, in reading order."""
        return [(line, index) for line, pieces in enumerate(self.lines) for index in range(len(pieces))]

    def is_last(self, place: Position) -> bool:
        """Whether the piece ends its line."""
        line, index = place
        return index == len(self.lines[line]) - 1

    def __getitem__(self, place: Position) -> str:
        line, index = place
        return self.lines[line][index]

    def __setitem__(self, place: Position, piece: str) -> None:
        line, index = place
        self.lines[line][index] = piece


def split(text: str, end: str = "\n") -> list[list[str]]:
    """Split a text into the pieces of each line."""
    lines = text.split("\n")
    return [line.split(" ") for line in (lines[:-1] if end else lines)]


def followed(page: Page, fault: Position, choices: Choices) -> str:
    """Return the text with its end varied: only what precedes the fault decides the reason.

    What follows the fault mostly stays as it is; sometimes it is cut off, or contains a second fault. Without this
    variation, a model could find the reason at the end of the text instead of at the first fault.
    """
    line, index = fault
    ending = choices.pick(("kept",) * 6 + ("cut", "wrong again"))
    if ending == "cut":
        del page.lines[line][index + 1 :], page.lines[line + 1 :]
    later = [place for place in page.places if place > fault]
    if ending == "wrong again" and later:
        page[choices.pick(later)] = choices.pick(WRONG)
    return page.text


@attrs.define
class CasePage(Page):
    """The pieces of a case's text, and what the schema expects in each place.

    Attributes:
        domain: the domain of the case.
        fields: the case, by its fields.
        targets: the places to damage.
    """

    domain: Domain
    fields: Case
    targets: Sequence[Position]

    @classmethod
    def of(cls, domain: Domain, case: AnyCase, targets: Sequence[Position]) -> CasePage:
        """Return the undamaged page of the case."""
        fields, end = domain.fields_of(case), domain.prompt.end
        return cls(split(domain.prompt.write(fields), end), domain, fields, targets, end=end)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the grammar."""
        return self.domain.words

    def wanted(self, place: Position) -> Piece:
        """Return what the schema expects in this place."""
        line, index = place
        return self.domain.prompt.lines[line][index]

    def parts(self, place: Position) -> list[str]:
        """Split a piece into borders and, between them, the texts of its fields."""
        piece = self.wanted(place)
        texts = [field.write(self.fields[name]) for name, field in zip(piece.names, piece.fields, strict=True)]
        return [part for pair in zip(piece.borders, [*texts, ""], strict=True) for part in pair][:-1]


def places_for(schema: Schema, reason: str) -> list[Position]:
    """Return the places where a wrong piece makes the domain reject the text for `reason`."""
    labels = reason in ("misplaced_label", "unknown_label")
    return [
        (line, index)
        for line, pieces in enumerate(schema.lines)
        for index, piece in enumerate(pieces)
        if (piece.fields[0].reason if piece.fields else None) == (None if labels else reason)
    ]


def fault_of(domain: Domain, text: str) -> MalformedTextError | None:
    """Return the first fault of a text; None if the text is a case."""
    try:
        domain.read(text)
    except MalformedTextError as error:
        return error
    return None
