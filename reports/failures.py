"""What broke a law, as values: a witness, one way in which the law was broken, a kept witness that was asked again."""

from __future__ import annotations

from typing import Any, Literal

import attrs

from turncheck.reports.modes import Divergence, named

ReplayOutcome = Literal["FIXED", "STILL FAILS", "FAILS AGAIN", "HOLDS"]
"""What became of a kept witness: a fixed one that is answered rightly HOLDS, one that is not FAILS AGAIN."""


@attrs.frozen
class Step:
    """A turn of a play, as the reference plays it and as the model that is fed its own answers does.

    Attributes:
        done: the orders of the turn; empty where a state goes on by itself.
        expected: the state after it, by the reference.
        given: the model's; empty where its answers led to no case before.
    """

    done: str
    expected: str
    given: str


@attrs.frozen
class Witness:
    """The smallest case found that breaks a law in one way, and the first of its answers that diverges.

    Attributes:
        case: the text of the case: of a turn or another case, of a malformed text, or of a play.
        turn: the prompt whose answer diverges first.
        expected: the reference's answer; where the answer is unstable, the model's first one.
        got: the model's answer.
        fault: what the model raised, or that it ran out of time; empty if neither.
        step: which turn of a play that was, from 1; 0 where the law plays none.
        steps: how many turns the play has; 0 where there is none.
        short: the case in a few words.
        track: the turns of a play, the reference's and the model's.
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

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Witness:
        """The witness that plain values are of."""
        return cls(**{**values, "track": tuple(Step(**step) for step in values.get("track", ()))})


@attrs.frozen
class Drawn:
    """A case that was drawn, and that broke a law.

    Attributes:
        at: its number among the cases of the law, from 0: the same in every model of a run.
        case: its text.
        short: the case in a few words.
    """

    at: int
    case: str
    short: str


@attrs.frozen
class Failure:
    """One way in which a law was broken.

    Attributes:
        mode: the failure mode.
        count: in how many of the cases; 0 where only a kept witness was broken so.
        witness: the smallest one found.
        ambiguous: of the count, how many a later mode fits as well.
        off_by_one: of the count, how many are wrong by one and no more (`wrong_value` alone).
        known: whether it stands in the baseline.
        said: what is wrong with the witness's answer, in a few words.
        left: why the witness need not be minimal: what ended its shrinking; empty where it ended by itself.
        fields: in how many of the cases each field of the answer is wrong, `hero hp changed` and `hero hp unchanged` by
            whether the reference changes it.
        strata: how many of the cases are in each stratum, `hero heal, foe attack`.
        at: the numbers of the cases among those of the law, from 0.
        simplest: a few of the cases, the simplest as they were drawn.
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
        """The failure that plain values are of."""
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
        outcome: what became of it.
        case: the text of its case.
        short: the case in a few words.
    """

    mode: str
    outcome: ReplayOutcome
    case: str
    short: str = ""
