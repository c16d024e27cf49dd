"""The kind `py:`: a callable of a Python module or file, run in this process and trusted like any code that is run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from turncheck.engine.importing import attribute
from turncheck.engine.learned import EngineError, LearnedEngine, described


@attrs.frozen
class PythonFunction:
    """A Python callable as a learned engine."""

    predict: Callable[[Sequence[str]], Sequence[str]]


def python(target: str, **options: Any) -> LearnedEngine:
    """The kind `py:MODULE:ATTRIBUTE` or `py:FILE.py:ATTRIBUTE`: a function `predict`, or an object with such a method.

    With options the attribute is what makes the model: it is called with them, by name.
    """
    found = attribute("py", target, "my_model:predict")
    if options:
        found = _called(target, found, options)
    try:
        return as_engine(found)
    except TypeError as error:
        raise EngineError(str(error)) from error


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


def _called(target: str, found: object, options: dict[str, Any]) -> object:
    if not callable(found):
        raise EngineError(f"{target} must be callable to be given options, got {type(found).__name__}")
    try:
        return found(**options)
    except (Exception, SystemExit) as error:
        raise EngineError(f"{target} raised {described(error)} when it was called with the options") from error
