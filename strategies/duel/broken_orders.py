"""Ways to write an order without an action (M9), or two orders for one unit (M10)."""

from __future__ import annotations

from turncheck.engine.duel import UNIT_NAMES, WORDS
from turncheck.engine.duel.tables import ACTION_NAMES
from turncheck.strategies.choices import Choices
from turncheck.strategies.duel.page import ORDER_LINES, Page
from turncheck.strategies.misspellings import misspell
from turncheck.strategies.page import Position, followed

# --- M9: unknown_action ----------------------------------------------------------------------------------------------

# fmt: off
NO_ACTIONS = (
    "strike", "poison", "poison-strike", "poisonstrike", "poisonStrike", "defend", "block", "flee", "run", "pass",
    "skip",
    "none", "nothing", "fireball", "regen", "thorns", "stun", "shield", "burn", "hit", "cast", "use", "hero", "foe",
)
# fmt: on


def misspelt_action(page: Page, choices: Choices) -> str:
    """Misspell the action of an order."""
    place = _an_action(choices)
    return _acts(page, place, misspell(page[place], choices, ACTION_NAMES), choices)


def another_word(page: Page, choices: Choices) -> str:
    """Replace the action by a word of the grammar that is no action."""
    return _acts(page, _an_action(choices), choices.pick([word for word in WORDS if word not in ACTION_NAMES]), choices)


def no_action_of_the_duel(page: Page, choices: Choices) -> str:
    """Replace the action by one that the duel does not have."""
    return _acts(page, _an_action(choices), choices.pick(NO_ACTIONS), choices)


def misspelt_other_action(page: Page, choices: Choices) -> str:
    """Replace the action by any action, misspelt."""
    place = _an_action(choices)
    return _acts(page, place, misspell(choices.pick(ACTION_NAMES), choices, ACTION_NAMES), choices)


def target_named(page: Page, choices: Choices) -> str:
    """Write `do hero foe attack`."""
    line, index = _an_action(choices)
    page.lines[line].insert(index, choices.pick((*UNIT_NAMES, "do")))
    return followed(page, (line, index), choices)


def _an_action(choices: Choices) -> Position:
    return choices.pick(ORDER_LINES), 2


def _acts(page: Page, place: Position, action: str, choices: Choices) -> str:
    page[place] = action
    return followed(page, place, choices)


# --- M10: duplicate_order --------------------------------------------------------------------------------------------


def second_unit_changed(page: Page, choices: Choices) -> str:
    """Give both orders to the unit that the first one names."""
    return _named_twice(page, page[3, 1], choices)


def first_unit_changed(page: Page, choices: Choices) -> str:
    """Give both orders to the unit that the second one names."""
    return _named_twice(page, page[4, 1], choices)


def first_order_again(page: Page, choices: Choices) -> str:
    """Repeat the first order in place of the second one, or before it."""
    page.lines[4:] = choices.pick(([[*page.lines[3]]], [[*page.lines[3]], page.lines[4]]))
    return followed(page, (4, 1), choices)


def any_two_orders_of_one(page: Page, choices: Choices) -> str:
    """Give both orders to one unit, with any actions. The second action may be no action: it is not read."""
    page[3, 2] = choices.pick(ACTION_NAMES)
    page[4, 2] = choices.pick((*ACTION_NAMES, "stun", "hero", "foe", "x", "Wait", "0"))
    return _named_twice(page, choices.pick(UNIT_NAMES), choices)


def _named_twice(page: Page, unit: str, choices: Choices) -> str:
    page[3, 1] = page[4, 1] = unit
    return followed(page, (4, 1), choices)
