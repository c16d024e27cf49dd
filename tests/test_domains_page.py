"""The Python on the pages about domains runs, and its domains answer."""

import re
import sys
import types
from pathlib import Path

import pytest

from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking.check import check_law
from turncheck.properties.checking.draw import Budget
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws import laws_of

ROOT = Path(__file__).parents[1]


def all_blocks(page):
    return re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)


def blocks(page):
    """The blocks of Python of a page that make a domain, and the laws behind each."""
    found = all_blocks(page)
    aside = ("test_game", "turncheck.check(", "from tictactoe")
    return [block for block in found if not any(part in block for part in aside)]


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
        ("README.md", {"adder/1": ["one_more_is_one_more"]}),
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


def test_the_adder_of_the_readme_adds():
    (adder,) = domains("README.md")
    assert adder.resolve_text("099+001=") == "0100"


def test_the_law_about_plays_holds_of_the_reference_and_not_of_a_model_that_clears_the_board(tmp_path, monkeypatch):
    (tictactoe, _) = domains("docs/domains.md")
    (block,) = [each for each in all_blocks("docs/domains.md") if "plays=True" in each]
    module = types.ModuleType("tictactoe")
    vars(module).update(CELLS=tuple(tictactoe.answer.names[1:]), DOMAIN=tictactoe, marks=marks)
    monkeypatch.setitem(sys.modules, "tictactoe", module)
    exec(compile(block, "docs/domains.md", "exec"), {})
    (law,) = [each for each in laws_of(tictactoe) if each.id == "marks_only_become_more"]
    budget = Budget(examples=40)
    clears = "to_move o\nrow . . .\nrow . . x\nrow . . .\n"
    models = {"right": lambda prompts: [tictactoe.resolve_text(prompt) for prompt in prompts]}
    models["wrong"] = lambda prompts: [clears for _ in prompts]
    verdicts = {
        name: check_law(law, Subject(name, "py", PythonFunction(model), tictactoe), budget).verdict
        for name, model in models.items()
    }
    assert verdicts == {"right": "PASS", "wrong": "FAIL"}


def marks(board, who):
    return sum(board[cell] == who for cell in board if cell != "player")
