"""docs/tutorial.md, followed as a reader does: in an empty folder, block by block."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"


def steps():
    """What a reader does, in order: files to save with their names, and commands with the codes that they end with."""
    for prose, kind, block in re.findall(r"(.*?)^```(\w*)\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S):
        if kind == "python":
            (name,) = re.findall(r"Save this as\s+`([\w.]+)`:\s*$", prose)
            yield name, block
        elif kind == "sh":
            for command in block.splitlines():
                code = re.search(r"  # ends with (\d)$", command)
                yield int(code[1]) if code else 0, command


def test_every_block_of_code_is_saved_or_run():
    kinds = re.findall(r"^```(\w+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert set(kinds) == {"python", "sh"}
    assert len([name for name, _ in steps() if isinstance(name, str)]) == kinds.count("python")


@pytest.mark.slow
def test_the_tutorial_can_be_followed_from_top_to_bottom(tmp_path):
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COLUMNS"))}
    environment = {
        **outside,
        "OMP_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{outside['PATH']}",
    }
    printed = []
    for what, block in steps():
        if isinstance(what, str):
            (tmp_path / what).write_text(block, encoding="utf-8")
            continue
        done = subprocess.run(["bash", "-c", block], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert (done.returncode, block) == (what, block), done.stdout + done.stderr
        printed.append(done.stdout)
    told = "\n".join(printed)
    assert "time 00:00" in told
    assert re.search(r"^9[5-9]\d of 1000 held-out cases are right$", told, re.MULTILINE)
    assert re.search(r"^a_new_hour_begins_at_its_first_minute \(known answer\)$", told, re.MULTILINE)
    assert re.search(r"^gate 0\.2%: FAIL, .*\n(.*\n)*gate 0\.2%: PASS, ", told, re.MULTILINE)
    assert re.search(r"^FIXED a_new_hour_begins_at_its_first_minute", told, re.MULTILINE)
    assert re.search(r"^better: ", told, re.MULTILINE)
