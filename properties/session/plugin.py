"""The pytest plugin: the options, the models under test, and at the end the divergence table and the sweeps.

In a session that collects no law of Turncheck the plugin changes nothing, and imports only pytest.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from turncheck.properties.session.options import COLOURED, FOUND, OPTIONS, PLANNED
from turncheck.properties.session.stash import LEFT, MARKER, PLAN, RESULT, RESULTS, SESSION, SHOWN, SUITES, results_of

if TYPE_CHECKING:
    from turncheck.properties.checking.law import Law
    from turncheck.properties.session.results import Results
    from turncheck.properties.session.session import Session
    from turncheck.properties.session.suites import Chosen, Suites

SHORT = ("--model", "--model-arg")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options under their long names, which no other plugin uses."""
    group = parser.getgroup("turncheck", "Turncheck: check a learned engine against laws")
    for option in OPTIONS:
        parser.addini(option.dest, option.help, type=option.ini, default=None)
        if option.metavar is None:
            group.addoption(option.flag, action="store_true", default=None, help=option.help)
        else:
            action = "append" if option.ini == "linelist" else "store"
            group.addoption(option.flag, action=action, metavar=option.metavar, default=None, help=option.help)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, None, None]:
    """Accept `--model` and `--model-arg` if turncheck.properties is run, unless a conftest file or another plugin has
    an option of that name. Those options are already registered at this point.

    Raises:
        pytest.UsageError: the name is taken, and no model is named otherwise, so the user's model would not be checked.
    """
    yield
    if not _runs_the_folder(early_config, args):
        return
    for short in SHORT:
        if not _is_given(short, args):
            continue
        if not _is_taken(parser, short):
            args[:] = [_lengthened(argument, short) for argument in args]
        elif not _is_given("--turncheck-model", args) and not early_config.getini("turncheck_model"):
            raise pytest.UsageError(
                f"{short} is an option of another plugin or conftest file here: use --turncheck-{short[2:]}"
            )


def _is_given(option: str, args: list[str]) -> bool:
    return any(argument.partition("=")[0] == option for argument in args)


def _lengthened(argument: str, short: str) -> str:
    name, parted, value = argument.partition("=")
    return f"--turncheck-{short.removeprefix('--')}{parted}{value}" if name == short else argument


def _runs_the_folder(config: pytest.Config, args: list[str]) -> bool:
    """Return whether turncheck.properties is run: by its name, or by its path, which loads its conftest file."""
    if "--pyargs" in args and any(argument.startswith("turncheck.properties") for argument in args):
        return True
    conftest = Path(__file__).parents[1] / "conftest.py"
    loaded = (getattr(plugin, "__file__", None) for plugin in config.pluginmanager.get_plugins())
    return any(Path(file).name == conftest.name and Path(file).samefile(conftest) for file in loaded if file)


def _is_taken(parser: pytest.Parser, option: str) -> bool:
    try:
        return option not in parser.parse_known_and_unknown_args([option, "value"])[1]
    except Exception:  # the option takes no such value, or the name is ambiguous
        return True


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of the laws' items."""
    config.addinivalue_line("markers", "turncheck: a law of Turncheck, checked on a model")
    config.pluginmanager.register(Listener(config), "turncheck-listener")


# --- before the laws run ---------------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make an item for each law and model, and an item for the sweep of each model."""
    if "turncheck_model" not in metafunc.fixturenames:
        return
    from turncheck.properties.session.suites import SUITE, Chosen, item_id

    asked = getattr(metafunc.function, SUITE, None)
    suites = _suites(metafunc.config)
    number = suites.number_of(metafunc.definition.nodeid, asked, metafunc.config)
    models = () if number is None else suites.all[number].models
    # The folder's laws and sweep of a model run together. A user's tests keep their order.
    metafunc.parametrize(
        "turncheck_model",
        [Chosen(number or 0, place) for place in range(len(models))],
        ids=[item_id(model) for model in models],
        scope="session" if asked is None else "function",
    )
    if "turncheck_law" in metafunc.fixturenames:
        laws: dict[str, Law | None] = {} if number is None else dict(suites.all[number].laws)
        if asked is not None and _sweeps(metafunc.config):
            laws["sweep"] = None
        metafunc.parametrize("turncheck_law", list(laws.values()), ids=list(laws))


def _suites(config: pytest.Config) -> Suites:
    from turncheck.properties.session.suites import Suites

    return config.stash.setdefault(SUITES, Suites())


def _sweeps(config: pytest.Config) -> bool:
    return bool(config.getoption("turncheck_sweep", default=None) or config.getini("turncheck_sweep"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """If there is a budget, which may not suffice for all laws, run the laws first that find most."""
    if not (config.getoption("turncheck_budget", default=None) or config.getini("turncheck_budget")):
        return
    from turncheck.properties.checking.run import finding_most_first

    places: dict[Chosen, list[int]] = {}
    for place, item in enumerate(items):
        if item.get_closest_marker(MARKER) and _given(item).get("turncheck_law") is not None:
            places.setdefault(_given(item)["turncheck_model"], []).append(place)
    for of_model in places.values():
        by_law = {_given(items[place])["turncheck_law"].id: items[place] for place in of_model}
        laws = finding_most_first([_given(item)["turncheck_law"] for item in by_law.values()])
        if len(by_law) == len(of_model):
            for place, law in zip(of_model, laws, strict=True):
                items[place] = by_law[law.id]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Load the models once the laws to run are known. A model that cannot be loaded is a usage error.

    Under pytest-xdist a worker reports the error, and the first process ends the session (`pytest_testnodedown`).
    """
    config = session.config
    items = [item for item in session.items if item.get_closest_marker(MARKER)]
    if not items:
        return
    try:
        config.stash[SESSION] = loaded = _session(config, items)
        _tell_findings(config)
    except pytest.UsageError as error:
        output = getattr(config, "workeroutput", None)
        if output is None:
            raise
        output[MARKER] = str(error)
        session.items.clear()
        return
    config.stash[PLAN] = json.dumps(_planned(config, loaded, items))


def _planned(config: pytest.Config, session: Session, items: list[pytest.Item]) -> dict[str, Any]:
    """Return what is to run: for each model, the facts known before the run, and its items."""
    from turncheck.properties.session.items import about, budget_of
    from turncheck.reports.records import SWEEP

    planned: dict[Chosen, list[tuple[str, int, str]]] = {}
    for item in items:
        given = _given(item)
        if "turncheck_model" not in given:
            continue
        chosen, law = given["turncheck_model"], given.get("turncheck_law")
        numbers = {name: number for number, name in enumerate(session.models[chosen].suite.laws)}
        if law is not None:
            planned.setdefault(chosen, []).append((law.id, numbers[law.id], item.nodeid))
        elif session.settings.sweeping is not None:
            planned.setdefault(chosen, []).append((SWEEP, len(numbers), item.nodeid))
    models = [{**about(session, chosen), "items": found} for chosen, found in planned.items()]
    return {"budget": budget_of(session, config), "models": models}


def _given(item: pytest.Item) -> dict[str, Any]:
    """Return the values of an item's parameters."""
    return dict(item.callspec.params) if hasattr(item, "callspec") else {}


def _tell_findings(config: pytest.Config) -> None:
    """Print on stderr, once in a session, what the models found out about the systems behind them."""
    from turncheck.reports.escape import visible

    is_first = getattr(config, "workerinput", {"workerid": "gw0"})["workerid"] == "gw0"
    if not is_first or config.get_verbosity() < -1:
        return
    capturing = config.pluginmanager.getplugin("capturemanager")
    with nullcontext() if capturing is None else capturing.global_and_fixture_disabled():
        for model in config.stash[SESSION].models.values():
            for finding in model.subject.findings():
                print(f"{visible(model.subject.name)}: {visible(finding)}", file=sys.stderr, flush=True)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Report an error in a law, a domain or a suite of a test file in one line with its location."""
    report = yield
    excinfo = getattr(getattr(report, "call", None), "excinfo", None)
    if excinfo is not None and _is_ours(type(excinfo.value).__module__):
        outside = [entry for entry in excinfo.traceback if not _is_ours(entry.frame.f_globals.get("__name__", ""))]
        places = [entry for entry in outside if str(entry.path).endswith(".py") and "_pytest" not in str(entry.path)]
        place = f"{places[-1].path}:{places[-1].lineno + 1}: " if places else ""
        report.longrepr = f"{place}{excinfo.value}"
    return report


def _is_ours(module: str) -> bool:
    return module == "turncheck" or module.startswith("turncheck.")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """End the session with the usage error that a worker of pytest-xdist reported."""
    message = getattr(node, "workeroutput", {}).get(MARKER)
    if message is not None:
        raise pytest.UsageError(message)


def _session(config: pytest.Config, items: list[pytest.Item]) -> Session:
    """Load everything that the items check.

    Raises:
        pytest.UsageError: something that the user gave cannot be used.
    """
    from turncheck.properties.session.progress import loading
    from turncheck.properties.session.session import Session

    suites = _suites(config)
    if suites.faults:
        raise pytest.UsageError(suites.faults[0])
    wanted: dict[Chosen, list[Law]] = {}
    for item in items:
        given = _given(item)
        if "turncheck_model" in given:
            laws = wanted.setdefault(given["turncheck_model"], [])
            laws += [given["turncheck_law"]] if given.get("turncheck_law") is not None else []
    with loading("a model", _uncaptured_voice(config)):
        return Session.load(config, suites.all, wanted)


def _uncaptured_voice(config: pytest.Config) -> Callable[[str], None]:
    """Return a function that writes lines to the real stderr, which pytest captures during collection too."""
    from turncheck.properties.session.progress import voice

    capturing = config.pluginmanager.getplugin("capturemanager")
    with nullcontext() if capturing is None else capturing.global_and_fixture_disabled():
        return voice(config)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Show the progress of the laws if they take long."""
    if SESSION not in session.config.stash or session.config.option.collectonly:
        return (yield)
    from turncheck.properties.session.progress import telling

    with telling(session.config.stash[SESSION].run, _uncaptured_voice(session.config)):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the result into the report. Shorten pytest's short summary, which would repeat the whole failure under CI."""
    report = yield
    is_heard = item.get_closest_marker(MARKER) and not item.config.getoption("setuponly", False)
    if PLAN in item.config.stash and report.when == "setup" and is_heard:
        setattr(report, PLANNED, item.config.stash[PLAN])
    text = item.stash.get(RESULT, None)
    if text is not None and report.when == "call":
        setattr(report, FOUND, text)
        crash = getattr(report.longrepr, "reprcrash", None)
        law = json.loads(text).get("law")
        if crash is not None and law is not None:
            from turncheck.properties.session.outcome import in_short
            from turncheck.reports.records import LawResult

            crash.message = in_short(LawResult.from_json(law))
    if SHOWN in item.stash and report.when == "call" and report.failed:
        from turncheck.properties.session.failure_text import show_failure

        show_failure(report, item.stash[SHOWN], item.config)
    return report


# --- after the laws --------------------------------------------------------------------------------------------------


class Listener:
    """Receives every item's report. It is registered for one session, because that hook does not get the session."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the reports of laws."""
        if MARKER in report.keywords:
            results_of(self.config).add(report)
        if hasattr(report, COLOURED) and not hasattr(self.config, "workerinput"):
            from turncheck.properties.session.failure_text import show_failure_from_worker

            show_failure_from_worker(report)
        if hasattr(report, PLANNED) and PLAN in self.config.stash:  # one report carries the plan, which is enough
            del self.config.stash[PLAN]

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str) -> None:
        """Record the item during which a worker of pytest-xdist crashed."""
        results_of(self.config).crashed(crashitem)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist how wide the terminal is, and whether it has colour."""
        from turncheck.properties.session.summary import SCREEN

        writer = self.config.get_terminal_writer()
        node.workerinput[SCREEN] = (writer.fullwidth, writer.hasmarkup)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
        """Print what to do next, after pytest's own summary."""
        yield
        if self.config.getoption("no_summary") or RESULTS not in self.config.stash:
            return
        from turncheck.properties.session.summary import next_steps

        results = self.config.stash[RESULTS]
        for line in next_steps(results.report()) if results.models else ():
            terminalreporter.line(line)
        _tell_page(terminalreporter, self.config)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report and the baseline, and set the exit code.

    The code is not 0 if a `verify` is wrong, a law has no result, or no law applies to a model. A sweep whose folder
    cannot be trusted counts as interrupted. A mistake in a user's domain or law is a usage error. Any other error,
    except a failing law, is an internal error.
    """
    config = session.config
    if RESULTS not in config.stash:
        return
    results = config.stash[RESULTS]
    is_worker = hasattr(config, "workerinput")  # a worker of pytest-xdist has only a part of the results
    if results.models and not is_worker:
        _write(config, results)
    if session.exitstatus == pytest.ExitCode.OK and not is_worker and _says_too_little(config, results):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if results.unsettled:
        session.exitstatus = pytest.ExitCode.INTERRUPTED
    if results.mistakes:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
    if results.faults:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR


def _says_too_little(config: pytest.Config, results: Results) -> bool:
    """Return whether the results are no pass although no item failed."""
    from turncheck.properties.session.settings import Settings

    if not results.models:
        return False
    models = results.report().models
    may_be_skipped = Settings.of(config).skips_inconclusive
    return any(model.refuted or model.missing or (model.says_nothing and not may_be_skipped) for model in models)


def _write(config: pytest.Config, results: Results) -> None:
    from turncheck.properties.session.baseline import write_baseline
    from turncheck.properties.session.session import known_divergences
    from turncheck.properties.session.settings import Settings
    from turncheck.reports.github import VARIABLE, tell_github
    from turncheck.reports.table import write_report

    settings, report = Settings.of(config), results.report()
    with _told_if_unwritten(results, "summary", Path(os.environ.get(VARIABLE, ""))):
        tell_github(report)
    if settings.report is not None:
        with _told_if_unwritten(results, "report", settings.report):
            write_report(report, settings.report)
    if settings.baseline is not None and settings.writes_baseline and not (results.faults or results.mistakes):
        with _told_if_unwritten(results, "baseline", settings.baseline):
            decided = [law for law in report.models[0].laws if law.verdict in ("PASS", "FAIL")]
            write_baseline(settings.baseline, decided, known_divergences(settings))


@contextmanager
def _told_if_unwritten(results: Results, what: str, path: Path) -> Iterator[None]:
    """Context that turns an OSError, such as a full disk, into a line after the tables, which are still shown."""
    from turncheck.engine.visible import visible

    try:
        yield
    except OSError as error:
        results.mistakes.append(f"the {what} {visible(str(path))} cannot be written: {error.strerror or error}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Show the divergence tables and the sweeps, after the failures."""
    if config.getoption("no_summary") or RESULTS not in config.stash:
        return
    from turncheck.properties.session.settings import Settings
    from turncheck.properties.session.summary import show_laws, show_sweeps, way_on

    results = config.stash[RESULTS]
    if LEFT in config.stash:
        terminalreporter.section("interrupted")
        terminalreporter.line(config.stash[LEFT])
    if results.models:
        for title, report in results.reports().items():
            show_laws(terminalreporter, title, report, Settings.of(config).shows_all)
            show_sweeps(terminalreporter, title, report, Settings.of(config).shows_all)
    if exitstatus == pytest.ExitCode.INTERRUPTED and config.pluginmanager.hasplugin("dsession") and _sweeps(config):
        terminalreporter.line(f"a sweep that had begun has no verdict: {way_on(None)}")
    for mistake in dict.fromkeys([*results.unsettled, *results.mistakes]):
        terminalreporter.line(f"ERROR: {mistake}", red=True)
    for nodeid in results.faults:
        terminalreporter.line(f"INTERNAL ERROR in {nodeid}: not the model's fault, see above", red=True)


def _tell_page(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print where the page of the report is."""
    from turncheck.properties.session.settings import Settings, seen_from_start
    from turncheck.reports.escape import printable
    from turncheck.reports.table import PAGE

    folder = Settings.of(config).report
    if config.stash[RESULTS].models and folder is not None and (folder / PAGE).is_file():
        terminalreporter.line(f"page: {printable(seen_from_start(folder / PAGE, config))}")
