"""Parse a text by a schema: return its case, or find the first fault, with its reason, line and piece.

A newline ends a line, a single space separates two pieces, and the pieces are compared one by one with the schema's.
White space is checked first, in the whole text; everything else in reading order. A condition across fields (`Check`)
is tested as soon as its fields are parsed.

A valid text is matched as a whole by one regular expression. Only a text that does not match is walked piece by piece.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs

from turncheck.engine.case import Case, UnknownFieldError
from turncheck.engine.fields import Choice, Field, Int, SchemaError
from turncheck.engine.learned import described
from turncheck.engine.schema import Piece, Schema

Value = Any


class MalformedTextError(ValueError):
    """A text that is no case of the schema.

    Attributes:
        reason: the reason, in one word.
        line: the line of the first fault, from 1; for a missing piece, the line that lacks it.
        piece: the piece of the first fault in that line, from 1.
        about: the reason in a sentence.
        rule: the id of the rule that the reason follows from, if there is one.
    """

    def __init__(self, reason: str, line: int, piece: int, about: str = "", rule: str = "") -> None:
        super().__init__(reason, line, piece)
        self.reason, self.line, self.piece = reason, line, piece
        self.about, self.rule = about, rule

    def __str__(self) -> str:
        about = f": {self.about}" if self.about else ""
        return f"{self.reason} at line {self.line}, piece {self.piece}{about}{f' ({self.rule})' if self.rule else ''}"


def _names(names: Iterable[str] | str) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _is_reason(check: Check, attribute: object, reason: str) -> None:
    if not isinstance(reason, str) or not re.fullmatch("[a-z][a-z0-9_]*", reason):
        raise SchemaError("a check's reason", "one word of small letters, digits and _, as cell_taken", reason)


def _are_named(check: Check, attribute: object, fields: tuple[str, ...]) -> None:
    if not fields:
        raise SchemaError(
            f"the fields of check {check.reason}", "all fields that its condition uses, one or more", fields
        )


@attrs.frozen
class Check:
    """A condition across fields: a text that does not meet the condition is rejected for the check's reason.

    Attributes:
        reason: one word, such as `cell_taken`.
        sentence: the condition in words.
        fields: the fields or repeated fields that the condition uses; it gets a case with these fields only.
        holds: the condition.
        at_line_end: whether to test at the end of the line with the last of these fields; by default, the condition is
            tested as soon as that field is parsed.

    Raises:
        SchemaError: the reason is not one word, or no field is named.
    """

    reason: str = attrs.field(validator=_is_reason)
    sentence: str
    fields: tuple[str, ...] = attrs.field(converter=_names, validator=_are_named)
    holds: Callable[[Any], bool]
    at_line_end: bool = False


# --- reasons ---------------------------------------------------------------------------------------------------------

# fmt: off
REASONS: Mapping[str, str] = {
    "bad_spacing":      "the text is not made of lines with single spaces",
    "truncated":        "the text ends too early",
    "trailing_text":    "something follows where nothing belongs",
    "misplaced_label":  "a word of the grammar stands where another belongs",
    "unknown_label":    "no word of the grammar stands where one belongs",
    "bad_number":       "a number's place holds no number of the right form",
    "bad_value":        "a field's place holds nothing that the field can be",
    "out_of_range":     "a value is outside its field's range",
}
"""Reasons for rejecting a text that every schema has; its checks add their own reasons."""
# fmt: on


def reasons_of(schema: Schema, checks: Sequence[Check], words: Sequence[str] = ()) -> dict[str, str]:
    """Return the reasons for which a text of the schema can be rejected, each with a sentence.

    Args:
        schema: the schema of the texts.
        checks: the conditions across fields.
        words: the words of the grammar; by default those of the schema.
    """
    fields = list(schema.fields.values())
    pieces = [piece for line in schema.lines for piece in line]
    labels = any(piece.word for piece in pieces) or any(field.reason is None for field in fields)
    has = {
        "misplaced_label": labels and len(words or schema.words) > 1,
        "unknown_label": labels,
        "bad_number": any(field.reason == "bad_number" for field in fields),
        "bad_value": any(field.reason == "bad_value" for field in fields),
        "out_of_range": any(may_be_out_of_range(field) for field in fields),
    }
    found = {reason: about for reason, about in REASONS.items() if has.get(reason, True)}
    for field in fields:
        if field.reason is not None:
            found.setdefault(field.reason, f"something stands where {field!r} belongs")
    return {**found, **{check.reason: check.sentence for check in checks}}


def may_be_out_of_range(field: Any) -> bool:
    """Return whether the field can write a value outside its range."""
    if not isinstance(field, Int):
        return False
    widest = 10**field.digits - 1 if field.digits else field.high + 1
    return field.high < widest or field.low > (-widest if field.signed else 0)


# --- reading ---------------------------------------------------------------------------------------------------------

_TABLED = 1_000
"""Most values of a field whose texts are looked up in a table instead of parsed."""

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
_ODD_SPACING = re.compile(rf"^[ \n]|[ \n]{{2}}| $|{_FORBIDDEN.pattern}")


class BrokenPartError(Exception):
    """A check, or a user's field, that raised while a text was parsed: a fault of the domain, not of the text.

    Attributes:
        part: the check or field.
        fault: what it raised.
    """

    def __init__(self, part: str, error: Exception) -> None:
        super().__init__(part, error)
        self.part, self.fault = part, described(error)

    def __str__(self) -> str:
        return f"{self.part} raised {self.fault}"


class UndeclaredFieldError(BrokenPartError, LookupError):
    """A check uses a field that it does not name, and that may not have been parsed when the check is tested."""

    def __init__(self, check: Check, name: str) -> None:
        super().__init__(f"check {check.reason}", KeyError(name))
        self.check, self.name = check, name

    def __str__(self) -> str:
        return f"{self.part} must name every field that it uses, but lacks {self.name!r}"


class _NoValueError(Exception):
    """A field's pattern matches a text that the field cannot read."""


class _OutOfRangeError(Exception):
    """A field can write a value but does not allow it."""


class Reader:
    """Parses texts by a schema.

    Args:
        schema: the schema.
        checks: conditions across its fields.
        words: the words of the grammar; by default the schema's words. Another of these words in a word's place is
            misplaced.
        about: for each reason, its sentence and the id of the rule that it follows from.
    """

    def __init__(
        self,
        schema: Schema,
        checks: Sequence[Check] = (),
        words: Sequence[str] | None = None,
        about: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self.schema, self.checks = schema, tuple(checks)
        self.words = frozenset(schema.words if words is None else words)
        self.about = about or {}
        self._due = {check: _places(check, schema) for check in self.checks}

    def values(self, text: str) -> tuple[Value, ...]:
        """Parse the text of a case and return the values, in the schema's order.

        Raises:
            MalformedTextError: the text is no case; the error says why and where.
            BrokenPartError: a check or a field raised.
        """
        values = self._valid(text)
        if values is not None:
            return values
        self._walk(text, strict=True)
        raise AssertionError(
            f"{self.schema!r} reads {text!r} piece by piece and not as a whole, or a check is not deterministic"
        )

    def is_case(self, text: str) -> bool:
        """Return whether the text is a case.

        Raises:
            BrokenPartError: a check or a field raised.
        """
        return self._valid(text) is not None

    def _valid(self, text: str) -> tuple[Value, ...] | None:
        """Return the values of a case; None if the text is no case."""
        found = self.texts(text)
        values = None if found is None else self._in_range(found)
        return None if values is None or not self.meets_checks(values) else values

    def lenient(self, text: str) -> tuple[Value, ...]:
        """Parse a text with the form of a case: its words, and in each field's place a text that the field can write.

        Ranges and checks do not count.

        Raises:
            MalformedTextError: the text has another form.
        """
        found = self.texts(text)
        if found is not None:
            try:
                return tuple([read(each) for read, each in zip(self._readers, found, strict=True)])
            except _NoValueError:
                pass
        self._walk(text, strict=False)
        raise AssertionError(f"{self.schema!r} reads {text!r} piece by piece and not as a whole")

    def has_form(self, text: str) -> bool:
        """Return whether the text has the form of a case, see `lenient`."""
        if self._are_plain:
            return self.texts(text) is not None
        try:
            self.lenient(text)
        except MalformedTextError:
            return False
        return True

    def texts(self, text: str) -> tuple[str, ...] | None:
        """Return the text in each field's place, if the text has the form of a case (see `lenient`); else None."""
        found = self._pattern.fullmatch(text)
        if found is None or _FORBIDDEN.search(text):
            return None
        # A user's pattern may match spaces: then a text with another number of pieces can match as a whole.
        if not self._are_plain and (text.count(" "), text.count("\n")) != self._parted:
            return None
        groups: tuple[str, ...] = found.groups()
        return groups

    # --- as a whole ---

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        lines = (" ".join(piece.pattern for piece in line) for line in self.schema.lines)
        return re.compile("\n".join(lines) + self.schema.end)

    @cached_property
    def _are_plain(self) -> bool:
        return all(map(_is_plain, self.schema.fields.values()))

    @cached_property
    def _parted(self) -> tuple[int, int]:
        """The number of spaces and of newlines in every case."""
        return sum(len(line) - 1 for line in self.schema.lines), len(self.schema.lines) - 1 + len(self.schema.end)

    @cached_property
    def _readers(self) -> list[Callable[[str], Value]]:
        """For each field, a function from a text that its pattern matches to a value; it may raise `_NoValueError`."""

        def reading(name: str, field: Field) -> Callable[[str], Value]:
            def read(text: str) -> Value:
                try:
                    return field.read(text)
                except ValueError:
                    raise _NoValueError from None
                except Exception as error:
                    raise BrokenPartError(f"field {name}: its read of {text!r:.80}", error) from error

            return field.read if _is_plain(field) else read

        return [reading(name, field) for name, field in self.schema.fields.items()]

    @cached_property
    def _tables(self) -> list[Callable[[str], Value]]:
        """For each field, a function from a text to an allowed value; it may raise `_NoValueError`,
        `_OutOfRangeError` or KeyError.
        """

        def checked(name: str, field: Field, read: Callable[[str], Value]) -> Callable[[str], Value]:
            def allowed(text: str) -> Value:
                value = read(text)
                try:
                    allows = field.allows(value)
                except Exception as error:
                    raise BrokenPartError(f"field {name}: its allows of {value!r:.80}", error) from error
                if not allows:
                    raise _OutOfRangeError
                return value

            return allowed

        tables = []
        for (name, field), read in zip(self.schema.fields.items(), self._readers, strict=True):
            count = field.count()
            if count is None or count > _TABLED:
                tables.append(checked(name, field, read))
            else:
                tables.append({field.write(value): value for value in field.values()}.__getitem__)
        return tables

    def _in_range(self, texts: tuple[str, ...]) -> tuple[Value, ...] | None:
        try:
            return tuple([table(text) for table, text in zip(self._tables, texts, strict=True)])
        except (KeyError, _NoValueError, _OutOfRangeError):
            return None

    def meets_checks(self, values: tuple[Value, ...]) -> bool:
        """Return whether the values of all fields meet the checks.

        Raises:
            BrokenPartError: a check raised.
        """
        return self.unmet(values) is None

    def unmet(self, values: tuple[Value, ...]) -> Check | None:
        """Return the first check that the values of all fields do not meet; None if they meet all checks.

        Raises:
            BrokenPartError: a check raised.
        """
        case = Case(self.schema, values)
        for check in self.checks:
            try:
                if not check.holds(case):
                    return check
            except Exception as error:
                raise BrokenPartError(f"check {check.reason}", error) from error
        return None

    def look_alone(self, values: tuple[Value, ...]) -> None:
        """Test each check with only the fields that it names, as when a text is malformed after these fields.

        Raises:
            BrokenPartError: a check uses another field, or raised.
        """
        known = dict(enumerate(values))
        for check in self.checks:
            _holds(check, _Partial(self.schema, known, check, self._due[check]))

    # --- piece by piece ---

    def _walk(self, text: str, strict: bool) -> None:
        """Walk the text from left to right, and raise at the first fault."""
        self._check_spacing(text)
        body = text[: len(text) - len(self.schema.end)] if self.schema.end else text
        lines = [line.split(" ") for line in body.split("\n")]
        values: dict[int, Value] = {}
        for number, steps in enumerate(self._steps, start=1):
            pieces = lines[number - 1] if number <= len(lines) else []
            for place, (step, piece) in enumerate(zip(steps, pieces, strict=False), start=1):
                if piece != step.word:
                    self._take(step, piece, values, strict, number, place)
            if len(pieces) < len(steps):
                raise self._fault("truncated", number, len(pieces) + 1)
            if len(pieces) > len(steps):
                raise self._fault("trailing_text", number, len(steps) + 1)
            if strict:
                for step in steps:
                    if step.at_line_end:
                        self._look(step.at_line_end, values, number, len(steps))
        if len(lines) > len(self._steps):
            raise self._fault("trailing_text", len(self._steps) + 1, 1)

    @cached_property
    def _steps(self) -> list[list[_Step]]:
        """The expected pieces, and the checks that are due after each."""
        last = {check: max(places, default=-1) for check, places in self._due.items()}

        def step(piece: Piece) -> _Step:
            places = [self.schema.places[name] for name in piece.names]
            due = [check for check in self.checks if last[check] in places]
            at_once = tuple(check for check in due if not check.at_line_end)
            at_line_end = tuple(check for check in due if check.at_line_end)
            return _Step(piece, piece.word, re.compile(piece.pattern), places, at_once, at_line_end)

        return [[step(piece) for piece in line] for line in self.schema.lines]

    def _take(self, step: _Step, text: str, values: dict[int, Value], strict: bool, line: int, place: int) -> None:
        """Parse a piece that is no word, and test the checks that are due then."""
        found = None if step.word else step.pattern.fullmatch(text)
        if found is None:
            raise self._fault(self._reason(text, step.piece), line, place)
        readers = self._tables if strict else self._readers
        for at, part, field in zip(step.places, found.groups(), step.piece.fields, strict=True):
            try:
                values[at] = readers[at](part)
            except _NoValueError:
                raise self._fault(field.reason or self._reason(text, step.piece), line, place) from None
            except (KeyError, _OutOfRangeError):
                raise self._fault("out_of_range", line, place) from None
        if strict and step.at_once:
            self._look(step.at_once, values, line, place)

    def _reason(self, text: str, piece: Piece) -> str:
        """Return why another text is wrong in the place of that piece."""
        reason = piece.fields[0].reason if piece.fields else None
        if reason is not None:
            return reason
        return "misplaced_label" if text in self.words else "unknown_label"

    def _look(self, checks: Sequence[Check], values: dict[int, Value], line: int, place: int) -> None:
        for check in checks:
            if not _holds(check, _Partial(self.schema, values, check, self._due[check])):
                raise self._fault(check.reason, line, place)

    def _check_spacing(self, text: str) -> None:
        if not text:
            raise self._fault("truncated", 1, 1)
        if not _ODD_SPACING.search(text) and text.endswith("\n") == bool(self.schema.end):
            return
        lines = text.split("\n")
        ended = lines[:-1] if self.schema.end else lines
        for number, line in enumerate(ended, start=1):
            for place, piece in enumerate(line.split(" "), start=1):
                if not piece or _FORBIDDEN.search(piece):
                    raise self._fault("bad_spacing", number, place)
        if self.schema.end and lines[-1]:
            raise self._fault("bad_spacing", len(lines), lines[-1].count(" ") + 1)

    def _fault(self, reason: str, line: int, piece: int) -> MalformedTextError:
        about, rule = self.about.get(reason, (REASONS.get(reason, ""), ""))
        return MalformedTextError(reason, line, piece, about, rule)


@attrs.frozen
class _Step:
    """An expected piece, prepared for comparison: its word or its pattern, and the checks that are due after it."""

    piece: Piece
    word: str
    pattern: re.Pattern[str]
    places: list[int]
    at_once: tuple[Check, ...]
    at_line_end: tuple[Check, ...]


class _Partial(Case):
    """A case of which some fields are parsed: only the fields that a check names can be read."""

    __slots__ = ("_check", "_known", "_so_far")

    def __init__(self, schema: Schema, so_far: Mapping[int, Value], check: Check, known: frozenset[int]) -> None:
        for name, value in (("schema", schema), ("_so_far", so_far), ("_check", check), ("_known", known)):
            object.__setattr__(self, name, value)

    @property
    def values_(self) -> tuple[Value, ...]:  # type: ignore[override]  # only if the check names all fields
        return tuple([self[name] for name in self.schema.names])

    def __getitem__(self, name: str) -> Any:
        place = self.schema.places.get(name)
        if place in self._known:
            return self._so_far[place]
        members = self.schema.repeated.get(name)
        if place is None and members is None:
            raise UnknownFieldError(name, self.schema.names)
        if members is None or not self._known.issuperset(members):
            raise UndeclaredFieldError(self._check, name)
        return tuple(self._so_far[member] for member in members)


def _is_plain(field: Field) -> bool:
    """Return whether the field can read everything that its pattern matches, as built-in fields can."""
    return type(field) in (Int, Choice)


def _holds(check: Check, case: Case) -> bool:
    try:
        return bool(check.holds(case))
    except UndeclaredFieldError:
        raise
    except Exception as error:
        raise BrokenPartError(f"check {check.reason}", error) from error


def _places(check: Check, schema: Schema) -> frozenset[int]:
    """Return the indices of the fields that a check names.

    Raises:
        UnknownFieldError: the schema lacks one of them.
    """
    found: set[int] = set()
    for name in check.fields:
        if name in schema.places:
            found.add(schema.places[name])
        elif name in schema.repeated:
            found.update(schema.repeated[name])
        else:
            raise UnknownFieldError(name, schema.names)
    return frozenset(found)
