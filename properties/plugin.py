"""The pytest plugin: the options, the models under test, and the divergence table at the end.

In a session that collects no law of Turncheck it changes nothing, and imports nothing but pytest.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from turncheck.properties.law import Law
    from turncheck.properties.run import Budget
    from turncheck.properties.subject import Subject
    from turncheck.reports.records import LawResult, Report

PROPERTY = "turncheck"
"""The key of a result among an item's user properties, by which it travels from wherever the item ran."""

SUBJECTS = pytest.StashKey[dict[str | None, "Subject"]]()
RESULTS = pytest.StashKey["Results"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options under their long names. `--model` is added where properties/ is run."""
    group = parser.getgroup("turncheck", "Turncheck: laws held against a learned engine")
    group.addoption(
        "--turncheck-model",
        action="append",
        metavar="SPEC",
        dest="turncheck_model",
        help="a model to check: reference, py:MODULE:ATTRIBUTE or the path of a checkpoint; may be repeated "
        "(default: the checkpoint that comes with turncheck)",
    )
    group.addoption(
        "--turncheck-examples",
        type=int,
        metavar="N",
        default=None,
        help="cases that are drawn for each law (default: 200)",
    )
    group.addoption(
        "--turncheck-report", type=Path, metavar="DIR", help="write divergence.md and divergence.json into DIR"
    )


def pytest_load_initial_conftests(args: list[str]) -> None:
    """Lets `--model` be said with `--pyargs turncheck.properties` too: pytest meets that folder's conftest too late."""
    if "--pyargs" in args and any(argument.startswith("turncheck.properties") for argument in args):
        for place, argument in enumerate(args):
            if argument == "--model" or argument.startswith("--model="):
                args[place] = argument.replace("--model", "--turncheck-model", 1)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker that the laws' items carry."""
    config.addinivalue_line("markers", "turncheck: a law of Turncheck, held against a model")
    results = config.stash[RESULTS] = Results()
    config.pluginmanager.register(Listener(results), "turncheck-listener")


class Results:
    """What the items of a session reported: results by model and law, and whether something else went wrong."""

    def __init__(self) -> None:
        self.laws: dict[tuple[int, str], dict[str, Any]] = {}
        self.models: dict[int, dict[str, Any]] = {}
        self.faults: list[str] = []

    def add(self, report: pytest.TestReport) -> None:
        """Takes what a report of an item says."""
        text = dict(report.user_properties).get(PROPERTY)
        if isinstance(text, str) and report.when == "call":
            found = json.loads(text)
            self.models[found["place"]] = found["model"]
            self.laws[found["place"], found["law"]["id"]] = found["law"]
        elif report.failed:
            self.faults.append(report.nodeid)

    def report(self, config: pytest.Config) -> Report:
        """All results, models in the order of the command line, laws in that of `LAWS`."""
        from turncheck.properties.laws import LAWS
        from turncheck.reports.records import LawResult, ModelResult, Report

        models = []
        for place in sorted(self.models):
            results = [self.laws[place, law.id] for law in LAWS if (place, law.id) in self.laws]
            laws = tuple(LawResult.from_json(result) for result in results)
            models.append(ModelResult(**self.models[place], laws=laws))
        return Report(budget(config).seed, tuple(models))


# --- before the laws run ---------------------------------------------------------------------------------------------


def specs(config: pytest.Config) -> list[str | None]:
    """The models to check, as typed; None is the shipped checkpoint."""
    return list(dict.fromkeys(config.getoption("turncheck_model") or [None]))


def item_id(spec: str | None) -> str:
    """What a model is called in an item's id: no folders, since a slash there parts paths."""
    if spec is None:
        return "shipped"
    return spec if spec.startswith("py:") else Path(spec).stem


def budget(config: pytest.Config) -> Budget:
    """How much is drawn, and by which seed.

    Raises:
        pytest.UsageError: an option holds something else.
    """
    from turncheck.properties.run import EXAMPLES, Budget

    given = config.getoption("turncheck_examples")
    examples = EXAMPLES if given is None else given
    if examples < 1:
        raise pytest.UsageError(f"--turncheck-examples must be 1 or more, got {examples}")
    seed = config.getoption("--hypothesis-seed", default=None) or 0
    try:
        return Budget(examples, int(seed))
    except ValueError:
        raise pytest.UsageError(f"--hypothesis-seed must be an int where laws are checked, got {seed!r}") from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One item for each law and model."""
    if "turncheck_law" not in metafunc.fixturenames:
        return
    from turncheck.properties.laws import LAWS

    chosen = specs(metafunc.config)
    metafunc.parametrize("turncheck_subject", chosen, ids=[item_id(spec) for spec in chosen], indirect=True)
    metafunc.parametrize("turncheck_law", LAWS, ids=[law.id for law in LAWS])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Loads the models before any law runs: one that cannot be loaded is an error of usage."""
    if any(item.get_closest_marker(PROPERTY) for item in items):
        config.stash[SUBJECTS] = load(config)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Under pytest-xdist, whose first process collects nothing and alone can end the session with an error of usage."""
    config = session.config
    given = config.getoption("turncheck_model") or config.getoption("turncheck_examples") is not None
    if given and config.pluginmanager.hasplugin("dsession"):
        load(config)


def load(config: pytest.Config) -> dict[str | None, Subject]:
    """The models to check, by what was typed.

    Raises:
        pytest.UsageError: a model cannot be loaded, or an option holds something else.
    """
    from turncheck.properties.spec import SpecError, load_subject

    budget(config)
    folder = config.getoption("turncheck_report")
    if folder is not None and folder.exists() and not folder.is_dir():
        raise pytest.UsageError(f"--turncheck-report must be a folder, or a new name for one, got the file {folder}")
    try:
        return {spec: load_subject(spec) for spec in specs(config)}
    except SpecError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.fixture(scope="session")
def turncheck_subject(request: pytest.FixtureRequest) -> Subject:
    """The model under test."""
    return request.config.stash[SUBJECTS][request.param]


# --- a law runs ------------------------------------------------------------------------------------------------------


def record(request: pytest.FixtureRequest, subject: Subject, result: LawResult) -> None:
    """Lets the result travel with the item's report."""
    place = next(i for i, known in enumerate(request.config.stash[SUBJECTS].values()) if known is subject)
    model = {"name": subject.name, "kind": subject.kind, "bytes": subject.bytes, "sha256": subject.sha256}
    found = {"place": place, "model": model, "law": result.to_json()}
    # As ASCII: what a model answered may hold lone surrogates, and pytest-xdist could not send those.
    request.node.user_properties.append((PROPERTY, json.dumps(found)))


def explain(law: Law, subject: Subject, result: LawResult) -> str:
    """What a failing item prints: the law, its rule, and for each failure mode the smallest turn and both answers."""
    from turncheck.reports.escape import visible
    from turncheck.reports.show import show_divergence

    parts = [f"{law.id} ({law.rule}, {law.kind})", law.sentence]
    if not result.failures:
        parts.append(f"{result.verdict}: it applied to {result.applied} cases")
    for failure in result.failures:
        witness = failure.witness
        cases = f"{failure.count} of {result.applied} cases"
        parts += ["", f"{failure.mode} in {cases}, the smallest:", show_divergence(witness.divergence)]
        if witness.turn in subject.faults:
            parts.append(f"the model raised {visible(subject.faults[witness.turn])}")
    return "\n".join(parts)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keeps pytest's short summary short: under CI it would say the whole explanation again."""
    report = yield
    crash = getattr(report.longrepr, "reprcrash", None)
    text = dict(item.user_properties).get(PROPERTY)
    if crash is not None and isinstance(text, str):
        law = json.loads(text)["law"]
        modes = [f"{failure['mode']} in {failure['count']} of {law['applied']} cases" for failure in law["failures"]]
        crash.message = ", ".join(modes) or law["verdict"]
    return report


# --- after the laws --------------------------------------------------------------------------------------------------


class Listener:
    """Hears every item's report; registered for one session, since that hook is not told which session it is."""

    def __init__(self, results: Results) -> None:
        self.results = results

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Takes the reports of laws."""
        if PROPERTY in report.keywords:
            self.results.add(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes the report. A fault that is no failing law, such as a false law, ends the session as an internal error."""
    results = session.config.stash[RESULTS]
    folder = session.config.getoption("turncheck_report")
    is_worker = hasattr(session.config, "workerinput")  # of pytest-xdist: it knows a part of the results
    if folder is not None and results.models and not is_worker:
        from turncheck.reports.table import write_report

        write_report(results.report(session.config), folder)
    if results.faults:
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The divergence table, after the failures."""
    results = config.stash[RESULTS]
    if not (results.models or results.faults):
        return
    from turncheck.reports.table import divergence_table, summary

    report = results.report(config)
    terminalreporter.section(f"divergence (seed {report.seed})")
    for number, model in enumerate(report.models):
        terminalreporter.line("\n" * (number > 0) + summary(model))
        terminalreporter.line("")
        terminalreporter.line(divergence_table(model))
    for nodeid in results.faults:
        terminalreporter.line(f"INTERNAL ERROR in {nodeid}: not the model's fault, see above", red=True)
