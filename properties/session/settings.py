"""The options of a pytest session as values: from the command line, else from the ini file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Protocol

import attrs
import pytest

from turncheck.engine.sampling import EVALUATION_SEEDS
from turncheck.properties.checking.asking import Limit
from turncheck.properties.checking.draw import EXAMPLES, Budget, least_cases
from turncheck.properties.session.data_file import near
from turncheck.properties.session.options import OPTIONS

HOME = Path(".turncheck")
"""The default folder for witnesses and sweeps, in pytest's root folder. Commit the witnesses."""


class Configuration(Protocol):
    """The source of a session's options: pytest's configuration, or that of a session without pytest."""

    @property
    def rootpath(self) -> Path:
        """The folder in which a session keeps its files."""

    @property
    def invocation_params(self) -> Any:
        """An object with `dir`, the folder in which the session was started."""

    def getoption(self, name: str, default: Any = ...) -> Any:
        """Return the value from the command line."""

    def getini(self, name: str) -> Any:
        """Return the value from the ini file."""


@attrs.frozen
class Sweeping:
    """The sweep that follows the laws.

    Attributes:
        turns: the number of cases, 1 or more.
        sampler: the sampler; None for `play` if the domain has it, else the domain's first sampler.
        gate: the rate of divergence below which the sweep must be, 0..1; None without a gate.
        folder: the folder with the sweeps' folders.
        is_home: whether that is the plugin's default folder.
        resumes: whether to resume an interrupted sweep also for a model without a file.
    """

    turns: int
    sampler: str | None
    gate: float | None
    folder: Path
    is_home: bool
    resumes: bool


@attrs.frozen
class Settings:
    """The options of a session.

    Attributes:
        domain: the domain of `turncheck.properties`, as typed; None for the default domain.
        specs: the models to check, as typed, each once; None is the domain's own model.
        arguments: the `KEY=VALUE` options of the only model, as typed.
        isolates: whether to run `py:` models in separate processes.
        rules: the rules file of the variant to check against; None for the domain itself.
        budget: how many cases to draw.
        seconds: the time limit of all laws together; None for no limit.
        timeout: the time limit of one call of a model, in seconds; None for no limit.
        skips_inconclusive: whether an INCONCLUSIVE law is skipped instead of failed.
        shows_all: whether laws that did not fail have rows in the table too.
        report: the folder of the report; None for no report.
        witnesses: the folder of the kept witnesses.
        is_home: whether that is the plugin's default folder.
        baseline: the file of known failures; None without one.
        writes_baseline: whether to write the baseline.
        sweeping: the sweep; None without one.
    """

    domain: str | None
    specs: tuple[str | None, ...]
    arguments: tuple[str, ...]
    isolates: bool
    rules: Path | None
    budget: Budget
    seconds: float | None
    timeout: float | None
    skips_inconclusive: bool
    shows_all: bool
    report: Path | None
    witnesses: Path
    is_home: bool
    baseline: Path | None
    writes_baseline: bool
    sweeping: Sweeping | None = None

    @classmethod
    def of(cls, config: Configuration) -> Settings:
        """Read the options from the command line, else from the ini file.

        Raises:
            pytest.UsageError: an option has an invalid value, or two options contradict each other.
        """
        given = {option.dest.removeprefix("turncheck_"): _value(config, option.dest) for option in OPTIONS}
        examples = _number("--turncheck-examples", given["examples"], int, EXAMPLES, 1)
        min_cases = _number("--turncheck-min-cases", given["min_cases"], int, least_cases(examples), 1)
        settings = cls(
            domain=domain_of(config),
            specs=specs_of(config),
            arguments=tuple(given["model_arg"] or ()),
            isolates=bool(given["isolate"]),
            rules=_path(config, "rules"),
            budget=Budget(examples, _seed(config), min_cases, shrink=_shrinking(config)),
            seconds=_number("--turncheck-budget", given["budget"], float, None, 0.001),
            timeout=_number("--turncheck-timeout", given["timeout"], float, None, 0.001),
            skips_inconclusive=_choice("--turncheck-inconclusive", given["inconclusive"] or "fail", "fail", "skip"),
            shows_all=_choice("--turncheck-table", given["table"] or "failing", "failing", "all"),
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
        """Raise pytest.UsageError if two options contradict each other, or a path is a file instead of a folder."""
        examples, least = self.budget.examples, self.budget.min_cases
        if least > examples:
            demand = f"--turncheck-examples must be {least} or more (--turncheck-min-cases)"
            raise pytest.UsageError(f"{demand}, got {examples}: no law could reach its least number of cases")
        if self.arguments and len(self.specs) > 1:
            demand = "--turncheck-model-arg must be used with one model"
            raise pytest.UsageError(f"{demand}, got {len(self.specs)}: write a card, engine.toml, for each of them")
        if self.writes_baseline and self.baseline is None:
            raise pytest.UsageError("--turncheck-write-baseline needs --turncheck-baseline FILE, the file to write")
        if self.writes_baseline and len(self.specs) > 1:
            specs = len(self.specs)
            raise pytest.UsageError(f"--turncheck-write-baseline must have one model, got {specs}: name one --model")
        folders = {"--turncheck-report": self.report, "--turncheck-witnesses": self.witnesses}
        if self.sweeping is not None:
            folders["--turncheck-sweeps"] = self.sweeping.folder
            _check_seed(self.budget.seed)
        for flag, path in folders.items():
            if path is not None and path.exists() and not path.is_dir():
                raise pytest.UsageError(f"{flag} must be a folder, or the name of a new one, got the file {near(path)}")
        if self.baseline is not None and self.baseline.is_dir():
            raise pytest.UsageError(f"--turncheck-baseline must be a file, got the folder {near(self.baseline)}")


def _shrinking(config: Configuration) -> Limit | None:
    """Return the limit for shrinking one counterexample; None for the default. The command line has priority."""
    typed = (config.getoption("turncheck_shrink", default=None), config.getoption("turncheck_no_shrink", default=None))
    limit, is_off = typed if any(typed) else (config.getini("turncheck_shrink"), config.getini("turncheck_no_shrink"))
    if limit and is_off:
        raise pytest.UsageError("--turncheck-shrink and --turncheck-no-shrink cannot both be given: leave one out")
    try:
        if isinstance(limit, Limit):
            return limit
        return Limit.parse(limit) if limit else Limit(prompts=0) if is_off else None
    except ValueError as error:
        raise pytest.UsageError(f"--turncheck-shrink {error}") from None


def _sweeping(config: Configuration, given: dict[str, Any]) -> Sweeping | None:
    turns = _number("--turncheck-sweep", given["sweep"], int, None, 1)
    gate = _number("--turncheck-gate", given["gate"], float, None, 0, most=1)
    if gate == 0:
        raise pytest.UsageError("--turncheck-gate must be above 0, got 0: no sample can show a rate of 0")
    if turns is None and gate is not None:
        raise pytest.UsageError("--turncheck-gate needs --turncheck-sweep N: the gate is about the sweep's turns")
    if turns is None:
        return None
    return _checked_sweeping(config, given, turns, gate)


def _checked_sweeping(config: Configuration, given: dict[str, Any], turns: int, gate: float | None) -> Sweeping:
    from turncheck.properties.sweeps.gate import least_turns  # numpy and scipy, which laws do not need

    if gate is not None and turns < (least := least_turns(gate)):
        demand = f"--turncheck-sweep must be {least:,} or more for a gate of {gate:g}"
        raise pytest.UsageError(f"{demand}, got {turns:,}: fewer could not pass even without a divergence")
    folder = _path(config, "sweeps")
    home = config.rootpath / HOME / "sweeps"
    return Sweeping(turns, given["sampler"], gate, folder or home, folder is None, bool(given["resume"]))


def _check_seed(seed: int) -> None:
    if seed not in EVALUATION_SEEDS:
        demand = f"--hypothesis-seed must be 0..{EVALUATION_SEEDS[-1]:,}, an evaluation seed, for --turncheck-sweep"
        raise pytest.UsageError(f"{demand}, got {seed}: training uses other seeds")


def domain_of(config: Configuration) -> str | None:
    """Return the domain of `turncheck.properties`, as typed; a path in the ini file is relative to the root folder."""
    given = config.getoption("turncheck_domain", default=None)
    written: str = "" if given is not None else config.getini("turncheck_domain") or ""
    is_file = written.partition(":")[0].endswith(".py")
    return given or (str(config.rootpath / written) if is_file else written) or None


def specs_of(config: Configuration) -> tuple[str | None, ...]:
    """Return the models to check, as typed, each once; None is the domain's own model."""
    return tuple(dict.fromkeys(_value(config, "turncheck_model") or [None]))


def _value(config: Configuration, dest: str) -> Any:
    """Return the value from the command line, else from the ini file, else None."""
    given = config.getoption(dest, default=None)
    if given is not None:
        return given
    return config.getini(dest) or None


def _path(config: Configuration, name: str) -> Path | None:
    """Return a path: on the command line, relative to the start folder; in the ini file, relative to the root folder.

    It is made absolute, because a model may change the working folder of the process.
    """
    given = config.getoption(f"turncheck_{name}", default=None)
    if given is not None:
        return Path(config.invocation_params.dir, given)
    written = config.getini(f"turncheck_{name}")
    return config.rootpath / written if written else None


def seen_from_start(path: Path, config: Configuration) -> str:
    """Return the path relative to the start folder, if it is below that or in pytest's root folder."""
    start = config.invocation_params.dir
    is_near = path.is_relative_to(start) or (
        path.is_relative_to(config.rootpath) and start.is_relative_to(config.rootpath)
    )
    return os.path.relpath(path, start) if is_near else str(path)


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
    """Return whether the second of two words was given, and not the usual one."""
    if given not in (usual, other):
        raise pytest.UsageError(f"{flag} must be {usual} or {other}, got {given!r}")
    return given == other


def _seed(config: Configuration) -> int:
    seed = config.getoption("--hypothesis-seed", default=None) or 0
    try:
        return int(seed)
    except ValueError:
        raise pytest.UsageError(f"--hypothesis-seed must be an int where laws are checked, got {seed!r}") from None
