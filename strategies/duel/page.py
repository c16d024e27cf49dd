"""A turn's text cut into its pieces, to be damaged."""

from __future__ import annotations

import attrs

from turncheck.engine.duel import WORDS, Rules, Turn, write
from turncheck.engine.duel.tables import Field
from turncheck.strategies.choices import Choices

Place = tuple[int, int]
"""A piece's line and its index in that line, both from 0."""

ORDER_LINES = (3, 4)
UNIT_LINES = (1, 2)


class ImpossibleDamageError(ValueError):
    """The rules are so narrow that no text can be wrong for that reason.

    Attributes:
        field: whose range is too narrow.
        demand: what its highest value must be, in words.
        value: what it is.
        reason: the reason that the text should have been rejected for.
    """

    def __init__(self, field: str, demand: str, value: int, reason: str) -> None:
        super().__init__(field, demand, value, reason)
        self.field, self.demand, self.value, self.reason = field, demand, value, reason

    def __str__(self) -> str:
        return f"{self.field}'s highest must be {self.demand} for a text with {self.reason}, got {self.value}"


@attrs.define
class Page:
    """The pieces of one text, `lines[line][index]`, and the turn that it was written from."""

    turn: Turn
    rules: Rules
    lines: list[list[str]]

    @classmethod
    def of(cls, turn: Turn, rules: Rules) -> Page:
        """The page of that turn, undamaged."""
        return cls(turn, rules, split(write(turn)))

    @property
    def text(self) -> str:
        """The text that the pieces make."""
        return "".join(" ".join(line) + "\n" for line in self.lines)

    @property
    def labels(self) -> list[Place]:
        """The places of the grammar's words, on an undamaged page: not the actions of the orders."""
        return [(line, index) for line, index in self.places if self._is_label(line, index)]

    @property
    def numbers(self) -> list[Place]:
        """The places of the numbers, on an undamaged page."""
        return [(line, index) for line, index in self.places if self[line, index] not in WORDS]

    @property
    def places(self) -> list[Place]:
        """Every place, in reading order."""
        return [(line, index) for line, pieces in enumerate(self.lines) for index in range(len(pieces))]

    def fields(self, rows: tuple[Field, ...]) -> list[tuple[Place, Field]]:
        """Where each of those fields stands: on the first line the counter, on the units' lines all others."""
        all_rows = [self.rules.turn] + 2 * [row for row in self.rules.fields if row.name != "max"]
        places = list(zip(self.numbers, all_rows, strict=True))
        places += [(place, self.rules.field("max")) for place, row in places if row.name == "hp"]
        return [(place, row) for place, row in places if row in rows]

    def put(self, place: Place, field: Field, value: int) -> None:
        """Writes the field's value, where hp stands beside its max."""
        digits = f"{value:0{field.width}}"
        hp, slash, highest = self[place].partition("/")
        self[place] = hp + slash + digits if field.name == "max" else digits + slash + highest

    def is_last(self, place: Place) -> bool:
        """Whether the piece ends its line."""
        line, index = place
        return index == len(self.lines[line]) - 1

    def __getitem__(self, place: Place) -> str:
        line, index = place
        return self.lines[line][index]

    def __setitem__(self, place: Place, piece: str) -> None:
        line, index = place
        self.lines[line][index] = piece

    def _is_label(self, line: int, index: int) -> bool:
        return index < 2 if line in ORDER_LINES else self[line, index] in WORDS


def split(text: str) -> list[list[str]]:
    """The pieces of each line."""
    return [line.split(" ") for line in text.split("\n")[:-1]]


def followed(page: Page, fault: Place, choices: Choices) -> str:
    """The text, given that nothing after the fault counts: mostly it goes on as it was, at times it ends or errs again.

    Without this a reader could look for the reason at the end of the text as well as at the first thing wrong.
    """
    line, index = fault
    ending = choices.pick(("kept",) * 6 + ("cut", "wrong again"))
    if ending == "cut":
        del page.lines[line][index + 1 :], page.lines[line + 1 :]
    later = [place for place in page.places if place > fault]
    if ending == "wrong again" and later:
        page[choices.pick(later)] = choices.pick(("x", "0", "00", "turn", "99/01", "?"))
    return page.text
