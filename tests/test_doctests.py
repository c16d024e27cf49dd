"""Every example in every docstring runs."""

import doctest
import importlib
import importlib.util
import pkgutil
import tomllib
from pathlib import Path

import pytest

PYPROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
PACKAGES = PYPROJECT["tool"]["setuptools"]["packages"]
OPTIONAL = {"numpy", "safetensors", "torch"}


def module_names():
    """Every module of every package, none of them imported. Each package has a folder of its own, walked alone."""
    folders = {name: importlib.util.find_spec(name).submodule_search_locations for name in PACKAGES}
    found = {module.name for name in PACKAGES for module in pkgutil.iter_modules(folders[name], f"{name}.")}
    return sorted(name for name in {*PACKAGES, *found} if not name.endswith(".__main__"))


def examples_in(name):
    """The examples that ran and those that failed; skips where a library that the module can do without is missing."""
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in OPTIONAL:
            raise
        pytest.skip(f"{error.name} is not installed")
    return doctest.testmod(module)


@pytest.mark.parametrize("name", module_names())
def test_the_examples_of_a_module_hold(name):
    assert examples_in(name).failed == 0


def test_examples_are_found():
    assert "turncheck.engine.duel.text" in module_names()
    assert examples_in("turncheck.engine.duel.text").attempted >= 4
    assert examples_in("turncheck.engine.duel.resolve").attempted >= 3
