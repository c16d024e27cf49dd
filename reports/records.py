"""What a run found, as values: for each model, for each law, how often it was broken and in which ways.

These are what `divergence.json` holds (`"schema": 1`). There is no clock and no path in them.
"""

from __future__ import annotations

from typing import Any, Literal

import attrs

from turncheck.reports.modes import Divergence, diverge

SCHEMA = 1

Verdict = Literal["PASS", "FAIL", "INCONCLUSIVE", "NOT_APPLICABLE"]


@attrs.frozen
class Witness:
    """The smallest turn found that breaks a law in one way: its text, the reference's answer, the given one."""

    turn: str
    expected: str
    got: str

    @classmethod
    def of(cls, divergence: Divergence) -> Witness:
        """The witness that the divergence is."""
        return cls(divergence.prompt, divergence.expected, divergence.got)

    @property
    def divergence(self) -> Divergence:
        """The divergence that the witness shows."""
        found = diverge(self.turn, self.expected, self.got)
        assert found is not None, "a witness shows a divergence"
        return found


@attrs.frozen
class Failure:
    """One way in which a law was broken: its mode, in how many of the cases, and a witness."""

    mode: str
    count: int
    witness: Witness


@attrs.frozen
class LawResult:
    """How one law fared with one model.

    Attributes:
        id: the law's name.
        rule: the rule that it follows from.
        kind: `known answer`, `invariance`, `direction`, `malformed`, `stability`.
        verdict: PASS, FAIL, INCONCLUSIVE (too few cases), NOT_APPLICABLE.
        applied: the cases that it was checked on.
        failures: the ways in which it was broken, most frequent first.
    """

    id: str
    rule: str
    kind: str
    verdict: Verdict
    applied: int
    failures: tuple[Failure, ...] = ()

    @property
    def diverged(self) -> int:
        """In how many of the cases it was broken."""
        return sum(failure.count for failure in self.failures)

    def to_json(self) -> dict[str, Any]:
        """Plain values, as they stand in `divergence.json`."""
        return attrs.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> LawResult:
        """The result that `to_json` gave those values for."""
        failures = tuple(Failure(**{**each, "witness": Witness(**each["witness"])}) for each in values["failures"])
        return cls(**{**values, "failures": failures})


@attrs.frozen
class ModelResult:
    """How one model fared: its name, its kind, the size and hash of its file (None where it has none), its laws."""

    name: str
    kind: str
    bytes: int | None
    sha256: str | None
    laws: tuple[LawResult, ...]


@attrs.frozen
class Report:
    """What a run found: the seed that it drew by, and its models."""

    seed: int
    models: tuple[ModelResult, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values, as they stand in `divergence.json`."""
        return {"schema": SCHEMA, **attrs.asdict(self)}
