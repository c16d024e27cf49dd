"""The pytest plugin: the options, the models under test, the divergence table and the sweeps at the end.

In a session that collects no law of Turncheck it changes nothing, and imports nothing but pytest.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from turncheck.properties.session.options import OPTIONS

if TYPE_CHECKING:
    from turncheck.properties.checking.law import Law
    from turncheck.properties.session.session import Model, Session
    from turncheck.properties.sweeps.sweep import Sweep
    from turncheck.reports.records import LawResult, ModelResult, Report
    from turncheck.reports.sweeps import SweepResult

MARKER = "turncheck"

SESSION = pytest.StashKey["Session"]()
RESULT = pytest.StashKey[str]()
RESULTS = pytest.StashKey["Results"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options under their long names. `--model` is added where properties/ is run."""
    group = parser.getgroup("turncheck", "Turncheck: laws held against a learned engine")
    for option in OPTIONS:
        parser.addini(option.dest, option.help, type=option.ini, default=None)
        if option.metavar is None:
            group.addoption(option.flag, action="store_true", default=None, help=option.help)
        else:
            action = "append" if option.ini == "linelist" else "store"
            group.addoption(option.flag, action=action, metavar=option.metavar, default=None, help=option.help)


def pytest_load_initial_conftests(args: list[str]) -> None:
    """Lets the short names be said with `--pyargs turncheck.properties` too, whose conftest pytest meets too late."""
    if "--pyargs" in args and any(argument.startswith("turncheck.properties") for argument in args):
        for place, argument in enumerate(args):
            if argument.partition("=")[0] in ("--model", "--model-arg"):
                args[place] = argument.replace("--", "--turncheck-", 1)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker that the laws' items carry."""
    config.addinivalue_line("markers", "turncheck: a law of Turncheck, held against a model")
    results = config.stash[RESULTS] = Results()
    config.pluginmanager.register(Listener(results), "turncheck-listener")


class Results:
    """What the items of a session reported: results by model and law, sweeps by model, and what else went wrong."""

    def __init__(self) -> None:
        self.laws: dict[tuple[int, str], dict[str, Any]] = {}
        self.sweeps: dict[int, dict[str, Any]] = {}
        self.models: dict[int, dict[str, Any]] = {}
        self.budget: dict[str, int] = {}
        self.faults: list[str] = []

    def add(self, report: pytest.TestReport) -> None:
        """Takes what a report of an item says."""
        text = getattr(report, MARKER, None)
        if text is not None:
            self.take(json.loads(text))
        elif report.failed:
            self.faults.append(report.nodeid)

    def take(self, found: dict[str, Any]) -> None:
        """Takes what an item found: how a law fared, or a sweep."""
        place = found["place"]
        self.budget = found["budget"]
        # Of pytest-xdist's workers each has a subject of its own: the one that audited most is told.
        self.models[place] = max(self.models.get(place, found["model"]), found["model"], key=_audited)
        if found["law"] is not None:
            self.laws[place, found["law"]["id"]] = found["law"]
        if found["sweep"] is not None:
            self.sweeps[place] = found["sweep"]

    def report(self) -> Report:
        """All results, models in the order of the command line, laws in that of `LAWS`."""
        from turncheck.properties.laws.duel import LAWS
        from turncheck.reports.records import ModelResult, Report

        models = []
        for place in sorted(self.models):
            laws = [self.laws[place, law.id] for law in LAWS if (place, law.id) in self.laws]
            values = {**self.models[place], "laws": laws, "sweep": self.sweeps.get(place)}
            models.append(ModelResult.from_json(values))
        return Report(**self.budget, models=tuple(models))


def _audited(model: dict[str, Any]) -> tuple[int, int]:
    """How much of a verifier was looked at: of pytest-xdist's workers each has a subject of its own."""
    return model["refuted"], model["audited"]


# --- before the laws run ---------------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One item for each law and model, and one for the sweep of each model."""
    if "turncheck_model" not in metafunc.fixturenames:
        return
    from turncheck.properties.laws.duel import LAWS
    from turncheck.properties.session.session import item_id, specs_of

    specs = specs_of(metafunc.config)  # what is wrong with them is said later, not as an error of collection
    ids = [item_id(spec) for spec in specs]
    metafunc.parametrize("turncheck_model", range(len(specs)), ids=ids, indirect=True, scope="session")
    if "turncheck_law" in metafunc.fixturenames:
        metafunc.parametrize("turncheck_law", LAWS, ids=[law.id for law in LAWS])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Loads the models before any law runs: one that cannot be loaded is an error of usage."""
    if any(item.get_closest_marker(MARKER) for item in items):
        load(config)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Under pytest-xdist, whose first process collects nothing and alone can end the session with an error of usage."""
    config = session.config
    is_asked = any(config.getoption(option.dest, default=None) is not None for option in OPTIONS)
    if is_asked and config.pluginmanager.hasplugin("dsession"):
        load(config)


def load(config: pytest.Config) -> Session:
    """What the session checks, loaded when first asked for.

    Raises:
        pytest.UsageError: something that was given cannot be used.
    """
    from turncheck.properties.session.session import Session

    if SESSION not in config.stash:
        config.stash[SESSION] = Session.load(config)
    return config.stash[SESSION]


@pytest.fixture(scope="session")
def turncheck_model(request: pytest.FixtureRequest) -> Model:
    """The model under test."""
    place: int = request.param
    return load(request.config).models[place]


# --- a law runs ------------------------------------------------------------------------------------------------------


def hold(request: pytest.FixtureRequest, law: Law, model: Model) -> None:
    """Holds the model against the law, and ends the item as the result asks for."""
    session = load(request.config)
    result = session.check(law, model)
    _record(request, session, model, result)
    try:
        session.keep(result, model)
    except OSError as error:
        request.node.warn(pytest.PytestWarning(f"witnesses of {law.id} cannot be kept in {model.folder}: {error}"))
    if result.verdict == "PASS":
        return
    if result.verdict == "NOT_APPLICABLE":
        pytest.skip(f"not applicable: {result.why}")
    shown = explain(law, result, session.settings.budget.min_cases)
    if result.known or (result.verdict == "FAIL" and session.settings.writes_baseline):
        pytest.xfail(f"known: {_in_short(result)}")
    if result.verdict == "INCONCLUSIVE" and session.settings.skips_inconclusive:
        pytest.skip(shown.splitlines()[-1])
    pytest.fail(shown, pytrace=False)


def _record(request: pytest.FixtureRequest, session: Session, model: Model, result: LawResult) -> None:
    """Lets the result travel with the item's report, and puts its figures among the properties that JUnit shows."""
    found = _found(session, model, law=result.to_json())
    # As ASCII: what a model answered may hold lone surrogates, and pytest-xdist could not send those.
    request.node.stash[RESULT] = json.dumps(found)
    figures = {
        "law": result.id,
        "rule": result.rule,
        "verdict": result.verdict,
        "checked": result.applied,
        "diverged": result.diverged,
    }
    modes = {failure.mode: failure.count for failure in result.failures}
    _show_to_junit(request, found, figures | modes)


def _show_to_junit(request: pytest.FixtureRequest, found: dict[str, Any], figures: dict[str, Any]) -> None:
    shown = {"model": found["model"]["name"], **figures, "seed": found["budget"]["seed"]}
    request.node.user_properties += [(f"turncheck_{name}", value) for name, value in shown.items()]


def _found(
    session: Session, model: Model, law: dict[str, Any] | None = None, sweep: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What an item found, beside which model it is about and what was drawn."""
    from turncheck.engine.duel.variants import described as rules_in_words

    subject, budget = model.subject, session.settings.budget
    about = {
        "name": subject.name,
        "kind": subject.kind,
        "bytes": subject.bytes,
        "sha256": subject.sha256,
        "template": subject.template,
        "rules": rules_in_words(subject.rules),
        "audited": subject.audit.checked,
        "refuted": subject.audit.refuted,
    }
    drawn = {"seed": budget.seed, "examples": budget.examples, "min_cases": budget.min_cases}
    return {"place": model.place, "model": about, "budget": drawn, "law": law, "sweep": sweep}


def explain(law: Law, result: LawResult, min_cases: int) -> str:
    """What a failing item prints: the law, its rule, and for each failure mode the smallest turn and both answers."""
    from turncheck.reports.show import show_failure

    parts = [f"{law.id} ({law.rule}, {law.kind})", law.sentence]
    if result.verdict == "INCONCLUSIVE":
        parts.append(f"INCONCLUSIVE: it applied to {result.applied} cases, fewer than {min_cases}")
    return "\n".join([*parts, *(f"\n{show_failure(failure, result.applied)}" for failure in result.failures)])


def _in_short(result: LawResult) -> str:
    """The modes of a result in one line."""
    modes = [f"{failure.mode} in {failure.count} of {result.applied} cases" for failure in result.failures]
    return ", ".join(modes) or result.verdict


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Hands the result to the report, and keeps pytest's short summary short: under CI it would say all again."""
    report = yield
    text = item.stash.get(RESULT, None)
    if text is not None and report.when == "call":
        from turncheck.reports.records import LawResult

        setattr(report, MARKER, text)
        crash = getattr(report.longrepr, "reprcrash", None)
        law = json.loads(text)["law"]
        if crash is not None and law is not None:
            crash.message = _in_short(LawResult.from_json(law))
    return report


# --- a sweep runs ----------------------------------------------------------------------------------------------------


def sweep(request: pytest.FixtureRequest, model: Model) -> None:
    """Sweeps the model, and ends the item as the gate asks for: without one it passes."""
    session = load(request.config)
    settings = session.settings
    if settings.sweeping is None:
        pytest.skip("--turncheck-sweep N says how many turns to sweep")
    result = _swept(request, session, model)
    if result.verdict in (None, "PASS"):
        return
    from turncheck.reports.sweep_text import gate_in_short

    shown = gate_in_short(result)
    if result.verdict == "INCONCLUSIVE" and settings.skips_inconclusive:
        pytest.skip(shown)
    pytest.fail(shown, pytrace=False)


def _swept(request: pytest.FixtureRequest, session: Session, model: Model) -> SweepResult:
    """What the sweep found. Of one that is interrupted the terminal and the report tell how far it is."""
    from turncheck.properties.sweeps.result import found

    assert session.settings.sweeping is not None
    try:
        work = session.sweep(model)
        try:
            _go_on(request.config, work)
            result = found(work, session.settings.sweeping.gate)
        except KeyboardInterrupt:
            left = found(work, searches=False)
            request.config.stash[RESULTS].take(_found(session, model, sweep=left.to_json()))
            raise
    except OSError as error:
        pytest.fail(f"the sweep cannot be kept in {session.settings.sweeping.folder}: {error}", pytrace=False)
    values = _found(session, model, sweep=result.to_json())
    request.node.stash[RESULT] = json.dumps(values)
    facts = ("sampler", "turns", "diverged", "low", "high", "verdict")
    _show_to_junit(request, values, {name: values["sweep"][name] for name in facts})
    return result


def _go_on(config: pytest.Config, work: Sweep) -> None:
    """Sweeps to the end, with a bar on a terminal. pytest holds back what an item writes, and its line is ended first;
    of pytest-xdist's workers none has the terminal for itself.
    """
    from turncheck.properties.sweeps.progress import run

    capture = config.pluginmanager.getplugin("capturemanager")
    reporter = config.pluginmanager.getplugin("terminalreporter")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        is_shown = reporter is not None and not hasattr(config, "workerinput") and sys.stderr.isatty()
        if is_shown:
            reporter.ensure_newline()
        run(work, is_shown)


# --- after the laws --------------------------------------------------------------------------------------------------


class Listener:
    """Hears every item's report; registered for one session, since that hook is not told which session it is."""

    def __init__(self, results: Results) -> None:
        self.results = results

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes the reports of laws."""
        if MARKER in report.keywords:
            self.results.add(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes the report and the baseline. A fault that is no failing law, such as a false law, is an internal error."""
    config = session.config
    results = config.stash[RESULTS]
    is_worker = hasattr(config, "workerinput")  # of pytest-xdist: it knows a part of the results
    if results.models and not is_worker:
        _write(config, results)
    if session.exitstatus == pytest.ExitCode.OK and any(model["refuted"] for model in results.models.values()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if results.faults:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR


def _write(config: pytest.Config, results: Results) -> None:
    from turncheck.properties.checking.coverage import EXEMPT
    from turncheck.properties.session.baseline import write_baseline
    from turncheck.properties.session.session import Settings, known_divergences
    from turncheck.reports.table import write_report

    settings, report = Settings.of(config), results.report()
    if settings.report is not None:
        write_report(report, settings.report, EXEMPT)
    if settings.baseline is not None and settings.writes_baseline and not results.faults:
        write_baseline(settings.baseline, report.models[0].laws, known_divergences(settings))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """The divergence table and the sweeps, after the failures."""
    if config.getoption("no_summary"):
        return
    results = config.stash[RESULTS]
    if results.models:
        report = results.report()
        _show_laws(terminalreporter, report)
        _show_sweeps(terminalreporter, report)
    if exitstatus == pytest.ExitCode.INTERRUPTED and config.pluginmanager.hasplugin("dsession"):
        _show_interrupted(terminalreporter, config)
    for nodeid in results.faults:
        terminalreporter.line(f"INTERNAL ERROR in {nodeid}: not the model's fault, see above", red=True)


def _show_laws(terminalreporter: pytest.TerminalReporter, report: Report) -> None:
    from turncheck.properties.checking.coverage import EXEMPT
    from turncheck.reports.table import comparison, divergence_table, notes, summary

    models = [model for model in report.models if model.laws]
    if not models:
        return
    terminalreporter.section(f"divergence (seed {report.seed})")
    for number, model in enumerate(models):
        terminalreporter.line("\n" * (number > 0) + summary(model))
        terminalreporter.line("")
        terminalreporter.line(divergence_table(model))
        terminalreporter.line("")
        for note in notes(model, report.min_cases, EXEMPT):
            terminalreporter.line(note)
    if len(models) > 1:
        terminalreporter.line(f"\nside by side, the laws that one of them broke\n\n{comparison(report)}")


def _show_sweeps(terminalreporter: pytest.TerminalReporter, report: Report) -> None:
    models = [(model, model.sweep) for model in report.models if model.sweep is not None]
    for number, (model, result) in enumerate(models):
        if not number:
            terminalreporter.section(f"sweep of {result.sampler} (seed {result.seed})")
        terminalreporter.line("\n" * (number > 0) + _sweep_shown(model, result))


def _sweep_shown(model: ModelResult, result: SweepResult) -> str:
    """What a sweep found; of one that was left, how far it is and how it goes on."""
    from turncheck.reports.escape import visible
    from turncheck.reports.sweep_text import sweep_text, swept_in_short

    name = f"{model.name} ({model.kind})"
    if result.whole:
        return sweep_text(name, result, every_law=False)
    diverged = f"{result.diverged:,} of them diverged"
    return f"{visible(name)}: {swept_in_short(result)}, {diverged}\nPARTIAL, no verdict: {_way_on(model.sha256)}"


def _way_on(sha256: str | None) -> str:
    with_option = "" if sha256 is not None else " with --turncheck-resume, if the model is still the same,"
    return f"what was done is kept, and the same command{with_option} goes on"


def _show_interrupted(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The sweeps of pytest-xdist's workers, which report nothing of what they are interrupted in."""
    from turncheck.reports.escape import visible

    session = config.stash.get(SESSION, None)
    if session is None or session.settings.sweeping is None:
        return
    for model in session.models:
        if model.place not in config.stash[RESULTS].sweeps:
            name = visible(f"{model.subject.name} ({model.subject.kind})")
            terminalreporter.line(f"sweep of {name}: no verdict; if it had begun, {_way_on(model.subject.sha256)}")
