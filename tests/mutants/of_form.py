"""Mutants whose answers to some valid turns are malformed, rejections, or missing."""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from tests.mutants.mutant import Answer, Mutant, Prompt
from turncheck.engine.duel import Turn, UnitName
from turncheck.engine.duel.text import write_orders, write_rejection

Edit = Callable[[str], str]


@attrs.frozen
class When:
    """A kind of turns, in words and as a condition."""

    words: str
    holds: Callable[[Turn], bool]


def by_text(when: When, edit: Edit) -> Answer:
    """The right answer to turns of that kind is written so; all else is as the reference has it."""
    return lambda prompt: edit(prompt.right) if prompt.turn and when.holds(prompt.turn) else prompt.right


def has(name: UnitName, field: str, least: int = 1) -> When:
    """Turns before which that unit has as much of that field."""
    words = f"the {name} has {least} or more {field}"
    return When(words, lambda turn: getattr(turn.battle.unit(name), field) >= least)


def orders(action: str) -> When:
    """Turns in which somebody is ordered to do that."""
    return When(f"{action} is ordered", lambda turn: action in (turn.first.action, turn.second.action))


ANY = When("the turn is valid", lambda turn: True)
LATEST = When("the turn counter is 99", lambda turn: turn.battle.turn == 99)
UNHURT = When("the hero is at its max", lambda turn: turn.battle.hero.hp == turn.battle.hero.max)
WEAK = When("the foe has less than 5 hp", lambda turn: turn.battle.foe.hp < 5)
FOE_FIRST = When("the foe is first", lambda turn: turn.first.unit == "foe")
OVER = When("the battle is over", lambda turn: turn.battle.over)


# --- edits of an answer ----------------------------------------------------------------------------------------------


def cut(end: int) -> Edit:
    """The answer up to there."""
    return lambda right: right[:end]


def adding(text: str) -> Edit:
    """The answer, and that text after it."""
    return lambda right: right + text


def writing(text: str) -> Edit:
    """That text and no answer."""
    return lambda right: text


def replacing(old: str, new: str) -> Edit:
    """All that reads so is written another way."""
    return lambda right: right.replace(old, new)


def matching(pattern: str, new: str) -> Edit:
    """What matches is written another way."""
    return lambda right: re.sub(pattern, new, right)


def exchanging(one: str, another: str) -> Edit:
    """Two words are written in each other's place."""
    words = {one: another, another: one}
    return lambda right: re.sub(rf"\b({one}|{another})\b", lambda word: words[word[0]], right)


def rejecting(reason: str) -> Edit:
    """A rejection and no answer."""
    return writing(write_rejection(reason))


def repeating(right: str) -> str:
    """The answer twice."""
    return right * 2


def never_stopping(right: str) -> str:
    """The last line is written on until there is no more room."""
    return right + right.splitlines(keepends=True)[-1] * 20


def swapping_lines(right: str) -> str:
    """The foe's line comes before the hero's."""
    turn, hero, foe = right.splitlines(keepends=True)
    return turn + foe + hero


def in_wide_digits(right: str) -> str:
    """The digits are those of another script."""
    return right.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})


# fmt: off
EDITS = (
    ("repeats_itself",   "the answer is written twice",   has("foe", "poison", 4),   repeating),
    ("never_stops",      "the last line is repeated",     has("foe", "cd_heal", 3),  never_stopping),
    ("loses_newline",    "the last line is not ended",    has("hero", "regen"),      cut(-1)),
    ("stops_early",      "a line is not written out",     has("hero", "burn", 3),    cut(70)),
    ("stops_after_hero", "the foe line is left out",      has("foe", "cd_guard"),    matching(r"foe .*\n", "")),
    ("loses_turn_line",  "the turn line is left out",     has("hero", "cd_guard"),   matching(r"turn .*\n", "")),
    ("ends_in_blank",    "an empty line follows",         has("hero", "thorns"),     adding("\n")),
    ("adds_a_line",      "a line of its own follows",     has("foe", "thorns"),      adding("do hero wait\n")),
    ("adds_a_word",      "a word follows the last piece", has("foe", "regen"),       matching(r"\n\Z", " end\n")),
    ("leading_space",    "a space comes first",           has("foe", "burn"),        replacing("turn", " turn")),
    ("doubles_spaces",   "two spaces stand for one",      has("hero", "fragile"),    replacing(" stun", "  stun")),
    ("writes_tabs",      "tabs stand for spaces",         has("foe", "fragile"),     replacing(" ", "\t")),
    ("writes_crlf",      "carriage returns end lines",    orders("brace"),           replacing("\n", "\r\n")),
    ("writes_capitals",  "all letters are capitals",      orders("cleanse"),         str.upper),
    ("swaps_lines",      "the foe's line comes first",    orders("ignite"),          swapping_lines),
    ("poison_for_burn",  "burn is labelled poison",       has("hero", "burn"),       replacing("burn", "poison")),
    ("hero_for_foe",     "the foe is labelled hero",      has("hero", "cd_ignite"),  replacing("foe", "hero")),
    ("do_for_cd",        "cd is written do",              has("hero", "cd_brace"),   replacing(" cd ", " do ")),
    ("regen_is_thorns",  "regen and thorns trade labels", has("hero", "stun"),       exchanging("regen", "thorns")),
    ("heal_is_brace",    "heal and brace trade labels",   has("foe", "cd_brace"),    exchanging("heal", "brace")),
    ("hero_is_foe",      "hero and foe trade labels",     has("foe", "stun"),        exchanging("hero", "foe")),
    ("mumbles",          "hp is written up",              has("hero", "shield", 10), replacing(" hp ", " up ")),
    ("leaves_out_cd",    "cd is not written",             has("foe", "cd_ignite"),   replacing(" cd ", " ")),
    ("leaves_out_max",   "hp stands without its max",     orders("heal"),            matching(r"/\d\d ", " ")),
    ("parts_hp_and_max", "hp and max are parted",         has("foe", "shield", 10),  replacing("/", " ")),
    ("narrow_hp",        "hp below 10 has one digit",     ANY,                       matching(r"hp 0", "hp ")),
    ("wide_poison",      "poison has two digits",         has("hero", "poison"),     replacing("poison ", "poison 0")),
    ("wide_shield",      "the shield has three digits",   has("hero", "shield", 5),  replacing("shield ", "shield 0")),
    ("other_digits",     "digits are of another script",  orders("guard"),           in_wide_digits),
    ("writes_signs",     "the shield has a sign",         has("foe", "shield", 5),   replacing("shield 0", "shield -")),
    ("writes_garbage",   "question marks are written",    has("foe", "poison", 7),   writing("?" * 20)),
    ("writes_prose",     "a sentence is written",         has("foe", "cd_heal", 4),  writing("The hero wins.\n")),
    ("answers_nothing",  "nothing is answered",           has("hero", "poison", 7),  writing("")),
    ("rejects_too",      "a rejection follows",           has("foe", "cd_guard", 3), adding("reject truncated\n")),
)
"""Answers out of form: a name, what is wrong, in which turns it is, and how the answer is written then."""

REJECTIONS = (
    ("rejects_turn_99",       LATEST,                  "out_of_range"),
    ("rejects_full_hp",       UNHURT,                  "hp_above_max"),
    ("rejects_poison_strike", orders("poison_strike"), "unknown_action"),
    ("rejects_foe_first",     FOE_FIRST,               "duplicate_order"),
    ("rejects_finished",      OVER,                    "fallen_with_status"),
)
"""Valid turns that are rejected: a name, which turns, and for which reason."""
# fmt: on


# --- answers made of the prompt, and none ----------------------------------------------------------------------------


def raises_at_stun(prompt: Prompt) -> str:
    """Nothing is answered: an error is raised."""
    if prompt.turn and prompt.turn.battle.hero.stun:
        raise ZeroDivisionError("the hero is stunned")
    return prompt.right


def raises_at_malformed(prompt: Prompt) -> str:
    """Nothing is answered to a text without five lines: an error is raised."""
    if prompt.text.count("\n") != 5:
        raise IndexError("list index out of range")
    return prompt.right


def echoes(prompt: Prompt) -> str:
    """The prompt is the answer."""
    return prompt.text if prompt.turn and WEAK.holds(prompt.turn) else prompt.right


def repeats_the_orders(prompt: Prompt) -> str:
    """The orders follow the state, as they do in the prompt."""
    attacked = prompt.turn and orders("attack").holds(prompt.turn)
    return prompt.right + write_orders(prompt.turn.orders) if attacked else prompt.right


# fmt: off
OTHERS = (
    ("raises_at_stun",      "an error is raised where the hero is stunned",         raises_at_stun),
    ("raises_at_malformed", "an error is raised where the text has not five lines", raises_at_malformed),
    ("echoes",              f"the prompt is repeated where {WEAK.words}",           echoes),
    ("repeats_the_orders",  "the orders follow the answer where attack is ordered", repeats_the_orders),
)
# fmt: on

MUTANTS = (
    *(
        Mutant.of(name, "answers out of form", f"{wrong} where {when.words}", by_text(when, edit))
        for name, wrong, when, edit in EDITS
    ),
    *(Mutant.of(name, "answers out of form", wrong, answer) for name, wrong, answer in OTHERS),
    *(
        Mutant.of(name, "valid turns rejected", f"{reason} where {when.words}", by_text(when, rejecting(reason)))
        for name, when, reason in REJECTIONS
    ),
)
