"""Kinds of fields: what may stand in a named place of a schema, how it is written and read, what is simplest.

`Int` and `Choice` are built in. A field of somebody's own is any object with the members of `Field`; deriving from
`Field` gives those that have a usual answer:

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
"""Digits of a number that is written without zeros in front, at most: Python refuses to read 4,300, or fewer."""


class SchemaError(ValueError):
    """A schema, or a field of one, whose texts could not be read back.

    Attributes:
        field: which field, or which part of the schema.
        demand: what it must be, in words, with the way out.
        value: what it is.
    """

    def __init__(self, field: str, demand: str, value: object) -> None:
        super().__init__(field, demand, value)
        self.field, self.demand, self.value = field, demand, value

    def __str__(self) -> str:
        return f"{self.field} must be {self.demand}, got {self.value!r:.200}"


class Field:
    """What every field has. A field of one's own gives `pattern`, `simplest`, `edges` and `sample`, and of the rest
    whatever is not as here.
    """

    reason: str | None = "bad_value"
    """Why a text is rejected in which something else stands there; None where a word stands there (`Choice`)."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @property
    def pattern(self) -> str:
        """A regular expression of all that the field writes, without groups that capture and without spaces."""
        raise NotImplementedError

    @property
    def simplest(self) -> Any:
        """The value towards which cases are shrunk."""
        raise NotImplementedError

    @property
    def width(self) -> int | None:
        """Characters of its text, where every value has as many; else None. Two fields that stand side by side
        without a border can be told apart where the first has a width.
        """
        return None

    def edges(self) -> Sequence[Any]:
        """Values at the boundaries, which are drawn often; the simplest among them."""
        raise NotImplementedError

    def sample(self, random: Random) -> Any:
        """Any value, as often as every other."""
        raise NotImplementedError

    @property
    def format(self) -> str | None:
        """What writes the value behind a `%`, as `02d`, where that says it; else None, and `write` is asked."""
        return None

    def write(self, value: Any) -> str:
        """The value's text."""
        return f"%{self.format}" % (value,) if self.format else str(value)

    def read(self, text: str) -> Any:
        """The value of a text that the pattern matches.

        Raises:
            ValueError: the text is none all the same; it is then rejected as one that the pattern does not match.
        """
        return text

    def allows(self, value: Any) -> bool:
        """Whether the value is in the field's range. What is not is read all the same, where the pattern matches."""
        return re.fullmatch(self.pattern, self.write(value)) is not None

    def rank(self, value: Any) -> int:
        """How far the value is from the simplest: 0 for that one. By default, characters that differ."""
        text, simplest = self.write(value), self.write(self.simplest)
        differing = sum(one != other for one, other in zip(text, simplest, strict=False))
        return differing + abs(len(text) - len(simplest))

    def simpler(self, value: Any) -> Iterator[Any]:
        """Values of lower rank, the simplest first; few. By default those edges."""
        yield from (edge for edge in self.edges() if self.rank(edge) < self.rank(value))

    def count(self) -> int | None:
        """How many values there are; None where that is not known."""
        return None

    def values(self) -> Sequence[Any]:
        """All values, the simplest first, where `count` says how many there are."""
        raise NotImplementedError


@attrs.frozen
class Int(Field):
    """A whole number of the closed range low..high.

    Attributes:
        low: the lowest.
        high: the highest.
        digits: how many are written, with zeros in front: by default as many as the range needs. 0 writes numbers as
            Python does, without zeros in front.
        signed: whether a sign is written, `+` too where the digits are fixed; by default where the range goes below 0.
        simplest: the number towards which cases are shrunk; by default the one nearest to 0.

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
        """Digits, with a sign where one is written. Of 0 the sign is `+`, or none: each number has one text."""
        if not self.digits:
            more = max(LONGEST, len(str(self.low)), len(str(self.high))) - 1
            return f"0|{'-?' * self.signed}[1-9][0-9]{{0,{more}}}"
        digits = f"[0-9]{{{self.digits}}}"
        return rf"\+{digits}|-(?!0{{{self.digits}}}){digits}" if self.signed else digits

    @property
    def width(self) -> int | None:
        """The digits, and the sign."""
        return self.digits + self.signed if self.digits else None

    def edges(self) -> Sequence[int]:
        """Both ends and the simplest, each with its neighbours."""
        ends = (self.low, self.low + 1, self.simplest - 1, self.simplest, self.simplest + 1, self.high - 1, self.high)
        return sorted({end for end in ends if self.low <= end <= self.high})

    def sample(self, random: Random) -> int:
        """Any number of the range."""
        return random.randint(self.low, self.high)

    @property
    def format(self) -> str:
        """The digits, with a sign where one is written."""
        return f"{'+' if self.signed else ''}0{self.digits + self.signed}d" if self.digits else "d"

    def write(self, value: int) -> str:
        """The number's digits. One that is out of range is written all the same, with as many as it needs."""
        return f"%{self.format}" % value

    def read(self, text: str) -> int:
        """The number."""
        return int(text)

    def allows(self, value: Any) -> bool:
        """Whether it is an int of the range."""
        return type(value) is int and self.low <= value <= self.high

    def rank(self, value: int) -> int:
        """Twice the distance from the simplest, and one more below it."""
        return 2 * abs(value - self.simplest) + (value < self.simplest)

    def simpler(self, value: int) -> Iterator[int]:
        """The simplest, half way to it, one nearer to it; of a negative number the positive one."""
        distance = value - self.simplest
        half = abs(distance) // 2 * (1 if distance > 0 else -1)
        nearer = distance - (1 if distance > 0 else -1)
        for step in dict.fromkeys((0, half, nearer, -distance)):
            found = self.simplest + step
            if self.low <= found <= self.high and self.rank(found) < self.rank(value):
                yield found

    def count(self) -> int:
        """The numbers of the range."""
        return self.high - self.low + 1

    def values(self) -> Sequence[int]:
        """All numbers, by rank."""
        return sorted(range(self.low, self.high + 1), key=self.rank)


class Choice(Field):
    """One of some words, the simplest first. Words have no spaces and are all different.

    Args:
        words: one or more.
        reason: why a text is rejected in which none of the words stands there: by default `misplaced_label` where it
            is another word of the grammar, else `unknown_label`.

    Raises:
        SchemaError: there is no word, one comes twice, or one is empty or holds white space.
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
        """The words, long ones first."""
        return "|".join(re.escape(word) for word in sorted(self.words, key=len, reverse=True))

    @property
    def width(self) -> int | None:
        """The length of the words, where all are as long."""
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
        """The word."""
        return value

    def edges(self) -> Sequence[str]:
        """All words."""
        return self.words

    def sample(self, random: Random) -> str:
        """Any word."""
        return random.choice(self.words)

    def allows(self, value: Any) -> bool:
        """Whether it is one of the words."""
        return isinstance(value, str) and value in self._ranks

    def rank(self, value: str) -> int:
        """Its place among the words, from 0."""
        return self._ranks.get(value, len(self.words))

    def simpler(self, value: str) -> Iterator[str]:
        """The first, one half way to it, the one before."""
        rank = self.rank(value)
        yield from (self.words[place] for place in dict.fromkeys((0, rank // 2, rank - 1)) if 0 <= place < rank)

    def count(self) -> int:
        """The words."""
        return len(self.words)

    def values(self) -> Sequence[str]:
        """The words."""
        return self.words
