"""Edge states: valid cases with values at the boundaries of their fields, where rules begin and stop to apply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from turncheck.engine.fields import Choice, Field, Int
from turncheck.strategies.choices import Choices
from turncheck.strategies.page import CasePage
from turncheck.strategies.perturbations.perturbation import Row, Way
from turncheck.strategies.perturbations.places import each_of


def _at(edges: Callable[[Field], Sequence[Any]], about: str) -> Way:
    """Return the way that sets `strength` fields to one of the values that `edges` gives for each."""

    def way(page: CasePage, strength: int, choices: Choices) -> str:
        fields = page.domain.prompt.fields
        others = {name: [edge for edge in edges(field) if edge != page.fields[name]] for name, field in fields.items()}
        names = [name for name, values in others.items() if values]
        changes = {name: choices.pick(others[name]) for name in each_of(choices, names, strength)}
        return page.domain.prompt.write(page.fields.changed(changes))

    way.__doc__ = about
    return way


def _lowest(field: Field) -> Sequence[Any]:
    return (field.low,) if isinstance(field, Int) else ()


def _highest(field: Field) -> Sequence[Any]:
    return (field.high,) if isinstance(field, Int) else ()


def _next_to_an_end(field: Field) -> Sequence[Any]:
    if not isinstance(field, Int):
        return ()
    return [value for value in (field.low + 1, field.high - 1) if field.low < value < field.high]


def _edges(field: Field) -> Sequence[Any]:
    """Return the boundaries of a field that is no number; of a choice, every word."""
    return () if isinstance(field, Int) else sorted(field.edges(), key=field.rank)


def _words(field: Field) -> Sequence[Any]:
    return _edges(field) if isinstance(field, Choice) else ()


def _own_edges(field: Field) -> Sequence[Any]:
    return () if isinstance(field, Choice) else _edges(field)


EDGE_STATES = (
    Row("lowest numbers", _at(_lowest, "Set that many numbers to the lowest of their range."), keeps_valid=True),
    Row("highest numbers", _at(_highest, "Set that many numbers to the highest of their range."), keeps_valid=True),
    Row(
        "numbers next to an end",
        _at(_next_to_an_end, "Set that many numbers next to an end of their range."),
        keeps_valid=True,
    ),
    Row("other words", _at(_words, "Replace that many words by other words that are allowed there."), keeps_valid=True),
    Row(
        "fields at an edge",
        _at(_own_edges, "Set that many fields, of the domain's own kinds, to one of their edges."),
        keeps_valid=True,
    ),
)
