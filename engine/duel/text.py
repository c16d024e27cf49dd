"""The text of a turn: `write`, `read`, and `resolve_text`, which answers every text.

A turn is five lines, a battle the first three of them. Reading is by pieces: a newline ends a line, a single space
parts two pieces, and the pieces are compared one by one with the grammar. The first thing that is wrong names the
reason.

    >>> from turncheck.engine.duel import Turn, read, resolve_text, write
    >>> write(Turn()).splitlines()[3]
    'do hero wait'
    >>> read(write(Turn())) == Turn()
    True
    >>> resolve_text("turn 1\\n")
    'reject bad_number\\n'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import attrs

from turncheck.engine.duel.resolve import resolve
from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.state import UNIT_NAMES, Battle, Order, Turn, Unit, UnitName, change
from turncheck.engine.duel.tables import ACTION_NAMES, BLANK, FIELDS, Field

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
"""Why a text is no turn: the rule's id and a sentence for each reason."""
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


class MalformedTextError(ValueError):
    """A text that is not a turn.

    Attributes:
        reason: one of `REASONS`.
        line: the line of the first thing that is wrong, from 1; where something is missing, the line that misses it.
        piece: its piece in that line, from 1.
    """

    def __init__(self, reason: str, line: int, piece: int) -> None:
        super().__init__(reason, line, piece)
        self.reason, self.line, self.piece = reason, line, piece

    def __str__(self) -> str:
        rule, sentence = REASONS[self.reason]
        return f"{self.reason} at line {self.line}, piece {self.piece}: {sentence} ({rule})"


# --- writing ---------------------------------------------------------------------------------------------------------


def write(state: Turn | Battle) -> str:
    """The text of a turn (five lines) or of a battle (three lines)."""
    if isinstance(state, Turn):
        return write(state.battle) + write_orders(state.orders)
    return f"turn {state.turn:02}\n{_write_unit('hero', state.hero)}{_write_unit('foe', state.foe)}"


def write_orders(orders: tuple[Order, Order]) -> str:
    """The two lines of a turn's orders."""
    return "".join(f"do {order.unit} {order.action}\n" for order in orders)


def write_rejection(reason: str) -> str:
    """The answer to a text that is not a turn."""
    return f"reject {reason}\n"


_UNIT_FORMAT = " ".join(
    ["hp {hp:02}/{max:02}"]
    + [("cd " if f.name == "cd_heal" else "") + f"{f.label} {{{f.name}:0{f.width}}}" for f in FIELDS[2:]]
)


def _write_unit(name: UnitName, unit: Unit) -> str:
    return f"{name} {_UNIT_FORMAT.format_map(unit.__dict__)}\n"


# --- the grammar -----------------------------------------------------------------------------------------------------


@attrs.frozen
class Label:
    """A place that wants one certain word."""

    word: str


@attrs.frozen(cache_hash=True)
class Number:
    """A place that wants digits: of one field, or of hp and max with a slash between."""

    fields: tuple[Field, ...]

    @property
    def pattern(self) -> str:
        """The regular expression of its digits, one group for each field."""
        return "/".join(f"([0-9]{{{field.width}}})" for field in self.fields)


Place = Label | Number


@lru_cache(maxsize=64)
def _unit_line(name: UnitName, rules: Rules) -> tuple[Place, ...]:
    hp, highest, *rest = rules.fields
    places: list[Place] = [Label(name), Label("hp"), Number((hp, highest))]
    for field in rest:
        if field.name == "cd_heal":
            places.append(Label("cd"))
        places += [Label(field.label), Number((field,))]
    return tuple(places)


@lru_cache(maxsize=64)
def _turn_line(rules: Rules) -> tuple[Place, ...]:
    return Label("turn"), Number((rules.turn,))


# --- reading ---------------------------------------------------------------------------------------------------------


def read(text: str, rules: Rules = STANDARD) -> Turn:
    """The turn that the text is.

    Raises:
        MalformedTextError: the text is not a turn under these rules; it says why and where.
    """
    reader = _Reader(text, rules, strict=True)
    battle = reader.battle()
    turn = change(Turn(), battle=battle)
    first = reader.order(4, named=None)
    second = reader.order(5, named=first.unit)
    reader.end(5)
    return change(turn, first=first, second=second)


def read_battle(text: str, rules: Rules = STANDARD) -> Battle:
    """The battle that the text is: the first three lines of a turn and nothing else.

    Raises:
        MalformedTextError: the text is not a battle under these rules.
    """
    return _read_battle(text, rules, strict=True)


def read_answer(text: str) -> Battle | str:
    """What a learned engine answered: a battle, or the reason for which it rejects.

    It is read leniently: grammar and digit widths count; the battle may hold numbers outside their ranges, hp above
    max and a fallen unit with statuses, which are for the laws to look at.

    Raises:
        MalformedTextError: the answer is neither a battle nor a rejection.
    """
    rejection = re.fullmatch(r"reject ([a-z_]+)\n", text)
    if rejection and rejection[1] in REASONS:
        return rejection[1]
    return _read_battle(text, STANDARD, strict=False)


def _read_battle(text: str, rules: Rules, strict: bool) -> Battle:
    reader = _Reader(text, rules, strict)
    battle = reader.battle()
    reader.end(3)
    return battle


def resolve_text(text: str, rules: Rules = STANDARD) -> str:
    """The answer to any text: the next state, or `reject REASON`. Never raises."""
    try:
        turn = read(text, rules)
    except MalformedTextError as error:
        return write_rejection(error.reason)
    return write(resolve(turn, rules))


# White space other than space and newline (`str.isspace`), and control characters.
_FORBIDDEN = re.compile(
    "["
    + "".join(
        re.escape(chr(code))
        for code in range(0x3001)
        if chr(code) not in " \n" and (chr(code).isspace() or code < 32 or 127 <= code < 160)
    )
    + "]"
)


class _Reader:
    """Compares the pieces of a text with the grammar, from left to right. `strict` looks at M7, M8 and M11 too."""

    def __init__(self, text: str, rules: Rules, strict: bool) -> None:
        _check_spacing(text)
        self.lines = [line.split(" ") for line in text.split("\n")[:-1]]
        self.rules, self.strict = rules, strict

    def battle(self) -> Battle:
        (turn,) = self.numbers(1, _turn_line(self.rules))
        hero, foe = (self.unit(line, name) for line, name in enumerate(UNIT_NAMES, start=2))
        return change(_BATTLE, turn=turn, hero=hero, foe=foe, limits=self.rules.limits)

    def unit(self, line: int, name: UnitName) -> Unit:
        numbers = self.numbers(line, _unit_line(name, self.rules))
        unit = change(_UNIT, limits=self.rules.limits, **dict(zip(_NAMES, numbers, strict=True)))
        if self.strict and unit.fallen and any(getattr(unit, name) for name in BLANK):
            raise MalformedTextError("fallen_with_status", line, len(self.lines[line - 1]))
        return unit

    def order(self, line: int, named: str | None) -> Order:
        places = self.places(line, 3)
        _check_label(next(places), ("do",), line, 1)
        unit = next(places)
        _check_label(unit, UNIT_NAMES, line, 2)
        if unit == named:
            raise MalformedTextError("duplicate_order", line, 2)
        action = next(places)
        if action not in ACTION_NAMES:
            raise MalformedTextError("unknown_action", line, 3)
        next(places, None)
        return Order("hero" if unit == "hero" else "foe", action)

    def numbers(self, line: int, wanted: tuple[Place, ...]) -> list[int]:
        numbers: list[int] = []
        for index, (piece, place) in enumerate(zip(self.places(line, len(wanted)), wanted, strict=True), start=1):
            if isinstance(place, Label):
                _check_label(piece, (place.word,), line, index)
            else:
                numbers += self.number(piece, place, line, index)
        return numbers

    def number(self, piece: str, place: Number, line: int, index: int) -> tuple[int, ...]:
        values, reason = _number(piece, place) if len(piece) <= LONGEST_NUMBER else ((), "bad_number")
        if reason == "bad_number" or (reason and self.strict):
            raise MalformedTextError(reason, line, index)
        return values

    def places(self, line: int, count: int) -> Iterator[str]:
        """The line's pieces, which are `count`: one by one, since what is wrong on the way comes first."""
        pieces = self.lines[line - 1] if line <= len(self.lines) else []
        for index in range(count):
            if index >= len(pieces):
                raise MalformedTextError("truncated", line, index + 1)
            yield pieces[index]
        if len(pieces) > count:
            raise MalformedTextError("trailing_text", line, count + 1)

    def end(self, line: int) -> None:
        if len(self.lines) > line:
            raise MalformedTextError("trailing_text", line + 1, 1)


LONGEST_NUMBER = len("dd/dd")


@lru_cache(maxsize=8192)  # there are few numbers, and half of the time that reading takes goes to them
def _number(piece: str, place: Number) -> tuple[tuple[int, ...], str]:
    """The values that stand at a number's place, and what is wrong with them; no values where it is no number."""
    match = re.fullmatch(place.pattern, piece)
    if match is None:
        return (), "bad_number"
    values = tuple(map(int, match.groups()))
    if any(not field.low <= value <= field.high for field, value in zip(place.fields, values, strict=True)):
        return values, "out_of_range"
    return values, "hp_above_max" if len(values) == 2 and values[0] > values[1] else ""


_NAMES = tuple(field.name for field in FIELDS)
_UNIT, _BATTLE = Unit(), Battle()


def _check_spacing(text: str) -> None:
    if not text:
        raise MalformedTextError("truncated", 1, 1)
    lines = text.split("\n")
    for number, line in enumerate(lines[:-1], start=1):
        for index, piece in enumerate(line.split(" "), start=1):
            if not piece or _FORBIDDEN.search(piece):
                raise MalformedTextError("bad_spacing", number, index)
    if lines[-1]:
        raise MalformedTextError("bad_spacing", len(lines), lines[-1].count(" ") + 1)


def _check_label(piece: str, wanted: tuple[str, ...], line: int, index: int) -> None:
    if piece not in wanted:
        raise MalformedTextError("misplaced_label" if piece in WORDS else "unknown_label", line, index)
