"""Mutants that misread: they accept malformed texts, or reject them for another reason than the first."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.mutants.mutant import Answer, Mutant, Prompt
from turncheck.engine.duel import REASONS, Battle, MalformedTextError, read, read_answer, resolve, resolve_text, write
from turncheck.engine.duel.state import change
from turncheck.engine.duel.tables import ACTION_NAMES
from turncheck.engine.duel.text import write_rejection

A_STATE = write(Battle())
RANGES = ("out_of_range", "hp_above_max", "fallen_with_status")
"""The reasons that a reader which looks at the grammar alone does not know."""


def by_reason(reason: str, answer: Callable[[str], str]) -> Answer:
    """Texts that are malformed for that reason are answered so; the rest as the reference does."""
    return lambda prompt: answer(prompt.text) if prompt.reason == reason else prompt.right


def by_rejection(answer: Callable[[str], str]) -> Answer:
    """Malformed texts are answered so, by the reference's rejection; valid turns as the reference does."""
    return lambda prompt: answer(prompt.right) if prompt.reason else prompt.right


def by_repair(repair: Callable[[str], str]) -> Answer:
    """Malformed texts are answered as if they had been written another way; valid turns as the reference does."""
    return lambda prompt: resolve_text(repair(prompt.text)) if prompt.reason else prompt.right


# --- reading on ------------------------------------------------------------------------------------------------------


def read_on(text: str) -> str:
    """The answer of a reader that looks at the grammar, and not at what the numbers are."""
    lines = text.splitlines(keepends=True)
    try:
        battle = read_answer("".join(lines[:3]))
        turn = read(write(Battle()) + "".join(lines[3:]))
    except MalformedTextError as error:
        return write_rejection(error.reason)
    return write(resolve(change(turn, battle=battle)))


def reads_on_past_zero(word: str) -> Answer:
    """Accepts a 0 where the word's number is at least 1: `turn 00`, `hp 00/00`."""

    def answer(prompt: Prompt) -> str:
        return read_on(prompt.text) if prompt.reason == "out_of_range" and word in prompt.text else prompt.right

    return answer


# --- repairs ---------------------------------------------------------------------------------------------------------


def with_single_spaces(text: str) -> str:
    """Any white space between pieces is a space, and empty lines are none."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line)


def with_a_last_newline(text: str) -> str:
    """The last line is ended."""
    return text if text.endswith("\n") else f"{text}\n"


def with_ascii_digits(text: str) -> str:
    """Digits of any script are those of ours."""
    return re.sub(r"\d", lambda digit: str(int(digit[0])), text)


def of_five_lines(text: str) -> str:
    """What follows the fifth line is not looked at."""
    return "".join(text.splitlines(keepends=True)[:5])


def of_known_pieces(text: str) -> str:
    """What follows an order's action is not looked at."""
    return re.sub(r"(?m)^(do \S+ \S+) .*$", r"\1", text)


def with_two_orders(text: str) -> str:
    """A unit without an order waits."""
    named = next((name for name in ("hero", "foe") if f"\ndo {name} " not in text), None)
    return f"{text}do {named} wait\n" if named and text.count("\n") < 5 else text


def with_known_actions(text: str) -> str:
    """An action that there is none of is a wait."""
    actions = "|".join(ACTION_NAMES)
    return re.sub(rf"(?m)^(do \S+) (?!(?:{actions})$)\S+$", r"\1 wait", text)


def with_orders_for_both(text: str) -> str:
    """A second order for the same unit is the other's."""
    orders = {f"do {one} ": f"do {other} " for one, other in (("hero", "foe"), ("foe", "hero"))}
    lines = text.splitlines(keepends=True)
    for order, others in orders.items():
        if len(lines) > 4 and lines[3].startswith(order) and lines[4].startswith(order):
            return "".join([*lines[:4], lines[4].replace(order, others)])
    return text


def with_hp_at_most_max(text: str) -> str:
    """Hp above max is max."""
    return re.sub(r"\b(\d\d)/(\d\d)\b", lambda hp: f"{min(hp[1], hp[2])}/{hp[2]}", text)


def with_narrow_numbers(text: str) -> str:
    """A number without its leading 0 has it."""
    return re.sub(r"\b(turn|shield) (\d)\b", r"\1 0\2", text)


# --- the tables ------------------------------------------------------------------------------------------------------

# fmt: off
REPAIRS = (
    ("white_space_is_space",  "any white space is read as one space",              with_single_spaces),
    ("ends_without_newline",  "a last line without its newline is read",           with_a_last_newline),
    ("capitals_are_read",     "capital letters are read as small ones",            str.lower),
    ("any_digits_are_read",   "digits of any script are read",                     with_ascii_digits),
    ("reads_five_lines",      "lines after the fifth are not looked at",           of_five_lines),
    ("orders_may_go_on",      "what follows an order's action is not looked at",   of_known_pieces),
    ("no_order_is_wait",      "a unit without an order waits",                     with_two_orders),
    ("no_action_is_wait",     "an action that there is none of is a wait",         with_known_actions),
    ("second_order_is_other", "a second order for one unit is taken as the other's", with_orders_for_both),
    ("hp_is_cut_to_max",      "hp above max is read as max",                       with_hp_at_most_max),
    ("narrow_numbers",        "a number is read without its leading 0",            with_narrow_numbers),
)
"""Readers that are kinder than the grammar: a name, what is wrong, and what they make of a text."""

ANSWERS = (
    ("accepts_all",         "every malformed text is answered with a state", lambda right: A_STATE),
    ("one_reason_for_all",  "every malformed text is rejected as truncated", lambda right: "reject truncated\n"),
    ("names_a_new_reason",  "the reasons are words of its own",              lambda right: "reject bad_turn\n"),
    ("rejects_unreasoned",  "a rejection has no reason",                     lambda right: "reject\n"),
    ("rejects_unended",     "a rejection does not end its line",             lambda right: right[:-1]),
    ("rejects_in_capitals", "a rejection is written in capital letters",     str.upper),
    ("rejects_twice",       "a rejection is written again and again",        lambda right: right * 9),
    ("rejects_and_goes_on", "a state follows the rejection",                 lambda right: right + A_STATE),
    ("rejects_in_silence",  "nothing is answered to a malformed text",       lambda right: ""),
)
"""Answers to malformed texts, by what the right one is."""
# fmt: on


def _other_reason(reason: str) -> str:
    """The next one in the order in which they are published."""
    reasons = tuple(REASONS)
    return reasons[(reasons.index(reason) + 1) % len(reasons)]


def _rejecting(reason: str) -> Callable[[str], str]:
    return lambda text: write_rejection(reason)


def _accepted(reason: str) -> Mutant:
    wrong = f"a text that is rejected for {reason} is answered with a state"
    return Mutant.of(f"accepts_{reason}", "malformed: accepted", wrong, by_reason(reason, lambda text: A_STATE))


def _misnamed(reason: str) -> Mutant:
    other = _other_reason(reason)
    answer = by_reason(reason, _rejecting(other))
    return Mutant.of(f"{reason}_misnamed", "malformed: misnamed", f"{reason} is called {other}", answer)


def _skipped(reason: str) -> Mutant:
    rule, _ = REASONS[reason]
    wrong = f"{rule} is not looked at: the text is read on and the turn worked out"
    return Mutant.of(f"without_{rule}", "malformed: read on", wrong, by_reason(reason, read_on))


MUTANTS = (
    *map(_skipped, RANGES),
    Mutant.of("turn_00_is_read", "malformed: read on", "a counter of 0 is accepted", reads_on_past_zero("turn 00")),
    Mutant.of("max_00_is_read", "malformed: read on", "a max of 0 is accepted", reads_on_past_zero("/00 ")),
    *(Mutant.of(name, "malformed: read kindly", wrong, by_repair(repair)) for name, wrong, repair in REPAIRS),
    *map(_misnamed, REASONS),
    *map(_accepted, REASONS),
    *(Mutant.of(name, "malformed: answered", wrong, by_rejection(answer)) for name, wrong, answer in ANSWERS),
)
