"""The items of a session: a law is checked on a model, or a model is swept. An item's report carries its result."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from turncheck.properties.session.stash import HELD, LEFT, RESULT, SESSION, SHOWN, SWEPT, results_of
from turncheck.properties.session.summary import screen_of

if TYPE_CHECKING:
    from turncheck.properties.checking.law import Law
    from turncheck.properties.session.session import Model, Session
    from turncheck.properties.session.suites import Chosen
    from turncheck.properties.sweeps.sweep import Sweep
    from turncheck.reports.records import LawResult
    from turncheck.reports.screen import Screen
    from turncheck.reports.sweeps import SweepResult


# --- a law runs ------------------------------------------------------------------------------------------------------


def hold(request: pytest.FixtureRequest, law: Law | None, chosen: Chosen) -> None:
    """Check the law on the model, and end the item by the result. Without a law, sweep the model."""
    if law is None:
        sweep(request, chosen)
        return
    session = request.config.stash[SESSION]
    if HELD not in request.node.stash:
        request.node.stash[HELD] = _held(request, session, law, chosen)
    # A plugin may rerun failed items: the result would be the same.
    _end(request, session, law, request.node.stash[HELD], session.models[chosen])


def _held(request: pytest.FixtureRequest, session: Session, law: Law, chosen: Chosen) -> LawResult:
    """Check the law, record the result for the item's report, and keep its witnesses."""
    from turncheck.properties.checking.check import InterruptedLawError

    model = session.models[chosen]
    before = Counter(model.subject.troubles())
    try:
        result = _result(request, session, law, model)
    except InterruptedLawError as interrupt:
        _leave(request, session, law, chosen, interrupt.result)
        raise KeyboardInterrupt from None  # pytest shows its class
    try:
        session.keep(result, model)
    except OSError as error:
        request.node.warn(pytest.PytestWarning(f"witnesses of {law.id} cannot be kept in {model.folder}: {error}"))
    _record(request, session, chosen, result, Counter(model.subject.troubles()) - before)
    return result


def _leave(request: pytest.FixtureRequest, session: Session, law: Law, chosen: Chosen, result: LawResult) -> None:
    """Record the result of a law whose check is interrupted: its item gets no report."""
    model = session.models[chosen]
    with suppress(OSError):
        session.keep(result, model)
    _record(request, session, chosen, result, Counter())
    results_of(request.config).take(json.loads(request.node.stash[RESULT]), request.node.nodeid)
    if result.failed:
        request.config.stash[LEFT] = _failure_text(request.config, law, result, model)(screen_of(request.config))


def _result(request: pytest.FixtureRequest, session: Session, law: Law, model: Model) -> LawResult:
    """Check the law. A mistake in a user's domain or law fails the item in one line, and then the session."""
    from turncheck.properties.checking.failing import law_result
    from turncheck.properties.checking.interrupts import StoppedError, stopped_by_alarm
    from turncheck.properties.checking.trial import MISTAKES, format_mistake, is_held

    try:
        with stopped_by_alarm():  # as pytest-timeout sets one
            return session.check(law, model)
    except StoppedError as error:
        return law_result(law, "TIMED_OUT", why=f"it was ended by an alarm: {error}")
    except MISTAKES as error:
        if is_held(law, model.subject.domain):  # then the fault is ours
            raise
        request.node.stash[RESULT] = json.dumps({"mistake": format_mistake(error)})
        pytest.fail(format_mistake(error), pytrace=False)


def _end(request: pytest.FixtureRequest, session: Session, law: Law, result: LawResult, model: Model) -> None:
    from turncheck.properties.session.outcome import in_short

    if result.verdict == "PASS":
        return
    if result.verdict == "NOT_APPLICABLE":
        pytest.skip(f"not applicable: {result.why}")
    request.node.stash[SHOWN] = render = _failure_text(request.config, law, result, model)
    shown = render(screen_of(request.config, colour=False))
    if result.known or (result.verdict == "FAIL" and session.settings.writes_baseline):
        pytest.xfail(f"known: {in_short(result)}")
    if result.verdict == "INCONCLUSIVE" and session.settings.skips_inconclusive:
        pytest.skip(shown.splitlines()[-1])
    pytest.fail(shown, pytrace=False)


def _failure_text(config: pytest.Config, law: Law, result: LawResult, model: Model) -> Callable[[Screen], str]:
    """Return a function that renders a failed law for a screen; `-v` shows texts in full."""
    from turncheck.properties.session.outcome import explain

    return partial(explain, law, result, model.subject.domain, whole=config.get_verbosity() > 0)


def _record(
    request: pytest.FixtureRequest, session: Session, chosen: Chosen, result: LawResult, troubles: Counter[str]
) -> None:
    """Store the result for the item's report, and its figures for JUnit's properties."""
    from turncheck.properties.session.again import again

    found = _found(session, chosen, request.config, law=result)
    found["again"] = again(request, session, chosen, result)
    # ASCII, because answers may contain lone surrogates, which pytest-xdist cannot send.
    request.node.stash[RESULT] = json.dumps(found)
    figures = {
        "law": result.id,
        "rule": result.rule,
        "verdict": result.verdict,
        "checked": result.applied,
        "diverged": result.diverged,
    }
    modes = {failure.mode: failure.count for failure in result.failures}
    mended = {"troubles": ", ".join(f"{name}: {count}" for name, count in troubles.items())} if troubles else {}
    _show_to_junit(request, found, figures | modes | mended)


def _show_to_junit(request: pytest.FixtureRequest, found: dict[str, Any], figures: dict[str, Any]) -> None:
    shown = {"model": found["model"]["name"], **figures, "seed": found["seed"]}
    request.node.user_properties += [(f"turncheck_{name}", value) for name, value in shown.items()]


def _found(
    session: Session,
    chosen: Chosen,
    config: pytest.Config,
    law: LawResult | None = None,
    sweep: SweepResult | None = None,
) -> dict[str, Any]:
    """Return the result of an item, with its model and the worker of pytest-xdist that ran it."""
    return {
        **about(session, chosen),
        "worker": getattr(config, "workerinput", {}).get("workerid", ""),
        "seed": session.settings.budget.seed,
        "law": None if law is None else law.to_json(),
        "sweep": None if sweep is None else sweep.to_json(),
    }


def about(session: Session, chosen: Chosen) -> dict[str, Any]:
    """Return the facts about a model of the session so far."""
    from turncheck.properties.session.outcome import model_result

    model = session.models[chosen]
    known = model_result(model.subject, in_all=len(model.suite.laws)).to_json()
    return {"suite": chosen.suite, "place": chosen.model, "title": model.suite.title, "model": known}


def budget_of(session: Session, config: pytest.Config) -> dict[str, Any]:
    """Return how much a session draws, its other options, and the versions."""
    from turncheck.properties.session.facts import options_of, versions
    from turncheck.properties.session.settings import seen_from_start

    budget, baseline = session.settings.budget, session.settings.baseline
    is_compared = baseline is not None and not session.settings.writes_baseline
    return {
        "seed": budget.seed,
        "examples": budget.examples,
        "min_cases": budget.min_cases,
        "baseline": seen_from_start(baseline, config) if baseline is not None and is_compared else "",
        "options": options_of(config),
        "versions": versions(),
    }


# --- a sweep runs ----------------------------------------------------------------------------------------------------


def sweep(request: pytest.FixtureRequest, chosen: Chosen) -> None:
    """Sweep the model, and end the item by the gate; without a gate it passes."""
    session = request.config.stash[SESSION]
    settings = session.settings
    if settings.sweeping is None:
        pytest.skip("--turncheck-sweep N says how many cases to sweep")
    if SWEPT not in request.node.stash:
        request.node.stash[SWEPT] = _swept(request, session, chosen)
    result = request.node.stash[SWEPT]
    if result.verdict in (None, "PASS"):
        return
    from turncheck.reports.sweep_text import gate_in_short

    shown = gate_in_short(result)
    if result.verdict == "INCONCLUSIVE" and settings.skips_inconclusive:
        pytest.skip(shown)
    pytest.fail(shown, pytrace=False)


def _swept(request: pytest.FixtureRequest, session: Session, chosen: Chosen) -> SweepResult:
    """Run the sweep. If it is interrupted, the terminal and the report show how far it got."""
    from turncheck.properties.checking.interrupts import StoppedError, stopped_by_alarm
    from turncheck.properties.session.progress import counting
    from turncheck.properties.sweeps.faults import NoVerdictError, SweepError
    from turncheck.properties.sweeps.result import found
    from turncheck.reports.escape import visible

    assert session.settings.sweeping is not None
    work = None
    try:
        try:
            with stopped_by_alarm():
                work = session.sweep(session.models[chosen])
                _go_on(request.config, work)
                with counting(work.subject.meter, "looking for the smallest turns", tell=session.run.tell):
                    result = found(work, session.settings.sweeping.gate, limit=session.settings.budget.shrink)
        except (KeyboardInterrupt, StoppedError) as error:
            left = None if work is None else found(work, searches=False)
            values = _found(session, chosen, request.config, sweep=left)
            if isinstance(error, KeyboardInterrupt):
                results_of(request.config).take(values)
                raise
            request.node.stash[RESULT] = json.dumps(values)
            raise pytest.fail.Exception(f"the sweep was ended by an alarm: {error}", pytrace=False) from None
    except SweepError as error:
        told = visible(str(error))
        request.node.stash[RESULT] = json.dumps({"unsettled" if isinstance(error, NoVerdictError) else "mistake": told})
        pytest.fail(told, pytrace=False)
    values = _found(session, chosen, request.config, sweep=result)
    request.node.stash[RESULT] = json.dumps(values)
    facts = ("sampler", "turns", "diverged", "low", "high", "verdict")
    _show_to_junit(request, values, {name: values["sweep"][name] for name in facts})
    return result


def _go_on(config: pytest.Config, work: Sweep) -> None:
    """Run the sweep to its end, with a bar on a terminal, for which pytest's capturing is off and its line is ended.
    A worker of pytest-xdist shows no bar, because it does not own the terminal.
    """
    from turncheck.properties.session.progress import SILENT
    from turncheck.properties.sweeps.progress import run

    capture = config.pluginmanager.getplugin("capturemanager")
    reporter = config.pluginmanager.getplugin("terminalreporter")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        is_shown = reporter is not None and not hasattr(config, "workerinput") and sys.stderr.isatty()
        if is_shown:
            reporter.ensure_newline()
        run(work, None if is_shown and config.get_verbosity() > SILENT else config.stash[SESSION].run.tell)
