"""The public names of the package, which are loaded when they are first used."""

import subprocess
import sys

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


@pytest.mark.parametrize("name", turncheck.__all__)
def test_a_public_name_is_the_one_of_its_room(name):
    found = getattr(turncheck, name)
    home = sys.modules[getattr(found, "__module__", "turncheck.engine.duel")]
    assert home.__name__.startswith("turncheck.")
    assert getattr(sys.modules["turncheck.properties.laws.duel"] if name == "LAWS" else home, name) is found


def test_a_public_name_is_listed_once():
    assert len(set(turncheck.__all__)) == len(turncheck.__all__)


@pytest.mark.parametrize("name", ["no_such_name", "properties_", "_HOME", ""])
def test_an_unknown_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError) as caught:
        getattr(turncheck, name)
    assert str(caught.value) == f"module 'turncheck' has no attribute {name!r}"


def test_the_command_starts_as_a_module_would():
    command = [sys.executable, "-W", "error", "-c", "from turncheck.cli import main; main()", "resolve"]
    found = subprocess.run(command, input=b"turn 1\n", capture_output=True)
    assert (found.returncode, found.stdout, found.stderr) == (0, b"reject bad_number\n", b"")
