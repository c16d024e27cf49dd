"""Ways to write a fallen unit with a shield, a status or a slot above 0 (M11)."""

from __future__ import annotations

from turncheck.engine.duel import UNIT_NAMES
from turncheck.engine.duel.tables import BLANK, Field
from turncheck.strategies.choices import Choices
from turncheck.strategies.duel.page import UNIT_LINES, Page
from turncheck.strategies.operators import ImpossibleDamageError
from turncheck.strategies.page import followed

# --- M11: fallen_with_status -----------------------------------------------------------------------------------------


def fallen_as_it_stood(page: Page, choices: Choices) -> str:
    """Set only hp to 0; if the unit has no other number above 0, set one."""
    line = choices.pick(UNIT_LINES)
    unit = page.turn.battle.unit(UNIT_NAMES[line - 1])
    if not any(getattr(unit, name) for name in BLANK):
        return _fallen_with_one(page, line, choices)
    return _fallen(page, line, {}, choices)


def fallen_with_one(page: Page, choices: Choices) -> str:
    """Leave one number above 0, and set all others to 0, as they must be."""
    return _fallen_with_one(page, choices.pick(UNIT_LINES), choices)


def fallen_with_several(page: Page, choices: Choices) -> str:
    """Set each number to 0 or to a drawn value, at least one of them above 0."""
    line = choices.pick(UNIT_LINES)
    rows = _rows_to_lose(page)
    sure = choices.pick(rows)
    left = {
        row.name: choices.pick(range(1, row.high + 1)) for row in rows if row == sure or choices.pick((False, True))
    }
    return _fallen(page, line, dict.fromkeys(BLANK, 0) | left, choices)


def fallen_with_all(page: Page, choices: Choices) -> str:
    """Set every number to its highest value, or every number to 1."""
    line = choices.pick(UNIT_LINES)
    highest = choices.pick((True, False))
    left = {row.name: row.high if highest else 1 for row in _rows_to_lose(page)}
    return _fallen(page, line, left, choices)


def _fallen_with_one(page: Page, line: int, choices: Choices) -> str:
    row = choices.pick(_rows_to_lose(page))
    value = choices.pick(range(1, row.high + 1))
    return _fallen(page, line, dict.fromkeys(BLANK, 0) | {row.name: value}, choices)


def _rows_to_lose(page: Page) -> list[Field]:
    rows = [row for row in page.rules.fields if row.name in BLANK and row.high > 0]
    if not rows:
        fault = "shield's highest must be 1 or more for a text with fallen_with_status, got 0"
        raise ImpossibleDamageError("fallen_with_status", fault)
    return rows


def _fallen(page: Page, line: int, left: dict[str, int], choices: Choices) -> str:
    values = {"hp": 0, **left}
    for place, row in page.fields(page.rules.fields):
        if place[0] == line and row.name in values:
            page.put(place, row, values[row.name])
    return followed(page, (line, len(page.lines[line]) - 1), choices)
