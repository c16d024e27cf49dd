"""docs/operators.md: the table is what the code makes, and the example runs."""

import re
from pathlib import Path

import pytest

from tests.bench.operators import escaped, shown, table
from tests.turns import WORKED
from turncheck.engine.registry import load_domain

PAGE = (Path(__file__).parents[1] / "docs" / "operators.md").read_text(encoding="utf-8")


def test_the_table_is_what_the_code_makes():
    assert PAGE.endswith(table(load_domain("duel"), WORKED) + "\n"), "python -m tests.bench.operators prints the table"


def test_the_turn_is_that_of_the_rules():
    rules = (Path(__file__).parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")
    assert load_domain("duel").write(WORKED) in rules


def test_the_example_of_the_page_runs():
    (block,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    space = {}
    exec(compile(block, "docs/operators.md", "exec"), space)
    assert space["text"].startswith("turn 01\nhero_hp hp 01/01")


# fmt: off
CHANGES = [
    ("a b\n",   "a c\n",    "`a b\\n` becomes `a c\\n`"),
    ("a b c d", "a  b c d", "`a b` becomes `a\\x20\\x20b`"),
    ("a",       " a",       "`a` becomes `\\x20a`"),
    ("a",       "",         "`a` becomes nothing"),
    ("a\n",     "a",        "`a\\n` becomes `a`"),
]
# fmt: on


@pytest.mark.parametrize(("own", "text", "cell"), CHANGES)
def test_a_change_is_shown_with_what_stands_around_it(own, text, cell):
    assert shown(own, text) == cell


def test_what_is_shown_can_stand_in_a_table():
    assert escaped("a|b`\u0442") == "`a\\x7cb\\x60\\u0442`"
    assert len(escaped("x" * 1000)) < 60
