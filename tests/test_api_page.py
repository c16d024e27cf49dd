"""docs/api.md lists the public names, each once."""

import re
from pathlib import Path

import turncheck

PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_public_name_has_a_row():
    cells = re.findall(r"^\| (`.*?`) \| ", PAGE, re.MULTILINE)
    assert sorted(name for cell in cells for name in re.findall(r"`(\w+)`", cell)) == sorted(turncheck.__all__)
