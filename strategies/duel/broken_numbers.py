"""Ways to write a number wrongly (M6), outside its range (M7), or hp above its max (M8)."""

from __future__ import annotations

from turncheck.engine.duel import UNIT_NAMES, WORDS
from turncheck.engine.duel.tables import Field
from turncheck.strategies.choices import Choices
from turncheck.strategies.duel.page import UNIT_LINES, Page
from turncheck.strategies.misspellings import NOT_NUMBERS, miswrite
from turncheck.strategies.operators import ImpossibleDamageError
from turncheck.strategies.page import Position, followed

# fmt: off
BAD_HP = (
    "{hp}", "{hp}{max}", "{hp}-{max}", "{hp}:{max}", "{hp}\\{max}", "{hp}|{max}", "{hp}.{max}", "{hp},{max}",
    "{hp}//{max}", "{hp}/", "/{max}", "/", "{hp}/{max}/", "/{hp}/{max}", "{hp}/{max}/{max}", "0{hp}/0{max}",
    "{hp}/1{max}", "1{hp}/{max}", "({hp}/{max})", "{hp}of{max}", "{hp}\u2044{max}", "{hp}\u2215{max}",
    "{hp}\uff0f{max}",
    "{hp} /{max}", "{hp}/ {max}", "{hp} / {max}", "{hp} {max}", "{hp} of {max}",
)
"""Wrong ways to join hp and max, both themselves right."""
# fmt: on

# --- M6: bad_number --------------------------------------------------------------------------------------------------


def miswritten_number(page: Page, choices: Choices) -> str:
    """Write any number wrongly; of hp and max only one."""
    place = choices.pick(page.numbers)
    halves = page[place].split("/")
    half = choices.pick(range(len(halves)))
    halves[half] = miswrite(halves[half], choices, WORDS)
    page[place] = "/".join(halves)
    return followed(page, place, choices)


def no_number_at_all(page: Page, choices: Choices) -> str:
    """Replace a number by a word."""
    place = choices.pick(page.numbers)
    page[place] = choices.pick((*WORDS, *NOT_NUMBERS))
    return followed(page, place, choices)


def badly_joined_hp(page: Page, choices: Choices) -> str:
    """Join hp and max without the slash, with two slashes, or with something else."""
    line = choices.pick(UNIT_LINES)
    hp, highest = page[line, 2].split("/")
    page.lines[line][2:3] = choices.pick(BAD_HP).format(hp=hp, max=highest).split(" ")
    return followed(page, (line, 2), choices)


def number_left_out(page: Page, choices: Choices) -> str:
    """Leave out a number, so that the next label takes its place."""
    line, index = choices.pick([place for place in page.numbers if not page.is_last(place)])
    del page.lines[line][index]
    return followed(page, (line, index), choices)


def number_split(page: Page, choices: Choices) -> str:
    """Insert a space into a number."""
    line, index = choices.pick([place for place in page.numbers if len(page[place]) > 1])
    piece = page[line, index]
    cut = choices.pick(range(1, len(piece)))
    page.lines[line][index : index + 1] = [piece[:cut], piece[cut:]]
    return followed(page, (line, index), choices)


def number_joined_with_the_next_label(page: Page, choices: Choices) -> str:
    """Write `0burn`."""
    line, index = choices.pick([place for place in page.numbers if not page.is_last(place)])
    mark = choices.pick(("", ",", ";", "-", "|"))
    page.lines[line][index : index + 2] = [page[line, index] + mark + page[line, index + 1]]
    return followed(page, (line, index), choices)


def swapped_numbers(page: Page, choices: Choices) -> str:
    """Swap two numbers of one unit that have different widths."""
    line = choices.pick(UNIT_LINES)
    numbers = [place for place in page.numbers if place[0] == line]
    first = choices.pick(numbers[:2])
    second = choices.pick([place for place in numbers if len(page[place]) < len(page[first])])
    page[first], page[second] = page[second], page[first]
    return followed(page, first, choices)


# --- M7: out_of_range ------------------------------------------------------------------------------------------------


def number_out_of_range(page: Page, choices: Choices) -> str:
    """Set any field outside its range, as far as its digits allow; half of the time only just outside."""
    rows = (page.rules.turn, *page.rules.fields)
    targets = [(place, field) for place, field in page.fields(rows) if _outside(field)]
    return _moved_out(page, *choices.pick(targets), choices)


def counter_or_max_out_of_range(page: Page, choices: Choices) -> str:
    """Set the counter or max outside its range. Both start above 0, so 00 is out of range under all rules."""
    rows = (page.rules.turn, page.rules.field("max"))
    return _moved_out(page, *choices.pick(page.fields(rows)), choices)


def _moved_out(page: Page, place: Position, field: Field, choices: Choices) -> str:
    outside = _outside(field)
    page.put(place, field, choices.pick(choices.pick((outside[:1], outside))))
    return followed(page, place, choices)


def _outside(field: Field) -> list[int]:
    """Return the numbers outside the field's range that its digits can write: those below, then those above."""
    return [*range(field.low), *range(field.high + 1, field.widest + 1)]


# --- M8: hp_above_max ------------------------------------------------------------------------------------------------


def hp_raised(page: Page, choices: Choices) -> str:
    """Raise hp above max; if no hp is above it, as at 99, draw both."""
    line = choices.pick(UNIT_LINES)
    unit = page.turn.battle.unit(UNIT_NAMES[line - 1])
    raised = range(unit.max + 1, page.rules.field("hp").high + 1)
    if not raised:
        return _set_hp(page, line, *_any_above(page, choices), choices)
    return _set_hp(page, line, choices.pick(choices.pick((raised[:1], raised))), unit.max, choices)


def max_lowered(page: Page, choices: Choices) -> str:
    """Lower max below hp; if no max is below it, as at 1, draw both."""
    line = choices.pick(UNIT_LINES)
    unit = page.turn.battle.unit(UNIT_NAMES[line - 1])
    lowered = range(unit.hp - 1, 0, -1)
    if not lowered:
        return _set_hp(page, line, *_any_above(page, choices), choices)
    return _set_hp(page, line, unit.hp, choices.pick(choices.pick((lowered[:1], lowered))), choices)


def both_drawn(page: Page, choices: Choices) -> str:
    """Draw any hp above any max."""
    return _set_hp(page, choices.pick(UNIT_LINES), *_any_above(page, choices), choices)


def _any_above(page: Page, choices: Choices) -> tuple[int, int]:
    """Pick an hp and a max below it."""
    high = page.rules.field("hp").high
    if high < 2:
        fault = f"hp's highest must be 2 or more for a text with hp_above_max, got {high}"
        raise ImpossibleDamageError("hp_above_max", fault)
    hp = choices.pick(range(2, high + 1))
    return hp, choices.pick(range(1, min(hp - 1, page.rules.field("max").high) + 1))


def _set_hp(page: Page, line: int, hp: int, highest: int, choices: Choices) -> str:
    page[line, 2] = f"{hp:02}/{highest:02}"
    return followed(page, (line, 2), choices)
