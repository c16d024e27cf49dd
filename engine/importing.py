"""Import what a user named: `MODULE:ATTRIBUTE` or `FILE.py:ATTRIBUTE`. The code is executed, and trusted like any
code.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import warnings
from difflib import get_close_matches
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from turncheck.engine.learned import EngineError, described
from turncheck.engine.visible import cut, type_name


class MissingAttributeError(EngineError):
    """A module that has no attribute of the requested name.

    Attributes:
        module: the module.
    """

    def __init__(self, home: str, name: str, module: ModuleType) -> None:
        near = get_close_matches(name, [each for each in vars(module) if not each.startswith("_")], 1, cutoff=0.7)
        super().__init__(f"{shortened(home)} has no {shortened(name)}" + (f"; did you mean {near[0]}?" if near else ""))
        self.module = module


def attribute(kind: str, target: str, example: str) -> object:
    """Return what `MODULE:ATTRIBUTE` or `FILE.py:ATTRIBUTE` names; the attribute may be dotted.

    Args:
        kind: the kind before the target, for the message; empty without a kind.
        target: the target as typed.
        example: an example of a target, for the message.

    Raises:
        MissingAttributeError: the module has no such attribute.
        EngineError: there is no such module, or importing it raised.
    """
    home, _, name = target.rpartition(":")
    if not home or not name or ":" in home[2:]:  # the second character may be a drive's colon
        prefix = f"{kind}:" if kind else ""
        demand = f"it must be {prefix}MODULE:ATTRIBUTE or {prefix}FILE.py:ATTRIBUTE, as in {prefix}{example}"
        raise EngineError(demand + (_names_in(target) if kind == "py" else ""))
    module = _imported(home)
    found: object = module
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            raise MissingAttributeError(home, name, module) from error
        except Exception as error:  # a module may define `__getattr__`, which may raise anything
            raise EngineError(
                f"{shortened(home)} raised {described(error)} when its attribute {shortened(name)} was read"
            ) from error
    return found


def shortened(name: str) -> str:
    """Return a name for a message; a name longer than any sensible name is cut."""
    return cut(name, LONGEST_NAME)


LONGEST_NAME = 200
"""Most characters of a name in a message."""

LISTED = 5
"""Most names that a message lists."""

LARGEST_SOURCE = 1 << 20
"""Most bytes of a Python file that are searched for names."""


def _names_in(target: str) -> str:
    """Return the likely models in a file or module of the current folder that was named without an attribute."""
    file = target if target.endswith(".py") else f"{target.replace('.', '/')}.py"
    try:
        with open(file, "rb") as source:
            names = public_names(source.read(LARGEST_SOURCE))
    except (OSError, ValueError):  # a name that contains NUL raises ValueError
        return ""
    return f"; there are {', '.join(f'py:{target}:{name}' for name in names[:LISTED])}" if names else ""


def public_names(source: bytes) -> list[str] | None:
    """Return the public functions and classes that a source defines, the likeliest models first; None if it cannot be
    parsed. The source is not executed.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    named = [name for name in map(_defined, body) if name and not name.startswith("_")]
    likely = [name for name in named if re.search("predict|answer|model|generate|engine", name, re.IGNORECASE)]
    first = [name for name in named if name == "predict"]
    return [cut(name, 60) for name in dict.fromkeys([*first, *likely, *named])]


def _defined(statement: ast.stmt) -> str | None:
    """Return the name of the function or class that a statement defines; `predict` if it is assigned."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return statement.name
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return "predict" if any(isinstance(each, ast.Name) and each.id == "predict" for each in targets) else None


def _imported(home: str) -> ModuleType:
    try:
        return _of_file(Path(home)) if home.endswith(".py") else _of_module(home)
    except EngineError:
        raise
    except ImportError as error:
        message = described(error).removeprefix(f"{type_name(error)}: ")
        raise EngineError(f"{shortened(home)} cannot be imported: {message}") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # it may raise anything, including pytest's outcomes, which would skip a test
        raise EngineError(f"{shortened(home)} raised {described(error)} when it was imported") from error


def _of_module(name: str) -> ModuleType:
    # As with `python -m`, a module in the current folder can be named.
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    return import_module(name)


def _of_file(path: Path) -> ModuleType:
    """Import a file as a module; the module can import what lies beside the file."""
    if not os.path.isfile(path):
        raise EngineError(f"there is no file {shortened(str(path))}")
    path = path.resolve()
    known = sys.modules.get(path.stem)
    if known is not None and getattr(known, "__file__", None) == str(path):
        return known
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    # If the stem is taken, the module gets another name: a file called json.py must not replace the library.
    name = path.stem if known is None else f"{path.stem} of {path.parent}"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look it up here
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
