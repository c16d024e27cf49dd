"""What a run found, as values: for each model, for each law, how often it was broken and in which ways.

These are what `divergence.json` holds (`"schema": 6`). There is no clock in them, and no path but those of the
kept witness and of the command that repeats a failure, as seen from where the run was started.
"""

from __future__ import annotations

from typing import Any, Literal

import attrs

from turncheck.reports.modes import Divergence, named
from turncheck.reports.sweeps import SweepResult

SCHEMA = 6

SWEEP = "the sweep"
"""What a sweep is called among what has no result."""

LawVerdict = Literal["PASS", "FAIL", "INCONCLUSIVE", "TIMED_OUT", "NOT_APPLICABLE"]

UNREACHED = "not reached within"
"""How the reason begins of a law that had no turn."""

ReplayOutcome = Literal["FIXED", "STILL FAILS", "FAILS AGAIN", "HOLDS"]
"""What became of a kept witness: a fixed one that is answered rightly HOLDS, one that is not FAILS AGAIN."""


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
    """

    case: str
    turn: str
    expected: str
    got: str
    fault: str = ""
    step: int = 0
    steps: int = 0
    short: str = ""


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
    """

    mode: str
    count: int
    witness: Witness
    ambiguous: int = 0
    off_by_one: int = 0
    known: bool = False
    said: str = ""
    left: str = ""

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


@attrs.frozen
class LawResult:
    """How one law fared with one model.

    Attributes:
        id: the law's name.
        rule: the rules that it follows from.
        kind: `known answer`, `invariance`, `direction`, `malformed`, `rollout`, `stability`.
        verdict: PASS, FAIL, INCONCLUSIVE (too few cases), TIMED_OUT (it was ended from outside, as by pytest-timeout),
            NOT_APPLICABLE.
        applied: the different cases that it was checked on.
        failures: the ways in which it was broken, most frequent first.
        at_work: for each of its rules, by id, in how many of the cases leaving it out changes the answer.
        replayed: what became of the kept witnesses.
        mended: the modes that the baseline knows and that did not occur.
        why: of a law that neither held nor was broken, why that is.
    """

    id: str
    rule: str
    kind: str
    verdict: LawVerdict
    applied: int
    failures: tuple[Failure, ...] = ()
    at_work: dict[str, int] = attrs.field(factory=dict, hash=False)
    replayed: tuple[Replay, ...] = ()
    mended: tuple[str, ...] = ()
    why: str = ""

    @property
    def diverged(self) -> int:
        """In how many of the cases it was broken."""
        return sum(failure.count for failure in self.failures)

    @property
    def known(self) -> bool:
        """Whether it failed, and in ways that all stand in the baseline."""
        return self.verdict == "FAIL" and bool(self.failures) and all(failure.known for failure in self.failures)

    @property
    def unreached(self) -> bool:
        """Whether the time of the run was spent before the law had its turn."""
        return self.verdict == "INCONCLUSIVE" and self.why.startswith(UNREACHED)

    @property
    def failed(self) -> bool:
        """Whether it was broken in a way that is not known, or nobody can say whether it holds."""
        return self.verdict in ("FAIL", "INCONCLUSIVE", "TIMED_OUT") and not self.known

    def to_json(self) -> dict[str, Any]:
        """Plain values, as they stand in `divergence.json`."""
        return attrs.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> LawResult:
        """The result that `to_json` gave those values for."""
        failures = tuple(Failure(**{**each, "witness": Witness(**each["witness"])}) for each in values["failures"])
        replayed = tuple(Replay(**each) for each in values["replayed"])
        return cls(**{**values, "failures": failures, "replayed": replayed, "mended": tuple(values["mended"])})


@attrs.frozen
class ModelResult:
    """How one model fared.

    Attributes:
        name: what tables call it.
        kind: how it is run.
        bytes: the size of its file; None where it has none.
        sha256: the hash of its file, likewise.
        laws: how it fared with each law.
        domain: the name of the domain that it was held against.
        template: how cases were said to it; the bare wording is called as the domain is.
        rules: what it was held against, in words: the domain's name, but for a variant.
        rules_order: the ids of the rules, in the order in which they are published.
        exempt: the ids of those that are never at work by themselves.
        audited: how many of the drafts that its `verify` accepted were written plainly too.
        refuted: how many of those it writes otherwise: its `verify` is wrong if there is one.
        missing: the laws that were to run and have no result, and the sweep likewise, each with the reason: the run was
            left, its process died.
        in_all: how many laws there are, chosen or not; 0 where that is not known.
        troubles: how often something went wrong on the way to its answers, though each prompt has one, by its name in
            the plural.
        again: the command that repeats the smallest failure; empty where there is none.
        witness: the path of the file in which its smallest case is kept; empty where it is not.
        sweep: how often it was wrong on a large sample; None where none was asked for.
    """

    name: str
    kind: str
    bytes: int | None
    sha256: str | None
    laws: tuple[LawResult, ...]
    domain: str
    template: str = attrs.field(default=attrs.Factory(lambda self: self.domain, takes_self=True))
    rules: str = attrs.field(default=attrs.Factory(lambda self: self.domain, takes_self=True))
    rules_order: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    audited: int = 0
    refuted: int = 0
    missing: dict[str, str] = attrs.field(factory=dict, hash=False)
    in_all: int = 0
    troubles: dict[str, int] = attrs.field(factory=dict, hash=False)
    again: str = ""
    witness: str = ""
    sweep: SweepResult | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether no law says anything about the model, and nothing was swept."""
        return self.sweep is None and all(law.verdict == "NOT_APPLICABLE" for law in self.laws)

    @property
    def failed(self) -> bool:
        """Whether it did not pass, or nobody can say."""
        if self.refuted or self.missing or self.says_nothing:
            return True
        if self.sweep is not None and self.sweep.verdict in ("FAIL", "INCONCLUSIVE"):
            return True
        return any(law.failed for law in self.laws)

    def to_json(self) -> dict[str, Any]:
        """Plain values, as they stand in `divergence.json`."""
        return {**attrs.asdict(self), "sweep": None if self.sweep is None else self.sweep.to_json()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> ModelResult:
        """The result that `to_json` gave those values for."""
        laws = tuple(LawResult.from_json(law) for law in values["laws"])
        sweep = None if values["sweep"] is None else SweepResult.from_json(values["sweep"])
        rules = {name: tuple(values[name]) for name in ("rules_order", "exempt")}
        return cls(**{**values, "laws": laws, **rules, "sweep": sweep})


@attrs.frozen
class Report:
    """What a run found.

    Attributes:
        seed: what the cases were drawn by.
        examples: how many were drawn for a law, those included that came twice.
        min_cases: on how many cases a law must have been checked, and a rule have been at work.
        models: the models, in the order in which they were named.
    """

    seed: int
    examples: int
    min_cases: int
    models: tuple[ModelResult, ...]

    @property
    def failed(self) -> bool:
        """Whether a law failed in a way that is not known, or neither held nor was broken, or has no result, or none
        applied, or a `verify` was wrong, or a gate did not say PASS. Where nothing was checked nothing has passed.
        """
        return not self.models or any(model.failed for model in self.models)

    def to_json(self) -> dict[str, Any]:
        """Plain values, as they stand in `divergence.json`."""
        return {"schema": SCHEMA, **attrs.asdict(self), "models": [model.to_json() for model in self.models]}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Report:
        """The report that `to_json` gave those values for.

        Raises:
            ValueError: they are of another schema.
        """
        schema = values.get("schema")
        if schema != SCHEMA:
            raise ValueError(f"schema must be {SCHEMA}, got {schema!r:.40}; write the report anew")
        models = tuple(ModelResult.from_json(model) for model in values["models"])
        return cls(values["seed"], values["examples"], values["min_cases"], models)
