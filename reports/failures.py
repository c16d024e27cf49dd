"""Failures of laws, as values: a witness, one way in which a law was broken, a kept witness that was asked again."""

from __future__ import annotations

from typing import Any, Literal

import attrs

from turncheck.reports.as_if import AsIf
from turncheck.reports.modes import Divergence, named

ReplayOutcome = Literal["FIXED", "STILL FAILS", "FAILS AGAIN", "HOLDS"]
"""The result of asking a kept witness again. One that was fixed before HOLDS or FAILS AGAIN."""


@attrs.frozen
class Step:
    """A turn of a play, as played by the reference and by the model, which is fed its own answers.

    Attributes:
        done: the orders of the turn; empty if the domain has no orders.
        expected: the state after the turn, by the reference.
        given: the state after the turn, by the model; empty if an earlier answer led to no case.
    """

    done: str
    expected: str
    given: str


@attrs.frozen
class Witness:
    """The smallest case found that breaks a law in one way, and the first of its answers that diverges.

    Attributes:
        case: the text of the case: a turn or another case, a malformed text, or a play.
        turn: the prompt whose answer diverges first.
        expected: the reference's answer; for an unstable answer, the model's first one.
        got: the model's answer.
        fault: what the model raised, or that it ran out of time; empty if neither.
        step: the number of the diverging turn in a play, from 1; 0 if the case is not a play.
        steps: the number of turns of the play; 0 if the case is not a play.
        short: the short form of the case.
        track: the turns of a play, the reference's and the model's.
        as_if: what would make its answer right; None if that was not looked for.
        expert: which expert of a composition was wrong, and how, in one line; empty for any other model.
    """

    case: str
    turn: str
    expected: str
    got: str
    fault: str = ""
    step: int = 0
    steps: int = 0
    short: str = ""
    track: tuple[Step, ...] = ()
    as_if: AsIf | None = None
    expert: str = ""

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Witness:
        """Return the witness from plain values."""
        as_if = None if values.get("as_if") is None else AsIf.from_json(values["as_if"])
        return cls(**{**values, "track": tuple(Step(**step) for step in values.get("track", ())), "as_if": as_if})

    @property
    def as_if_line(self) -> str:
        """What would make its answer right, in one line: `as if S4 did not exist`; empty if nothing is known."""
        return "" if self.as_if is None else self.as_if.line()


@attrs.frozen
class Drawn:
    """A case that was drawn, and that broke a law.

    Attributes:
        at: its number among the cases of the law, from 0; the same for every model of a run.
        case: the text of the case.
        short: the short form of the case.
    """

    at: int
    case: str
    short: str


@attrs.frozen
class Failure:
    """One way in which a law was broken.

    Attributes:
        mode: the failure mode.
        count: the number of cases; 0 if only a kept witness broke the law in this way.
        witness: the smallest one found.
        ambiguous: the number of these cases that a later mode fits as well.
        off_by_one: the number of these cases in which all wrong values are wrong by exactly one (only `wrong_value`).
        known: whether the baseline lists it.
        said: what is wrong with the witness's answer, in a few words.
        left: why the witness need not be minimal: what stopped its shrinking; empty if shrinking finished.
        fields: the number of cases in which each field of the answer is wrong: `hero hp changed` and
            `hero hp unchanged`, by whether the reference changes the field.
        strata: the number of cases in each stratum, such as `hero heal, foe attack`.
        at: the numbers of the cases among those of the law, from 0.
        simplest: the simplest few of the cases, as they were drawn.
    """

    mode: str
    count: int
    witness: Witness
    ambiguous: int = 0
    off_by_one: int = 0
    known: bool = False
    said: str = ""
    left: str = ""
    fields: dict[str, int] = attrs.field(factory=dict, hash=False)
    strata: dict[str, int] = attrs.field(factory=dict, hash=False)
    at: tuple[int, ...] = ()
    simplest: tuple[Drawn, ...] = ()

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Failure:
        """Return the failure from plain values."""
        lists = {
            "witness": Witness.from_json(values["witness"]),
            "at": tuple(values.get("at", ())),
            "simplest": tuple(Drawn(**each) for each in values.get("simplest", ())),
        }
        return cls(**{**values, **lists})

    @property
    def divergence(self) -> Divergence:
        """The divergence that the witness shows."""
        shown = self.witness
        return named(self.mode, shown.turn, shown.expected, shown.got, self.said, shown.fault)


@attrs.frozen
class Replay:
    """A kept witness, asked again.

    Attributes:
        mode: the failure mode in which it broke the law.
        outcome: the result of asking it again.
        case: the text of its case.
        short: the short form of the case.
    """

    mode: str
    outcome: ReplayOutcome
    case: str
    short: str = ""
