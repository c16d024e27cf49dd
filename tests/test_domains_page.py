"""The Python on the pages about domains runs, and its domains answer."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def blocks(page):
    """The blocks of Python of a page that make a domain, and the laws behind each."""
    found = re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [block for block in found if "test_game" not in block and "turncheck.check(" not in block]


def domains(page):
    made, space = [], {}
    for block in blocks(page):
        if "DOMAIN = Domain(" in block:
            space = {}
            made.append(space)
        exec(compile(block, page, "exec"), space)
    return [space["DOMAIN"] for space in made]


@pytest.mark.parametrize(
    ("page", "laws"),
    [
        ("README.md", {"lift/1": ["open_doors_hold_the_lift"]}),
        (
            "docs/domains.md",
            {
                "tictactoe/1": ["marks_are_never_taken_back"],
                "adder/1": ["adding_zero_changes_nothing", "one_more_is_one_more"],
            },
        ),
    ],
)
def test_the_domains_of_the_page_are_made_with_their_laws(page, laws):
    assert {domain.name: [law.name for law in domain.attached] for domain in domains(page)} == laws


def test_what_the_page_shows_is_a_case():
    (tictactoe, _) = domains("docs/domains.md")
    shown = re.search(r"^```\n(to_move.*?)^```$", (ROOT / "docs/domains.md").read_text("utf-8"), re.M | re.S)[1]
    assert tictactoe.resolve_text(shown) == "to_move o\nrow x . .\nrow . o .\nrow . . x\n"


def test_the_lift_of_the_readme_moves():
    (lift,) = domains("README.md")
    assert lift.resolve_text("floor 3 doors open\npress up\n") == "floor 3 doors open\n"
    assert lift.resolve_text("floor 3 doors closed\npress down\n") == "floor 2 doors closed\n"
