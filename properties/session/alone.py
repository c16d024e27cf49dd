"""A session without pytest, for `turncheck check`: the same options, laws, witnesses, baseline and sweeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.stages import Composed
from turncheck.properties.checking.check import InterruptedLawError
from turncheck.properties.checking.law import Law
from turncheck.properties.checking.run import finding_most_first
from turncheck.properties.checking.trial import try_domain
from turncheck.properties.laws import laws_of
from turncheck.properties.session.again import size_of
from turncheck.properties.session.outcome import model_result
from turncheck.properties.session.progress import counting, watching
from turncheck.properties.session.session import Model, Session
from turncheck.properties.session.settings import Settings, seen_from_start
from turncheck.properties.session.suites import Chosen, Suite
from turncheck.reports.records import SWEEP, LawResult, ModelResult, Report

if TYPE_CHECKING:
    from turncheck.reports.sweeps import SweepResult

LEFT = "the run was interrupted"


@attrs.frozen
class Typed:
    """The options of a command, instead of pytest's configuration (`settings.Configuration`).

    Attributes:
        values: the values, by option name without `--` and with `_` for `-`; None for options that were not given.
        folder: the folder in which the command was started.
    """

    values: Mapping[str, Any]
    folder: Path
    prefix: str = "--"

    @property
    def rootpath(self) -> Path:
        """The folder in which witnesses and sweeps are kept."""
        return self.folder

    @property
    def invocation_params(self) -> Typed:
        """An object with `dir`, the folder in which the command was started: this one."""
        return self

    @property
    def dir(self) -> Path:
        """The folder in which the command was started."""
        return self.folder

    def getoption(self, name: str, default: Any = None) -> Any:
        """Return the value that was given."""
        name = "seed" if name == "--hypothesis-seed" else name.removeprefix("turncheck_")
        return self.values.get(name, default)

    def getini(self, name: str) -> None:
        """Return None: there is no ini file."""


@attrs.define
class Alone:
    """A session that runs without pytest.

    Attributes:
        config: its options.
        session: its models.
        laws: the laws to check.
        results: the results so far, by model.
        sweeps: the sweeps so far, by model.
        is_left: whether it was interrupted.
    """

    config: Typed
    session: Session
    laws: Sequence[Law]
    results: dict[Chosen, list[tuple[Law, LawResult]]] = attrs.field(factory=dict, init=False)
    sweeps: dict[Chosen, SweepResult] = attrs.field(factory=dict, init=False)
    is_left: bool = attrs.field(default=False, init=False)

    @classmethod
    def load(cls, domain: Domain, laws: Sequence[Law], config: Typed) -> Alone:
        """Load the models and return the session for some laws of a domain.

        Raises:
            pytest.UsageError: an option, a model, a kept witness or the baseline cannot be used.
            DomainError, FalseLawError, LawFunctionError: a variant of the domain has a fault.
        """
        specs = tuple(dict.fromkeys(config.getoption("turncheck_model") or [None]))
        suite = Suite("", domain, specs)
        wanted = {Chosen(0, place): list(laws) for place in range(len(specs))}
        session = Session.load(config, [suite], wanted)
        for model in session.models.values():
            if model.subject.domain is not domain:  # a variant: its rules were given with the model
                try_domain(model.subject.domain, laws)
        return cls(config, session, laws)

    @property
    def settings(self) -> Settings:
        """The settings of the session."""
        return self.session.settings

    def run(self, warn: Callable[[str], None]) -> None:
        """Check the laws for all models, then sweep them, until all is done or the run is interrupted.

        Args:
            warn: takes lines about what could not be kept.
        """
        try:
            with watching(self.session.run):
                for chosen, model in self.session.models.items():
                    self._hold(chosen, model, warn)
            if self.settings.sweeping is not None:
                for chosen, model in self.session.models.items():
                    self._sweep(chosen, model)
        except KeyboardInterrupt:
            self.is_left = True

    def _hold(self, chosen: Chosen, model: Model, warn: Callable[[str], None]) -> None:
        found = self.results.setdefault(chosen, [])
        for law in self.laws if self.settings.seconds is None else finding_most_first(self.laws):
            try:
                result = self.session.check(law, model)
            except InterruptedLawError as interrupt:
                found.append((law, interrupt.result))
                self._keep(model, interrupt.result, warn)
                raise
            found.append((law, result))
            self._keep(model, result, warn)

    def _keep(self, model: Model, result: LawResult, warn: Callable[[str], None]) -> None:
        try:
            self.session.keep(result, model)
        except OSError as error:
            warn(f"witnesses of {result.id} cannot be kept in {model.folder}: {error}")

    def _sweep(self, chosen: Chosen, model: Model) -> None:
        from turncheck.properties.sweeps.progress import run
        from turncheck.properties.sweeps.result import found

        assert self.settings.sweeping is not None
        work = self.session.sweep(model)
        try:
            run(work)
            with counting(work.subject.meter, "looking for the smallest turns"):
                result = found(work, self.settings.sweeping.gate, limit=self.settings.budget.shrink)
        except KeyboardInterrupt:
            self.sweeps[chosen] = found(work, searches=False)
            raise
        self.sweeps[chosen] = result

    # --- what was found ---

    def to_show(self) -> Iterator[tuple[Model, Law, LawResult]]:
        """Yield the results to show: laws that failed or have no verdict."""
        for chosen, model in self.session.models.items():
            for law, result in self._in_order(chosen):
                if result.verdict in ("FAIL", "INCONCLUSIVE", "TIMED_OUT") and not result.unreached:
                    yield model, law, result

    def _in_order(self, chosen: Chosen) -> list[tuple[Law, LawResult]]:
        places = {law.id: place for place, law in enumerate(self.laws)}
        return sorted(self.results.get(chosen, ()), key=lambda each: places[each[0].id])

    def reports(self) -> Iterator[tuple[str | None, Report]]:
        """Yield a report for each model, with the SPEC as typed."""
        budget = self.settings.budget
        for chosen, model in self.session.models.items():
            spec = model.suite.models[chosen.model]
            result = self._model(chosen, model)
            yield (
                (None if spec is None else str(spec)),
                Report(budget.seed, budget.examples, budget.min_cases, (result,)),
            )

    def _model(self, chosen: Chosen, model: Model) -> ModelResult:
        laws = [self._with_kept(model, result) for _, result in self._in_order(chosen)]
        known = {law.id for law in laws}
        missing = {law.id: LEFT for law in self.laws if law.id not in known}
        if self.settings.sweeping is not None and chosen not in self.sweeps:
            missing[SWEEP] = LEFT
        in_all = len(laws_of(model.subject.domain, composed=isinstance(model.subject.engine, Composed)))
        result = model_result(model.subject, laws, missing, in_all)
        failed = [law for law in laws if law.failed]
        kept = min(failed, key=size_of).kept if failed else ""
        return attrs.evolve(result, sweep=self.sweeps.get(chosen), witness=kept)

    def _with_kept(self, model: Model, law: LawResult) -> LawResult:
        """Return the result with the path of the file that keeps its smallest case, if it failed and is kept."""
        failures = [failure for failure in law.failures if not failure.known]
        if not law.failed or not failures:
            return law
        mode = min(failures, key=lambda failure: len(failure.witness.case)).mode
        path = model.folder / f"{law.id}.{mode}.txt"
        return attrs.evolve(law, kept=seen_from_start(path, self.config)) if path.is_file() else law

    def fails(self, report: Report) -> bool:
        """Whether the run fails, as pytest would with the same options."""
        return any(self._fails(model) for model in report.models)

    def _fails(self, model: ModelResult) -> bool:
        verdicts = {law.verdict for law in model.laws if not law.known}
        verdicts |= set() if model.sweep is None or model.sweep.verdict is None else {model.sweep.verdict}
        if (
            self.settings.writes_baseline
            and "FAIL" in verdicts
            and (model.sweep is None or model.sweep.verdict != "FAIL")
        ):
            verdicts.remove("FAIL")
        inconclusive = "INCONCLUSIVE" in verdicts or model.says_nothing
        is_wrong = bool(model.refuted or model.missing or verdicts & {"FAIL", "TIMED_OUT"})
        return is_wrong or (inconclusive and not self.settings.skips_inconclusive)
