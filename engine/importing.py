"""Importing what a user named: `MODULE:ATTRIBUTE` or `FILE.py:ATTRIBUTE`. It is run, and trusted like any code."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from turncheck.engine.learned import EngineError, described


class MissingAttributeError(EngineError):
    """A module that has no attribute of the name that was asked for.

    Attributes:
        module: which.
    """

    def __init__(self, home: str, name: str, module: ModuleType) -> None:
        super().__init__(f"{home} has no {name}")
        self.module = module


def attribute(kind: str, target: str, example: str) -> object:
    """What `MODULE:ATTRIBUTE` or `FILE.py:ATTRIBUTE` names; the attribute may be dotted.

    Args:
        kind: what stood before the target, for the message; empty where nothing does.
        target: as typed.
        example: a target, for the message.

    Raises:
        MissingAttributeError: the module has no such attribute.
        EngineError: there is no such module, or it raised when it was imported.
    """
    home, _, name = target.rpartition(":")
    if not home or not name or ":" in home[2:]:  # a drive's colon may stand second
        prefix = f"{kind}:" if kind else ""
        raise EngineError(f"it must be {prefix}MODULE:ATTRIBUTE or {prefix}FILE.py:ATTRIBUTE, as in {prefix}{example}")
    module = _imported(home)
    found: object = module
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            raise MissingAttributeError(home, name, module) from error
    return found


def _imported(home: str) -> ModuleType:
    try:
        return _of_file(Path(home)) if home.endswith(".py") else _of_module(home)
    except EngineError:
        raise
    except ImportError as error:
        raise EngineError(f"{home} cannot be imported: {error}") from error
    except (Exception, SystemExit) as error:
        raise EngineError(f"{home} raised {described(error)} when it was imported") from error


def _of_module(name: str) -> ModuleType:
    # As with `python -m`, a module in the current folder can be named.
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    return import_module(name)


def _of_file(path: Path) -> ModuleType:
    """The module that the file is; what lies beside it can be imported from it."""
    if not os.path.isfile(path):
        raise EngineError(f"there is no file {path}")
    path = path.resolve()
    known = sys.modules.get(path.stem)
    if known is not None and getattr(known, "__file__", None) == str(path):
        return known
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    # A name of its own where the stem is taken: a file called json.py must not stand in the library's place.
    name = path.stem if known is None else f"{path.stem} of {path.parent}"
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses and pickle look for it
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
