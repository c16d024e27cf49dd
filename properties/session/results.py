"""Collect the results of the items of a pytest session, even if several processes ran them and some processes died.

Results travel as JSON with the items' reports. The report of a process's first item has the plan of that process.
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
        laws: the results, by suite, model and law.
        sweeps: the sweeps, by suite and model.
        models: the facts of each model, by suite and model.
        planned: the planned items, by suite and model: for each law, its place among the suite's laws, and the node id.
        titles: the titles of the suites.
        budget: the seed, the number of cases and the other facts of the run.
        mistakes: the errors in a user's domain or laws, one line each.
        unsettled: why sweeps have no verdict: a folder cannot be trusted, or another process sweeps in it.
        faults: the items that failed for another reason.
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
        """Add the report of an item."""
        planned, found = getattr(report, PLANNED, None), getattr(report, FOUND, None)
        if planned is not None:
            self.plan(json.loads(planned))
        if found is not None:
            self.take(json.loads(found), report.nodeid)
        elif report.failed:
            self.faults.append(report.nodeid)
            self._reasons[report.nodeid] = "it could not be checked"
        elif report.skipped:
            self._reasons[report.nodeid] = "it was skipped"

    def plan(self, planned: dict[str, Any]) -> None:
        """Add the plan of a process."""
        self.budget = planned["budget"]
        for each in planned["models"]:
            key = each["suite"], each["place"]
            self.titles[each["suite"]] = each["title"]
            self.models.setdefault(key, each["model"])
            self.planned[key] = {law: (number, nodeid) for law, number, nodeid in each["items"]}

    def take(self, found: dict[str, Any], nodeid: str = "") -> None:
        """Add what an item found: the result of a law, a sweep or why it has no verdict, or an error of the user's."""
        if "mistake" in found:
            self.mistakes.append(found["mistake"])
            self._reasons[nodeid] = "it could not be checked"
            return
        if "unsettled" in found:
            self.unsettled.append(found["unsettled"])
            self._reasons[nodeid] = "it has no verdict"
            return
        key = found["suite"], found["place"]
        # Each worker of pytest-xdist has its own subject: show the facts of the one that audited most, and the sum of
        # the troubles.
        known = self.models.get(key, found["model"])
        self.models[key] = max(known, found["model"], key=lambda model: (model["refuted"], model["audited"]))
        self._troubles.setdefault(key, {})[found["worker"]] = Counter(found["model"]["troubles"])
        if found["law"] is not None:
            self.laws[*key, found["law"]["id"]] = found["law"]
            self._again[*key, found["law"]["id"]] = found["again"]
        if found["sweep"] is not None:
            self.sweeps[key] = found["sweep"]

    def crashed(self, nodeid: str) -> None:
        """Add the item during which a process died."""
        self._reasons[nodeid] = "its process died"

    def reports(self) -> dict[str, Report]:
        """Return the results of each suite, by its title."""
        models = {key: self._model(key) for key in sorted(self.models)}
        return {
            title: Report(**self.budget, models=tuple(model for (of, _), model in models.items() if of == suite))
            for suite, title in sorted(self.titles.items())
        }

    def report(self) -> Report:
        """Return all results: suites in collection order, models as they were named, laws in the domain's order."""
        return Report(**self.budget, models=tuple(self._model(key) for key in sorted(self.models)))

    def _model(self, key: Key) -> ModelResult:
        planned = self.planned.get(key, {})
        found = {law: self._with_way_back(key, law) for (*of, law) in self.laws if tuple(of) == key}
        laws = sorted(found, key=lambda law: planned.get(law, (0, ""))[0])
        sweep = self.sweeps.get(key)
        missing = {
            law: self._reasons.get(nodeid, "the run was interrupted")
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
        """Return a law's result, with the command that repeats its failure and the file of its smallest case."""
        found = self._again[*key, law]
        return {**self.laws[*key, law], "again": found["again"], "kept": found["witness"]}

    def _smallest(self, key: Key, laws: list[LawResult]) -> dict[str, str]:
        """Return the command that repeats the smallest failure, and the file of its case.

        The size of a case is the length of its text. If no failed law has a case, take the first failed law.
        """
        failed = [law for law in laws if law.failed]
        if not failed:
            return {"again": "", "witness": ""}
        return self._again[*key, min(failed, key=size_of).id]
