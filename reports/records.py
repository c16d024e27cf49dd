"""The results of a run, as values: for each model and each law, how often it was broken and in which ways.

`divergence.json` holds these values (`"schema": 9`); files of schemas 6, 7 and 8 have fewer and can be read too. The
values contain no time. They contain no paths except those of the baseline, of kept witnesses and of the commands that
repeat failures, relative to the folder in which the run was started.
"""

from __future__ import annotations

from typing import Any, Literal

import attrs

from turncheck.reports.brittleness import MapResult
from turncheck.reports.failures import Drawn, Failure, Replay, ReplayOutcome, Step, Witness
from turncheck.reports.sweeps import SweepResult

__all__ = [
    "SCHEMA",
    "SWEEP",
    "UNREACHED",
    "Drawn",
    "Failure",
    "Form",
    "LawResult",
    "LawVerdict",
    "ModelResult",
    "Replay",
    "ReplayOutcome",
    "Report",
    "Step",
    "Witness",
]

SCHEMA = 9
READ = (6, 7, 8, 9)
"""The schemas that can be read."""

SWEEP = "the sweep"
"""The name of a sweep in `ModelResult.missing`."""

LawVerdict = Literal["PASS", "FAIL", "INCONCLUSIVE", "TIMED_OUT", "NOT_APPLICABLE"]

UNREACHED = "not reached within"
"""The start of the reason of a law that was not reached in the run's time."""


@attrs.frozen
class LawResult:
    """The result of one law for one model.

    Attributes:
        id: the law's name.
        rule: the rules that the law follows from.
        kind: `known answer`, `invariance`, `direction`, `malformed`, `rollout`, `stability`.
        verdict: PASS, FAIL, INCONCLUSIVE (too few cases), TIMED_OUT (ended from outside, for example by
            pytest-timeout), NOT_APPLICABLE.
        applied: the number of different cases on which it was checked.
        failures: the failures, the most frequent first.
        at_work: for each of its rules, by id, the number of cases in which the answer changes if the rule is left out.
        replayed: the results of the saved counterexamples.
        mended: the modes of the baseline that did not occur.
        why: why the law neither held nor was broken, if so.
        sentence: the law in full.
        again: the command that repeats its failure; empty if it did not fail.
        kept: the path of the file with its smallest counterexample; empty if there is none.
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
    sentence: str = ""
    again: str = ""
    kept: str = ""

    @property
    def diverged(self) -> int:
        """The number of cases that broke the law."""
        return sum(failure.count for failure in self.failures)

    @property
    def known(self) -> bool:
        """Whether the law failed only in ways that the baseline lists."""
        return self.verdict == "FAIL" and bool(self.failures) and all(failure.known for failure in self.failures)

    @property
    def unreached(self) -> bool:
        """Whether the run's time was used up before the law was checked."""
        return self.verdict == "INCONCLUSIVE" and self.why.startswith(UNREACHED)

    @property
    def failed(self) -> bool:
        """Whether the law was broken in a way that is not known, or has no verdict."""
        return self.verdict in ("FAIL", "INCONCLUSIVE", "TIMED_OUT") and not self.known

    def to_json(self) -> dict[str, Any]:
        """Return plain values, as in `divergence.json`."""
        return attrs.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> LawResult:
        """Return the result from the values of `to_json`."""
        failures = tuple(map(Failure.from_json, values["failures"]))
        replayed = tuple(Replay(**each) for each in values["replayed"])
        return cls(**{**values, "failures": failures, "replayed": replayed, "mended": tuple(values["mended"])})


@attrs.frozen
class Form:
    """How a domain writes a text.

    Attributes:
        text: the schema's text: `hero hp {hero.hp}/{hero.max}`, with a place for each member of a repeated field.
        neutral: the same text with the simplest values: `hero hp 01/01`.
    """

    text: str
    neutral: str


@attrs.frozen
class ModelResult:
    """The results of one model.

    Attributes:
        name: the model's name in tables.
        kind: the kind of model.
        bytes: the size of its file; None without a file.
        sha256: the hash of its file; None without a file.
        laws: the result of each law.
        domain: the name of the domain that the model was checked against.
        template: the wording of the cases; the plain wording has the domain's name.
        rules: the rules in force, in words: the domain's name, or a variant's description.
        rules_order: the ids of the rules, in the order in which they are published.
        exempt: the ids of the rules that are never at work by themselves.
        audited: the number of accepted drafts that were also decoded without `verify`.
        refuted: the number of these that the model writes differently: `verify` is wrong if there are any.
        missing: the laws (and the sweep) that were to run and have no result, each with the reason: the run was
            interrupted, or their process died.
        in_all: the number of laws, selected or not; 0 if it is not known.
        troubles: how often something went wrong on the way to the answers, although each prompt has an answer, by its
            name in the plural.
        again: the command that repeats the smallest failure; empty if there is none.
        witness: the path of the file with its smallest counterexample; empty if there is none.
        sweep: the result of the sweep; None without a sweep.
        noun: the word for a case.
        prompt: the form of a case; None if it is not known, or too long to be laid out.
        answer: the form of an answer; None in the same cases.
        map: its brittleness map; None without one.
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
    noun: str = "case"
    prompt: Form | None = None
    answer: Form | None = None
    map: MapResult | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether no law applies to the model, and there was neither a sweep nor a map."""
        return self.sweep is None and self.map is None and all(law.verdict == "NOT_APPLICABLE" for law in self.laws)

    @property
    def is_swept_alone(self) -> bool:
        """Whether the model was only swept, without a run of the laws."""
        return self.sweep is not None and not self.laws and not self.missing

    @property
    def is_mapped_alone(self) -> bool:
        """Whether there is only a map of the model, without a run of the laws and without a sweep."""
        return self.map is not None and self.sweep is None and not self.laws and not self.missing

    @property
    def failed(self) -> bool:
        """Whether the model failed, or the run cannot tell."""
        if self.refuted or self.missing or self.says_nothing:
            return True
        if self.sweep is not None and self.sweep.verdict in ("FAIL", "INCONCLUSIVE"):
            return True
        return any(law.failed for law in self.laws)

    def to_json(self) -> dict[str, Any]:
        """Return plain values, as in `divergence.json`."""
        return {**attrs.asdict(self), "sweep": None if self.sweep is None else self.sweep.to_json()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> ModelResult:
        """Return the result from the values of `to_json`."""
        laws = tuple(LawResult.from_json(law) for law in values["laws"])
        sweep = None if values["sweep"] is None else SweepResult.from_json(values["sweep"])
        rules = {name: tuple(values[name]) for name in ("rules_order", "exempt")}
        forms = {name: Form(**values[name]) for name in ("prompt", "answer") if values.get(name)}
        found = None if values.get("map") is None else MapResult.from_json(values["map"])
        return cls(**{**values, "laws": laws, **rules, "sweep": sweep, **forms, "map": found})


@attrs.frozen
class Report:
    """The results of a run.

    Attributes:
        seed: the seed of the cases.
        examples: the number of cases drawn for each law, repeated cases included.
        min_cases: the number of cases on which a law must be checked and a rule be at work.
        models: the models, in the order in which they were named.
        baseline: the file of known failures that the run was compared with; empty if there was none.
        options: the other options of the run, by name.
        versions: the versions of Turncheck, Python and the libraries that a result may depend on.
    """

    seed: int
    examples: int
    min_cases: int
    models: tuple[ModelResult, ...]
    baseline: str = ""
    options: dict[str, str] = attrs.field(factory=dict, hash=False)
    versions: dict[str, str] = attrs.field(factory=dict, hash=False)

    @property
    def failed(self) -> bool:
        """Whether the run failed.

        It failed if a law failed in a mode that is not known, was INCONCLUSIVE or has no result; if no law applied or
        nothing was checked; if a `verify` was wrong; or if a gate did not say PASS.
        """
        return not self.models or any(model.failed for model in self.models)

    def to_json(self) -> dict[str, Any]:
        """Return plain values, as in `divergence.json`."""
        return {"schema": SCHEMA, **attrs.asdict(self), "models": [model.to_json() for model in self.models]}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Report:
        """Return the report from the values of `to_json`.

        Raises:
            ValueError: the values have another schema.
        """
        schema = values.get("schema")
        if type(schema) is not int or schema not in READ:
            raise ValueError(f"schema must be 6, 7, 8 or 9, got {schema!r:.40}; write the report anew")
        models = tuple(ModelResult.from_json(model) for model in values["models"])
        return cls(**{name: value for name, value in values.items() if name != "schema"} | {"models": models})
