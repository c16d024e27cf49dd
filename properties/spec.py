"""SPEC names a model on the command line: `reference`, `py:MODULE:ATTRIBUTE`, or the path of a checkpoint."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import attrs

from turncheck.engine import STANDARD, Rules, Turn, resolve_text, write
from turncheck.engine.learned import LearnedEngine
from turncheck.properties.subject import Subject, checked, described
from turncheck.reports.escape import visible


class SpecError(ValueError):
    """A model that cannot be loaded. The message says what is wrong and the way out.

    Attributes:
        spec: as it was typed.
        fault: what is wrong.
    """

    def __init__(self, spec: str, fault: str) -> None:
        super().__init__(spec, fault)
        self.spec, self.fault = spec, fault

    def __str__(self) -> str:
        return f"model {visible(self.spec)}: {visible(self.fault)}"


@attrs.frozen
class Reference:
    """The reference engine as a learned engine: it breaks no law."""

    rules: Rules = STANDARD

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """The reference's answers."""
        return [resolve_text(prompt, self.rules) for prompt in prompts]


@attrs.frozen
class PythonFunction:
    """A Python callable as a learned engine."""

    predict: Callable[[Sequence[str]], Sequence[str]]


def load_subject(spec: str | None) -> Subject:
    """The subject that a SPEC names; the shipped checkpoint where it is None.

    Raises:
        SpecError: it cannot be loaded.
    """
    if spec is None:
        return _native(str(shipped_checkpoint()))
    if spec == "reference":
        return Subject("reference", "reference", Reference())
    if spec.startswith("py:"):
        return _python(spec)
    return _native(spec)


def shipped_checkpoint() -> Path:
    """The path of the checkpoint that comes with the package."""
    from importlib.resources import files

    return Path(str(files("turncheck.model") / "checkpoints" / "duel-small.safetensors"))


def _native(spec: str) -> Subject:
    path = Path(spec)
    if not os.path.exists(spec):  # a name that is too long raises as a path
        way_out = "a SPEC is reference, py:MODULE:ATTRIBUTE or the path of a checkpoint"
        raise SpecError(spec, f"there is no such file; {way_out}")
    try:
        from turncheck.model.checkpoint import CheckpointError, load_checkpoint
    except ModuleNotFoundError as error:
        way_out = "pip install 'turncheck[torch]', or name another model with --model"
        raise SpecError(path.name, f"it needs {error.name}, which is not installed: {way_out}") from error
    try:
        engine, _ = load_checkpoint(path)
        content = path.read_bytes()
    except CheckpointError as error:
        raise SpecError(spec, error.fault) from error
    except OSError as error:
        raise SpecError(spec, f"it cannot be read: {error.strerror}") from error
    return Subject(path.stem, "native", engine, len(content), hashlib.sha256(content).hexdigest())


def _python(spec: str) -> Subject:
    parts = spec.split(":")
    if len(parts) != 3 or not all(parts):
        raise SpecError(spec, "it must be py:MODULE:ATTRIBUTE, as in py:my_model:predict")
    found = _attribute(spec, parts[1], parts[2])
    try:
        engine = as_engine(found)
    except TypeError as error:
        raise SpecError(spec, str(error)) from error
    try:
        checked(engine.predict([write(Turn())]), 1)
    except (Exception, SystemExit) as error:
        raise SpecError(spec, f"asked one turn, it raised {described(error)}") from error
    return Subject(spec, "py", engine)


def _attribute(spec: str, module: str, attribute: str) -> object:
    # As with `python -m`, a module in the current folder can be named.
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found = import_module(module)
    except ImportError as error:
        raise SpecError(spec, f"{module} cannot be imported: {error}") from error
    except (Exception, SystemExit) as error:
        raise SpecError(spec, f"{module} raised {described(error)} when it was imported") from error
    try:
        return getattr(found, attribute)
    except AttributeError as error:
        raise SpecError(spec, f"{module} has no {attribute}") from error


def as_engine(found: object) -> LearnedEngine:
    """The learned engine that a callable, or an object with a method `predict`, is.

    Raises:
        TypeError: it is neither.
    """
    if callable(getattr(found, "predict", None)):
        return found  # type: ignore[return-value]  # it has what the protocol asks for; what it gives is looked at
    if callable(found):
        return PythonFunction(found)
    raise TypeError(f"it must be a callable or have a method predict, got {type(found).__name__}")
