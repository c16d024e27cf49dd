"""Fields: the allowed values of a named place in a schema, how they are written and read, and which value is simplest.

`Int` and `Choice` are built in. A field of your own is any object with the members of `Field`; deriving from `Field`
provides defaults for some of them:

    >>> import attrs
    >>> @attrs.frozen
    ... class Cells(Field):
    ...     \"\"\"A row of cells, dead or alive, as a text of dots and hashes.\"\"\"
    ...     width: int
    ...     @property
    ...     def pattern(self): return f"[.#]{{{self.width}}}"
    ...     @property
    ...     def simplest(self): return "." * self.width
    ...     def edges(self): return [self.simplest, "#" * self.width]
    ...     def sample(self, random): return "".join(random.choices(".#", k=self.width))
    >>> row = Cells(4)
    >>> row.read(row.write("..#."))
    '..#.'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import attrs

LONGEST = 1_000
"""Most digits of a number without padding: Python refuses to parse 4,300 digits, or fewer."""


class SchemaError(ValueError):
    """A schema, or a field of a schema, whose texts could not be read back.

    Attributes:
        field: the field, or the part of the schema.
        demand: the requirement in words, with the way out.
        value: the value that was given.
    """

    def __init__(self, field: str, demand: str, value: object) -> None:
        super().__init__(field, demand, value)
        self.field, self.demand, self.value = field, demand, value

    def __str__(self) -> str:
        return f"{self.field} must be {self.demand}, got {self.value!r:.200}"


class Field:
    """The interface of every field. A field of your own defines `pattern`, `simplest`, `edges` and `sample`, and
    overrides other members where its behaviour differs.
    """

    reason: str | None = "bad_value"
    """The reason for rejecting a text with something else in this place; None if a word belongs there (`Choice`)."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @property
    def pattern(self) -> str:
        """A regular expression for all texts that the field writes, without capturing groups and without spaces."""
        raise NotImplementedError

    @property
    def simplest(self) -> Any:
        """The value towards which cases are shrunk."""
        raise NotImplementedError

    @property
    def width(self) -> int | None:
        """The number of characters of its text if it is the same for every value, else None.

        Two fields without a border between them need a width in the first field to be told apart.
        """
        return None

    def edges(self) -> Sequence[Any]:
        """Return the values at the boundaries, which are drawn often; the simplest value is one of them."""
        raise NotImplementedError

    def sample(self, random: Random) -> Any:
        """Draw any value, each with the same probability."""
        raise NotImplementedError

    @property
    def format(self) -> str | None:
        """The format that writes the value after a `%`, such as `02d`, if there is one; else None, and `write` is
        called.
        """
        return None

    def write(self, value: Any) -> str:
        """Return the value's text."""
        return f"%{self.format}" % (value,) if self.format else str(value)

    def read(self, text: str) -> Any:
        """Parse a text that the pattern matches.

        Raises:
            ValueError: the text is no value; it is then rejected like a text that the pattern does not match.
        """
        return text

    def allows(self, value: Any) -> bool:
        """Return whether the value is in the field's range. Values out of range are parsed too, if the pattern fits."""
        return re.fullmatch(self.pattern, self.write(value)) is not None

    def rank(self, value: Any) -> int:
        """Return the distance from the simplest value, which has rank 0. By default, the number of differing
        characters.
        """
        text, simplest = self.write(value), self.write(self.simplest)
        differing = sum(one != other for one, other in zip(text, simplest, strict=False))
        return differing + abs(len(text) - len(simplest))

    def simpler(self, value: Any) -> Iterator[Any]:
        """Yield a few values of lower rank, the simplest first. By default, the edges of lower rank."""
        yield from (edge for edge in self.edges() if self.rank(edge) < self.rank(value))

    def count(self) -> int | None:
        """Return the number of values; None if it is not known."""
        return None

    def values(self) -> Sequence[Any]:
        """Return all values, the simplest first, if `count` is known."""
        raise NotImplementedError


@attrs.frozen
class Int(Field):
    """An integer in the closed range low..high.

    Attributes:
        low: the lowest number.
        high: the highest number.
        digits: the number of digits, zero-padded; by default as many as the range needs. 0 writes numbers as Python
            does, without padding.
        signed: whether to write a sign, `+` too if the number of digits is fixed; by default if the range goes below 0.
        simplest: the number towards which cases are shrunk; by default the number nearest to 0.

    >>> Int(0, 99).write(7), Int(-128, 127).write(7), Int(0, 99, digits=0).write(7)
    ('07', '+007', '7')

    Raises:
        SchemaError: the range is empty, does not fit the digits, or goes below 0 without a sign.
    """

    low: int = attrs.field()
    high: int = attrs.field()
    digits: int = attrs.field(default=None)  # None is replaced when it is made
    signed: bool = attrs.field(default=None)
    simplest: int = attrs.field(default=None)

    reason = "bad_number"

    def __attrs_post_init__(self) -> None:
        for name in ("low", "high"):
            if type(getattr(self, name)) is not int:
                raise SchemaError(f"Int's {name}", "an int", getattr(self, name))
        if self.low > self.high:
            raise SchemaError("Int's high", f"{self.low} (its low) or more", self.high)
        needed = max(len(str(abs(end))) for end in (self.low, self.high))
        if self.digits is None:
            object.__setattr__(self, "digits", needed)
        if self.signed is None:
            object.__setattr__(self, "signed", self.low < 0)
        if type(self.digits) is not int or not (self.digits == 0 or self.digits >= needed):
            demand = f"{needed} or more for the range {self.low}..{self.high}, or 0 for numbers without zeros in front"
            raise SchemaError("Int's digits", demand, self.digits)
        if self.low < 0 and not self.signed:
            raise SchemaError("Int's signed", f"True for a range that goes down to {self.low}", self.signed)
        if self.simplest is None:
            object.__setattr__(self, "simplest", max(self.low, min(0, self.high)))
        if not self.allows(self.simplest):
            raise SchemaError("Int's simplest", f"{self.low}..{self.high}", self.simplest)

    @property
    def pattern(self) -> str:
        """Digits, with a sign if a sign is written. 0 has the sign `+` or none, so each number has exactly one text."""
        if not self.digits:
            more = max(LONGEST, len(str(self.low)), len(str(self.high))) - 1
            return f"0|{'-?' * self.signed}[1-9][0-9]{{0,{more}}}"
        digits = f"[0-9]{{{self.digits}}}"
        return rf"\+{digits}|-(?!0{{{self.digits}}}){digits}" if self.signed else digits

    @property
    def width(self) -> int | None:
        """The number of digits, plus the sign."""
        return self.digits + self.signed if self.digits else None

    def edges(self) -> Sequence[int]:
        """Return both ends and the simplest number, each with its neighbours."""
        ends = (self.low, self.low + 1, self.simplest - 1, self.simplest, self.simplest + 1, self.high - 1, self.high)
        return sorted({end for end in ends if self.low <= end <= self.high})

    def sample(self, random: Random) -> int:
        """Draw any number of the range."""
        return random.randint(self.low, self.high)

    @property
    def format(self) -> str:
        """The digits, with a sign if a sign is written."""
        return f"{'+' if self.signed else ''}0{self.digits + self.signed}d" if self.digits else "d"

    def write(self, value: int) -> str:
        """Return the number's digits. A number out of range is written too, with as many digits as it needs."""
        return f"%{self.format}" % value

    def read(self, text: str) -> int:
        """Return the number."""
        return int(text)

    def allows(self, value: Any) -> bool:
        """Return whether the value is an int in the range."""
        return type(value) is int and self.low <= value <= self.high

    def rank(self, value: int) -> int:
        """Return twice the distance from the simplest number, plus one below it."""
        return 2 * abs(value - self.simplest) + (value < self.simplest)

    def simpler(self, value: int) -> Iterator[int]:
        """Yield the simplest number, the number half way to it, and one step nearer; for a negative number, the
        positive one.
        """
        distance = value - self.simplest
        half = abs(distance) // 2 * (1 if distance > 0 else -1)
        nearer = distance - (1 if distance > 0 else -1)
        for step in dict.fromkeys((0, half, nearer, -distance)):
            found = self.simplest + step
            if self.low <= found <= self.high and self.rank(found) < self.rank(value):
                yield found

    def count(self) -> int:
        """Return the number of integers in the range."""
        return self.high - self.low + 1

    def values(self) -> Sequence[int]:
        """Return all numbers, by rank."""
        return sorted(range(self.low, self.high + 1), key=self.rank)


class Choice(Field):
    """One of several words, the simplest first. Words have no spaces and are all different.

    Args:
        words: one or more words.
        reason: the reason for rejecting a text with none of the words in this place; by default `misplaced_label` for
            another word of the grammar, else `unknown_label`.

    Raises:
        SchemaError: there is no word, a word occurs twice, or a word is empty or contains white space.
    """

    def __init__(self, *words: str, reason: str | None = None) -> None:
        if not words:
            raise SchemaError("Choice", "one word or more", words)
        for word in words:
            if not isinstance(word, str) or not word or re.search(r"\s", word):
                raise SchemaError("Choice's word", "a text without spaces", word)
            if words.count(word) > 1:
                raise SchemaError("Choice's words", "different from each other", word)
        self.words, self.reason = words, reason
        self._ranks = {word: rank for rank, word in enumerate(words)}

    def __repr__(self) -> str:
        return f"Choice({', '.join(map(repr, self.words))})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Choice) and (self.words, self.reason) == (other.words, other.reason)

    def __hash__(self) -> int:
        return hash((self.words, self.reason))

    @property
    def pattern(self) -> str:
        """The words, long words first."""
        return "|".join(re.escape(word) for word in sorted(self.words, key=len, reverse=True))

    @property
    def width(self) -> int | None:
        """The length of the words, if all have the same length."""
        lengths = {len(word) for word in self.words}
        return lengths.pop() if len(lengths) == 1 else None

    @property
    def simplest(self) -> str:
        """The first word."""
        return self.words[0]

    @property
    def format(self) -> str:
        """The word."""
        return "s"

    def write(self, value: str) -> str:
        """Return the word."""
        return value

    def edges(self) -> Sequence[str]:
        """Return all words."""
        return self.words

    def sample(self, random: Random) -> str:
        """Draw any word."""
        return random.choice(self.words)

    def allows(self, value: Any) -> bool:
        """Return whether the value is one of the words."""
        return isinstance(value, str) and value in self._ranks

    def rank(self, value: str) -> int:
        """Return its index among the words."""
        return self._ranks.get(value, len(self.words))

    def simpler(self, value: str) -> Iterator[str]:
        """Yield the first word, the word half way to it, and the word before."""
        rank = self.rank(value)
        yield from (self.words[place] for place in dict.fromkeys((0, rank // 2, rank - 1)) if 0 <= place < rank)

    def count(self) -> int:
        """Return the number of words."""
        return len(self.words)

    def values(self) -> Sequence[str]:
        """Return the words."""
        return self.words
