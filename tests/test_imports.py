"""Which package may import which: one table says it all, and the tests read it."""

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

    A module is in the room with the longest name that its path starts with: `engine/duel/text.py` in `engine/duel`,
    not in `engine`. `rooms` and `lazily` name what is allowed below: the name of a room allows what is in that room and
    not in a room within it, the name of a module allows that module. `lazily` is allowed inside functions and under
    `if TYPE_CHECKING:` alone.
    """

    rooms: tuple[str, ...]
    libraries: tuple[str, ...]
    lazily: tuple[str, ...] = ()


GENERIC = tuple(f"turncheck{room}" for room in ("", ".engine", ".strategies", ".model", ".properties", ".reports"))
DUEL = ("turncheck.engine.duel", "turncheck.strategies.duel", "turncheck.properties.laws.duel")

# fmt: off
ROOMS = {
    "engine":          Room(rooms=(),
                            libraries=("attrs", "numpy")),
    "engine/duel":     Room(rooms=("turncheck.engine",),
                            libraries=("attrs", "numpy")),
    "strategies":      Room(rooms=("turncheck.engine",),
                            libraries=("attrs", "hypothesis")),
    "strategies/duel": Room(rooms=("turncheck.engine", "turncheck.engine.duel", "turncheck.strategies"),
                            libraries=("attrs", "hypothesis")),
    "model":           Room(rooms=("turncheck.engine", "turncheck.strategies.operators",
                                   "turncheck.strategies.random_edits", "turncheck.strategies.comparisons",
                                   "turncheck.strategies.neighbours", "turncheck.strategies.edges"),
                            libraries=("attrs", "numpy", "onnxruntime", "rich", "safetensors", "tokenizers",
                                       "torch", "transformers", "xllamacpp")),
    "properties":      Room(rooms=("turncheck.engine", "turncheck.strategies", "turncheck.reports"),
                            libraries=("attrs", "hypothesis", "pytest", "scipy"),
                            lazily=("turncheck.model",)),
    "properties/laws/duel":
                       Room(rooms=("turncheck.engine", "turncheck.engine.duel", "turncheck.strategies",
                                   "turncheck.strategies.duel", "turncheck.properties"),
                            libraries=("attrs", "hypothesis")),
    "reports":         Room(rooms=("turncheck.engine",),
                            libraries=("attrs", "jinja2", "markupsafe", "tabulate")),
    "api":             Room(rooms=GENERIC,
                            libraries=("attrs",)),
}

# Modules that may import more, or less, than their room. The door is asked below what it opens when it is imported.
EXCEPTIONS = {
    "api/__init__.py": Room(rooms=(), libraries=(), lazily=(*GENERIC, *DUEL, "attrs")),
    "api/cli.py":      Room(rooms=GENERIC, libraries=("attrs", "click", "rich")),
    "api/train_command.py":
                       Room(rooms=GENERIC, libraries=("attrs", "click", "rich")),
    "api/export_command.py":
                       Room(rooms=GENERIC, libraries=("click",)),
    "api/duel.py":     Room(rooms=(*GENERIC, *DUEL), libraries=("attrs",)),
    "api/options.py":  Room(rooms=GENERIC, libraries=("click",)),
    "api/arguments.py":
                       Room(rooms=GENERIC, libraries=("click",)),
    "api/sweep_commands.py":
                       Room(rooms=GENERIC, libraries=("click",)),
    "api/map_command.py":
                       Room(rooms=GENERIC, libraries=("attrs", "click")),
    "api/report_command.py":
                       Room(rooms=GENERIC, libraries=("attrs", "click")),
    "api/reporting.py":
                       Room(rooms=GENERIC, libraries=("click",)),
    "api/show_command.py":
                       Room(rooms=GENERIC, libraries=("click",)),
    "api/check_command.py":
                       Room(rooms=GENERIC, libraries=("attrs", "click", "pytest")),
    "api/conform_command.py":
                       Room(rooms=GENERIC, libraries=("attrs", "click")),
    "api/domain_commands.py":
                       Room(rooms=GENERIC, libraries=("click",)),
    "api/prompting.py":
                       Room(rooms=(*GENERIC, *DUEL), libraries=("attrs", "rich")),
    "api/size_up_command.py":
                       Room(rooms=GENERIC, libraries=("attrs", "click")),
    "reports/size_up_plot.py":
                       Room(rooms=("turncheck.engine",), libraries=("attrs",), lazily=("matplotlib",)),
    "reports/plots.py":
                       Room(rooms=("turncheck.engine",), libraries=("attrs",), lazily=("matplotlib",)),
    "reports/curve.py":
                       Room(rooms=("turncheck.engine",), libraries=("attrs",), lazily=("matplotlib",)),
    "model/adapters/weights/alphabet.py":
                       Room(rooms=("turncheck.engine",), libraries=("attrs",), lazily=("tokenizers",)),
    "model/portable.py":
                       Room(rooms=(), libraries=("numpy",), lazily=("onnxruntime",)),
    "model/graphs.py": Room(rooms=("turncheck.model",), libraries=("numpy", "onnx")),
    "properties/explaining/blame.py":
                       Room(rooms=("turncheck.engine",), libraries=("attrs", "numpy")),
    "properties/explaining/inputs.py":
                       Room(rooms=("turncheck.engine", "turncheck.reports"), libraries=("attrs", "numpy")),
    "properties/mapping/regions.py":
                       Room(rooms=("turncheck.engine",), libraries=("attrs", "numpy")),
    "properties/sweeps/plan.py":
                       Room(rooms=("turncheck.engine",), libraries=("attrs", "numpy")),
    "properties/sweeps/sweep.py":
                       Room(rooms=("turncheck.engine", "turncheck.reports"), libraries=("attrs", "numpy")),
    "properties/sweeps/progress.py":
                       Room(rooms=(), libraries=("rich",)),
    "properties/session/progress.py":
                       Room(rooms=("turncheck.properties",), libraries=("pytest", "rich")),
}

# Training damages texts too, and wants no Hypothesis for it: neither this module nor any of its room that it needs.
WITHOUT_HYPOTHESIS = "strategies/duel/operators.py"
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
    room = EXCEPTIONS.get(path, ROOMS[room_of(path)])
    return [
        f"{path}:{entry.line} imports {entry.name}"
        for entry in imports(source, package_of(path))
        if not _may(entry, path, room)
    ]


def package_of(path):
    """The package in which the module of that path stands: `properties/laws/duel.py` in turncheck.properties.laws."""
    folders = path.split("/")[:-1]
    return ".".join(["turncheck", *(folders if folders[0] != "api" else folders[1:])])


def _may(entry, path, room):
    if entry.lazy and any(_allows(allowed, entry.name) for allowed in room.lazily):
        return True
    top = entry.name.split(".")[0]
    if top in ROOMS:
        return False  # A bare name, which would be somebody else's package.
    if top == "turncheck":
        return room_of_name(entry.name) == room_of(path) or any(_allows(name, entry.name) for name in room.rooms)
    return top in STDLIB or top in room.libraries


def room_of(path):
    """The room with the longest name that stands at the start of the path, `engine/duel` of `engine/duel/text.py`."""
    return max((room for room in ROOMS if f"{path}/".startswith(f"{room}/")), key=len, default=None)


def room_of_name(name):
    """The room of a name under turncheck: api, the door, where no other room has it."""
    room = room_of("/".join(name.split(".")[1:]))
    return "api" if room is None else room


def _allows(allowed, name):
    return _under(name, allowed) and room_of_name(name) == room_of_name(allowed)


def _under(name, allowed):
    return name == allowed or name.startswith(f"{allowed}.")


def modules():
    """Every module of every room: its path from the root and its source."""
    folders = (room for room in ROOMS if "/" not in room)
    files = (file for folder in folders for file in sorted((ROOT / folder).rglob("*.py")))
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}


def needed(path, sources):
    """The module of that path and all under the same top folder that it imports, directly or not."""
    folder = package_of(path.split("/")[0] + "/")
    seen, todo = set(), [path]
    while todo:
        path = todo.pop()
        if path in seen or path not in sources:
            continue
        seen.add(path)
        names = [entry.name for entry in imports(sources[path], package_of(path))]
        files = ["/".join(name.split(".")[1:]) for name in names if _under(name, folder)]
        todo += [f"{file}.py" for name in files for file in (name, name.rpartition("/")[0])]
    return seen


# --- the rooms -------------------------------------------------------------------------------------------------------

SOURCES = modules()


@pytest.mark.parametrize("path", SOURCES)
def test_a_module_imports_only_what_the_table_allows(path):
    assert breaches(path, SOURCES[path]) == []


def test_every_room_has_modules():
    assert {room_of(path) for path in SOURCES} == set(ROOMS)


def test_damaging_a_text_needs_no_hypothesis():
    paths = needed(WITHOUT_HYPOTHESIS, SOURCES)
    assert {"strategies/duel/page.py", "strategies/choices.py"} < paths
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
    ("engine/x.py", "from turncheck.strategies import choices"),
    ("engine/x.py", "from turncheck import strategies"),
    ("engine/x.py", "import turncheck.reports"),
    ("engine/x.py", "from turncheck import main"),
    ("engine/x.py", "import turncheck"),
    ("engine/x.py", "import scipy"),
    ("engine/x.py", "from ..reports import table"),
    ("engine/x.py", LAZY.format("import turncheck.model")),
    ("engine/x.py", TYPED.format("from turncheck.model import tokens")),
    ("engine/x.py", "try:\n    import torch\nexcept ImportError:\n    torch = None\n"),
    ("engine/x.py", "from engine import learned"),
    ("engine/x.py", "from turncheck.engine.duel import resolve"),
    ("engine/x.py", "from turncheck.engine import duel"),
    ("engine/x.py", "from . import duel"),
    ("engine/x.py", LAZY.format("import turncheck.engine.duel.text")),
    ("engine/duel/x.py", "from turncheck.strategies.duel import turns"),
    ("engine/duel/x.py", "import hypothesis"),
    ("reports/x.py", "import model"),
    ("reports/x.py", LAZY.format("from strategies.units import units")),
    ("reports/x.py", "from turncheck.engine.duel import WORDS"),
    ("reports/x.py", "from turncheck.properties import laws"),
    ("reports/x.py", "import click"),
    ("strategies/x.py", "from turncheck.model import tokens"),
    ("strategies/x.py", "from turncheck.engine.duel import WORDS"),
    ("strategies/x.py", "from turncheck.strategies.duel import turns"),
    ("strategies/x.py", "import pytest"),
    ("strategies/x.py", "import typing_extensions"),
    ("strategies/duel/x.py", "from turncheck.properties import laws"),
    ("model/x.py", "from turncheck.strategies import turns"),
    ("model/x.py", "from turncheck.strategies.operators_of_mine import damage"),
    ("model/x.py", "from turncheck.strategies.duel.operators import damage"),
    ("model/x.py", "import turncheck.strategies"),
    ("model/x.py", "import hypothesis"),
    ("properties/x.py", "from turncheck.model import load"),
    ("properties/x.py", "from turncheck.strategies.duel import turns"),
    ("properties/x.py", "from turncheck.properties.laws.duel import LAWS"),
    ("properties/x.py", LAZY.format("from turncheck.properties.laws import duel")),
    ("properties/x.py", "@decorated(__import__)\ndef f(x=1): pass\nimport turncheck.model"),
    ("properties/x.py", "class Lazy:\n    from turncheck.model import load"),
    ("properties/x.py", "from _pytest.config import Config"),
    ("properties/x.py", "import torch"),
    ("properties/laws/x.py", "import turncheck.model.tokens"),
    ("properties/laws/x.py", "from ...model import tokens"),
    ("properties/laws/x.py", "from . import duel"),
    ("properties/laws/duel/x.py", "from turncheck.reports import table"),
    ("properties/laws/duel/x.py", "import pytest"),
    ("api/__init__.py", "from turncheck.engine import learned"),
    ("api/__init__.py", "from . import engine"),
    ("api/x.py", "import click"),
    ("api/cli.py", "import torch"),
    ("api/cli.py", "from turncheck.engine.duel import resolve"),
    ("api/cli.py", LAZY.format("from turncheck.properties.laws.duel import LAWS")),
]

ALLOWED = [
    ("engine/x.py", "import json\nfrom collections.abc import Callable\nimport attrs\nimport numpy"),
    ("engine/x.py", "from turncheck.engine.learned import LearnedEngine"),
    ("engine/x.py", "from .learned import LearnedEngine"),
    ("engine/duel/x.py", "from turncheck.engine.duel.state import Unit\nfrom .state import Unit"),
    ("engine/duel/x.py", "from turncheck.engine.learned import LearnedEngine\nfrom .. import learned\nimport numpy"),
    ("strategies/x.py", "from hypothesis import strategies as st\nfrom turncheck.engine import learned"),
    (
        "strategies/duel/x.py",
        "from turncheck.engine.duel import Turn\nfrom turncheck.strategies.choices import Choices",
    ),
    ("model/x.py", "from turncheck.strategies.operators import damage\nimport torch.nn.functional as F"),
    ("model/x.py", "from turncheck.strategies import operators"),
    ("properties/x.py", LAZY.format("from turncheck.model import load")),
    ("properties/x.py", TYPED.format("from turncheck.model import load")),
    (
        "properties/laws/x.py",
        "from turncheck.properties.checking.law import law\nfrom ..checking import law\nfrom . import y",
    ),
    ("properties/laws/duel/x.py", "from turncheck.properties.checking.law import law\nfrom ...checking import law"),
    (
        "properties/laws/duel/x.py",
        "from turncheck.strategies.duel import turns\nfrom turncheck.engine.duel import Turn",
    ),
    ("api/__init__.py", LAZY.format("from turncheck.engine import learned")),
    ("api/__init__.py", TYPED.format("from turncheck.engine.duel import resolve")),
    ("api/cli.py", "import click\nimport rich.progress\nfrom turncheck.engine.registry import load_domain"),
    ("api/duel.py", "from turncheck.engine.duel import resolve"),
]


@pytest.mark.parametrize(("path", "source"), FORBIDDEN)
def test_a_planted_import_that_the_table_does_not_have_is_found(path, source):
    assert len(breaches(path, source)) == 1


@pytest.mark.parametrize(("path", "source"), ALLOWED)
def test_an_import_that_the_table_has_is_not_reported(path, source):
    assert breaches(path, source) == []


def test_a_module_is_in_the_room_with_the_longest_name():
    paths = (
        "engine/text.py",
        "engine/duel/text.py",
        "engine/duelling.py",
        "properties/laws/x.py",
        "properties/laws/duel/x.py",
    )
    assert [room_of(path) for path in paths] == [
        "engine",
        "engine/duel",
        "engine",
        "properties",
        "properties/laws/duel",
    ]
    names = (
        "turncheck.engine",
        "turncheck.engine.duel",
        "turncheck.engine.duel.text.read",
        "turncheck.cli",
        "turncheck",
    )
    assert [room_of_name(name) for name in names] == ["engine", "engine/duel", "engine/duel", "api", "api"]


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
