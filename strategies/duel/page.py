"""A turn's text split into pieces, so that it can be damaged."""

from __future__ import annotations

import attrs

from turncheck.engine.duel import WORDS, Rules, Turn, write
from turncheck.engine.duel.tables import Field
from turncheck.strategies import page
from turncheck.strategies.page import Position, split

ORDER_LINES = (3, 4)
UNIT_LINES = (1, 2)


@attrs.define
class Page(page.Page):
    """The pieces of one text, and the turn that it writes."""

    turn: Turn
    rules: Rules

    @classmethod
    def of(cls, turn: Turn, rules: Rules) -> Page:
        """Return the undamaged page of the turn."""
        return cls(split(write(turn)), turn, rules)

    @property
    def labels(self) -> list[Position]:
        """The places of the grammar's words on an undamaged page, without the orders' actions."""
        return [(line, index) for line, index in self.places if self._is_label(line, index)]

    @property
    def numbers(self) -> list[Position]:
        """The places of the numbers on an undamaged page."""
        return [(line, index) for line, index in self.places if self[line, index] not in WORDS]

    def fields(self, rows: tuple[Field, ...]) -> list[tuple[Position, Field]]:
        """Return the place of each of the fields: the counter on the first line, all others on the units' lines."""
        all_rows = [self.rules.turn] + 2 * [row for row in self.rules.fields if row.name != "max"]
        places = list(zip(self.numbers, all_rows, strict=True))
        places += [(place, self.rules.field("max")) for place, row in places if row.name == "hp"]
        return [(place, row) for place, row in places if row in rows]

    def put(self, place: Position, field: Field, value: int) -> None:
        """Write the field's value in its place; hp and max share one place."""
        digits = f"{value:0{field.width}}"
        hp, slash, highest = self[place].partition("/")
        self[place] = hp + slash + digits if field.name == "max" else digits + slash + highest

    def _is_label(self, line: int, index: int) -> bool:
        return index < 2 if line in ORDER_LINES else self[line, index] in WORDS
