"""What the items of a pytest session found, put together: also where several processes ran them, and some of them died.

What travels with an item's report is JSON. The report of a process's first item says what that process was to run.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from turncheck.properties.session.again import size_of
from turncheck.properties.session.options import FOUND, PLANNED
from turncheck.reports.records import SWEEP, LawResult, ModelResult, Report

if TYPE_CHECKING:
    import pytest

Key = tuple[int, int]
"""The number of a suite, and of a model among its models."""


class Results:
    """What the items of a session reported.

    Attributes:
        laws: by suite, model and law.
        sweeps: by suite and model.
        models: likewise, what is known of each.
        planned: likewise, the items that are to run: by law the place among the suite's laws, and the node id.
        titles: of the suites.
        budget: what was drawn, and what else was asked for.
        mistakes: what is wrong with a user's domain or law, in one line each.
        unsettled: why a sweep has no verdict: its folder cannot be trusted, or another process sweeps in it.
        faults: the items in which something else went wrong.
    """

    def __init__(self) -> None:
        self.laws: dict[tuple[int, int, str], dict[str, Any]] = {}
        self.sweeps: dict[Key, dict[str, Any]] = {}
        self.models: dict[Key, dict[str, Any]] = {}
        self.planned: dict[Key, dict[str, tuple[int, str]]] = {}
        self.titles: dict[int, str] = {}
        self.budget: dict[str, Any] = {}
        self.mistakes: list[str] = []
        self.unsettled: list[str] = []
        self.faults: list[str] = []
        self._reasons: dict[str, str] = {}
        self._troubles: dict[Key, dict[str, Counter[str]]] = {}
        self._again: dict[tuple[int, int, str], dict[str, str]] = {}

    def add(self, report: pytest.TestReport) -> None:
        """Takes what a report of an item says."""
        planned, found = getattr(report, PLANNED, None), getattr(report, FOUND, None)
        if planned is not None:
            self.plan(json.loads(planned))
        if found is not None:
            self.take(json.loads(found), report.nodeid)
        elif report.failed:
            self.faults.append(report.nodeid)
            self._reasons[report.nodeid] = "it could not be held"
        elif report.skipped:
            self._reasons[report.nodeid] = "it was skipped"

    def plan(self, planned: dict[str, Any]) -> None:
        """Takes what a process was to run."""
        self.budget = planned["budget"]
        for each in planned["models"]:
            key = each["suite"], each["place"]
            self.titles[each["suite"]] = each["title"]
            self.models.setdefault(key, each["model"])
            self.planned[key] = {law: (number, nodeid) for law, number, nodeid in each["items"]}

    def take(self, found: dict[str, Any], nodeid: str = "") -> None:
        """Takes what an item found: how a law fared, a sweep or why it has no verdict, or a mistake of the user's."""
        if "mistake" in found:
            self.mistakes.append(found["mistake"])
            self._reasons[nodeid] = "it could not be held"
            return
        if "unsettled" in found:
            self.unsettled.append(found["unsettled"])
            self._reasons[nodeid] = "it has no verdict"
            return
        key = found["suite"], found["place"]
        # Of pytest-xdist's workers each has a subject of its own: the one that audited most is told, and of what went
        # wrong the sum.
        known = self.models.get(key, found["model"])
        self.models[key] = max(known, found["model"], key=lambda model: (model["refuted"], model["audited"]))
        self._troubles.setdefault(key, {})[found["worker"]] = Counter(found["model"]["troubles"])
        if found["law"] is not None:
            self.laws[*key, found["law"]["id"]] = found["law"]
            self._again[*key, found["law"]["id"]] = found["again"]
        if found["sweep"] is not None:
            self.sweeps[key] = found["sweep"]

    def crashed(self, nodeid: str) -> None:
        """Takes the item with which a process died."""
        self._reasons[nodeid] = "its process died"

    def reports(self) -> dict[str, Report]:
        """The results of each suite, by its title."""
        models = {key: self._model(key) for key in sorted(self.models)}
        return {
            title: Report(**self.budget, models=tuple(model for (of, _), model in models.items() if of == suite))
            for suite, title in sorted(self.titles.items())
        }

    def report(self) -> Report:
        """All results: suites as they were collected, models as they were named, laws as their domain has them."""
        return Report(**self.budget, models=tuple(self._model(key) for key in sorted(self.models)))

    def _model(self, key: Key) -> ModelResult:
        planned = self.planned.get(key, {})
        found = {law: self._with_way_back(key, law) for (*of, law) in self.laws if tuple(of) == key}
        laws = sorted(found, key=lambda law: planned.get(law, (0, ""))[0])
        sweep = self.sweeps.get(key)
        missing = {
            law: self._reasons.get(nodeid, "the run was left")
            for law, (_, nodeid) in sorted(planned.items(), key=lambda item: item[1][0])
            if law not in found and not (law == SWEEP and sweep is not None)
        }
        return ModelResult.from_json(
            {
                **self.models[key],
                "laws": [found[law] for law in laws],
                "missing": missing,
                "troubles": dict(sum(self._troubles.get(key, {}).values(), Counter())),
                "sweep": sweep,
                **self._smallest(key, [LawResult.from_json(found[law]) for law in laws]),
            }
        )

    def _with_way_back(self, key: Key, law: str) -> dict[str, Any]:
        """How a law fared, with the command that repeats its failure and where its smallest case is kept."""
        found = self._again[*key, law]
        return {**self.laws[*key, law], "again": found["again"], "kept": found["witness"]}

    def _smallest(self, key: Key, laws: list[LawResult]) -> dict[str, str]:
        """How the smallest failure is repeated, and where its case is kept; of laws without one the first that failed.

        A case is as small as its text is short.
        """
        failed = [law for law in laws if law.failed]
        if not failed:
            return {"again": "", "witness": ""}
        return self._again[*key, min(failed, key=size_of).id]
