"""What the README shows is what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from turncheck.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_laws_is_what_turncheck_laws_prints() -> None:
    assert CliRunner().invoke(main, ["laws"]).output in (ROOT / "docs" / "laws.md").read_text(encoding="utf-8")


def test_each_turncheck_command_is_one() -> None:
    commands = set(re.findall(r"^turncheck (\w+)", README, re.MULTILINE))
    assert commands == {"check", "compare", "domain", "evaluate", "show", "sweep", "train"}
    assert commands <= set(main.commands)


def test_each_make_command_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert {"demo", "test"} <= shown <= targets


def test_each_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
