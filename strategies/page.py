"""A text cut into its pieces, to be damaged."""

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
        end: what ends the text behind its last line, a newline or nothing.
    """

    lines: list[list[str]]
    end: str = attrs.field(default="\n", kw_only=True)

    @property
    def text(self) -> str:
        """The text that the pieces make."""
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
    """The pieces of each line."""
    lines = text.split("\n")
    return [line.split(" ") for line in (lines[:-1] if end else lines)]


def followed(page: Page, fault: Position, choices: Choices) -> str:
    """The text, given that nothing after the fault counts: mostly it goes on as it was, at times it ends or errs again.

    Without this a reader could look for the reason at the end of the text as well as at the first thing wrong.
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
    """The pieces of a case's text, and what the schema wants in each place.

    Attributes:
        domain: whose case it is.
        fields: the case, by its fields.
        targets: the places that are to go wrong.
    """

    domain: Domain
    fields: Case
    targets: Sequence[Position]

    @classmethod
    def of(cls, domain: Domain, case: AnyCase, targets: Sequence[Position]) -> CasePage:
        """The page of that case, undamaged."""
        fields, end = domain.fields_of(case), domain.prompt.end
        return cls(split(domain.prompt.write(fields), end), domain, fields, targets, end=end)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the grammar."""
        return self.domain.words

    def wanted(self, place: Position) -> Piece:
        """What the schema wants there."""
        line, index = place
        return self.domain.prompt.lines[line][index]

    def parts(self, place: Position) -> list[str]:
        """What stands around and in the fields of a piece: borders, and between them the fields' texts."""
        piece = self.wanted(place)
        texts = [field.write(self.fields[name]) for name, field in zip(piece.names, piece.fields, strict=True)]
        return [part for pair in zip(piece.borders, [*texts, ""], strict=True) for part in pair][:-1]


def places_for(schema: Schema, reason: str) -> list[Position]:
    """The places in which something else is a reason of that name to reject a text."""
    labels = reason in ("misplaced_label", "unknown_label")
    return [
        (line, index)
        for line, pieces in enumerate(schema.lines)
        for index, piece in enumerate(pieces)
        if (piece.fields[0].reason if piece.fields else None) == (None if labels else reason)
    ]


def fault_of(domain: Domain, text: str) -> MalformedTextError | None:
    """The first thing that is wrong with a text; None where it is a case."""
    try:
        domain.read(text)
    except MalformedTextError as error:
        return error
    return None
