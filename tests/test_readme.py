"""The README can be followed in an empty folder, and shows what the commands print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from turncheck.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURES = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)

NETWORK = '''
def my_network(prompt):
    """A sum, but that a carry that leaves 00 behind is lost."""
    a, b = map(int, prompt.strip("=").split("+"))
    return f"{a + b - (100 if a % 100 + b % 100 == 100 else 0):04d}"
'''


def blocks(kind: str, heading: str | None = None) -> list[str]:
    """The blocks of a kind, under a heading or on the whole page."""
    section = README.partition(f"## {heading}\n")[2].partition("\n## ")[0] if heading else README
    return re.findall(rf"^```{kind}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def test_it_is_read_in_three_minutes() -> None:
    assert len(README.encode()) <= 5_000


def test_its_picture_is_small() -> None:
    assert PICTURES
    assert all((ROOT / picture).stat().st_size < 300_000 for picture in PICTURES)


def test_the_table_of_laws_is_what_turncheck_laws_prints() -> None:
    assert CliRunner().invoke(main, ["laws"]).output in (ROOT / "docs" / "laws.md").read_text(encoding="utf-8")


def test_each_turncheck_command_is_one() -> None:
    commands = set(re.findall(r"(?:^|`)turncheck (\w+)", README, re.MULTILINE))
    assert {"check", "conform", "new", "sweep"} <= commands <= set(main.commands)


def test_each_make_command_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert {"demo", "test"} <= shown <= targets


def followed(commands: str, folder: Path) -> tuple[list[int], str]:
    """The exit codes of commands that are run one after the other in that folder, and what they print."""
    told = "".join(f"{command}\necho code $?\n" for command in commands.splitlines())
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COLUMNS"))}
    environment = {**outside, "PATH": path}
    done = subprocess.run(["bash", "-c", told], cwd=folder, env=environment, capture_output=True, text=True)
    return [int(code) for code in re.findall(r"^code (\d+)$", done.stdout, re.MULTILINE)], done.stdout


def test_it_can_be_followed_in_an_empty_folder_and_ends_as_it_shows(tmp_path: Path) -> None:
    adder, model = blocks("python")
    (tmp_path / "adder.py").write_text(adder, encoding="utf-8")
    (tmp_path / "my_model.py").write_text(NETWORK + model, encoding="utf-8")
    (check,), (laws,), (failure,) = blocks("sh", "Check your model"), blocks("sh", "In CI"), blocks("", "A failure")
    codes, printed = followed(check + laws, tmp_path)
    assert codes == [0, 1, 1, 1]
    (gate,) = re.findall(r"`(gate 1%: [^`]+)`", README)
    assert failure in printed
    assert gate in printed.replace("\n  ", " ").splitlines()  # whose lines are wrapped
    assert (tmp_path / "out" / "report.html").exists()
