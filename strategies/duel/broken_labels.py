"""Ways to put something wrong where a word of the grammar belongs (M4, M5)."""

from __future__ import annotations

from turncheck.engine.duel import REASONS, UNIT_NAMES, WORDS, write_rejection
from turncheck.strategies.choices import Choices
from turncheck.strategies.duel.page import ORDER_LINES, UNIT_LINES, Page
from turncheck.strategies.misspellings import misspell
from turncheck.strategies.page import Position, followed

# --- M4: misplaced_label ---------------------------------------------------------------------------------------------


def replaced_word(page: Page, choices: Choices) -> str:
    """Replace a label by a word of the grammar that does not belong there."""
    return _replaced(page, choices.pick(page.labels), choices)


def replaced_word_of_an_order(page: Page, choices: Choices) -> str:
    """Replace `do` or the unit of an order by a word that belongs elsewhere."""
    return _replaced(page, (choices.pick(ORDER_LINES), choices.pick((1, 0))), choices)


def _replaced(page: Page, place: Position, choices: Choices) -> str:
    belongs = UNIT_NAMES if _is_an_orders_unit(place) else (page[place],)
    page[place] = choices.pick([word for word in WORDS if word not in belongs])
    return followed(page, place, choices)


def swapped_words(page: Page, choices: Choices) -> str:
    """Swap two labels of one line; in an order, `do` and the unit."""
    labels = page.labels
    first = choices.pick([place for place in labels if _later(place, labels)])
    second = choices.pick(_later(first, labels))
    page[first], page[second] = page[second], page[first]
    return followed(page, first, choices)


def _later(place: Position, places: list[Position]) -> list[Position]:
    return [other for other in places if other > place and other[0] == place[0]]


def swapped_fields(page: Page, choices: Choices) -> str:
    """Swap two labels of a unit together with their numbers."""
    places = [place for place in _fields(page) if place[0] == 1]
    index = choices.pick(range(len(places) - 1))
    line, (_, first), (_, second) = choices.pick(UNIT_LINES), places[index], choices.pick(places[index + 1 :])
    pieces = page.lines[line]
    swapped = pieces[second : second + 2], pieces[first : first + 2]
    pieces[first : first + 2], pieces[second : second + 2] = swapped
    return followed(page, (line, first), choices)


def field_left_out(page: Page, choices: Choices) -> str:
    """Leave out a unit's label and its number, so that the next label takes its place."""
    line, index = choices.pick([place for place in _fields(page) if not page.is_last((place[0], place[1] + 1))])
    del page.lines[line][index : index + 2]
    return followed(page, (line, index), choices)


def field_again(page: Page, choices: Choices) -> str:
    """Repeat a unit's label and its number."""
    line, index = choices.pick([place for place in _fields(page) if not page.is_last((place[0], place[1] + 1))])
    page.lines[line][index:index] = page.lines[line][index : index + 2]
    return followed(page, (line, index + 2), choices)


def _fields(page: Page) -> list[Position]:
    """Return the places of the units' labels that are followed by a number."""
    return [(line, index - 1) for line, index in page.numbers if line in UNIT_LINES]


def word_left_out(page: Page, choices: Choices) -> str:
    """Leave out a label before another word, which then takes its place."""
    line, index = choices.pick(_before_words(page) + [(line, 1) for line in ORDER_LINES])
    del page.lines[line][index]
    return followed(page, (line, index), choices)


def word_again(page: Page, choices: Choices) -> str:
    """Repeat a label that stands before another label."""
    line, index = choices.pick(_before_words(page))
    page.lines[line].insert(index, page[line, index])
    return followed(page, (line, index + 1), choices)


def _before_words(page: Page) -> list[Position]:
    labels = page.labels
    return [(line, index) for line, index in labels if (line, index + 1) in labels]


def line_left_out(page: Page, choices: Choices) -> str:
    """Leave out a line of the battle, so that the next line's first word takes its place."""
    del page.lines[choices.pick(range(3))]
    return page.text


def line_again(page: Page, choices: Choices) -> str:
    """Repeat a line of the battle."""
    line = choices.pick(range(3))
    page.lines.insert(line, page.lines[line])
    return page.text


def swapped_lines(page: Page, choices: Choices) -> str:
    """Swap any two lines except the two orders, which may come in either order."""
    first = choices.pick(range(3))
    second = choices.pick(range(first + 1, 5))
    lines = page.lines
    lines[first], lines[second] = lines[second], lines[first]
    return page.text


def lines_in_another_order(page: Page, choices: Choices) -> str:
    """Rearrange the lines: orders first, backwards, counter last, or an order between the units."""
    order = choices.pick(("34012", "43210", "12034", "12340", "01324", "03142", "40123"))
    page.lines = [page.lines[int(line)] for line in order]
    return page.text


def an_answer(page: Page, choices: Choices) -> str:
    """Return a rejection, the answer to a malformed text, in place of the turn."""
    return write_rejection(choices.pick(tuple(REASONS)))


# --- M5: unknown_label -----------------------------------------------------------------------------------------------


def misspelt_word(page: Page, choices: Choices) -> str:
    """Misspell any label."""
    return _misspelt(page, choices.pick(page.labels), choices)


def misspelt_word_of_an_order(page: Page, choices: Choices) -> str:
    """Misspell `do` or the unit of an order."""
    return _misspelt(page, (choices.pick(ORDER_LINES), choices.pick((1, 0))), choices)


def label_left_out(page: Page, choices: Choices) -> str:
    """Leave out a label before a number, which then takes its place."""
    line, index = choices.pick(page.numbers)
    del page.lines[line][index - 1]
    return followed(page, (line, index - 1), choices)


def label_after_its_number(page: Page, choices: Choices) -> str:
    """Write `01 turn`."""
    line, index = choices.pick(page.numbers)
    pieces = page.lines[line]
    pieces[index - 1 : index + 1] = pieces[index], pieces[index - 1]
    return followed(page, (line, index - 1), choices)


def label_joined_with_its_number(page: Page, choices: Choices) -> str:
    """Write `turn01` or `turn=01`."""
    line, index = choices.pick(page.numbers)
    mark = choices.pick(("", "=", ":", "-", "_", ","))
    page.lines[line][index - 1 : index + 1] = [page[line, index - 1] + mark + page[line, index]]
    return followed(page, (line, index - 1), choices)


def words_joined(page: Page, choices: Choices) -> str:
    """Join two words that should be separated by a space."""
    line, index = choices.pick(_before_words(page))
    mark = choices.pick(("", ":", "-", "_", ".", "/"))
    page.lines[line][index : index + 2] = [page[line, index] + mark + page[line, index + 1]]
    return followed(page, (line, index), choices)


def _misspelt(page: Page, place: Position, choices: Choices) -> str:
    page[place] = misspell(page[place], choices, known=WORDS)
    return followed(page, place, choices)


def _is_an_orders_unit(place: Position) -> bool:
    return place in {(line, 1) for line in ORDER_LINES}
