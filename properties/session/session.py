"""What a pytest session checks: its suites, their models, and the files of earlier runs."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from turncheck.engine.sampling import UnknownSamplerError
from turncheck.properties.checking.counterexamples import counterexamples, is_asked
from turncheck.properties.checking.law import AnyForm, Law, text_of
from turncheck.properties.checking.run import Job, Run
from turncheck.properties.checking.subject import Subject
from turncheck.properties.checking.trial import MISTAKES, format_mistake, try_domain
from turncheck.properties.session.baseline import Baseline, BaselineError, compared, load_baseline
from turncheck.properties.session.loading import SpecError, given_subject, is_python, load_subject, sampler_of
from turncheck.properties.session.settings import Configuration, Settings, seen_from_start
from turncheck.properties.session.suites import Chosen, Suite, item_id
from turncheck.properties.session.witnesses import (
    Kept,
    WitnessError,
    case_of,
    folder_of,
    load_kept,
    replays,
    save_kept,
    to_keep,
)
from turncheck.reports.cases import describe
from turncheck.reports.records import LawResult

if TYPE_CHECKING:
    from turncheck.properties.sweeps.sweep import Sweep


IGNORED, ALL = ".gitignore", "*\n"
"""The file that hides a folder, including this file, from version control, and its content."""


@attrs.frozen
class Model:
    """A model under test.

    Attributes:
        suite: the suite whose laws it is checked with.
        subject: the model.
        folder: the folder of its witnesses.
        kept: the witnesses in that folder, by law.
    """

    suite: Suite
    subject: Subject
    folder: Path
    kept: dict[str, list[Kept]]


@attrs.frozen
class Session:
    """What a session checks: its settings, its models, the known divergences, and its run."""

    settings: Settings
    models: Mapping[Chosen, Model]
    baseline: Baseline
    run: Run

    @classmethod
    def load(cls, config: Configuration, suites: Sequence[Suite], wanted: Mapping[Chosen, Sequence[Law]]) -> Session:
        """Load everything that a session needs before any law runs.

        Args:
            config: the configuration with the options.
            suites: all suites of the session.
            wanted: for each model to check, its laws.

        Raises:
            pytest.UsageError: an option, a domain, a law, a model, a kept witness or the baseline cannot be used.
        """
        settings = Settings.of(config)
        asked = {number: suites[number] for number in sorted({chosen.suite for chosen in wanted})}
        _check_together(settings, list(asked.values()), len(wanted))
        try:
            for number, suite in asked.items():
                try_domain(suite.domain, _laws_of_suite(number, wanted))
            models = {chosen: _model(suites[chosen.suite], chosen.model, settings, config) for chosen in wanted}
            known = {law: None for suite in asked.values() for law in suite.laws}
            jobs = [(models[chosen].subject, law) for chosen, laws in wanted.items() for law in laws]
            return cls(settings, models, known_divergences(settings, list(known)), _run(jobs, settings, config))
        except UnknownSamplerError as error:
            raise pytest.UsageError(f"--turncheck-{error}") from error
        except (SpecError, WitnessError, BaselineError) as error:
            raise pytest.UsageError(str(error)) from error
        except MISTAKES as error:
            raise pytest.UsageError(format_mistake(error)) from error

    def check(self, law: Law, model: Model) -> LawResult:
        """Check the law on the model: kept witnesses first, then drawn cases. Compare the result with the baseline."""
        subject, kept = model.subject, model.kept.get(law.id, [])
        cases = [case_of(each, model.suite.laws, subject.domain) for each in kept]
        result = self.run.check(law, subject, cases)
        if result.verdict == "NOT_APPLICABLE":
            return result
        kept, cases = _asked(law, subject, kept, cases)
        still = {text_of(found.case, subject.domain) for found in counterexamples(law, subject, cases)}
        shown = partial(describe, subject.domain, kind=law.kind)
        result = attrs.evolve(result, replayed=replays(kept, still, shown))
        return compared(result, {} if self.settings.writes_baseline else self.baseline)

    def keep(self, result: LawResult, model: Model) -> None:
        """Write the witnesses of a law that ran.

        Raises:
            OSError: they cannot be written.
        """
        before = model.kept.get(result.id, [])
        still = {replay.case for replay in result.replayed if replay.outcome in ("STILL FAILS", "FAILS AGAIN")}
        now = to_keep(result, before, still, model.subject.name, model.subject.sha256 or "")
        for kept in now:
            if kept not in before:
                save_kept(model.folder, kept)
        if now and self.settings.is_home:
            _show(self.settings.witnesses.parent)

    def sweep(self, model: Model) -> Sweep:
        """Begin or resume the sweep of a model that the settings ask for. Hide the plugin's own folder of sweeps from
        version control.

        Raises:
            SweepError: its folder cannot be written, or its content cannot be trusted.
        """
        from turncheck.properties.sweeps.plan import Plan, turns_in
        from turncheck.properties.sweeps.result import begin_or_resume

        sweeping, subject = self.settings.sweeping, model.subject
        assert sweeping is not None
        sampler = sampler_of(sweeping.sampler, subject.domain)
        plan = Plan(sampler, self.settings.budget.seed, turns_in(sampler, sweeping.turns, subject.domain))
        folder = sweeping.folder / model.folder.name / f"{plan.sampler}-{plan.seed}-{plan.turns}"
        work = begin_or_resume(subject, plan, folder, may_resume=sweeping.resumes or subject.sha256 is not None)
        if sweeping.is_home:
            _hide(sweeping.folder)
        return work


def _run(jobs: Sequence[Job], settings: Settings, config: Configuration) -> Run:
    """Return the run of the laws. Each worker of pytest-xdist has its own run, with a part of the laws."""
    prefix = getattr(config, "prefix", "--turncheck-")
    return Run(
        jobs,
        settings.budget,
        settings.seconds,
        examples_option=f"{prefix}examples",
        budget_option=f"{prefix}budget",
        processes=getattr(config, "workerinput", {}).get("workercount", 1),
    )


def _asked(
    law: Law, subject: Subject, kept: Sequence[Kept], cases: Sequence[AnyForm]
) -> tuple[list[Kept], list[AnyForm]]:
    """Return the kept witnesses that the subject was asked; there may have been no time for the others."""
    known = [(each, case) for each, case in zip(kept, cases, strict=True) if is_asked(law, subject, case)]
    return [each for each, _ in known], [case for _, case in known]


def known_divergences(settings: Settings, laws: Collection[str] | None = None) -> Baseline:
    """Load the known divergences; none if the file is to be written and does not exist yet.

    Args:
        settings: the settings, which name the file.
        laws: the laws that the file may name; None for any.

    Raises:
        BaselineError: the file cannot be used.
    """
    if settings.baseline is None or (settings.writes_baseline and not settings.baseline.exists()):
        return {}
    return load_baseline(settings.baseline, laws)


def _check_together(settings: Settings, suites: Sequence[Suite], models: int) -> None:
    """Raise pytest.UsageError if an option cannot be used with these suites."""
    named = settings.specs != (None,)
    if named and suites and all(suite.names_its_own for suite in suites):
        raise pytest.UsageError(
            "--turncheck-model must have a suite that names no model of its own: leave it out, or model= of suite()"
        )
    if settings.baseline is not None and len(suites) > 1:
        raise pytest.UsageError(
            f"--turncheck-baseline must have one suite beside it, got {len(suites)}: choose one, as with -k"
        )
    if settings.isolates and not any(is_python(given) for suite in suites for given in suite.models):
        raise pytest.UsageError("--turncheck-isolate must have a py: model, which it runs by itself: leave it out")
    if settings.writes_baseline and models > 1:
        raise pytest.UsageError(f"--turncheck-write-baseline must have one model, got {models}: name one --model")


def _laws_of_suite(number: int, wanted: Mapping[Chosen, Sequence[Law]]) -> list[Law]:
    laws = {law.id: law for chosen, each in wanted.items() if chosen.suite == number for law in each}
    return list(laws.values())


def _model(suite: Suite, place: int, settings: Settings, config: Configuration) -> Model:
    given = suite.models[place]
    rules = None if settings.rules is None else seen_from_start(settings.rules, config)
    arguments = () if suite.names_its_own else settings.arguments
    with _in_folder(config.invocation_params.dir):
        if given is None or isinstance(given, str):
            isolate = settings.isolates and is_python(given)
            subject = load_subject(given, suite.domain, arguments, rules, settings.timeout, isolate=isolate)
            typed = given
        else:
            subject = given_subject(given, suite.domain, settings.timeout)
            typed = f"py:{getattr(given, '__module__', '')}:{getattr(given, '__qualname__', type(given).__qualname__)}"
    if settings.sweeping is not None:
        sampler_of(settings.sweeping.sampler, subject.domain)
    known_as = folder_of(typed, arguments, subject.template, subject.domain, item_id(given))
    folder = settings.witnesses / known_as
    return Model(suite, subject, folder, load_kept(folder, suite.laws, subject.domain))


def _hide(sweeps: Path) -> None:
    """Hide the plugin's own folder of sweeps from version control; witnesses should be committed."""
    _show(sweeps.parent)
    if not (sweeps / IGNORED).exists():
        (sweeps / IGNORED).write_text(ALL, encoding="utf-8", newline="\n")


def _show(home: Path) -> None:
    """Show the plugin's own folder to version control: an earlier version hid all of it."""
    hidden = home / IGNORED
    with suppress(FileNotFoundError):
        if hidden.is_file() and hidden.read_bytes() == ALL.encode():
            hidden.unlink()


@contextmanager
def _in_folder(folder: Path) -> Iterator[None]:
    """Context in which relative paths start at a folder. If the loaded model changes the folder, the change stays."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        if Path.cwd() == folder:
            os.chdir(before)
