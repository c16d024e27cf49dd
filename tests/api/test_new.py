"""`turncheck new`: the folder that it writes runs at once, and shows a broken law."""

import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from turncheck.cli import main
from turncheck.new import files_of


@pytest.fixture
def new(tmp_path, monkeypatch):
    """Runs `turncheck new` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        return CliRunner().invoke(main, ["new", *arguments], prog_name="turncheck")

    return run


COMMAND = "from turncheck.cli import main; main()"


def ran(folder, *command):
    """What a command prints in a folder, and its exit code."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, env=environment)
    return done.returncode, done.stdout, done.stderr


def test_what_it_writes_runs_and_its_planted_bug_is_caught(new, tmp_path):
    result = new("my_lift")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0] == "my_lift: my_lift.py, model.py, test_my_lift.py, pytest.ini, README.md"
    folder = tmp_path / "my_lift"
    assert {path.name: path.read_text() for path in folder.iterdir()} == files_of("my_lift")
    code, shown, errors = ran(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--turncheck-examples=40")
    assert (code, errors) == (0, "")
    assert re.search(r"^reference \(reference\): (\d+) of \1 laws held$", shown, re.MULTILINE)
    given = ["--domain", "my_lift.py", "--model", "model.py:predict", "--examples", "40"]
    code, shown, _ = ran(folder, "-c", COMMAND, "check", *given)
    assert code == 1
    start = shown.index("open_doors_hold_the_lift (")
    told = shown[start:].splitlines()
    assert re.fullmatch(r"wrong_value in \d+ of \d+ cases: floor 4 for 5 \(-1\)", told.pop(3))
    assert told[:7] == [
        "open_doors_hold_the_lift (known answer)",
        "A lift whose doors are open stays on its floor.",
        "",
        "  turn      floor 5 doors open; press down",
        "  expected  floor 5 doors open",
        "  given     floor 4 doors open",
        "                  ^",
    ]


def test_the_readme_has_ten_lines():
    assert files_of("my_lift")["README.md"].count("\n") == 10


def test_a_folder_elsewhere_is_called_by_its_last_part(new, tmp_path):
    assert new("games/my_lift").exit_code == 0
    assert 'Domain(\n    "my_lift/1",' in (tmp_path / "games" / "my_lift" / "my_lift.py").read_text()


MODULE = "its name must be the name of a Python module: lower-case letters, digits and _, as my_game"
TAKEN = "another Python module has that name and would be imported instead: choose another name"


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("my-lift", MODULE),
        ("Lift", MODULE),
        ("9lift", MODULE),
        ("class", MODULE),
        ("json", TAKEN),
        ("attrs", TAKEN),
        ("model", TAKEN),
        ("turncheck", TAKEN),
        ("there", "there exists already: choose another name, or remove it"),
    ],
)
def test_what_cannot_be_its_name_is_one_line_and_ends_with_4(new, tmp_path, name, fault):
    (tmp_path / "there").mkdir()
    result = new(name)
    assert (result.exit_code, result.stdout, result.stderr) == (4, "", f"Error: new {name}: {fault}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_without_a_name_it_ends_with_4(new):
    result = new()
    assert result.exit_code == 4
    assert result.stderr.endswith("Error: Missing argument 'NAME'.\n")
