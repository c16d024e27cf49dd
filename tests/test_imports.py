"""Which room may import what: the whole of it is the table, and everything else here reads it."""

import ast
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

ROOT = Path(__file__).parents[1]
STDLIB = sys.stdlib_module_names


@attrs.frozen
class Room:
    """What the modules of one room may import, besides the standard library and each other.

    `rooms` and `lazily` name what is allowed below: a name allows all that stands under it. `lazily` is allowed inside
    functions and under `if TYPE_CHECKING:` alone.
    """

    rooms: tuple[str, ...]
    libraries: tuple[str, ...]
    lazily: tuple[str, ...] = ()


# fmt: off
ROOMS = {
    "engine":     Room(rooms=(),
                       libraries=("attrs",)),
    "strategies": Room(rooms=("turncheck.engine",),
                       libraries=("attrs", "hypothesis")),
    "model":      Room(rooms=("turncheck.engine", "turncheck.strategies.operators"),
                       libraries=("attrs", "numpy", "rich", "safetensors", "torch")),
    "properties": Room(rooms=("turncheck.engine", "turncheck.strategies", "turncheck.reports"),
                       libraries=("attrs", "hypothesis", "pytest", "scipy"),
                       lazily=("turncheck.model",)),
    "reports":    Room(rooms=("turncheck.engine",),
                       libraries=("attrs", "jinja2", "tabulate")),
    "api":        Room(rooms=("turncheck",),
                       libraries=("attrs",)),
}

# Modules that may import more, or less, than their room. The door is asked below what it opens when it is imported.
EXCEPTIONS = {
    "engine/small.py": Room(rooms=(), libraries=("numpy",)),
    "engine/twin.py":  Room(rooms=(), libraries=("attrs", "numpy")),
    "engine/twin_text.py":
                       Room(rooms=(), libraries=("numpy",)),
    "engine/twin_samplers.py":
                       Room(rooms=(), libraries=("attrs", "numpy")),
    "api/__init__.py": Room(rooms=(), libraries=(), lazily=("turncheck", "attrs")),
    "api/cli.py":      Room(rooms=("turncheck",), libraries=("attrs", "click", "rich")),
    "api/prompting.py":
                       Room(rooms=("turncheck",), libraries=("rich",)),
    "properties/applying.py":
                       Room(rooms=("turncheck.engine",), libraries=("numpy",)),
    "properties/blocks.py":
                       Room(rooms=("turncheck.engine",), libraries=("attrs", "numpy")),
    "properties/sweep.py":
                       Room(rooms=("turncheck.engine", "turncheck.reports"), libraries=("attrs", "numpy")),
    "properties/progress.py":
                       Room(rooms=(), libraries=("rich",)),
}

# Training damages texts too, and wants no Hypothesis for it: neither this module nor any of its room that it needs.
WITHOUT_HYPOTHESIS = "strategies/operators.py"
# fmt: on


# --- the checker -----------------------------------------------------------------------------------------------------


@attrs.frozen
class Import:
    """One imported name, `turncheck.engine.resolve` or `attrs.evolve`, and whether it waits for a call."""

    name: str
    line: int
    lazy: bool


def imports(source, package):
    """All imports of a module's source; relative ones are named from `package`, where the module stands."""
    found = []
    _collect(ast.parse(source), package, False, found)
    return found


def _collect(node, package, lazy, found):
    if isinstance(node, ast.Import):
        found += [Import(alias.name, node.lineno, lazy) for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        found += [Import(f"{_origin(node, package)}.{alias.name}", node.lineno, lazy) for alias in node.names]
    for child in ast.iter_child_nodes(node):
        _collect(child, package, lazy or _waits(node, child), found)


def _origin(node, package):
    if node.level == 0:
        return node.module
    ancestors = package.split(".")
    return ".".join([*ancestors[: len(ancestors) - node.level + 1], *([node.module] if node.module else [])])


def _waits(node, child):
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return child not in getattr(node, "decorator_list", [])
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING") and child in node.body


def breaches(path, source):
    """What a module, `strategies/units.py`, imports and may not: one line each."""
    folder = path.split("/")[0]
    package = package_of(path)
    room = EXCEPTIONS.get(path, ROOMS[folder])
    return [
        f"{path}:{entry.line} imports {entry.name}"
        for entry in imports(source, package)
        if not _may(entry, folder, room)
    ]


def package_of(path):
    """The package in which the module of that path stands: `properties/laws/duel.py` in turncheck.properties.laws."""
    folders = path.split("/")[:-1]
    return ".".join(["turncheck", *(folders if folders[0] != "api" else folders[1:])])


def _may(entry, folder, room):
    if entry.lazy and any(_under(entry.name, allowed) for allowed in room.lazily):
        return True
    top = entry.name.split(".")[0]
    if top in ROOMS:
        return False  # A bare name, which would be somebody else's package.
    if top == "turncheck":
        return folder_of(entry.name) == folder or any(_under(entry.name, allowed) for allowed in room.rooms)
    return top in STDLIB or top in room.libraries


def folder_of(name):
    """The room of a name under turncheck: api, the door, where no other room has it."""
    second = [*name.split("."), ""][1]
    return second if second in ROOMS and second != "api" else "api"


def _under(name, allowed):
    return name == allowed or name.startswith(f"{allowed}.")


def modules():
    """Every module of every room: its path from the root and its source."""
    files = (file for folder in ROOMS for file in sorted((ROOT / folder).rglob("*.py")))
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}


def needed(path, sources):
    """The module of that path and all of its own room that it imports, directly or not."""
    seen, todo = set(), [path]
    while todo:
        path = todo.pop()
        if path in seen or path not in sources:
            continue
        seen.add(path)
        names = [entry.name for entry in imports(sources[path], package_of(path))]
        files = ["/".join(name.split(".")[1:]) for name in names if _under(name, package_of(path))]
        todo += [f"{file}.py" for name in files for file in (name, name.rpartition("/")[0])]
    return seen


# --- the rooms -------------------------------------------------------------------------------------------------------

SOURCES = modules()


@pytest.mark.parametrize("path", SOURCES)
def test_a_module_imports_only_what_the_table_allows(path):
    assert breaches(path, SOURCES[path]) == []


def test_every_room_has_modules():
    assert {path.split("/")[0] for path in SOURCES} == set(ROOMS)


def test_damaging_a_text_needs_no_hypothesis():
    paths = needed(WITHOUT_HYPOTHESIS, SOURCES)
    assert "strategies/page.py" in paths
    found = [
        f"{path}:{entry.line}"
        for path in sorted(paths)
        for entry in imports(SOURCES[path], package_of(path))
        if _under(entry.name, "hypothesis")
    ]
    assert found == []


def test_the_door_opens_no_room():
    code = "import sys, turncheck; print(sorted(name for name in sys.modules if name.startswith('turncheck.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# --- the checker bites -----------------------------------------------------------------------------------------------

LAZY = "def load():\n    {}\n"
TYPED = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {}\n"

FORBIDDEN = [
    ("engine/x.py", "from turncheck.strategies import turns"),
    ("engine/x.py", "from turncheck import strategies"),
    ("engine/x.py", "import turncheck.reports"),
    ("engine/x.py", "from turncheck import main"),
    ("engine/x.py", "import turncheck"),
    ("engine/x.py", "import numpy"),
    ("engine/x.py", "from ..reports import table"),
    ("engine/x.py", LAZY.format("import turncheck.model")),
    ("engine/x.py", TYPED.format("from turncheck.model import tokens")),
    ("engine/x.py", "try:\n    import torch\nexcept ImportError:\n    torch = None\n"),
    ("engine/x.py", "from engine import resolve"),
    ("reports/x.py", "import model"),
    ("reports/x.py", LAZY.format("from strategies.units import units")),
    ("strategies/x.py", "from turncheck.model import tokens"),
    ("strategies/x.py", "import pytest"),
    ("strategies/x.py", "import typing_extensions"),
    ("model/x.py", "from turncheck.strategies import turns"),
    ("model/x.py", "from turncheck.strategies.operators_of_mine import damage"),
    ("model/x.py", "import turncheck.strategies"),
    ("model/x.py", "import hypothesis"),
    ("properties/x.py", "from turncheck.model import load"),
    ("properties/laws/x.py", "import turncheck.model.tokens"),
    ("properties/x.py", "@decorated(__import__)\ndef f(x=1): pass\nimport turncheck.model"),
    ("properties/x.py", "class Lazy:\n    from turncheck.model import load"),
    ("properties/x.py", "from _pytest.config import Config"),
    ("properties/x.py", "import torch"),
    ("properties/laws/x.py", "from ...model import tokens"),
    ("reports/x.py", "from turncheck.properties import laws"),
    ("reports/x.py", "import click"),
    ("api/__init__.py", "from turncheck.engine import resolve"),
    ("api/__init__.py", "from . import engine"),
    ("api/x.py", "import click"),
    ("api/cli.py", "import torch"),
]

ALLOWED = [
    ("engine/x.py", "import json\nfrom collections.abc import Callable\nimport attrs"),
    ("engine/x.py", "from turncheck.engine.state import Unit"),
    ("engine/x.py", "from .state import Unit"),
    ("strategies/x.py", "from hypothesis import strategies as st\nfrom turncheck.engine import Turn"),
    ("model/x.py", "from turncheck.strategies.operators import damage\nimport torch.nn.functional as F"),
    ("model/x.py", "from turncheck.strategies import operators"),
    ("properties/x.py", LAZY.format("from turncheck.model import load")),
    ("properties/x.py", TYPED.format("from turncheck.model import load")),
    ("properties/laws/x.py", "from turncheck.properties.law import law\nfrom ..law import law\nfrom . import duel"),
    ("api/__init__.py", LAZY.format("from turncheck.engine import resolve")),
    ("api/__init__.py", TYPED.format("from turncheck.engine import resolve")),
    ("api/cli.py", "import click\nimport rich.progress\nfrom turncheck.engine import resolve"),
]


@pytest.mark.parametrize(("path", "source"), FORBIDDEN)
def test_a_planted_import_that_the_table_does_not_have_is_found(path, source):
    assert len(breaches(path, source)) == 1


@pytest.mark.parametrize(("path", "source"), ALLOWED)
def test_an_import_that_the_table_has_is_not_reported(path, source):
    assert breaches(path, source) == []


def test_a_breach_says_where_it_is():
    source = "import attrs\n\n\ndef f():\n    from turncheck.model import tokens, train\n"
    assert breaches("engine/x.py", source) == [
        "engine/x.py:5 imports turncheck.model.tokens",
        "engine/x.py:5 imports turncheck.model.train",
    ]


def test_what_a_module_needs_is_followed_through_its_room():
    sources = {
        "strategies/a.py": "from turncheck.strategies import b\nfrom turncheck.strategies.d import name\n",
        "strategies/b.py": "import turncheck.strategies.c\n",
        "strategies/c.py": "import hypothesis\nfrom turncheck.strategies import a\n",
        "strategies/d.py": "",
        "strategies/e.py": "",
    }
    assert needed("strategies/a.py", sources) == {f"strategies/{name}.py" for name in "abcd"}
