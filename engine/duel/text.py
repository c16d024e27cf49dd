"""The text of a turn: a schema built from the tables, and the conversion between its values and turns or battles.

>>> from turncheck.engine.duel import Turn, read, resolve_text, write
>>> write(Turn()).splitlines()[3]
'do hero wait'
>>> read(write(Turn())) == Turn()
True
>>> resolve_text("turn 1\\n")
'reject bad_number\\n'
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Any

import attrs

from turncheck.engine.case import Case
from turncheck.engine.duel.resolve import resolve
from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.state import UNIT_NAMES, Battle, Order, Turn, Unit, UnitName, change
from turncheck.engine.duel.tables import ACTION_NAMES, BLANK, FIELDS, Field
from turncheck.engine.fields import Choice, Int
from turncheck.engine.reading import Check, MalformedTextError, Reader
from turncheck.engine.schema import Schema

__all__ = [
    "REASONS",
    "WORDS",
    "DuelCodec",
    "MalformedTextError",
    "checks",
    "layout",
    "read",
    "read_answer",
    "read_battle",
    "resolve_text",
    "write",
    "write_orders",
    "write_rejection",
]

# fmt: off
REASONS: dict[str, tuple[str, str]] = {
    #                       id     sentence
    "bad_spacing":         ("M1",  "the text is not made of lines with single spaces"),
    "truncated":           ("M2",  "the text ends too early"),
    "trailing_text":       ("M3",  "something follows where nothing belongs"),
    "misplaced_label":     ("M4",  "a word of the grammar stands where another belongs"),
    "unknown_label":       ("M5",  "no word of the grammar stands where one belongs"),
    "bad_number":          ("M6",  "a number's place holds no number of the right width"),
    "out_of_range":        ("M7",  "a number is outside its field's range"),
    "hp_above_max":        ("M8",  "hp is above max"),
    "unknown_action":      ("M9",  "an order's last piece is no action"),
    "duplicate_order":     ("M10", "the second order names the unit that the first named"),
    "fallen_with_status":  ("M11", "a fallen unit has a shield, a status or a slot that is not 0"),
}
"""Why a text is not a turn: for each reason the rule's id and a sentence."""
# fmt: on

WORDS = (
    "turn",
    *UNIT_NAMES,
    *(field.label for field in FIELDS if field.kind != "slot" and field.name != "max"),
    "cd",
    *(field.label for field in FIELDS if field.kind == "slot"),
    "do",
    *(action for action in ACTION_NAMES if f"cd_{action}" not in {field.name for field in FIELDS}),
    "reject",
)
"""The words of the grammar, and no others."""


# --- the schema ------------------------------------------------------------------------------------------------------


def field_name(unit: UnitName, field: Field) -> str:
    """Return the schema's name of a unit's number: `hero.hp`, `hero.cd.guard`."""
    return f"{unit}.{field.name.replace('cd_', 'cd.')}"


def _unit_line(name: UnitName) -> str:
    hp, highest, *rest = FIELDS
    pieces = [name, hp.label, f"{{{field_name(name, hp)}}}/{{{field_name(name, highest)}}}"]
    for field in rest:
        if field.name == "cd_heal":
            pieces.append("cd")
        pieces += [field.label, f"{{{field_name(name, field)}}}"]
    return " ".join(pieces)


# Simplest first: `wait` changes least, then the actions in the order of the table.
_OF_ORDERS: dict[str, Any] = {
    "action": Choice("wait", *(name for name in ACTION_NAMES if name != "wait"), reason="unknown_action"),
    "first.unit": Choice("hero", "foe"),
    "second.unit": Choice("foe", "hero"),
}
_ORDERS = Schema(
    """
    do {first.unit} {first.action}
    do {second.unit} {second.action}
    """,
    **_OF_ORDERS,
)


def layout(rules: Rules = STANDARD) -> tuple[Schema, Schema]:
    """Return the schemas of a battle (three lines) and of both orders (two lines), with the ranges of the rules.

    Rules with the same ranges have the same schemas.
    """
    return _layout(rules.turn, rules.fields)


@lru_cache(maxsize=64)
def _layout(counter: Field, fields: tuple[Field, ...]) -> tuple[Schema, Schema]:
    kinds: dict[str, Any] = {field.name.replace("cd_", ""): _number(field) for field in fields}
    turn = Int(counter.low, counter.high, counter.width)
    lines = ("turn {turn}", *map(_unit_line, UNIT_NAMES))
    return Schema("\n".join(lines), turn=turn, **kinds), _ORDERS


def _number(field: Field) -> Int:
    """Make the schema's field. The simplest unit stands, at hp 1/1, so hit points are simplest at 1."""
    return Int(field.low, field.high, field.width, simplest=1 if field.kind == "hit points" else 0)


@lru_cache(maxsize=64)
def checks() -> tuple[Check, ...]:
    """Return M8, M10 and M11 as conditions on the values of the schema."""
    return (
        *(_has_hp_up_to_max(name) for name in UNIT_NAMES),
        *(_is_blank_where_fallen(name) for name in UNIT_NAMES),
        Check("duplicate_order", REASONS["duplicate_order"][1], ("first.unit", "second.unit"), _name_both_units),
    )


def _has_hp_up_to_max(name: UnitName) -> Check:
    hp, highest = f"{name}.hp", f"{name}.max"
    return Check(
        "hp_above_max", REASONS["hp_above_max"][1], (hp, highest), lambda turn: bool(turn[hp] <= turn[highest])
    )


def _is_blank_where_fallen(name: UnitName) -> Check:
    hp = f"{name}.hp"
    blank = tuple(field_name(name, field) for field in FIELDS if field.name in BLANK)

    def holds(turn: Case) -> bool:
        return turn[hp] > 0 or not any(turn[field] for field in blank)

    return Check("fallen_with_status", REASONS["fallen_with_status"][1], (hp, *blank), holds, at_line_end=True)


def _name_both_units(turn: Case) -> bool:
    return bool(turn["first.unit"] != turn["second.unit"])


# --- turns and battles as values -------------------------------------------------------------------------------------

_NAMES = tuple(field.name for field in FIELDS)
_HERO, _FOE = slice(1, 1 + len(_NAMES)), slice(1 + len(_NAMES), 1 + 2 * len(_NAMES))
_UNIT, _BATTLE, _TURN = Unit(), Battle(), Turn()
_ORDER = {(name, action): Order(name, action) for name in UNIT_NAMES for action in ACTION_NAMES}

Orders = tuple[Order, Order]
_numbers: Callable[[dict[str, Any]], tuple[int, ...]] = itemgetter(*_NAMES)


@attrs.frozen
class DuelCodec:
    """Converts the schema's values to turns and battles, and back. Later changes are checked against the rules."""

    rules: Rules = STANDARD

    def case(self, values: tuple[Any, ...]) -> Turn:
        """Make the turn of the values."""
        *_, first_unit, first_action, second_unit, second_action = values
        first, second = _ORDER[first_unit, first_action], _ORDER[second_unit, second_action]
        return change(_TURN, battle=self.answer(values), first=first, second=second)

    def case_values(self, turn: Turn) -> tuple[Any, ...]:
        """Return the values of a turn."""
        first, second = turn.first, turn.second
        return (*self.answer_values(turn.battle), first.unit, first.action, second.unit, second.action)

    def answer(self, values: tuple[Any, ...]) -> Battle:
        """Make the battle of the values, or of those at the start of a turn's values."""
        limits = self.rules.limits
        hero, foe = (
            change(_UNIT, limits=limits, **dict(zip(_NAMES, values[part], strict=True))) for part in (_HERO, _FOE)
        )
        return change(_BATTLE, turn=values[0], hero=hero, foe=foe, limits=limits)

    def answer_values(self, battle: Battle) -> tuple[Any, ...]:
        """Return the values of a battle."""
        return (battle.turn, *_numbers(battle.hero.__dict__), *_numbers(battle.foe.__dict__))

    def parted(self, turn: Turn) -> tuple[Battle, Orders]:
        """Split a turn into its battle and both orders."""
        return turn.battle, turn.orders

    def joined(self, battle: Battle, orders: Orders) -> Turn:
        """Join a battle and both orders into a turn."""
        return change(_TURN, battle=battle, first=orders[0], second=orders[1])


# --- writing ---------------------------------------------------------------------------------------------------------

_CODEC = DuelCodec()


def write(state: Turn | Battle) -> str:
    """Return the text of a turn (five lines) or of a battle (three lines)."""
    if isinstance(state, Turn):
        return write(state.battle) + write_orders(state.orders)
    return layout()[0].write_values(_CODEC.answer_values(state))


def write_orders(orders: Orders) -> str:
    """Return the two lines of a turn's orders."""
    return "".join(f"do {order.unit} {order.action}\n" for order in orders)


def write_rejection(reason: str) -> str:
    """Return the answer to a text that is not a turn."""
    return f"reject {reason}\n"


# --- reading ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _readers(rules: Rules) -> tuple[Reader, Reader]:
    """Return the reader of turns and the reader of battles under the rules."""
    state, orders = layout(rules)
    about = {reason: (sentence, rule) for reason, (rule, sentence) in REASONS.items()}
    of_battles = tuple(check for check in checks() if check.reason != "duplicate_order")
    return Reader(state + orders, checks(), WORDS, about), Reader(state, of_battles, WORDS, about)


def read(text: str, rules: Rules = STANDARD) -> Turn:
    """Parse the text of a turn.

    Raises:
        MalformedTextError: the text is not a turn under these rules; the error says why and where.
    """
    return DuelCodec(rules).case(_readers(rules)[0].values(text))


def read_battle(text: str, rules: Rules = STANDARD) -> Battle:
    """Parse the text of a battle: the first three lines of a turn and nothing else.

    Raises:
        MalformedTextError: the text is not a battle under these rules.
    """
    return DuelCodec(rules).answer(_readers(rules)[1].values(text))


def read_answer(text: str) -> Battle | str:
    """Parse a learned engine's answer: return the battle, or the reason of a rejection.

    Parsing is lenient: grammar and digit widths must be correct, but the battle may hold numbers out of range, hp above
    max and a fallen unit with statuses. The laws check these.

    Raises:
        MalformedTextError: the answer is neither a battle nor a rejection.
    """
    if text.startswith("reject ") and text[7:-1] in REASONS and text.endswith("\n"):
        return text[7:-1]
    return _CODEC.answer(_readers(STANDARD)[1].lenient(text))


def resolve_text(text: str, rules: Rules = STANDARD) -> str:
    """Return the answer to any text: the next state, or `reject REASON`. Never raises."""
    try:
        turn = read(text, rules)
    except MalformedTextError as error:
        return write_rejection(error.reason)
    return write(resolve(turn, rules))
