"""As-if explanations, as values: which other input, or which other rules, would make a wrong answer right.

>>> AsIf((Explanation("rule", 1, "S4 did not exist"), Explanation("input", 1, "foe fragile were 0", ways=2))).line()
'as if S4 did not exist, or foe fragile were 0'
"""

from __future__ import annotations

from typing import Any, Literal

import attrs

from turncheck.engine.visible import cut

MOST_NAMED = 3
"""Most explanations that a line names."""

LONGEST = 80
"""Most characters of one explanation in a line."""

Kind = Literal["rule", "input"]


@attrs.frozen
class Explanation:
    """A change under which the reference gives exactly the model's answer.

    Attributes:
        kind: `rule`, if other rules make the answer right; `input`, if another input does.
        changes: how many changes it takes: 1 or 2.
        words: the change, as it follows `as if`: `foe fragile were 0`.
        ways: how many values of the changed fields do the same; the nearest are in `words`.
        values: for an input, the new texts of the changed fields, by name.
    """

    kind: Kind
    changes: int
    words: str
    ways: int = 1
    values: dict[str, str] = attrs.field(factory=dict, hash=False)


@attrs.frozen
class AsIf:
    """What would make a wrong answer right.

    Attributes:
        found: the explanations of fewest changes, rules before inputs; none if nothing that was tried explains it.
        tried: how many changed inputs and changed rules were tried.
        cut: what was not tried, in a few words; empty if every change was.
    """

    found: tuple[Explanation, ...] = ()
    tried: int = 0
    cut: str = ""

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> AsIf:
        """Return the explanations from plain values."""
        return cls(**{**values, "found": tuple(Explanation(**each) for each in values.get("found", ()))})

    @property
    def changes(self) -> int:
        """The fewest changes that explain the answer; 0 if nothing does."""
        return self.found[0].changes if self.found else 0

    def of(self, kind: Kind) -> tuple[Explanation, ...]:
        """Return the explanations of that kind."""
        return tuple(each for each in self.found if each.kind == kind)

    def line(self, most: int = MOST_NAMED) -> str:
        """Return one line, `as if S4 did not exist`; empty if nothing explains the answer."""
        if not self.found:
            return ""
        beyond = len(self.found) - most
        named = ", or ".join(cut(each.words, LONGEST) for each in self.found[:most])
        return f"as if {named}" + (f" (or {beyond} more)" if beyond > 0 else "")

    def line_within(self, width: int) -> str:
        """Return the line with as many explanations as fit the width, at least one."""
        lines = [self.line(most) for most in range(MOST_NAMED, 0, -1)]
        return next((line for line in lines if len(line) <= width), lines[-1])

    def told(self) -> str:
        """Return the line; if nothing explains the answer, how much was tried."""
        if self.found:
            return self.line()
        beside = f"; not tried: {self.cut}" if self.cut else ""
        return f"nothing explains it: {self.tried:,} changed inputs and rules were tried{beside}"
