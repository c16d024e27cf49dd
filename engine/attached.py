"""A user's own laws, and the cases that they are about, as data: this module draws and checks nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any

import attrs

from turncheck.engine.case import Case

KINDS = ("known answer", "invariance", "direction", "malformed", "rollout", "stability")
"""The kinds of laws, after CheckList."""


@attrs.frozen
class Narrowed:
    """Cases with some fields restricted.

    Attributes:
        fields: by name, the restriction of each field: a value, several values (a range, a tuple, a set), or a
            predicate on a value. The value of a repeated field is the tuple of its members.
    """

    fields: Mapping[str, Any] = attrs.field(factory=dict)

    def has(self, case: Case) -> bool:
        """Return whether the case is one of these cases."""
        return all(belongs(case[name], narrowed) for name, narrowed in self.fields.items())


ANY = Narrowed()
"""All cases."""


def belongs(value: Any, narrowed: Any) -> bool:
    """Return whether a value meets the restriction of a field."""
    if callable(narrowed):
        return bool(narrowed(value))
    if isinstance(narrowed, Collection) and not isinstance(narrowed, str):
        is_whole = isinstance(value, tuple) and isinstance(narrowed, list | tuple) and value == tuple(narrowed)
        return is_whole or value in narrowed
    return bool(value == narrowed)


class LawFunctionError(ValueError):
    """A function that cannot be a law.

    Attributes:
        law: the law's name.
        fault: what is wrong, and the way out.
        text: the text of a case that shows the fault, if there is one.
    """

    def __init__(self, law: str, fault: str, text: str = "") -> None:
        super().__init__(law, fault, text)
        self.law, self.fault, self.text = law, fault, text

    def __str__(self) -> str:
        return f"law {self.law}: {self.fault}" + (f"; shown by {self.text!r}" if self.text else "")


@attrs.frozen
class LawFunction:
    """A law as its author wrote it; `Domain.law` describes the parts.

    Raises:
        LawFunctionError: the function has no name or no docstring, or the kind is unknown.
    """

    function: Callable[..., Any]
    rule: str = ""
    kind: str = ""
    cases: Narrowed = ANY
    applies: Callable[[Any], bool] | None = None
    also: Callable[[Any], Any] | None = None
    plays: bool = False

    def __attrs_post_init__(self) -> None:
        if not callable(self.function) or not hasattr(self.function, "__name__"):
            raise LawFunctionError(self.name, "it must be a function with a name, def NAME(case, answer)")
        if not self.sentence:
            raise LawFunctionError(self.name, "it must have a docstring, which is the sentence that it asserts")
        if self.kind and self.kind not in KINDS:
            raise LawFunctionError(self.name, f"its kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        if self.plays and (self.also is not None or self.cases.fields):
            raise LawFunctionError(self.name, "a law about plays must have neither cases= nor also=")

    @property
    def name(self) -> str:
        """The function's name."""
        return str(getattr(self.function, "__name__", repr(self.function)))

    @property
    def sentence(self) -> str:
        """The function's docstring."""
        return " ".join((inspect.getdoc(self.function) or "").split())
