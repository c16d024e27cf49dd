"""Laws about malformed texts: none gets a state, and each gets the reason of its first fault."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from hypothesis import strategies as st

from turncheck.engine.duel import (
    UNIT_NAMES,
    MalformedTextError,
    Rules,
    Turn,
    UnitName,
    read,
    resolve_text,
    write,
    write_rejection,
)
from turncheck.engine.duel.state import change
from turncheck.engine.duel.tables import Field
from turncheck.properties.checking.law import MALFORMED
from turncheck.properties.laws.duel.written import reading, text_law
from turncheck.strategies.duel import malformed_turns, turns

TextCases = Callable[[Rules], st.SearchStrategy[str]]


def _malformed(rules: Rules, reason: str | None = None) -> st.SearchStrategy[str]:
    # Turns that take one draw each: drawing them costs least, and no law's cases are shrunk by Hypothesis.
    return malformed_turns(reason, turns=turns(fallen=True, rules=rules), rules=rules)


@text_law("M1-M11", MALFORMED, cases=_malformed)
def malformed_turn_gets_no_state(text: str, answer: str) -> None:
    """A text that is not a turn is rejected, for any reason."""
    assert isinstance(reading(answer), str)


@text_law("M1-M11", MALFORMED, cases=_malformed)
def malformed_turn_gets_its_reason(text: str, answer: str, rules: Rules) -> None:
    """A text that is not a turn is rejected for the first thing that is wrong with it."""
    assert answer == resolve_text(text, rules)


# --- one reason each -------------------------------------------------------------------------------------------------


def _broken_by(reason: str) -> TextCases:
    return lambda rules: _malformed(rules, reason)


@lru_cache(maxsize=4096)  # the laws of a text read it repeatedly
def _fault(text: str, rules: Rules) -> MalformedTextError | None:
    """Return the first fault of the text; None if it is a turn."""
    try:
        read(text, rules)
    except MalformedTextError as error:
        return error
    return None


def _is(reason: str) -> Callable[[str, Rules], bool]:
    """Return the condition that a text is rejected for this reason."""

    def is_rejected_so(text: str, rules: Rules) -> bool:
        fault = _fault(text, rules)
        return fault is not None and fault.reason == reason

    return is_rejected_so


@text_law("M1", MALFORMED, cases=_broken_by("bad_spacing"), applies=_is("bad_spacing"))
def odd_spacing_is_bad_spacing(text: str, answer: str) -> None:
    """A text with an empty piece, an odd character or no newline at its end is rejected as bad_spacing."""
    assert answer == write_rejection("bad_spacing")


@text_law("M2", MALFORMED, cases=_broken_by("truncated"), applies=_is("truncated"))
def early_end_is_truncated(text: str, answer: str) -> None:
    """A text that is correct up to where a line or the whole text ends too early is rejected as truncated."""
    assert answer == write_rejection("truncated")


@text_law("M3", MALFORMED, cases=_broken_by("trailing_text"), applies=_is("trailing_text"))
def late_end_is_trailing_text(text: str, answer: str) -> None:
    """A text that continues where a line or the whole text should end is rejected as trailing_text."""
    assert answer == write_rejection("trailing_text")


@text_law("M4", MALFORMED, cases=_broken_by("misplaced_label"), applies=_is("misplaced_label"))
def another_word_is_misplaced_label(text: str, answer: str) -> None:
    """A text with a word of the grammar in the place of another is rejected as misplaced_label."""
    assert answer == write_rejection("misplaced_label")


@text_law("M5", MALFORMED, cases=_broken_by("unknown_label"), applies=_is("unknown_label"))
def no_word_is_unknown_label(text: str, answer: str) -> None:
    """A text with something else in the place of a word of the grammar is rejected as unknown_label."""
    assert answer == write_rejection("unknown_label")


@text_law("M6", MALFORMED, cases=_broken_by("bad_number"), applies=_is("bad_number"))
def miswritten_number_is_bad_number(text: str, answer: str) -> None:
    """A text in which a number's place holds no digits, or not as many as it should, is rejected as bad_number."""
    assert answer == write_rejection("bad_number")


def _just_out_of_range(rules: Rules) -> st.SearchStrategy[str]:
    """Draw turns in which one number of one unit is one above its highest."""
    fields = [field for field in rules.fields if field.name not in ("hp", "max") and field.high < field.widest]
    drawn = st.tuples(turns(rules=rules), st.sampled_from(UNIT_NAMES), st.sampled_from(fields))
    return drawn.map(lambda parts: write(_raised(*parts)))


def _raised(turn: Turn, name: UnitName, field: Field) -> Turn:
    values: dict[str, Any] = {field.name: field.high + 1}
    units: dict[str, Any] = {name: change(turn.battle.unit(name), **values)}
    return change(turn, battle=change(turn.battle, **units))


def _out_of_range_texts(rules: Rules) -> st.SearchStrategy[str]:
    # There are many ranges, and models fail at the borders of ranges, so three of four draws are at a border.
    border = _just_out_of_range(rules)
    return st.one_of(_malformed(rules, "out_of_range"), border, border, border)


@text_law("M7", MALFORMED, cases=_out_of_range_texts, applies=_is("out_of_range"))
def number_beyond_its_range_is_out_of_range(text: str, answer: str) -> None:
    """A text with a number outside its field's range, even by one, is rejected as out_of_range."""
    assert answer == write_rejection("out_of_range")


def _raised_one_by_one(turn: Turn, rules: Rules) -> tuple[str, ...]:
    """Return the turn's texts with one number of a unit raised to one above its highest, where the digits allow it."""
    fields = [field for field in rules.fields if field.name not in ("hp", "max") and field.high < field.widest]
    return tuple(write(_raised(turn, name, field)) for name in UNIT_NAMES for field in fields)


def _standing(rules: Rules) -> st.SearchStrategy[Turn]:
    return turns(rules=rules)


def _goes_on(turn: Turn, rules: Rules) -> bool:
    return not turn.battle.over


@text_law("M7", MALFORMED, cases=_standing, applies=_goes_on, each=_raised_one_by_one, share=0.1)
def every_range_ends_where_it_should(text: str, answer: str) -> None:
    """Each number of a unit, raised to one above its highest while all else is valid, is rejected as out_of_range."""
    assert answer == write_rejection("out_of_range")


_ZEROS = ("\u0660", "\u0966", "\uff10")
"""The digit 0 in Arabic, Devanagari and full-width writing; the other nine digits follow each."""


def _digits_of_another_script(rules: Rules) -> st.SearchStrategy[str]:
    def written(drawn: tuple[Turn, int, str]) -> str:
        turn, place, zero = drawn
        text = write(turn)
        digits = [index for index, character in enumerate(text) if character.isdecimal()]
        at = digits[place % len(digits)]
        return text[:at] + chr(ord(zero) + int(text[at])) + text[at + 1 :]

    return st.tuples(turns(rules=rules), st.integers(0, 999), st.sampled_from(_ZEROS)).map(written)


def _is_of_another_script(text: str, rules: Rules) -> bool:
    """Whether the piece for which the text is rejected as bad_number has a digit of another script."""
    fault = _fault(text, rules)
    if fault is None or fault.reason != "bad_number":
        return False
    piece = text.split("\n")[fault.line - 1].split(" ")[fault.piece - 1]
    return any(character.isdecimal() and not character.isascii() for character in piece)


@text_law("M6", MALFORMED, cases=_digits_of_another_script, applies=_is_of_another_script)
def only_ascii_digits_are_digits(text: str, answer: str) -> None:
    """A number with a digit of another script in it is rejected as bad_number."""
    assert answer == write_rejection("bad_number")


@text_law("M8", MALFORMED, cases=_broken_by("hp_above_max"), applies=_is("hp_above_max"))
def more_hp_than_max_is_hp_above_max(text: str, answer: str) -> None:
    """A text with a unit's hp above its max, both in their ranges, is rejected as hp_above_max."""
    assert answer == write_rejection("hp_above_max")


@text_law("M9", MALFORMED, cases=_broken_by("unknown_action"), applies=_is("unknown_action"))
def no_action_is_unknown_action(text: str, answer: str) -> None:
    """A text with an order that ends with none of the eight actions is rejected as unknown_action."""
    assert answer == write_rejection("unknown_action")


@text_law("M10", MALFORMED, cases=_broken_by("duplicate_order"), applies=_is("duplicate_order"))
def second_order_for_one_unit_is_duplicate_order(text: str, answer: str) -> None:
    """A text whose second order names the unit of the first is rejected as duplicate_order, whatever the action."""
    assert answer == write_rejection("duplicate_order")


@text_law("M11", MALFORMED, cases=_broken_by("fallen_with_status"), applies=_is("fallen_with_status"))
def fallen_unit_with_anything_is_fallen_with_status(text: str, answer: str) -> None:
    """A text with a unit at 0 hp that has a shield, a status or a slot above 0 is rejected as fallen_with_status."""
    assert answer == write_rejection("fallen_with_status")


# --- what comes after the first fault --------------------------------------------------------------------------------

SEEN_AT_ONE_PIECE = (
    "misplaced_label",
    "unknown_label",
    "bad_number",
    "out_of_range",
    "hp_above_max",
    "unknown_action",
    "duplicate_order",
)
"""The reasons that depend on one piece of the text, whatever follows it."""


def _cut(text: str, rules: Rules) -> str:
    """End the text after the first piece that is wrong."""
    fault = _fault(text, rules)
    assert fault is not None
    lines = text.split("\n")[: fault.line]
    pieces = lines.pop().split(" ")[: fault.piece]
    return "".join(f"{line}\n" for line in [*lines, " ".join(pieces)])


def _goes_on_after_its_fault(text: str, rules: Rules) -> bool:
    fault = _fault(text, rules)
    return fault is not None and fault.reason in SEEN_AT_ONE_PIECE and _cut(text, rules) != text


def _texts_that_go_on(rules: Rules) -> st.SearchStrategy[str]:
    drawn = st.one_of([_malformed(rules, reason) for reason in SEEN_AT_ONE_PIECE])
    return drawn.filter(partial(_goes_on_after_its_fault, rules=rules))


@text_law("M4-M10", MALFORMED, cases=_texts_that_go_on, applies=_goes_on_after_its_fault, also=_cut)
def what_follows_the_first_fault_changes_nothing(text: str, answer: str, answer_to_the_cut: str) -> None:
    """A text with a piece that is wrong is answered as if it ended with that piece."""
    assert answer == answer_to_the_cut


LAWS = (
    malformed_turn_gets_no_state,
    malformed_turn_gets_its_reason,
    odd_spacing_is_bad_spacing,
    early_end_is_truncated,
    late_end_is_trailing_text,
    another_word_is_misplaced_label,
    no_word_is_unknown_label,
    miswritten_number_is_bad_number,
    only_ascii_digits_are_digits,
    number_beyond_its_range_is_out_of_range,
    every_range_ends_where_it_should,
    more_hp_than_max_is_hp_above_max,
    no_action_is_unknown_action,
    second_order_for_one_unit_is_duplicate_order,
    fallen_unit_with_anything_is_fallen_with_status,
    what_follows_the_first_fault_changes_nothing,
)
