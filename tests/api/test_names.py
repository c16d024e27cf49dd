"""The public names of the package, which are loaded when they are first used."""

import builtins
import inspect
import re
import subprocess
import sys
from pkgutil import iter_modules

import pytest

import turncheck

LOADED = """
import sys
import turncheck
print(sorted(name for name in sys.modules if name.startswith("turncheck")))
turncheck.resolve_text("")
print(sorted(name for name in sys.modules if name.split(".")[0] in ("hypothesis", "torch", "numpy", "pytest")))
"""


def test_importing_turncheck_loads_no_room_and_using_the_engine_no_library():
    found = subprocess.run([sys.executable, "-W", "error", "-c", LOADED], capture_output=True, text=True)
    assert (found.returncode, found.stdout, found.stderr) == (0, "['turncheck']\n[]\n", "")


@pytest.mark.parametrize(("home", "names"), turncheck._HOMES.items())
def test_public_names_are_those_of_their_rooms(home, names):
    for name in names:
        found = getattr(turncheck, name)
        assert found is getattr(sys.modules[f"turncheck.{home}"], name)


def test_a_public_name_is_listed_once_and_has_one_home():
    homes = [name for names in turncheck._HOMES.values() for name in names]
    assert sorted(homes) == sorted(turncheck.__all__) == sorted(set(homes))


def test_the_public_names_are_shown_by_dir():
    assert dir(turncheck) == sorted(turncheck.__all__)


def test_no_module_of_the_door_has_the_name_of_something_public():
    # Importing it would put the module in that name's place.
    modules = {module.name for module in iter_modules(turncheck.__path__)}
    assert modules & set(turncheck.__all__) == set()


def documented(name):
    """The docstrings of something public: a function's, or a class's and its methods'."""
    found = getattr(turncheck, name)
    members = vars(found).values() if inspect.isclass(found) else ()
    methods = [each for each in members if inspect.isroutine(each) or isinstance(each, property | classmethod)]
    return [inspect.getdoc(each) or "" for each in (found, *methods)]


@pytest.mark.parametrize("name", turncheck.__all__)
def test_what_something_public_raises_is_public_or_built_in(name):
    said = [text.partition("Raises:")[2] for text in documented(name)]
    raised = {error for text in said for error in re.findall(r"^\s+(\w+Error): ", text, re.MULTILINE)}
    assert {error for error in raised if error not in turncheck.__all__ and not hasattr(builtins, error)} == set()


@pytest.mark.parametrize("name", ["no_such_name", "properties_", "_HOME", ""])
def test_an_unknown_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError) as caught:
        getattr(turncheck, name)
    assert str(caught.value) == f"module 'turncheck' has no attribute {name!r}"


def test_the_command_starts_as_a_module_would():
    command = [sys.executable, "-W", "error", "-c", "from turncheck.cli import main; main()", "resolve"]
    found = subprocess.run(command, input=b"turn 1\n", capture_output=True)
    assert (found.returncode, found.stdout, found.stderr) == (0, b"reject bad_number\n", b"")
