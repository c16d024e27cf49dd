"""The kind `py:`: a callable in a Python module or file, run in this process and trusted like any code that is run."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import attrs

from turncheck.engine.importing import attribute, shortened
from turncheck.engine.learned import EngineError, LearnedEngine, described
from turncheck.engine.visible import type_name

RESERVED = ("kind", "path", "options", "sha256", "template", "rejects", "rules", "isolate", "beside_the_spec")
"""Argument names with another meaning beside a SPEC. They are never passed to the factory of a model."""


OPTIONAL = ("verify", "predict_with_drafts", "unlisted", "troubles", "findings", "close")
"""Optional methods of an engine."""


class NoModelError(TypeError):
    """A Python object that is no learned engine."""


@attrs.frozen
class PythonFunction:
    """A Python callable as a learned engine."""

    predict: Callable[[Sequence[str]], Sequence[str]]


def python(
    target: str, *, isolate: bool = False, beside_the_spec: Collection[str] = (), **options: Any
) -> LearnedEngine:
    """The kind `py:MODULE:ATTRIBUTE` or `py:FILE.py:ATTRIBUTE`: a function `predict`, or an object with such a method.

    With options, the attribute is a factory: it is called with them as keyword arguments. A class is always called;
    without options, all its arguments need defaults.

    Args:
        target: the attribute, as typed.
        isolate: whether to run the model in a separate process, so that it can end only that process.
        beside_the_spec: the names of all arguments given with the SPEC, including Turncheck's own keys.
        options: keyword arguments for the factory.
    """
    if isolate:
        from turncheck.model.adapters.processes.isolation import (
            isolated,  # with what asks processes, which few runs need
        )

        return isolated(target, beside_the_spec, options)
    return engine_of(target, beside_the_spec, options)


def engine_of(target: str, beside: Collection[str], options: Mapping[str, Any]) -> LearnedEngine:
    """Return the learned engine that the attribute is, or makes, in this process; the arguments are those of `python`.

    Raises:
        EngineError: the attribute cannot be imported or called, or gives no model.
    """
    found = attribute("py", target, "my_model:predict")
    try:
        check_parameters(target, found, beside, options)
        if options or inspect.isclass(found):
            found = _called(target, found, options)
        return _looked_at(as_engine(found))
    except NoModelError as error:
        raise EngineError(str(error)) from error
    except (EngineError, KeyboardInterrupt):
        raise
    except BaseException as error:  # an attribute may be a user's property, which may raise anything
        raise EngineError(f"{shortened(target)} raised {described(error)} when it was inspected") from error


def _looked_at(engine: LearnedEngine) -> LearnedEngine:
    """Return the engine after reading each optional attribute, so that a property that raises is reported now."""
    for name in OPTIONAL:
        getattr(engine, name, None)
    return engine


def as_engine(found: object) -> LearnedEngine:
    """Return the learned engine for a callable, or for an object with a method `predict`.

    Raises:
        NoModelError: it is neither.
    """
    if callable(getattr(found, "predict", None)):
        return found  # type: ignore[return-value]  # it has the protocol's method; its results are checked later
    if callable(found):
        return PythonFunction(found)
    raise NoModelError(f"it must be a callable or have a method predict, got {type_name(found)}")


def check_parameters(target: str, found: object, beside: Collection[str], options: Mapping[str, Any]) -> None:
    """Check that the factory can get all arguments that it needs.

    Raises:
        EngineError: a parameter has a reserved name, or a class needs arguments that are not given.
    """
    if not callable(found):
        return
    parameters, called = _parameters(found), shortened(target)
    makes = bool(options) or inspect.isclass(found)
    needed = [name for name, each in parameters.items() if makes and _is_needed(each) and name not in options]
    for name in parameters:
        if name in RESERVED and (name in beside or name in needed):
            raise EngineError(
                f"parameter {name} of {called}cannot be given, because {name}= with a SPEC belongs to turncheck: "
                f"rename the parameter, for example to model_{name}, or give it a default"
            )
    if inspect.isclass(found) and needed:
        raise EngineError(
            f"{called} is a class that needs {', '.join(needed)}: give {needed[0]}=VALUE as a model argument "
            f"(--model-arg), or name a function of a list of texts"
        )


def _parameters(found: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of a callable; none if they cannot be read."""
    try:
        return inspect.signature(found).parameters
    except Exception:  # a user's object may raise anything when its signature is read
        return {}


def _is_needed(parameter: inspect.Parameter) -> bool:
    open_ended = parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return parameter.default is inspect.Parameter.empty and not open_ended


def _called(target: str, found: object, options: Mapping[str, Any]) -> object:
    if not callable(found):
        raise EngineError(f"{shortened(target)} must be callable to be given options, got {type_name(found)}")
    try:
        return found(**options)
    except (EngineError, KeyboardInterrupt):
        raise
    except BaseException as error:  # whatever it raises, pytest's outcomes included, is the factory's fault
        how = "with the options" if options else "without arguments"
        raise EngineError(f"{shortened(target)} raised {described(error)} when it was called {how}") from error
