"""The pages in examples/: every command on them is run, and ends as the page says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(path for path in (ROOT / "examples").glob("*.md") if path.name != "README.md")


def blocks(page):
    """The commands of a page, block by block."""
    return re.findall(r"^```sh\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def script(commands):
    """A script that runs the commands one by one and stops where one does not end as its comment says."""
    lines = ["set -u"]
    for command in commands.splitlines():
        ends_with = re.search(r"  # ends with (\d)$", command)
        lines.append(command)
        if not command.endswith("&"):
            lines.append(
                f'code=$?; test $code -eq {ends_with[1] if ends_with else 0} || {{ echo "ended with $code"; exit 9; }}'
            )
    return "\n".join(lines)


@pytest.fixture
def workplace(tmp_path):
    """A folder that looks like the root of the repository, in which commands may leave something."""
    for name in ("model", "properties", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "build").mkdir()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


SLOW = ("checkpoint", "rules")
"""The pages whose commands take longest: `make test-slow` runs them."""


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=pytest.mark.slow) if page.stem in SLOW else page for page in PAGES],
    ids=lambda page: page.stem,
)
def test_every_command_of_the_page_ends_as_it_says(page, workplace):
    if "node " in page.read_text(encoding="utf-8") and shutil.which("node") is None:
        pytest.skip("there is no Node here")
    # No profile and no option of the session around this one.
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COLUMNS"))}
    environment = {**outside, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{outside['PATH']}"}
    commands = blocks(page)
    assert commands
    done = subprocess.run(
        ["bash", "-m", "-c", script("".join(commands))],
        cwd=workplace,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_is_listed():
    listed = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES] == sorted(re.findall(r"^\| \[(\w+\.md)\]", listed, re.MULTILINE))
