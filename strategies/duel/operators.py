"""Operators that damage a turn's text. For each reason there is one; its texts are rejected for exactly that reason.

An operator is a pure function of a turn and an integer. It does not need Hypothesis, because training uses it too. The
integer is read as a sequence of choices (`turncheck.strategies.choices`): the first is the *way* to damage the text,
the next ones are where and how. How an integer is read never changes within a version of the rules, so a damaged text
can be made again from its turn, its reason and its integer.

    >>> from turncheck.engine.duel import Turn, resolve_text
    >>> text = damage(Turn(), "out_of_range", 0)
    >>> text.splitlines()[0], resolve_text(text)
    ('turn 00', 'reject out_of_range\\n')

Everything before the damage stays valid, because the first fault decides the reason.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from turncheck.engine.duel import REASONS, STANDARD, Rules, Turn
from turncheck.strategies import broken_ends, broken_spacing
from turncheck.strategies.choices import Choices
from turncheck.strategies.duel import broken_ends as ends
from turncheck.strategies.duel import broken_falls as falls
from turncheck.strategies.duel import broken_labels as labels
from turncheck.strategies.duel import broken_numbers as numbers
from turncheck.strategies.duel import broken_orders as orders
from turncheck.strategies.duel import broken_spacing as spacing
from turncheck.strategies.duel.page import Page
from turncheck.strategies.operators import UnknownReasonError

Way = Callable[[Page, Choices], str]
"""One way to damage a text: from a page to the damaged text."""


@attrs.frozen
class Operator:
    """Makes texts that are rejected for one reason, in any of its ways.

    `operator(turn, choice, rules)` works for every turn that is valid under the rules and every choice of 0 or more.
    Choice 0 is the simplest damage. Random 64-bit choices spread evenly over the ways and, within each, over the
    places.

    Raises:
        ChoiceError: the choice is not an int of 0 or more.
        ImpossibleDamageError: the rules allow no such damage; never under the standard rules.
    """

    reason: str
    ways: tuple[Way, ...]

    def __call__(self, turn: Turn, choice: int, rules: Rules = STANDARD) -> str:
        """Damage the turn's text as the choice selects."""
        choices = Choices(choice)
        way = choices.pick(self.ways)
        return way(Page.of(turn, rules), choices)


def damage(turn: Turn, reason: str, choice: int, rules: Rules = STANDARD) -> str:
    """Damage the turn's text so that it is rejected for that reason.

    Raises:
        UnknownReasonError: the reason is none of the eleven.
        ChoiceError: the choice is not an int of 0 or more.
        ImpossibleDamageError: the rules allow no such damage; never under the standard rules.
    """
    if reason not in OPERATORS:
        raise UnknownReasonError(reason, REASONS)
    return OPERATORS[reason](turn, choice, rules)


# --- the table -------------------------------------------------------------------------------------------------------

# fmt: off
_OPERATORS = (
    Operator("bad_spacing", (
        broken_spacing.no_last_newline, broken_spacing.extra_space, broken_spacing.space_at_an_edge,
        broken_spacing.empty_line, broken_spacing.odd_space, broken_spacing.odd_newline, broken_spacing.odd_character,
        broken_spacing.ended_anywhere, broken_spacing.odd_everywhere, broken_spacing.nothing_but_space,
        spacing.wrong_besides,
    )),
    Operator("truncated", (
        broken_ends.lines_missing, broken_ends.line_ended, ends.order_ended, broken_ends.last_pieces_missing,
    )),
    Operator("trailing_text", (
        ends.piece_at_the_end, ends.line_at_the_end, broken_ends.lines_joined, broken_ends.line_again_at_the_end,
        ends.third_order, ends.lines_again_at_the_end,
    )),
    Operator("misplaced_label", (
        labels.replaced_word, labels.replaced_word_of_an_order, labels.swapped_words, labels.swapped_fields,
        labels.field_left_out, labels.field_again, labels.word_left_out, labels.word_again, labels.line_left_out,
        labels.line_again, labels.swapped_lines, labels.lines_in_another_order, labels.an_answer,
    )),
    Operator("unknown_label", (
        labels.misspelt_word, labels.misspelt_word_of_an_order, labels.label_left_out, labels.label_after_its_number,
        labels.label_joined_with_its_number, labels.words_joined,
    )),
    Operator("bad_number", (
        numbers.miswritten_number, numbers.no_number_at_all, numbers.badly_joined_hp, numbers.number_left_out,
        numbers.number_split, numbers.number_joined_with_the_next_label, numbers.swapped_numbers,
    )),
    Operator("out_of_range", (
        # The first way is listed twice: it has double weight.
        numbers.number_out_of_range, numbers.number_out_of_range, numbers.counter_or_max_out_of_range,
    )),
    Operator("hp_above_max", (
        numbers.hp_raised, numbers.max_lowered, numbers.both_drawn,
    )),
    Operator("unknown_action", (
        orders.misspelt_action, orders.another_word, orders.no_action_of_the_duel, orders.misspelt_other_action,
        orders.target_named,
    )),
    Operator("duplicate_order", (
        orders.second_unit_changed, orders.first_unit_changed, orders.first_order_again, orders.any_two_orders_of_one,
    )),
    Operator("fallen_with_status", (
        falls.fallen_as_it_stood, falls.fallen_with_one, falls.fallen_with_several, falls.fallen_with_all,
    )),
)
# fmt: on

OPERATORS: dict[str, Operator] = {operator.reason: operator for operator in _OPERATORS}
"""The operator of each reason."""
