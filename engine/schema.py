"""A schema: a text with named places. It defines how a case is written, and what its fields are.

    >>> from turncheck.engine.fields import Choice, Int
    >>> board = Schema('''
    ...     turn {turn}
    ...     hero hp {hero.hp}/{hero.max}
    ...     tape {cell[0..3]}
    ...     ''', turn=Int(1, 99), hp=Int(0, 40), max=Int(1, 40), cell=Choice(".", "x"))
    >>> board.names
    ('turn', 'hero.hp', 'hero.max', 'cell[0]', 'cell[1]', 'cell[2]', 'cell[3]')
    >>> print(board.write(board.neutral), end="")
    turn 01
    hero hp 00/01
    tape . . . .

The text consists of lines, a line consists of pieces separated by single spaces, and a piece is a word, or one or more
fields with characters around them. `turncheck.engine.reading` parses texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from math import prod
from random import Random
from typing import Any

import attrs

from turncheck.engine.case import Case
from turncheck.engine.fields import Choice, Field, SchemaError
from turncheck.engine.learned import described

_NAME = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_FIELD = re.compile(rf"{{({_NAME}(?:\[[0-9]+(?:\.\.[0-9]+)?\])?)}}")
_REPEATED = re.compile(rf"{{({_NAME})\[([0-9]+)\.\.([0-9]+)\]}}")

MOST_REPEATED = 10_000
"""Most members of a repeated field."""

TRIED = 400
"""Most combinations of values with which a new schema's pieces are tested: they are written and read back."""

TAKEN = tuple(sorted(name for name in {*dir(Case), *Case.__slots__} if not name.startswith("_")))
"""Attributes of every case: no field may have one of these names."""

_WHITE_OR_CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")


@attrs.frozen
class Piece:
    """A piece of a line: a word, or fields with the characters around them.

    Attributes:
        borders: the texts before, between and after the fields, one more than there are fields; for a word, the word.
        names: the names of the fields, in order; for a word, none.
        fields: the fields.
    """

    borders: tuple[str, ...]
    names: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()

    @property
    def word(self) -> str:
        """The word; empty if the piece has fields."""
        return "" if self.names else self.borders[0]

    @property
    def is_bare(self) -> bool:
        """Whether the piece is one field and nothing else."""
        return len(self.names) == 1 and self.borders == ("", "")

    @cached_property
    def pattern(self) -> str:
        """A regular expression for the piece, with one group for each field."""
        groups = [f"({field.pattern})" for field in self.fields]
        return "".join(part for pair in zip(map(re.escape, self.borders), [*groups, ""], strict=True) for part in pair)

    @property
    def notation(self) -> str:
        """The piece in the notation of a schema: `{hero.hp}/{hero.max}`."""
        names = [f"{{{name}}}" for name in self.names]
        return "".join(part for pair in zip(self.borders, [*names, ""], strict=True) for part in pair)

    def write(self, values: Sequence[Any]) -> str:
        """Return the text of the piece."""
        texts = [field.write(value) for field, value in zip(self.fields, values, strict=True)]
        return "".join(part for pair in zip(self.borders, [*texts, ""], strict=True) for part in pair)


class Schema:
    """A text with named places.

    Args:
        text: the lines as they are written. `{name}` stands for a field, `{name[0..n]}` for n + 1 fields, each its own
            piece. Indentation and empty lines around the text do not count.
        end: the text that ends the last line.
        fields: the fields by name, or by the part of the name after its last dot; a repeated field by its name without
            an index.

    Attributes:
        lines: the pieces of each line.
        names: the names of the fields, in the order in which they are written.
        fields: the fields by name.
        places: the index of each field among the values of a case, by name.
        repeated: the indices of the members of each repeated field, by its name.
        groups: the prefixes before the dots of names.

    Raises:
        SchemaError: a field is not defined, is defined but not used, occurs twice, or could not be read back.
    """

    def __init__(self, text: str, /, *, end: str = "\n", **fields: Field) -> None:
        if end not in ("", "\n"):
            demand = "a newline or nothing (no field may be called end)"
            raise SchemaError("a schema's end", demand, end)
        rows = [line.split() for line in text.strip().splitlines()]
        if not rows or not all(rows):
            raise SchemaError("a schema's text", "lines of pieces, none of them empty", text)
        used: set[str] = set()
        lines = [tuple(_piece(piece, fields, used) for piece in _expanded(row)) for row in rows]
        different = {(piece.borders, tuple(map(id, piece.fields))): piece for line in lines for piece in reversed(line)}
        for piece in different.values():
            _check_reads_back(piece)
        if unused := sorted(fields.keys() - used):
            raise SchemaError("a schema's fields", f"used in its text, as {{{unused[0]}}}", unused[0])
        self._lay_out(tuple(lines), end)

    def _lay_out(self, lines: tuple[tuple[Piece, ...], ...], end: str) -> None:
        self.lines, self.end = lines, end
        pairs = [pair for line in lines for piece in line for pair in zip(piece.names, piece.fields, strict=True)]
        self.names = tuple(name for name, _ in pairs)
        self.fields: dict[str, Field] = dict(pairs)
        self.places = {name: place for place, name in enumerate(self.names)}
        self.repeated = _members(self.names)
        self.groups = frozenset(name[: at.start()] for name in self.names for at in re.finditer(r"\.", name))
        self._check_names()

    def _check_names(self) -> None:
        """Check that each name has one meaning."""
        for place, name in enumerate(self.names):
            if self.places[name] != place:
                raise SchemaError("a schema's field", "named once", name)
            first = re.split(r"[.[]", name, maxsplit=1)[0]
            if first in TAKEN or first.startswith("__"):
                demand = f"named differently from the attributes of every case ({', '.join(TAKEN)})"
                raise SchemaError("a schema's field", demand, first)
        for name in (*self.groups, *self.repeated):
            if name in self.places or (name in self.groups and name in self.repeated):
                raise SchemaError("a schema's field", "named differently from every group and repeated field", name)

    def __add__(self, other: Schema) -> Schema:
        """Return the schema whose text is this text, followed by the other."""
        if not self.end:
            raise SchemaError("the end of a schema that another schema follows", "a newline", self.end)
        whole = object.__new__(Schema)
        whole._lay_out(self.lines + other.lines, other.end)
        return whole

    def __repr__(self) -> str:
        return f"Schema({self.write(self.neutral)!r})"

    @cached_property
    def notation(self) -> str:
        """The text in the notation of a schema: each place as `{name}`, each member of a repeated field by itself."""
        return "\n".join(" ".join(piece.notation for piece in line) for line in self.lines) + self.end

    @cached_property
    def neutral(self) -> Case:
        """The case with all the simplest values."""
        return Case(self, tuple(field.simplest for field in self.fields.values()))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the schema in reading order, then the words of its choices: exactly the words of the grammar."""
        literal = [piece.word for line in self.lines for piece in line if piece.word]
        chosen = [word for field in self.fields.values() if isinstance(field, Choice) for word in field.words]
        return tuple(dict.fromkeys([*literal, *chosen]))

    # --- writing ---

    def write(self, case: Case | Mapping[str, Any]) -> str:
        """Return the text of a case, or of any mapping with a value for each field."""
        if isinstance(case, Case) and case.schema is self:
            return self.write_values(case.values_)
        return self.write_values(tuple(case[name] for name in self.names))

    def write_values(self, values: tuple[Any, ...]) -> str:
        """Return the text of a case, from its values in order."""
        if self._writers:
            changed = list(values)
            for place, write in self._writers:
                changed[place] = write(values[place])
            values = tuple(changed)
        return self._format % values

    @cached_property
    def _format(self) -> str:
        def written(piece: Piece) -> str:
            borders = [border.replace("%", "%%") for border in piece.borders]
            formats = [f"%{_format(field) or 's'}" for field in piece.fields]
            return "".join(part for pair in zip(borders, [*formats, ""], strict=True) for part in pair)

        return "\n".join(" ".join(map(written, line)) for line in self.lines) + self.end

    @cached_property
    def _writers(self) -> list[tuple[int, Callable[[Any], str]]]:
        """The fields that no format writes, with their indices."""
        fields = enumerate(self.fields.values())
        return [(place, field.write) for place, field in fields if _format(field) is None]

    # --- how fields relate to each other ---

    def label(self, name: str) -> str:
        """Return a field's name for tables: its groups and its name, separated by spaces."""
        return name.replace(".", " ")

    @cached_property
    def siblings(self) -> dict[str, tuple[str, ...]]:
        """For each field, the same field of the other groups: `foe.hp` for `hero.hp`."""
        of_last: dict[str, list[str]] = {}
        for name in self.names:
            if "." in name:
                of_last.setdefault(name.partition(".")[2], []).append(name)
        return {
            name: tuple(other for other in of_last.get(name.partition(".")[2], ()) if other != name and "." in name)
            for name in self.names
        }

    @cached_property
    def neighbours(self) -> dict[str, tuple[str, ...]]:
        """For each field, the fields before and after it in its line."""
        found: dict[str, tuple[str, ...]] = {}
        for line in self.lines:
            names = [name for piece in line for name in piece.names]
            for place, name in enumerate(names):
                found[name] = tuple(names[max(place - 1, 0) : place] + names[place + 1 : place + 2])
        return found


# --- from text to pieces ---------------------------------------------------------------------------------------------


def _expanded(row: Sequence[str]) -> Iterator[str]:
    """Yield the pieces of a line, with one piece for each member of a repeated field."""
    for piece in row:
        repeated = _REPEATED.fullmatch(piece)
        if repeated is None:
            if inside := _REPEATED.search(piece):
                raise SchemaError("a repeated field", "a piece by itself, with a space on both sides", inside[0])
            yield piece
            continue
        name, first, last = repeated[1], int(repeated[2]), int(repeated[3])
        if not first <= last < first + MOST_REPEATED:
            raise SchemaError(f"the range of {name}", f"first..last with at most {MOST_REPEATED} members", piece)
        yield from (f"{{{name}[{index}]}}" for index in range(first, last + 1))


def _piece(text: str, kinds: Mapping[str, Field], used: set[str]) -> Piece:
    parts = _FIELD.split(text)
    borders, names = tuple(parts[::2]), tuple(parts[1::2])
    for border in borders:
        if "{" in border or "}" in border:
            raise SchemaError("a place", "{name}, {group.name} or {name[0..n]}", text)
    return Piece(borders, names, tuple(_kind(name, kinds, used) for name in names))


def _kind(name: str, kinds: Mapping[str, Field], used: set[str]) -> Field:
    """Return the field of that name, by the whole name, without an index, or by its last part."""
    plain = re.sub(r"\[[0-9]+\]", "", name)
    for known in (name, plain, plain.rpartition(".")[2]):
        if known in kinds:
            used.add(known)
            if not isinstance(kinds[known], Field):
                raise SchemaError(f"field {known}", "an Int, a Choice or another Field", kinds[known])
            return kinds[known]
    raise SchemaError("a schema's text", f"made of fields that are defined with it, {plain}=Int(...)", f"{{{name}}}")


def _members(names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return the indices of the members of each repeated field, sorted by the members' numbers, in whatever order
    they are written.
    """
    found: dict[str, dict[int, int]] = {}
    for place, name in enumerate(names):
        if name.endswith("]"):
            plain, _, index = name.removesuffix("]").rpartition("[")
            found.setdefault(plain, {})[int(index)] = place
    return {name: tuple(places[index] for index in sorted(places)) for name, places in found.items()}


# --- whether it can be read back -------------------------------------------------------------------------------------


def _check_reads_back(piece: Piece) -> None:
    """Check that a piece that is written with values of its fields is read back as the same values."""
    for name, field, border in zip(piece.names, piece.fields, piece.borders[1:], strict=True):
        _check_pattern(name, field)
        if not border and name != piece.names[-1] and field.width is None:
            demand = "followed by a border, {a}+{b}, because its texts have different lengths"
            raise SchemaError(f"field {name}", demand, "".join(f"{{{each}}}" for each in piece.names))
    pattern = re.compile(piece.pattern)
    for values in _tried([_some_values(*each) for each in zip(piece.names, piece.fields, strict=True)]):
        _check_values(piece, pattern, values)


def _check_pattern(name: str, field: Field) -> None:
    try:
        groups = re.compile(f"(?:{field.pattern})").groups
    except Exception as error:
        raise SchemaError(f"the pattern of field {name}", "a regular expression", described(error)) from error
    if groups:
        raise SchemaError(f"the pattern of field {name}", "without groups that capture, as (?:a|b)", field.pattern)


def _some_values(name: str, field: Field) -> list[Any]:
    """Return the boundaries, the simplest value, and a sampled value."""
    try:
        found = [*field.edges(), field.sample(Random(0))]
        found += [] if field.simplest in found else [field.simplest]
        unlike = [value for value in found if not field.allows(value)]
        form = _format(field)
        odd = [value for value in found if form is not None and f"%{form}" % (value,) != field.write(value)]
    except Exception as error:
        demand = "a Field that gives pattern, simplest, edges and sample"
        raise SchemaError(f"field {name}", demand, described(error)) from error
    if unlike:
        raise SchemaError(f"field {name}", "one that allows its simplest value, edges and samples", unlike[0])
    if odd:
        raise SchemaError(f"field {name}", f"one whose write agrees with its format {form}", odd[0])
    return found


def _tried(values: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Return combinations of the values of each field: all of them, or `TRIED` at random."""
    if prod(map(len, values)) <= TRIED:
        return product(*values)
    random = Random(0)
    return (tuple(map(random.choice, values)) for _ in range(TRIED))


def _check_values(piece: Piece, pattern: re.Pattern[str], values: tuple[Any, ...]) -> None:
    called = f"field{'s' * (len(piece.names) > 1)} {', '.join(piece.names)}" if piece.names else "a schema's word"
    try:
        text = piece.write(values)
        found = pattern.fullmatch(text)
        back = None if found is None else tuple(map(_read, piece.fields, found.groups()))
        is_same = back == values
    except Exception as error:
        raise SchemaError(called, f"able to write and read {values!r:.80}", described(error)) from error
    if not text or _WHITE_OR_CONTROL.search(text):
        raise SchemaError(f"what {called} writes", "a text without white space and control characters", text)
    if not is_same:
        demand = f"able to read {text!r} back as {values!r:.80}"
        if len(piece.names) > 1:
            demand += ": separate them by a border that none of them writes"
        raise SchemaError(called, demand, back)


def _read(field: Field, text: str) -> Any:
    return field.read(text)


def _format(field: Field) -> str | None:
    """Return the field's format; None if a derived class overrides `write` without overriding `format`."""
    first = next(kind for kind in type(field).__mro__ if "format" in vars(kind) or "write" in vars(kind))
    return field.format if "format" in vars(first) else None
