"""The command that repeats a failure: one line that can be copied into a shell."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from turncheck.properties.checking.draw import least_cases
from turncheck.properties.session.loading import is_python
from turncheck.properties.session.settings import Settings, seen_from_start
from turncheck.properties.session.suites import SUITE, Chosen, Suite, item_id
from turncheck.reports.records import Failure, LawResult, Report

if TYPE_CHECKING:
    from turncheck.properties.session.session import Session


def again(request: pytest.FixtureRequest, session: Session, chosen: Chosen, result: LawResult) -> dict[str, str]:
    """Return the command that repeats a failed law, and the file with its smallest case; empty if there is none."""
    if not result.failed:
        return {"again": "", "witness": ""}
    model, failures = session.models[chosen], [failure for failure in result.failures if not failure.known]
    smallest = min(failures, key=lambda failure: len(failure.witness.case), default=None)
    path = None if smallest is None else model.folder / f"{result.id}.{smallest.mode}.txt"
    given = model.suite.models[chosen.model]
    command = [
        "pytest",
        *_item(request, f"{item_id(given)}-{result.id}"),
        *_about_model(model.suite, given, session.settings, request.config),
        *_drawn(session.settings, smallest, request.config),
    ]
    kept = path is not None and path.is_file()
    return {"again": shlex.join(command), "witness": seen_from_start(path, request.config) if path and kept else ""}


def with_way_back(report: Report, domain: str | None, model: Mapping[str, Any]) -> Report:
    """Return the report of one model with the `turncheck check` commands that repeat its failures.

    Args:
        report: the report of a run of `turncheck check`.
        domain: the domain as typed; None if it was not given.
        model: the options that name the model, by their parameters.
    """
    (result,) = report.models
    options = {"domain": domain, "model": model["spec"], "rules": model["rules"], "timeout": model["timeout"]}
    given = [f"--{name}={value}" for name, value in options.items() if value is not None]
    given += [f"--model-arg={argument}" for argument in model["arguments"]]
    given += ["--isolate"] if model.get("isolate") else []
    drawn = [f"--examples={report.examples}", f"--min-cases={report.min_cases}", f"--seed={report.seed}"]

    def repeating(law: LawResult) -> str:
        return shlex.join(["turncheck", "check", *given, "-k", law.id, *drawn]) if law.failed else ""

    laws = tuple(attrs.evolve(law, again=repeating(law)) for law in result.laws)
    failed = [law for law in laws if law.failed]
    again = min(failed, key=size_of).again if failed else ""
    return attrs.evolve(report, models=(attrs.evolve(result, laws=laws, again=again),))


def size_of(law: LawResult) -> float:
    """Return the length of the smallest case that breaks the law in a new way; infinity if there is none."""
    return min((len(failure.witness.case) for failure in law.failures if not failure.known), default=float("inf"))


def _item(request: pytest.FixtureRequest, parameters: str) -> list[str]:
    """Return the arguments that select the item.

    An item of `turncheck.properties` is named by its module in the package, which works in every folder, even if the
    item was run by its path.
    """
    path, _, names = request.node.nodeid.partition("[")[0].partition("::")
    if hasattr(request.function, SUITE):
        return [f"{seen_from_start(request.config.rootpath / path, request.config)}::{names}[{parameters}]"]
    return ["--pyargs", f"turncheck.properties.{Path(path).stem}::{names}[{parameters}]"]


def _about_model(suite: Suite, given: object, settings: Settings, config: pytest.Config) -> list[str]:
    options = {} if settings.domain is None else {"domain": settings.domain}
    if not suite.names_its_own and given is not None:
        options["model"] = str(given)
    if settings.rules is not None:
        options["rules"] = seen_from_start(settings.rules, config)
    isolated = ["--turncheck-isolate"] if settings.isolates and is_python(given) else []
    arguments = () if suite.names_its_own else settings.arguments
    return [*_written(options), *isolated, *(f"--turncheck-model-arg={argument}" for argument in arguments)]


def _drawn(settings: Settings, smallest: Failure | None, config: pytest.Config) -> list[str]:
    budget = settings.budget
    options = {"examples": str(budget.examples)}
    if budget.min_cases != least_cases(budget.examples):
        options["min-cases"] = str(budget.min_cases)
    if settings.timeout is not None:
        options["timeout"] = f"{settings.timeout:g}"
    if smallest is not None and not smallest.count and not settings.is_home:  # it was found only in a kept witness
        options["witnesses"] = seen_from_start(settings.witnesses, config)
    return [*_written(options), f"--hypothesis-seed={budget.seed}"]


def _written(options: dict[str, str]) -> list[str]:
    return [f"--turncheck-{name}={value}" for name, value in options.items()]
