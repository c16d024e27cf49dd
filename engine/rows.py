"""Cases and answers as rows of whole numbers, for resolving many edited cases at once.

A row has a number for each field of its schema: the number of an `Int`, the place of a word among the words of a
`Choice`. A schema with any other field has no rows.

>>> from turncheck.engine.fields import Choice, Int
>>> from turncheck.engine.schema import Schema
>>> schema = Schema("put {mark} at {cell}", mark=Choice("x", "o"), cell=Int(1, 9))
>>> row_of(schema, ("o", 7)).tolist(), values_of(schema, row_of(schema, ("o", 7)))
([1, 7], ('o', 7))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Int
from turncheck.engine.schema import Schema
from turncheck.engine.table import own_arrays

Numbers = npt.NDArray[Any]
"""int16, or int64 if a field of the schema has numbers that int16 cannot hold."""


@runtime_checkable
class ResolvesRows(Protocol):
    """What the arrays of a domain (`turncheck.engine.table.Arrays`) may have besides: a function from rows to rows."""

    def resolve_rows(self, rows: Numbers) -> Numbers:
        """Return the reference's answers: (n, fields of the prompt) to (n, fields of the answer).

        A row that fails a check of the domain may get any answer, but must not raise.
        """
        ...


def rows_resolver(domain: Domain) -> ResolvesRows | None:
    """Return what resolves the rows of a domain; None if its arrays cannot, or its schemas have no rows."""
    arrays = own_arrays(domain)
    has_rows = type_of(domain.prompt) is not None and type_of(domain.answer) is not None
    return arrays if has_rows and isinstance(arrays, ResolvesRows) else None


def type_of(schema: Schema) -> type[Any] | None:
    """Return the smallest type for rows of the schema, int16 or int64; None if it has no rows."""
    ends: list[int] = []
    for field in schema.fields.values():
        if isinstance(field, Int):
            ends += (field.low, field.high)
        elif not isinstance(field, Choice):
            return None
    widest = max(map(abs, ends), default=0)
    if widest >= 2**62:
        return None
    return np.int16 if widest < 2**14 else np.int64


def row_of(schema: Schema, values: Sequence[Any]) -> Numbers:
    """Return the values as a row.

    Raises:
        OverflowError: a number is too large, which only an answer of a learned engine can have.
        ValueError: a word is not one of the field's.
    """
    fields = schema.fields.values()
    numbers = [number_of(field, value) for field, value in zip(fields, values, strict=True)]
    kind = type_of(schema)
    limits = np.iinfo(np.int16 if kind is None else kind)
    if any(not limits.min <= number <= limits.max for number in numbers):
        raise OverflowError("a number of a row is too large")
    return np.array(numbers, kind)


def number_of(field: Any, value: Any) -> int:
    """Return the number that stands for a value of the field.

    Raises:
        ValueError: the value is not one of the field's words.
    """
    return int(field.words.index(value)) if isinstance(field, Choice) else int(value)


def rows_of(schema: Schema, values: Sequence[Sequence[Any]]) -> Numbers:
    """(n, fields): return several values as rows; at least one."""
    return np.stack([row_of(schema, each) for each in values])


def values_of(schema: Schema, row: Numbers) -> tuple[Any, ...]:
    """Return the values of a row."""
    pairs = zip(schema.fields.values(), row.tolist(), strict=True)
    return tuple(field.words[number] if isinstance(field, Choice) else number for field, number in pairs)
