"""What the README shows is what the commands print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from turncheck.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_laws_is_what_turncheck_laws_prints() -> None:
    assert CliRunner().invoke(main, ["laws"]).output in (ROOT / "docs" / "laws.md").read_text(encoding="utf-8")


def test_each_turncheck_command_is_one() -> None:
    commands = set(re.findall(r"^turncheck (\w+)", README, re.MULTILINE))
    assert commands == {"check", "compare", "conform", "domain", "evaluate", "new", "show", "sweep", "train"}
    assert commands <= set(main.commands)


def test_each_make_command_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert {"demo", "test"} <= shown <= targets


def test_each_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def blocks(heading: str) -> list[str]:
    """The blocks of commands under a heading."""
    section = README.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def followed(commands: str, folder: Path) -> list[int]:
    """The exit codes of commands that are run one after the other, from that folder on."""
    told = "".join(f"{command}\necho code $?\n" for command in commands.splitlines())
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", told], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    return [int(code) for code in re.findall(r"^code (\d+)$", done.stdout, re.MULTILINE)]


def test_the_first_steps_can_be_followed_in_an_empty_folder(tmp_path: Path) -> None:
    (commands,) = blocks("First steps")
    install, *steps, shipped = commands.splitlines(keepends=True)
    assert (install.startswith("pip install "), "check -k stun" in shipped) == (True, True)
    assert followed("".join(steps), tmp_path) == [0, 1]


@pytest.mark.slow
def test_so_can_those_of_an_engine_of_one_s_own(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    (lift,) = re.findall(r"^```python\n(from turncheck .*?)^```$", README, re.MULTILINE | re.DOTALL)
    (tmp_path / "lift.py").write_text(lift, encoding="utf-8")
    (commands,) = blocks("Your own engine")
    check, train, *others = commands.splitlines()
    # After so few steps nearly all is wrong, and shrinking takes long: the laws are held against another model.
    of_reference = [other.replace("--model runs/lift", "--model reference") for other in others]
    fast = [check, f"{train.partition(' # ')[0]} --steps 20", *of_reference]
    assert followed("\n".join(fast), tmp_path) == [0, 0, 0, 0]
    assert (tmp_path / "runs" / "lift" / "checkpoint.safetensors").exists()
