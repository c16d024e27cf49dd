"""What a pytest session checks, and how: the options as values, the models, what earlier runs left behind."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from turncheck.engine.sampling import EVALUATION_SEEDS
from turncheck.properties.checking.check import check_law
from turncheck.properties.checking.counterexamples import broken
from turncheck.properties.checking.draw import EXAMPLES, MIN_CASES, Budget
from turncheck.properties.checking.law import Law, text_of
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.session.baseline import Baseline, BaselineError, compared, load_baseline
from turncheck.properties.session.loading import SpecError, load_subject
from turncheck.properties.session.options import OPTIONS
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
from turncheck.reports.records import LawResult

if TYPE_CHECKING:
    from turncheck.properties.sweeps.sweep import Sweep

HOME = Path(".turncheck")
"""Where witnesses and sweeps are kept unless told otherwise, in pytest's root folder. It is not for version control."""

LAWS_BY_ID = {law.id: law for law in LAWS}


@attrs.frozen
class Sweeping:
    """What is swept behind the laws.

    Attributes:
        turns: how many, 1 or more.
        sampler: whose.
        gate: the rate of divergence below which a sweep must be, 0..1, if any is demanded.
        folder: where the sweeps' folders are kept.
        is_home: whether that is the plugin's own folder.
        resumes: whether a sweep that was left goes on whatever the model.
    """

    turns: int
    sampler: str
    gate: float | None
    folder: Path
    is_home: bool
    resumes: bool


@attrs.frozen
class Settings:
    """The options of a session.

    Attributes:
        specs: the models to check, as typed, each once; None is the shipped checkpoint.
        arguments: `KEY=VALUE` beside the one model, as typed.
        rules: the rules file that the models are held against, if one is given.
        budget: how much is drawn.
        timeout: seconds that one call of a model may take; None for any time.
        skips_inconclusive: whether an INCONCLUSIVE law is skipped rather than failed.
        report: the folder of the report, if one is wanted.
        witnesses: the folder of the kept witnesses.
        is_home: whether that is the plugin's own folder.
        baseline: the file of known divergences, if one is given.
        writes_baseline: whether to write it.
        sweeping: what is swept, if anything is.
    """

    specs: tuple[str | None, ...]
    arguments: tuple[str, ...]
    rules: Path | None
    budget: Budget
    timeout: float | None
    skips_inconclusive: bool
    report: Path | None
    witnesses: Path
    is_home: bool
    baseline: Path | None
    writes_baseline: bool
    sweeping: Sweeping | None = None

    @classmethod
    def of(cls, config: pytest.Config) -> Settings:
        """The options of the command line, and of the ini file where that has none.

        Raises:
            pytest.UsageError: an option holds what it cannot, or two contradict each other.
        """
        given = {option.dest.removeprefix("turncheck_"): _value(config, option.dest) for option in OPTIONS}
        examples = _number("--turncheck-examples", given["examples"], int, EXAMPLES, 1)
        min_cases = _number("--turncheck-min-cases", given["min_cases"], int, MIN_CASES, 1)
        settings = cls(
            specs=specs_of(config),
            arguments=tuple(given["model_arg"] or ()),
            rules=_path(config, "rules"),
            budget=Budget(examples, _seed(config), min_cases),
            timeout=_number("--turncheck-timeout", given["timeout"], float, None, 0.001),
            skips_inconclusive=_choice("--turncheck-inconclusive", given["inconclusive"] or "fail", "fail", "skip"),
            report=_path(config, "report"),
            witnesses=_path(config, "witnesses") or config.rootpath / HOME / "witnesses",
            is_home=given["witnesses"] is None,
            baseline=_path(config, "baseline"),
            writes_baseline=bool(given["write_baseline"]),
            sweeping=_sweeping(config, given),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Raises pytest.UsageError where two options contradict each other, or a path cannot be what it should."""
        examples, least = self.budget.examples, self.budget.min_cases
        if least > examples:
            demand = f"--turncheck-examples must be {least} or more (--turncheck-min-cases)"
            raise pytest.UsageError(f"{demand}, got {examples}: no law could reach its least number of cases")
        if self.arguments and len(self.specs) > 1:
            demand = "--turncheck-model-arg must have one model beside it"
            raise pytest.UsageError(f"{demand}, got {len(self.specs)}: write a card, engine.toml, for each of them")
        if self.writes_baseline and self.baseline is None:
            raise pytest.UsageError("--turncheck-write-baseline needs --turncheck-baseline FILE, which it writes")
        if self.writes_baseline and len(self.specs) > 1:
            specs = len(self.specs)
            raise pytest.UsageError(f"--turncheck-write-baseline must have one model, got {specs}: name one --model")
        folders = {"--turncheck-report": self.report, "--turncheck-witnesses": self.witnesses}
        if self.sweeping is not None:
            folders["--turncheck-sweeps"] = self.sweeping.folder
            _check_seed(self.budget.seed)
        for flag, path in folders.items():
            if path is not None and path.exists() and not path.is_dir():
                raise pytest.UsageError(f"{flag} must be a folder, or a new name for one, got the file {path}")
        if self.baseline is not None and self.baseline.is_dir():
            raise pytest.UsageError(f"--turncheck-baseline must be a file, got the folder {self.baseline}")


def _sweeping(config: pytest.Config, given: dict[str, Any]) -> Sweeping | None:
    turns = _number("--turncheck-sweep", given["sweep"], int, None, 1)
    gate = _number("--turncheck-gate", given["gate"], float, None, 0, most=1)
    if gate == 0:
        raise pytest.UsageError("--turncheck-gate must be above 0, got 0: no sample shows that nothing ever diverges")
    if turns is None and gate is not None:
        raise pytest.UsageError("--turncheck-gate needs --turncheck-sweep N, whose turns it is about")
    if turns is None:
        return None
    return _checked_sweeping(config, given, turns, gate)


def _checked_sweeping(config: pytest.Config, given: dict[str, Any], turns: int, gate: float | None) -> Sweeping:
    from turncheck.properties.sweeps.plan import SAMPLERS  # numpy and scipy, which laws do not need
    from turncheck.properties.sweeps.result import least_turns

    sampler = given["sampler"] or "play"
    if sampler not in SAMPLERS:
        raise pytest.UsageError(f"--turncheck-sampler must be one of {', '.join(SAMPLERS)}, got {sampler!r}")
    if gate is not None and turns < (least := least_turns(gate)):
        demand = f"--turncheck-sweep must be {least:,} or more for a gate of {gate:g}"
        raise pytest.UsageError(f"{demand}, got {turns:,}: fewer could not pass without any divergence")
    folder = _path(config, "sweeps")
    home = config.rootpath / HOME / "sweeps"
    return Sweeping(turns, sampler, gate, folder or home, folder is None, bool(given["resume"]))


def _check_seed(seed: int) -> None:
    if seed not in EVALUATION_SEEDS:
        demand = f"--hypothesis-seed must be 0..{EVALUATION_SEEDS[-1]:,}, a seed of evaluation, for --turncheck-sweep"
        raise pytest.UsageError(f"{demand}, got {seed}: training draws from others")


def specs_of(config: pytest.Config) -> tuple[str | None, ...]:
    """The models to check, as typed, each once; None is the shipped checkpoint."""
    return tuple(dict.fromkeys(_value(config, "turncheck_model") or [None]))


def _value(config: pytest.Config, dest: str) -> Any:
    """What the command line says, else the ini file, else None."""
    given = config.getoption(dest, default=None)
    if given is not None:
        return given
    return config.getini(dest) or None


def _path(config: pytest.Config, name: str) -> Path | None:
    """A path: of the command line as seen from where pytest was called, of the ini file as seen from that file."""
    given = config.getoption(f"turncheck_{name}", default=None)
    if given is not None:
        return Path(given)
    written = config.getini(f"turncheck_{name}")
    return config.rootpath / written if written else None


def _number(flag: str, given: Any, kind: type, default: Any, least: float, most: float = sys.float_info.max) -> Any:
    if given is None:
        return default
    span = f"{least:g} or more" if most == sys.float_info.max else f"{least:g}..{most:g}"
    demand = f"{flag} must be {'an int' if kind is int else 'a number'}, {span}"
    try:
        number = kind(given)
    except ValueError:
        raise pytest.UsageError(f"{demand}, got {given!r}") from None
    if not least <= number <= most:
        raise pytest.UsageError(f"{demand}, got {given}")
    return number


def _choice(flag: str, given: str, usual: str, other: str) -> bool:
    """Whether the other one of two words was given."""
    if given not in (usual, other):
        raise pytest.UsageError(f"{flag} must be {usual} or {other}, got {given!r}")
    return given == other


def _seed(config: pytest.Config) -> int:
    seed = config.getoption("--hypothesis-seed", default=None) or 0
    try:
        return int(seed)
    except ValueError:
        raise pytest.UsageError(f"--hypothesis-seed must be an int where laws are checked, got {seed!r}") from None


# --- the models and what earlier runs left ---------------------------------------------------------------------------


@attrs.frozen
class Model:
    """A model under test: its place in the order of the command line, its subject, the folder of its witnesses, and
    those that were kept there, by law.
    """

    place: int
    subject: Subject
    folder: Path
    kept: dict[str, list[Kept]]


@attrs.frozen
class Session:
    """What a session checks: its settings, its models in the order of the command line, the known divergences."""

    settings: Settings
    models: tuple[Model, ...]
    baseline: Baseline

    @classmethod
    def load(cls, config: pytest.Config) -> Session:
        """Everything that a session needs before any law runs.

        Raises:
            pytest.UsageError: an option, a model, a kept witness or the baseline cannot be used.
        """
        settings = Settings.of(config)
        try:
            models = tuple(_model(place, spec, settings) for place, spec in enumerate(settings.specs))
            return cls(settings, models, known_divergences(settings))
        except (SpecError, WitnessError, BaselineError) as error:
            raise pytest.UsageError(str(error)) from error

    def check(self, law: Law, model: Model) -> LawResult:
        """How the law fares with the model: kept witnesses first, then what is drawn; compared with the baseline."""
        subject, kept = model.subject, model.kept.get(law.id, [])
        cases = [case_of(each, LAWS_BY_ID, subject.rules) for each in kept]
        result = check_law(law, subject, self.settings.budget, cases)
        if result.verdict == "NOT_APPLICABLE":
            return result
        still = {text_of(found.case) for found in broken(law, subject, cases)}
        result = attrs.evolve(result, replayed=replays(kept, still))
        return compared(result, {} if self.settings.writes_baseline else self.baseline)

    def keep(self, result: LawResult, model: Model) -> None:
        """Writes the witnesses of a law that ran. The plugin's own folder is hidden from version control.

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
            _hide(self.settings.witnesses.parent)

    def sweep(self, model: Model) -> Sweep:
        """The sweep of a model that the settings ask for, begun or gone on with. The plugin's own folder is hidden from
        version control.

        Raises:
            OSError: its folder cannot be written.
        """
        from turncheck.properties.sweeps.plan import Plan, turns_in
        from turncheck.properties.sweeps.result import begun

        sweeping, subject = self.settings.sweeping, model.subject
        assert sweeping is not None
        turns = turns_in(sweeping.sampler, sweeping.turns, subject.rules)
        plan = Plan(sweeping.sampler, self.settings.budget.seed, turns)
        folder = sweeping.folder / model.folder.name / f"{plan.sampler}-{plan.seed}-{plan.turns}"
        work = begun(subject, plan, folder, goes_on=sweeping.resumes or subject.sha256 is not None)
        if sweeping.is_home:
            _hide(sweeping.folder.parent)
        return work


def _hide(folder: Path) -> None:
    """Hides the plugin's own folder from version control."""
    hidden = folder / ".gitignore"
    if not hidden.exists():
        hidden.write_text("*\n", encoding="utf-8")


def item_id(spec: str | None) -> str:
    """What a model is called in an item's id: no folders, since a slash there parts paths."""
    if spec is None:
        return "shipped"
    kind, parted, target = spec.partition(":")
    return f"{kind}:{target.replace('/', '-')}" if parted else Path(spec).stem


def _model(place: int, spec: str | None, settings: Settings) -> Model:
    rules = None if settings.rules is None else str(settings.rules)
    subject = load_subject(spec, settings.arguments, rules, settings.timeout)
    known_as = folder_of(spec, settings.arguments, subject.template, subject.rules, item_id(spec))
    folder = settings.witnesses / known_as
    return Model(place, subject, folder, load_kept(folder, LAWS_BY_ID, subject.rules))


def known_divergences(settings: Settings) -> Baseline:
    """The known divergences; of a file that is to be written and is not there yet, none."""
    if settings.baseline is None or (settings.writes_baseline and not settings.baseline.exists()):
        return {}
    return load_baseline(settings.baseline, LAWS_BY_ID)
